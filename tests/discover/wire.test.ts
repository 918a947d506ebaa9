import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Fping } from "../../collectors/probe/transport.ts";
import { discoveryMessage, readReport } from "../../collectors/snmp/discovery/contact.ts";
import { addressOf } from "../../collectors/snmp/discovery/neighbors.ts";
import { mergeDevices } from "../../src/commands/discover/merge.ts";
import { integer, objectId, octets, ticks } from "../snmp/asn1.ts";
import { TestAgent } from "./agent.ts";
import { community, discover, freePort, outcomes } from "./world.ts";

const NET = "127.172";
const LLDP_REM = "1.0.8802.1.1.2.1.4.1.1";
const LLDP_ADDRESS = "1.0.8802.1.1.2.1.4.2.1";

/** A switch with one port; `more` over it. */
function device(name: string, more: Readonly<Record<string, Uint8Array>> = {}): Record<string, Uint8Array> {
  const last = name.charCodeAt(name.length - 1);
  return {
    "1.3.6.1.2.1.1.1.0": octets("a switch"),
    "1.3.6.1.2.1.1.2.0": objectId("1.3.6.1.4.1.99999.1"),
    "1.3.6.1.2.1.1.3.0": ticks(1000),
    "1.3.6.1.2.1.1.5.0": octets(name),
    "1.3.6.1.2.1.2.1.0": integer(1),
    "1.3.6.1.2.1.2.2.1.1.1": integer(1),
    "1.3.6.1.2.1.2.2.1.2.1": octets("port1"),
    "1.3.6.1.2.1.2.2.1.3.1": integer(6),
    "1.3.6.1.2.1.2.2.1.6.1": octets(Buffer.from([2, 0, 0, 0, 1, last])),
    ...more,
  };
}

/** LLDP neighbours with a management address each. */
function neighbors(...addresses: readonly string[]): Record<string, Uint8Array> {
  const objects: Record<string, Uint8Array> = {};
  for (const [i, address] of addresses.entries()) {
    const row = `0.1.${i + 1}`;
    objects[`${LLDP_REM}.4.${row}`] = integer(4);
    objects[`${LLDP_REM}.5.${row}`] = octets(Buffer.from([2, 0, 0, 0, 2, i]));
    objects[`${LLDP_REM}.7.${row}`] = octets(`up${i}`);
    objects[`${LLDP_REM}.9.${row}`] = octets(`neighbour-${i}`);
    objects[`${LLDP_ADDRESS}.3.${row}.1.4.${address}`] = integer(2);
  }
  return objects;
}

