import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DISCOVER_FAILURES } from "../../collectors/snmp/discovery/failure.ts";
import { DiscoverScope, endpointText, parseEndpoint } from "../../src/commands/discover/scope.ts";

const OPTIONS = { port: 161, max: 4096, sweep: true };
const addresses = (...given: string[]) =>
  [...new DiscoverScope(given, OPTIONS).sweep()].map(({ address }) => address);
const refusal = (text: string, options = OPTIONS): string => {
  try {
    new DiscoverScope([text], options);
  } catch (error) {
    expect((error as { code: string }).code).toBe("E_USAGE");
    return (error as Error).message;
  }
  throw new Error(`${text} was taken`);
};

it("every reason has its line in the documentation", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/discover.md"), "utf8");
  const documented = [...text.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map((match) => match[1]);
  expect(documented.sort()).toEqual(Object.keys(DISCOVER_FAILURES).sort());
});

describe("what may be asked", () => {
  it("reads prefixes, ranges and addresses; leaves network and broadcast addresses out", () => {
    expect(addresses("10.1.2.77/30")).toEqual(["10.1.2.77", "10.1.2.78"]);
    expect(addresses("10.1.2.4/31")).toEqual(["10.1.2.4", "10.1.2.5"]);
    expect(addresses("10.1.2.254-10.1.3.1")).toEqual(["10.1.2.254", "10.1.2.255", "10.1.3.0", "10.1.3.1"]);
    expect(addresses("10.1.2.7-9")).toEqual(["10.1.2.7", "10.1.2.8", "10.1.2.9"]);
    expect(addresses("10.1.0.0/24")).toHaveLength(254);
    expect(addresses("2001:db8::/126")).toEqual(["2001:db8::", "2001:db8::1", "2001:db8::2", "2001:db8::3"]);
    const { singles } = new DiscoverScope(
      ["10.1.2.3", "10.1.2.3:1161", "[2001:db8::0:7]:99", "2001:db8::8"],
      OPTIONS,
    );
    expect(singles).toEqual([
      { address: "10.1.2.3", port: 161 },
      { address: "10.1.2.3", port: 1161 },
      { address: "2001:db8::7", port: 99 },
      { address: "2001:db8::8", port: 161 },
    ]);
    expect(singles.map((one) => parseEndpoint(endpointText(one, 161), 161))).toEqual(singles);
  });

  it("asks an address that two prefixes hold once", () => {
    expect(addresses("10.1.2.0/29", "10.1.2.4-12")).toHaveLength(12);
  });

  it("never sweeps a /64, and allows what is in it", () => {
    const scope = new DiscoverScope(["2001:db8:1::/64"], OPTIONS);
    expect([...scope.sweep()]).toEqual([]);
    expect(scope.notSwept).toEqual(["2001:db8:1::/64"]);
    expect(scope.allows("2001:db8:1::abcd")).toBe(true);
    expect(scope.allows("2001:db8:2::1")).toBe(false);
    expect(scope.allows("10.0.0.1")).toBe(false);
  });

  it("refuses what is no address of one device, with the reason", () => {
    expect(refusal("224.0.0.1")).toMatch(/multicast/);
    expect(refusal("239.0.0.0/30")).toMatch(/multicast/);
    expect(refusal("255.255.255.255")).toMatch(/broadcast/);
    expect(refusal("0.0.0.0/8")).toMatch(/this network/);
    expect(refusal("0.1.2.3")).toMatch(/this network/);
    expect(refusal("0.0.0.0/0", { ...OPTIONS, sweep: false })).toMatch(/cannot be asked/);
    expect(refusal("ff02::1")).toMatch(/multicast/);
    expect(refusal("fe80::1")).toMatch(/link-local/);
    expect(refusal("::ffff:10.0.0.1")).toMatch(/write it as IPv4/);
    expect(refusal("::/0")).toMatch(/cannot be asked/);
    for (const text of [
      "10.1.2",
      "10.1.2.3/33",
      "10.1.2.300",
      "10.1.2.9-3",
      "school",
      "10.1.2.3:0",
      "",
      "2001:db8::/129",
    ])
      expect(refusal(text), text).not.toBe("");
  });

  it("takes loopback: tests and the simulator live there", () => {
    expect(addresses("127.9.1.0/30")).toEqual(["127.9.1.1", "127.9.1.2"]);
  });

  it("refuses more addresses than the cap, says how many, and what to do", () => {
    expect(refusal("10.0.0.0/8")).toMatch(/16777214 addresses, and a run asks at most 4096.*--max/);
    expect(refusal("10.1.0.0/19")).toMatch(/8190/);
    expect(addresses("10.1.0.0/20")).toHaveLength(4094);
    expect(() => new DiscoverScope(["10.1.0.0/21", "10.2.0.0/21", "10.3.0.0/30"], OPTIONS)).not.toThrow();
    expect(() => new DiscoverScope(["10.1.0.0/21", "10.2.0.0/21", "10.3.0.0/29"], OPTIONS)).toThrow(
      /too wide/,
    );
    const wide = new DiscoverScope(["10.0.0.0/8"], { ...OPTIONS, sweep: false });
    expect([...wide.sweep()]).toEqual([]);
    expect(wide.allows("10.200.3.4")).toBe(true);
    expect(wide.allows("10.255.255.255")).toBe(false);
  });

  it("allows every address that it sweeps and no other", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 223 }),
        octet,
        octet,
        octet,
        fc.integer({ min: 22, max: 32 }),
        octet,
        octet,
        (a, b, c, d, length, e, f) => {
          const scope = new DiscoverScope([`${a}.${b}.${c}.${d}/${length}`], OPTIONS);
          const swept = new Set([...scope.sweep(), ...scope.singles].map(({ address }) => address));
          expect(swept.size).toBe(length >= 31 ? 2 ** (32 - length) : 2 ** (32 - length) - 2);
          for (const address of swept) expect(scope.allows(address)).toBe(true);
          const other = `${a}.${b}.${e}.${f}`;
          expect(scope.allows(other)).toBe(swept.has(other));
        },
      ),
      { numRuns: 100 },
    );
  });
});
