import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { binary, describeWith } from "../support/servers.ts";
import { answers, end, freePort, inspect, type SnapshotLine } from "./run.ts";

describeWith(["snmpd"], "a look at Debian's snmpd", () => {
  let folder: string;
  let agent: ChildProcess | undefined;
  let port: number;
  let line: SnapshotLine;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "inspect-"));
    port = await freePort();
    const config = join(folder, "snmpd.conf");
    writeFileSync(
      config,
      [
        `agentaddress udp:127.0.0.1:${port},udp6:[::1]:${port}`,
        "rocommunity s@cret",
        "rocommunity6 s@cret",
        "sysLocation 教学楼一层",
        "sysName test-host",
        "",
      ].join("\n"),
    );
    agent = spawn(
      binary("snmpd")!,
      ["-f", "-Lf", join(folder, "log"), "-C", "-c", config, "-p", join(folder, "pid")],
      { env: { ...process.env, SNMP_PERSISTENT_DIR: folder }, stdio: "ignore" },
    );
    await answers(`snmp://s%40cret@127.0.0.1:${port}`);
    const { code, stdout } = await inspect(["--json", `snmp://s%40cret@127.0.0.1:${port}`]);
    expect(code).toBe(0);
    line = JSON.parse(stdout) as SnapshotLine;
  });
  afterAll(async () => {
    await end(agent);
    rmSync(folder, { recursive: true, force: true });
  });

  it("gives the target as it was given, and who the device is", () => {
    expect(line.target).toBe(`snmp://s%40cret@127.0.0.1:${port}`);
    expect(line.error).toBeUndefined();
    expect(line.identity).toMatchObject({
      sysName: "test-host",
      sysLocation: "教学楼一层",
      sysObjectID: "1.3.6.1.4.1.8072.3.2.10",
      profile: "net-snmp-host",
    });
    expect(line.identity!.sysDescr).toMatch(/^Linux /);
  });

  it("gives the interfaces with their counters, as the kernel has them", () => {
    const lo = line.interfaces!.find((one) => one.name === "lo");
    expect(lo).toMatchObject({
      descr: "lo",
      key: "lo",
      type: "softwareLoopback",
      adminStatus: "up",
      operStatus: "up",
    });
    expect(lo!.mtu).toBeGreaterThan(1000);
    expect(lo!.inOctets).toBeGreaterThan(0);
    expect(lo!.outOctets).toBeGreaterThan(0);
    expect(lo!.inErrors).toBe(0);
    for (const name of Object.keys(networkInterfaces()))
      expect(line.interfaces!.some((one) => one.name === name)).toBe(true);
  });

  it("gives the addresses with their prefixes, IPv6 as well", () => {
    const lo = line.interfaces!.find((one) => one.name === "lo")!;
    expect(line.addresses).toContainEqual({ address: "127.0.0.1", prefixLength: 8, ifIndex: lo.ifIndex });
    expect(line.addresses).toContainEqual({ address: "::1", prefixLength: 128, ifIndex: lo.ifIndex });
  });

  it("gives readings with unit, label and object", () => {
    const loads = line.readings!.filter((one) => one.kind === "load");
    expect(loads.map((one) => one.oid)).toEqual([1, 2, 3].map((row) => `1.3.6.1.4.1.2021.10.1.5.${row}`));
    expect(loads[0]!.label).toBe("Load-1");
    const memory = line.readings!.find((one) => one.oid === "1.3.6.1.4.1.2021.4.6.0")!;
    expect(memory).toMatchObject({ kind: "memory", unit: "percent" });
    expect(memory.oids).toContain("1.3.6.1.4.1.2021.4.5.0");
    expect(memory.value).toBeGreaterThan(0);
    expect(memory.value).toBeLessThan(100);
  });

  it("says what the profile asked for in vain, and what it cost", () => {
    expect(line.lacking!.some((one) => one.table === "upsInput" || one.table === "lldpRem")).toBe(true);
    expect(line.partial).toEqual([]);
    expect(line.spent!.requests).toBeGreaterThan(10);
    expect(line.spent!.retries).toBe(0);
    expect(line.spent!.octetsReceived).toBeGreaterThan(line.spent!.octetsSent);
  });

  it("reads the same by SNMPv1 and over IPv6", async () => {
    for (const args of [["--v1", `snmp://s%40cret@127.0.0.1:${port}`], [`snmp://s%40cret@[::1]:${port}`]]) {
      const { code, stdout } = await inspect(["--json", ...args]);
      expect(code).toBe(0);
      const other = JSON.parse(stdout) as SnapshotLine;
      expect(other.identity).toEqual(line.identity);
      expect(other.addresses).toEqual(line.addresses);
      expect(other.interfaces!.map((one) => one.key)).toEqual(line.interfaces!.map((one) => one.key));
    }
  });

  it("tells people, and not the community", async () => {
    const { code, stdout } = await inspect([`snmp://s%40cret@127.0.0.1:${port}`]);
    expect(code).toBe(0);
    for (const text of ["test-host", "教学楼一层", "Interfaces (", "Readings (", "Spent", "127.0.0.1/8"])
      expect(stdout).toContain(text);
    expect(stdout).not.toMatch(/s@cret|s%40cret/);
    expect(stdout).not.toContain("\u001b");
  });
});
