import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Secret } from "../../src/settings/secret.ts";
import { binary, describeWith } from "../support/servers.ts";
import { type Bench, openClient, until } from "./harness.ts";

/** What is used of net-snmp, which brings no types. */
interface NetSnmp {
  readonly Version2c: number;
  createSession(
    address: string,
    community: string,
    options: object,
  ): {
    on(event: "error", listener: () => void): void;
    get(
      oids: string[],
      done: (error: Error | null, varbinds: { type: number; value: unknown }[]) => void,
    ): void;
    close(): void;
  };
}
const snmp = createRequire(import.meta.url)("net-snmp") as NetSnmp;

const IF_DESCR = "1.3.6.1.2.1.2.2.1.2";
const IF_IN_OCTETS = "1.3.6.1.2.1.31.1.1.1.6";
const SYSTEM = "1.3.6.1.2.1.1";

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** Octets received on lo as the kernel counts them. */
function kernelOctets(): number {
  const line = readFileSync("/proc/net/dev", "utf8")
    .split("\n")
    .find((one) => one.trim().startsWith("lo:"));
  return Number(line!.trim().split(/[: ]+/)[1]);
}

describeWith(["snmpd", "snmpget", "snmpbulkwalk"], "Debian's snmpd", () => {
  let folder: string;
  let agent: ChildProcess;
  let port: number;
  let bench: Bench;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "snmpd-"));
    port = await freePort();
    const config = join(folder, "snmpd.conf");
    writeFileSync(
      config,
      [
        `agentaddress udp:127.0.0.1:${port},udp6:[::1]:${port}`,
        "rocommunity public",
        "rocommunity6 public",
        "sysLocation 教学楼一层",
        "sysName test-host",
        "",
      ].join("\n"),
    );
    agent = spawn(
      binary("snmpd")!,
      ["-f", "-Lf", join(folder, "log"), "-C", "-c", config, "-p", join(folder, "pid")],
      {
        env: { ...process.env, SNMP_PERSISTENT_DIR: folder },
        stdio: "ignore",
      },
    );
    bench = await openClient();
    let up = false;
    const target = bench.target(port, { timeoutMs: 300, retries: 0 });
    for (let i = 0; i < 50 && !up; i++) {
      up = await target.get([`${SYSTEM}.3.0`]).then(
        () => true,
        () => false,
      );
    }
    expect(up, "snmpd answers").toBe(true);
  });
  afterAll(async () => {
    await bench?.close();
    if (agent?.exitCode === null) {
      agent.kill();
      await until(() => agent.exitCode !== null || agent.signalCode !== null, "snmpd ends");
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])(
    "its own interfaces read right over %s",
    async (address) => {
      const target = bench.target(port, { endpoint: { address, port } });
      const [name, location, nothing] = await target.get([
        `${SYSTEM}.5.0`,
        `${SYSTEM}.6.0`,
        `${SYSTEM}.99.0`,
      ]);
      expect(name?.text).toBe("test-host");
      expect(location?.text).toBe("教学楼一层");
      expect(nothing).toBeUndefined();

      const theirs = (oid: string) =>
        execFileSync("snmpget", ["-v2c", "-c", "public", "-Oqv", `127.0.0.1:${port}`, oid])
          .toString()
          .trim();
      const index = readFileSync("/sys/class/net/lo/ifindex", "utf8").trim();
      const before = Number(theirs(`${IF_IN_OCTETS}.${index}`));
      const table = await target.table([IF_DESCR, IF_IN_OCTETS]);
      const after = Number(theirs(`${IF_IN_OCTETS}.${index}`));
      expect(table.end).toBe("end");
      const names = readFileSync("/proc/net/dev", "utf8").match(/^\s*[^\s:|]+(?=:)/gm)!;
      expect(table.items.map(({ values }) => values[0]!.text).sort()).toEqual(
        names.map((one) => one.trim()).sort(),
      );
      const lo = table.items.find(({ values }) => values[0]!.text === "lo")!;
      expect(lo.index).toEqual([Number(index)]);
      expect(lo.values[1]!.number).toBeGreaterThanOrEqual(before);
      expect(lo.values[1]!.number).toBeLessThanOrEqual(after);
      expect(after).toBeLessThanOrEqual(kernelOctets());
    },
  );

  it("walks the same objects as snmpbulkwalk, with SNMPv1 too", async () => {
    const lines = execFileSync("snmpbulkwalk", [
      "-v2c",
      "-c",
      "public",
      "-On",
      "-Oq",
      `127.0.0.1:${port}`,
      "1.3.6.1.2.1.2.2.1",
    ])
      .toString()
      .trim()
      .split("\n");
    const theirs = lines.map((line) => line.split(" ")[0]!.slice(1));
    for (const version of ["v2c", "v1"] as const) {
      const walk = await bench.target(port, { version, timeoutMs: 2000 }).walk("1.3.6.1.2.1.2.2.1");
      expect(walk.end, version).toBe("end");
      expect(
        walk.items.map(({ oid }) => oid.join(".")),
        version,
      ).toEqual(theirs);
    }
  });

  it("reads what net-snmp's decoder reads", async () => {
    const oids = ["1", "2", "3", "4", "5", "6"].map((column) => `${SYSTEM}.${column}.0`);
    const session = snmp.createSession("127.0.0.1", "public", { port, version: snmp.Version2c });
    session.on("error", () => undefined);
    const theirs = await new Promise<{ type: number; value: unknown }[]>((resolve, reject) => {
      session.get(oids, (error, varbinds) => (error ? reject(error) : resolve(varbinds)));
    });
    session.close();
    const ours = await bench.target(port).get(oids);
    expect(ours.map((value) => value!.tag)).toEqual(theirs.map(({ type }) => type));
    for (const [i, { type, value }] of theirs.entries())
      if (type === 67) expect(Math.abs(ours[i]!.number - Number(value))).toBeLessThan(1000);
      else expect(ours[i]!.text).toBe(String(value));
  });

  it("a wrong community is silence, named as such", async () => {
    const target = bench.target(port, { community: new Secret("wrong"), timeoutMs: 100, retries: 0 });
    await expect(target.get([`${SYSTEM}.1.0`])).rejects.toMatchObject({ code: "E_TIMEOUT" });
    await expect(target.get([`${SYSTEM}.1.0`])).rejects.not.toThrow(/wrong/);
  });
});
