import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReplay, type Replay } from "../../simulators/replay/replay.ts";
import { binary, describeWith } from "../support/servers.ts";

const run = promisify(execFile);

const RECORDING = Buffer.concat([
  Buffer.from(
    [
      "# a hand-written recording",
      "1.3.6.1.2.1.1.1.0|4|Test \xe9 device | with a bar",
      "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1",
      "1.3.6.1.2.1.1.3.0|67|123456",
      "",
      "1.3.6.1.2.1.31.1.1.1.6.2|70|18446744073709551615",
      "1.3.6.1.2.1.31.1.1.1.6.1|70|9007199254740993",
      "1.3.6.1.2.1.31.1.1.1.6.1|70|1",
      "1.3.6.1.2.1.2.2.1.6.1|4x|001122aabbcc",
      "1.3.6.1.2.1.2.2.1.2.1|4e|line\\x31\\nnext",
      "1.3.6.1.2.1.2.2.1.10.1|65|4294967295",
      "1.3.6.1.2.1.2.2.1.10.200|65|7",
      "1.3.6.1.2.1.2.2.1.10.20000|65|8",
      "1.3.6.1.2.1.2.2.1.10.3|65:writecache|9",
      "1.3.6.1.2.1.4.20.1.1.127.0.0.1|64|127.0.0.1",
      "1.3.6.1.4.1.2021.10.1.6.1|68x|9f78043f800000",
      "1.3.6.1.4.1.99999.2.0|2|-5",
      "1.3.6.1.4.1.99999.3.0|5|",
      "this line is broken",
      "1.3.6.1.4.1.99999.4.0|2|eleven",
    ].join("\n"),
    "latin1",
  ),
]);