describe("on the wire", () => {
  const agents: TestAgent[] = [];
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.close()));
  });
  async function listen(...args: Parameters<typeof TestAgent.listen>): Promise<TestAgent> {
    const agent = await TestAgent.listen(...args);
    agents.push(agent);
    return agent;
  }

  it("never sends outside the scope, whatever a device says of its neighbours", async () => {
    const port = await freePort();
    const inside = `${NET}.1.9`;
    const outside = [`${NET}.2.1`, `${NET}.1.10`, `${NET}.1.255`, "127.173.1.1"];
    const first = await listen(
      `${NET}.1.1`,
      port,
      device("first", {
        ...neighbors(inside, ...outside),
        // Its own addresses are no licence either.
        [`1.3.6.1.2.1.4.20.1.2.${NET}.2.1`]: integer(1),
      }),
    );
    const witnesses = await Promise.all(outside.map((address) => listen(address, port, device("outside"))));
    const asked = await listen(inside, port, device("inside"));
    const found = await discover({
      prefixes: [`${NET}.1.0-9`],
      seeds: [`${NET}.1.1`],
      port,
      sweep: false,
      depth: 16,
    });
    expect(outcomes(found)).toEqual({ [`${NET}.1.1`]: "device", [inside]: "device" });
    expect(first.datagrams).toBeGreaterThan(5);
    expect(asked.datagrams).toBeGreaterThan(5);
    expect(witnesses.map((agent) => agent.datagrams)).toEqual([0, 0, 0, 0]);
  });

  it("goes no more hops than asked", async () => {
    const port = await freePort();
    const at = (n: number) => `${NET}.3.${n}`;
    for (const n of [1, 2, 3, 4]) await listen(at(n), port, device(`hop${n}`, neighbors(at(n + 1))));
    for (const depth of [0, 1, 2]) {
      const found = await discover({
        prefixes: [`${NET}.3.0/24`],
        seeds: [at(1)],
        port,
        sweep: false,
        depth,
      });
      expect(found.addresses.map(({ endpoint, depth: hops }) => [endpoint.address, hops])).toEqual(
        Array.from({ length: depth + 1 }, (_, hop) => [at(hop + 1), hop]),
      );
    }
  });

  it("stops at the cap and says how many it left", async () => {
    const port = await freePort();
    const told = Array.from({ length: 30 }, (_, i) => `${NET}.4.${100 + i}`);
    await listen(`${NET}.4.1`, port, device("many", neighbors(...told)));
    const found = await discover({
      prefixes: [`${NET}.4.0/24`],
      seeds: [`${NET}.4.1`],
      port,
      sweep: false,
      max: 11,
    });
    expect(found.addresses).toHaveLength(11);
    expect(found.left.overMax).toBe(20);
  });

  it("tells a closed port from silence, and shows a silent address no more than its tries", async () => {
    const port = await freePort();
    const silent = await listen(`${NET}.5.2`, port);
    const strict = await listen(`${NET}.5.3`, port, device("strict"), "secret");
    const found = await discover({
      prefixes: [`${NET}.5.1-3`],
      port,
      credentials: [community("a"), community("b"), community("c")],
      tries: 5,
      timeoutMs: 100,
    });
    expect(outcomes(found)).toEqual({
      [`${NET}.5.1`]: "port-closed",
      [`${NET}.5.2`]: "timeout",
      [`${NET}.5.3`]: "timeout",
    });
    // Five tries and the SNMPv3 discovery before them.
    expect(silent.datagrams).toBe(6);
    expect([...strict.communities]).toEqual(["a", "b", "c"]);
    const few = await discover({
      prefixes: [`${NET}.5.2`],
      port,
      credentials: [community("a"), community("b"), community("c")],
      tries: 2,
      timeoutMs: 100,
    });
    expect(silent.datagrams).toBe(9);
    expect(few.addresses[0]).toMatchObject({
      outcome: "timeout",
      tried: ["a", "b"],
      detail: "2 of 3 credentials were tried",
    });
  });

  it("takes the first credential in order that sees the interfaces", async () => {
    const port = await freePort();
    await listen(`${NET}.6.1`, port, device("plain"), "third");
    const found = await discover({
      prefixes: [`${NET}.6.1`],
      port,
      credentials: [community("first"), community("second"), community("third"), community("fourth")],
      tries: 4,
      timeoutMs: 100,
    });
    expect(found.looks.map(({ credential }) => credential)).toEqual(["third"]);
  });

  it("says that a view is too small where sysObjectID is there and ifTable is not", async () => {
    const port = await freePort();
    const small = Object.fromEntries(
      Object.entries(device("small")).filter(([oid]) => oid.startsWith("1.3.6.1.2.1.1.")),
    );
    await listen(`${NET}.7.1`, port, small);
    await listen(`${NET}.7.2`, port, { "1.3.6.1.2.1.99.1.0": integer(1) });
    const found = await discover({ prefixes: [`${NET}.7.1-2`], port });
    expect(outcomes(found)).toEqual({ [`${NET}.7.1`]: "view-too-small", [`${NET}.7.2`]: "view-too-small" });
    expect(found.looks.map(({ viewTooSmall, greeting }) => [greeting.sysName, viewTooSmall])).toEqual([
      ["small", true],
    ]);
  });

  it("makes one device of its addresses, and two of twins with one name", async () => {
    const port = await freePort();
    const mac = (last: number) => ({ "1.3.6.1.2.1.2.2.1.6.1": octets(Buffer.from([2, 0, 0, 0, 9, last])) });
    const own = (address: string) => ({ [`1.3.6.1.2.1.4.20.1.2.${address}`]: integer(1) });
    const [a, b, c, d] = [1, 2, 3, 4].map((n) => `${NET}.8.${n}`) as [string, string, string, string];
    // By name and MAC addresses; neither tells an engine id.
    await listen(a, port, device("box", mac(1)));
    await listen(b, port, device("box", mac(1)));
    // The same name and kind, other MAC addresses: another device.
    await listen(c, port, device("box", mac(2)));
    // It lists c as its own address.
    await listen(d, port, device("box", { ...mac(3), ...own(c) }));
    const found = await discover({ prefixes: [`${NET}.8.1-4`], port });
    const devices = mergeDevices(found.looks).map(({ endpoints }) => endpoints.map(({ address }) => address));
    expect(devices).toEqual([
      [a, b],
      [c, d],
    ]);
  });

  it("asks IPv6 neighbours out of the neighbour table, and sweeps no IPv6 prefix", async () => {
    const port = await freePort();
    const six = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1";
    await listen(
      `${NET}.9.1`,
      port,
      device("router", {
        [`1.3.6.1.2.1.4.35.1.4.1.2.16.${six}`]: octets(Buffer.from([2, 0, 0, 0, 7, 7])),
        [`1.3.6.1.2.1.4.35.1.6.1.2.16.${six}`]: integer(3),
      }),
    );
    await listen("::1", port, device("six"));
    const found = await discover({
      prefixes: ["::1/128"],
      seeds: [`${NET}.9.1`],
      port,
      sweep: false,
    });
    expect(found.addresses.find(({ endpoint }) => endpoint.address === "::1")).toMatchObject({
      outcome: "device",
      origin: "neighbour table",
    });
  });

  it("pings before it asks, and asks all the same what a person or a neighbour vouches for", async () => {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "discover-ping-"));
    const script = (name: string, lines: readonly string[]): Fping => {
      const file = join(folder, name);
      writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
      return new Fping(file);
    };
    // On loopback every address answers to ping: here the odd ones do not.
    const odd = script("odd", [
      'while [ "$1" != "--" ]; do shift; done; shift',
      'for a; do case "$a" in *[13579]) echo "$a : -" >&2;; *) echo "$a : 0.05" >&2;; esac; done',
    ]);
    const agents = await Promise.all(
      [1, 2, 3, 5].map((n) => listen(`${NET}.11.${n}`, port, device(`p${n}`))),
    );
    const prefixes = [`${NET}.11.1-4`, `${NET}.11.5`];
    try {
      const found = await discover({ prefixes, port, fping: odd });
      expect(outcomes(found)).toEqual({
        [`${NET}.11.1`]: "no-icmp",
        [`${NET}.11.2`]: "device",
        [`${NET}.11.3`]: "no-icmp",
        [`${NET}.11.4`]: "port-closed",
        [`${NET}.11.5`]: "device",
      });
      expect(agents.map(({ datagrams }) => datagrams > 0)).toEqual([false, true, false, true]);
      const unable = script("unable", ["echo 'fping: cannot open socket' >&2; exit 4"]);
      const all = await discover({ prefixes, port, fping: unable });
      expect(all.pingUnable).toMatch(/cannot open socket/);
      expect(Object.values(outcomes(all)).filter((outcome) => outcome === "device")).toHaveLength(4);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("ends soon when it is told to, with what it has", async () => {
    const port = await freePort();
    await listen(`${NET}.10.1`, port, device("early"));
    const quiet = await listen(`${NET}.10.2`, port);
    const stop = new AbortController();
    const found = await discover({
      prefixes: [`${NET}.10.0/24`],
      port,
      rate: 20,
      concurrency: 1,
      timeoutMs: 60_000,
      signal: stop.signal,
      // The device is done, and the silent one is being waited for.
      progress: () => setTimeout(() => stop.abort(), 100),
    });
    expect(found.left.interrupted).toBe(true);
    expect(found.looks).toHaveLength(1);
    expect(quiet.datagrams).toBeGreaterThan(0);
    expect(outcomes(found)[`${NET}.10.1`]).toBe("device");
    expect(outcomes(found)[`${NET}.10.2`]).toBe("interrupted");
    expect(found.addresses.length).toBeLessThan(254);
  });
});

describe("engine discovery", () => {
  it("takes the engine id of a Report to its own message alone", () => {
    expect(readReport(Buffer.from(discoveryMessage(2 ** 24)), 2 ** 24)).toBeUndefined();
    expect(readReport(new Uint8Array(0), 1)).toBeUndefined();
  });

  it("reads management addresses with and without a length", () => {
    expect(addressOf([0, 1, 1, 1, 4, 10, 1, 2, 3])).toBe("10.1.2.3");
    expect(addressOf([0, 1, 1, 1, 10, 1, 2, 3])).toBe("10.1.2.3");
    expect(addressOf([0, 1, 1, 2, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7])).toBe(
      "2001:db8::7",
    );
    for (const bad of [
      [],
      [0, 1, 1],
      [0, 1, 1, 1, 5, 10, 1, 2, 3],
      [0, 1, 1, 6, 6, 1, 2, 3, 4, 5, 6],
      [0, 1, 1, 1, 4, 10, 1, 2, 300],
    ])
      expect(addressOf(bad)).toBeUndefined();
  });
});
