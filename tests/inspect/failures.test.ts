import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReplay, type Replay } from "../../simulators/replay/replay.ts";
import { parseTarget } from "../../src/commands/inspect/target.ts";
import { isCampusError } from "../../src/errors/campus-error.ts";
import { freePort, inspect, snapshots } from "./run.ts";

const hex = (text: string): string => Buffer.from(text, "utf8").toString("hex");
const FAST = ["--timeout", "200ms", "--retries", "0"];

/** What a device may call itself to do harm in a terminal. */
const EVIL = "a\u001b[2J\u001b]0;owned\u0007b\u202ec\u009bd\u2028e\u200bf\r\ng";
const DEVICE = [
  `1.3.6.1.2.1.1.1.0|4x|${hex(EVIL)}`,
  "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1",
  `1.3.6.1.2.1.1.5.0|4x|${hex("\u001b[31mname\u202e")}`,
  "1.3.6.1.2.1.2.2.1.1.1|2|1",
  `1.3.6.1.2.1.2.2.1.2.1|4x|${hex("eth\u001b[0m\u202e0")}`,
  "1.3.6.1.2.1.2.2.1.8.1|2|1",
  `1.3.6.1.2.1.31.1.1.1.18.1|4x|${hex("\u202eevil\u200b")}`,
  "1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615",
  "1.3.6.1.2.1.31.1.1.1.10.1|70|9007199254740993",
  "1.3.6.1.2.1.2.2.1.14.1|65|4294967295",
];

describe("inspect", () => {
  let folder: string;
  let replay: Replay;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "inspect-"));
    writeFileSync(join(folder, "evil one.snmprec"), `${DEVICE.join("\n")}\n`);
    writeFileSync(join(folder, "empty.snmprec"), "1.3.6.1.2.1.1.1.0|4|\n");
    replay = await openReplay({ dir: folder, host: "127.0.0.1", port: 0 });
  });
  afterAll(async () => {
    await replay?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("gives an error line for each target that fails, the others all the same, and exit code 1", async () => {
    const closed = `snmp://hush@127.0.0.1:${await freePort()}`;
    const wrong = `snmp://hush@127.0.0.1:${replay.port}`;
    const nowhere = "snmp://hush@no-such-host.invalid:161";
    const good = `snmp://evil%20one@127.0.0.1:${replay.port}`;
    const { code, lines } = await snapshots([closed, wrong, nowhere, good], FAST);
    expect(code).toBe(1);
    expect(lines.size).toBe(4);
    expect(lines.get(closed)!.error!.code).toBe("E_TIMEOUT");
    expect(lines.get(wrong)!.error!.code).toBe("E_TIMEOUT");
    expect(lines.get(nowhere)!.error!.code).toBe("E_UNREACHABLE");
    expect(lines.get(good)!.error).toBeUndefined();
    for (const target of [closed, wrong, nowhere]) {
      expect(lines.get(target)!.error!.message).not.toContain("hush");
      expect(lines.get(target)!.identity).toBeUndefined();
    }
  });

  it("tells people of a failure without the community", async () => {
    const { code, stdout, stderr } = await inspect([...FAST, `snmp://hush@127.0.0.1:${replay.port}`]);
    expect(code).toBe(1);
    expect(stdout).toContain("E_TIMEOUT");
    expect(stdout + stderr).not.toContain("hush");
  });

  it("takes an agent that has nothing at all", async () => {
    const { code, lines } = await snapshots([`snmp://empty@127.0.0.1:${replay.port}`]);
    expect(code).toBe(0);
    const line = lines.get(`snmp://empty@127.0.0.1:${replay.port}`)!;
    expect(line.interfaces).toEqual([]);
    expect(line.readings).toEqual([]);
  });

  it("prints hostile names without control characters, with colours and without", async () => {
    const colours: Record<string, string> = { FORCE_COLOR: "1" };
    for (const env of [{}, colours]) {
      const { code, stdout } = await inspect([`snmp://evil%20one@127.0.0.1:${replay.port}`], { env });
      expect(code).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of styleText and nothing else
      const plain = stdout.replace(/\u001b\[\d+m/g, "");
      expect(plain).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(stripVTControlCharacters(stdout)).toBe(plain);
      expect(plain).toContain("\u{fffd}");
      expect(stdout.includes("\u001b[1m")).toBe(env === colours);
    }
  });

  it("keeps 64-bit counters whole", async () => {
    const target = `snmp://evil%20one@127.0.0.1:${replay.port}`;
    const { lines } = await snapshots([target]);
    expect(lines.get(target)!.interfaces![0]).toMatchObject({
      inOctets: "18446744073709551615",
      outOctets: "9007199254740993",
      inErrors: 4294967295,
    });
  });

  it("does not take a wrong target, says what is wrong with it, and not the community", () => {
    const wrong: [string, RegExp][] = [
      ["hush@127.0.0.1", /begin with snmp/],
      ["snmp://hush", /no @/],
      ["snmp://@127.0.0.1", /community is empty/],
      ["snmp://hush%zz@127.0.0.1", /percent-encoding/],
      ["snmp://hush@fe80::1", /square brackets/],
      ["snmp://hush@[127.0.0.1]:161", /no IPv6 address/],
      ["snmp://hush@127.0.0.1:70000", /port/],
      ["snmp://hush@127.0.0.1:0", /port/],
      ["snmp://hush@127.0.0.1:161/x", /cannot be read/],
      ["snmp://hush@", /cannot be read/],
    ];
    for (const [text, message] of wrong) {
      const error = (() => {
        try {
          return parseTarget(text, "target 1");
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(isCampusError(error, "E_USAGE"), text).toBe(true);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).toMatch(/^target 1 is not snmp:/);
      expect((error as Error).message).not.toContain("hush");
    }
  });

  it("takes every form of target", () => {
    const form = (text: string) => {
      const { community, host, port } = parseTarget(text, "target 1");
      return [community?.reveal(), host, port];
    };
    expect(form("snmp://public@10.0.0.1")).toEqual(["public", "10.0.0.1", 161]);
    expect(form("snmp://a%20b%2B%40%3A@core-1.example.edu:1161")).toEqual([
      "a b+@:",
      "core-1.example.edu",
      1161,
    ]);
    expect(form("snmp://p@ss@[2001:db8::1]:162")).toEqual(["p@ss", "2001:db8::1", 162]);
    expect(form("snmp://x@[fe80::1%25eth0]")).toEqual(["x", "fe80::1%eth0", 161]);
  });

  it("ends with exit code 2 for a wrong line of a file and names it, with 3 when there is no file", async () => {
    const bad = await inspect(["--targets", "-"], { input: "# two\nsnmp://hush@h:x\n" });
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain("standard input:2");
    expect(bad.stdout + bad.stderr).not.toContain("hush");
    expect((await inspect(["--targets", join(folder, "missing")])).code).toBe(3);
  });
});