describeWith(
  ["snmpget", "snmpbulkwalk", "snmpwalk", "snmpbulkget"],
  "replay against net-snmp's tools",
  () => {
    const dir = mkdtempSync(join(tmpdir(), "campus-replay-"));
    const bad: string[] = [];
    let replay: Replay;
    const tool = async (name: string, args: string[], community = "a device+1") => {
      const { stdout } = await run(
        binary(name)!,
        [
          "-t",
          "2",
          "-r",
          "0",
          "-On",
          "-m",
          "",
          "-c",
          community,
          ...args.slice(0, 1),
          ...args.slice(1, -1),
          `127.0.0.1:${replay.port}`,
          args.at(-1)!,
        ],
        { encoding: "latin1", maxBuffer: 1 << 26 },
      );
      // Values may hold line breaks, and a walk to the end prints a line about the end of the view.
      return stdout
        .split(/\n(?=\.1)/)
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.includes("No more variables"));
    };

    beforeAll(async () => {
      writeFileSync(join(dir, "a device+1.snmprec"), RECORDING);
      const many = Array.from(
        { length: 3000 },
        (_, i) => `1.3.6.1.4.1.99999.9.${i + 1}|4|${"x".repeat(100)}`,
      );
      writeFileSync(join(dir, "big.snmprec"), many.reverse().join("\r\n"));
      replay = await openReplay({
        dir,
        host: "127.0.0.1",
        port: 0,
        badLine: (file, line, reason) => bad.push(`${file}:${line}: ${reason}`),
      });
    });
    afterAll(async () => {
      await replay?.close();
      rmSync(dir, { recursive: true, force: true });
    });

    it("walks everything in order, first of duplicates kept", async () => {
      const lines = await tool("snmpbulkwalk", ["-v2c", ".1.3"]);
      expect(lines.map((line) => line.slice(1, line.indexOf(" ")))).toEqual([
        "1.3.6.1.2.1.1.1.0",
        "1.3.6.1.2.1.1.2.0",
        "1.3.6.1.2.1.1.3.0",
        "1.3.6.1.2.1.2.2.1.2.1",
        "1.3.6.1.2.1.2.2.1.6.1",
        "1.3.6.1.2.1.2.2.1.10.1",
        "1.3.6.1.2.1.2.2.1.10.3",
        "1.3.6.1.2.1.2.2.1.10.200",
        "1.3.6.1.2.1.2.2.1.10.20000",
        "1.3.6.1.2.1.4.20.1.1.127.0.0.1",
        "1.3.6.1.2.1.31.1.1.1.6.1",
        "1.3.6.1.2.1.31.1.1.1.6.2",
        "1.3.6.1.4.1.2021.10.1.6.1",
        "1.3.6.1.4.1.99999.2.0",
        "1.3.6.1.4.1.99999.3.0",
      ]);
      expect(lines.find((line) => line.includes("31.1.1.1.6.1 "))).toContain("9007199254740993");
      expect(lines.find((line) => line.includes("31.1.1.1.6.2 "))).toContain("18446744073709551615");
      expect(lines.find((line) => line.includes("2.2.1.6.1 "))).toContain("00 11 22 AA BB CC");
      expect(lines.find((line) => line.includes(".99999.2.0 "))).toContain("INTEGER: -5");
      expect(lines.find((line) => line.includes("2021.10.1.6.1 "))).toMatch(/Float: 1\.0/);
      expect(lines.find((line) => line.includes("2.1.1.1.0 "))).toContain("54 65 73 74 20 E9 20 64");
    });

    it("reports bad lines with file and line", () => {
      expect(bad).toEqual([
        `${join(dir, "a device+1.snmprec")}:19: not OID|TAG|VALUE`,
        `${join(dir, "a device+1.snmprec")}:20: the value is not a whole number`,
      ]);
    });

    it("answers v1: no Counter64, noSuchName at the end", async () => {
      const walked = await tool("snmpwalk", ["-v1", ".1.3.6.1.2.1"]);
      expect(walked.some((line) => line.includes("31.1.1.1.6"))).toBe(false);
      expect(walked.length).toBe(10);
      await expect(tool("snmpget", ["-v1", ".1.3.6.1.2.1.31.1.1.1.6.1"])).rejects.toMatchObject({
        stderr: expect.stringContaining("noSuchName"),
      });
    });

    it("tells absent objects from absent instances", async () => {
      expect(await tool("snmpget", ["-v2c", ".1.3.6.1.2.1.2.2.1.10.9"])).toEqual([
        ".1.3.6.1.2.1.2.2.1.10.9 = No Such Instance currently exists at this OID",
      ]);
      expect((await tool("snmpget", ["-v2c", ".1.3.6.1.9.9.9.0"]))[0]).toContain("No Such Object");
    });

    it("is silent to an unknown community", async () => {
      await expect(tool("snmpget", ["-v2c", ".1.3.6.1.2.1.1.1.0"], "no such file")).rejects.toMatchObject({
        stderr: expect.stringContaining("Timeout"),
      });
      await expect(tool("snmpget", ["-v2c", ".1.3.6.1.2.1.1.1.0"], "../replay")).rejects.toMatchObject({
        stderr: expect.stringContaining("Timeout"),
      });
    });

    it("walks a large unsorted table whose answers fill datagrams", async () => {
      const lines = await tool("snmpbulkwalk", ["-v2c", "-Cr1000", ".1.3.6.1.4.1.99999.9"], "big");
      expect(lines.length).toBe(3000);
      expect(lines[2999]).toContain(".9.3000 ");
      const before = replay.stats().requests;
      const [first] = await tool("snmpbulkget", ["-v2c", "-Cr2000", ".1.3.6.1.4.1.99999.9"], "big");
      expect(first).toContain(".9.1 ");
      expect(replay.stats().requests).toBe(before + 1);
    });
  },
);

const recordings = resolve(import.meta.dirname, "../../../shared/field-recordings/recordings");
describe.skipIf(!existsSync(recordings) || !binary("snmpbulkwalk"))(
  "replay of field recordings [needs ../shared/field-recordings and snmp]",
  () => {
    it("serves each recording whole", async () => {
      const bad: string[] = [];
      const replay = await openReplay({
        dir: recordings,
        host: "127.0.0.1",
        port: 0,
        cacheBytes: 4 << 20,
        badLine: (file, line, reason) => bad.push(`${file}:${line}: ${reason}`),
      });
      try {
        expect(replay.communities.length).toBeGreaterThan(600);
        for (const name of replay.communities.filter((_, i) => i % 140 === 3).slice(0, 5)) {
          const { stdout } = await run(
            binary("snmpbulkwalk")!,
            [
              "-v2c",
              "-t",
              "5",
              "-r",
              "1",
              "-On",
              "-m",
              "",
              "-Cr50",
              "-c",
              name,
              `127.0.0.1:${replay.port}`,
              ".1",
            ],
            { encoding: "latin1", maxBuffer: 1 << 28 },
          );
          expect(stdout).toMatch(/^\.1\.3\.6\.1\.2\.1\.1\.1\.0 = /);
        }
        expect(replay.stats().cachedBytes).toBeLessThan(16 << 20);
      } finally {
        await replay.close();
      }
    });
  },
);
