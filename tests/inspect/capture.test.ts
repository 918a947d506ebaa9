import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captureDevice } from "../../collectors/snmp/capture/capture.ts";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import {
  type DeviceSnapshot,
  InspectionPlans,
  inspectDevice,
} from "../../collectors/snmp/inspection/inspect.ts";
import { openReplay } from "../../simulators/replay/replay.ts";
import { Simulation } from "../../simulators/simulation.ts";
import { systemClock } from "../../src/collection/clock.ts";
import type { Endpoint } from "../../src/collection/contract.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { Secret } from "../../src/settings/secret.ts";
import { SHIPPED } from "../profiles/files.ts";
import { binary, describeWith } from "../support/servers.ts";
import { answers, end, type Finished, freePort, inspect, ROOT, type SnapshotLine } from "./run.ts";

/** Runs `campusd capture ARGS` from the sources to its end. */
async function capture(...args: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [join(ROOT, "src/main.ts"), "capture", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

describeWith(["snmpd"], "a recording of Debian's snmpd", () => {
  let folder: string;
  let agent: ChildProcess | undefined;
  let target: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "capture-"));
    const port = await freePort();
    const config = join(folder, "snmpd.conf");
    writeFileSync(
      config,
      [
        `agentaddress udp:127.0.0.1:${port}`,
        "rocommunity secret-community-7",
        "rouser inspector-of-schools",
        "sysLocation 实验小学教学楼一层",
        "sysName experimental-school-core",
        "sysContact Wang <wang@school-of-kunming.edu.cn>",
        "",
      ].join("\n"),
    );
    agent = spawn(
      binary("snmpd")!,
      ["-f", "-Lf", join(folder, "log"), "-C", "-c", config, "-p", join(folder, "pid")],
      { env: { ...process.env, SNMP_PERSISTENT_DIR: folder }, stdio: "ignore" },
    );
    target = `snmp://secret-community-7@127.0.0.1:${port}`;
    await answers(target);
  });
  afterAll(async () => {
    await end(agent);
    rmSync(folder, { recursive: true, force: true });
  });

  it("is read again as the device is, and has nothing in it of who and where it is", async () => {
    mkdirSync(join(folder, "recordings"));
    const file = join(folder, "recordings", "sent-in.snmprec");
    const { code, stderr } = await capture("--out", file, target);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/profile net-snmp-host/);
    expect(stderr).toMatch(/replaced: \d+ MAC addresses/);
    expect(stderr).toMatch(/not read, programs that run and their arguments: /);
    expect(stderr).toMatch(/not read, SNMP users, communities and engines: /);
    expect(stderr).not.toContain("secret-community-7");
    expect(statSync(file).mode & 0o077).toBe(0);

    const text = readFileSync(file, "latin1");
    const lower = text.toLowerCase();
    const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const secrets = [
      ...["secret-community-7", "inspector-of-schools", "experimental-school-core", "school-of-kunming"],
      ...[hostname()].filter((name) => name.length > 3),
      ...own.filter(({ internal }) => !internal).map(({ address }) => address),
      ...own.filter(({ internal }) => !internal).map(({ mac }) => mac),
    ];
    for (const secret of secrets) {
      expect(lower).not.toContain(secret.toLowerCase());
      expect(lower).not.toContain(Buffer.from(secret, "utf8").toString("hex"));
      expect(text).not.toContain(`.${[...Buffer.from(secret, "utf8")].join(".")}`);
    }
    expect(lower).not.toContain(Buffer.from("实验小学", "utf8").toString("hex"));
    for (const { mac, internal } of own) {
      if (internal) continue;
      expect(lower).not.toContain(mac.replaceAll(":", ""));
    }

    const replay = await openReplay({ dir: join(folder, "recordings"), host: "127.0.0.1", port: 0 });
    try {
      const of = async (which: string): Promise<SnapshotLine> =>
        JSON.parse((await inspect(["--json", which])).stdout) as SnapshotLine;
      const device = await of(target);
      const again = await of(`snmp://sent-in@127.0.0.1:${replay.port}`);
      expect(again.error).toBeUndefined();
      expect(again.identity).toMatchObject({
        profile: "net-snmp-host",
        sysObjectID: device.identity!.sysObjectID,
      });
      expect(again.identity!.version).toBe(device.identity!.version);
      expect(again.identity!.sysName).not.toBe(device.identity!.sysName);
      const shape = (line: SnapshotLine) =>
        line.interfaces!.map(({ ifIndex, name, descr, type, mtu, speed, adminStatus, operStatus }) => [
          ...[ifIndex, name, descr, type, mtu, speed, adminStatus, operStatus],
        ]);
      expect(shape(again)).toEqual(shape(device));
      const networks = (line: SnapshotLine) =>
        line.addresses!.map(({ ifIndex, prefixLength }) => `${ifIndex}/${prefixLength}`).sort();
      expect(networks(again)).toEqual(networks(device));
      const readings = (line: SnapshotLine) =>
        line.readings!.map(({ kind, oid, unit }) => `${kind} ${oid} ${unit}`).sort();
      expect(readings(again)).toEqual(readings(device));
      expect(readings(again).length).toBeGreaterThan(3);
    } finally {
      await replay.close();
    }
  });

  it("takes no file that is there, no wrong OID, and says so", async () => {
    const file = join(folder, "there.snmprec");
    writeFileSync(file, "mine");
    const taken = await capture("--subtrees", "1.3.6.1.2.1.1", "--out", file, target);
    expect(taken).toMatchObject({ code: 3 });
    expect(taken.stderr).toContain("it is there already");
    expect(readFileSync(file, "utf8")).toBe("mine");
    const wrong = await capture("--subtrees", "1.3.6.1.2.x", target);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("--subtrees takes OIDs");
  });

  it("reads only what it is told to, and says when it is not whole", async () => {
    const some = await capture("--subtrees", "1.3.6.1.2.1.2.1", target);
    expect(some.code).toBe(0);
    const oids = some.stdout
      .split("\n")
      .filter((line) => /^\d/.test(line))
      .map((line) => line.split("|")[0]!);
    expect(oids.every((oid) => /^1\.3\.6\.1\.2\.1\.(?:1\.|2\.1\.0$)/.test(oid))).toBe(true);
    expect(oids).toContain("1.3.6.1.2.1.2.1.0");
    expect(oids).toContain("1.3.6.1.2.1.1.2.0");
    const cut = await capture("--limit", "12", target);
    expect(cut.code).toBe(1);
    expect(cut.stderr).toContain("not whole: the limit of 12 objects");
    expect(cut.stdout.split("\n").filter((line) => /^\d/.test(line)).length).toBeLessThanOrEqual(12);
  });
});

const COUNTY = {
  seed: 11,
  schools: 1,
  baseOctet: 119,
  snmpPort: 0,
  modbusPort: 0,
  community: "county-community-9",
  scenario: "quiet",
  epochMs: Date.UTC(2026, 8, 1),
  // The clock stands: two looks at a device see the same.
  clock: { now: () => Date.UTC(2026, 10, 18, 2) },
};

describe("recordings of the simulated county", () => {
  const simulation = new Simulation(COUNTY);
  const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
  const plans = new InspectionPlans(loadProfiles([SHIPPED]));
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "capture-county-"));
    const signal = AbortSignal.timeout(30_000);
    await simulation.open(signal);
    await client.open(signal);
  });
  afterAll(async () => {
    await client.close();
    await simulation.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function at<T>(
    endpoint: Endpoint,
    community: string,
    use: (session: ReturnType<SnmpClient["target"]>["session"]) => Promise<T>,
  ): Promise<T> {
    const options = { endpoint, version: "v2c" as const, community: new Secret(community) };
    const target = client.target({ ...options, timeoutMs: 5000, requestsPerSecond: 2000 });
    try {
      return await use(target.session);
    } finally {
      target.close();
    }
  }

  it("give the same interfaces, readings and networks as the devices, for each profile once", async () => {
    const devices = new Map<string, { name: string; endpoint: Endpoint; snapshot: DeviceSnapshot }>();
    for (const device of simulation.inventory().schools.flatMap((school) => school.devices)) {
      const address = device.addresses?.[0];
      if (device.protocol !== "snmp" || !address) continue;
      const endpoint = { address, port: device.port! };
      const snapshot = await at(endpoint, COUNTY.community, (session) => inspectDevice(session, plans));
      const profile = snapshot.identity.profile!;
      if (!devices.has(profile)) devices.set(profile, { name: device.id, endpoint, snapshot });
    }
    expect(devices.size).toBeGreaterThan(3);
    for (const { name, endpoint } of devices.values()) {
      const { text, report } = await at(endpoint, COUNTY.community, (session) =>
        captureDevice(session, plans, { key: new Uint8Array(32).fill(3), secrets: [COUNTY.community] }),
      );
      expect(report.partial, name).toBeUndefined();
      expect(text).not.toContain(COUNTY.community);
      writeFileSync(join(folder, `${name}.snmprec`), text);
    }
    const replay = await openReplay({ dir: folder, host: "127.0.0.1", port: 0 });
    try {
      for (const [profile, { name, snapshot }] of devices) {
        const again = await at({ address: "127.0.0.1", port: replay.port }, name, (session) =>
          inspectDevice(session, plans),
        );
        expect(again.identity.profile, name).toBe(profile);
        for (const member of ["model", "version"] as const)
          expect(again.identity[member], `${name} ${member}`).toBe(snapshot.identity[member]);
        const ports = (one: DeviceSnapshot) =>
          one.interfaces.map(({ alias: _alias, mac: _mac, key: _key, ...rest }) => rest);
        expect(ports(again), name).toEqual(ports(snapshot));
        const networks = (one: DeviceSnapshot) =>
          one.addresses.map(({ ifIndex, prefixLength }) => `${ifIndex}/${prefixLength}`).sort();
        expect(networks(again), name).toEqual(networks(snapshot));
        const readings = (one: DeviceSnapshot) =>
          one.readings.map(({ quantity, value, unit }) => `${quantity} ${value} ${unit}`).sort();
        expect(readings(again), name).toEqual(readings(snapshot));
        for (const list of ["hosts", "neighbors", "vlans", "entities", "aps"] as const)
          expect(again[list].length, `${name} ${list}`).toBe(snapshot[list].length);
        const text = readFileSync(join(folder, `${name}.snmprec`), "latin1").toLowerCase();
        const { sysName } = snapshot.identity;
        if (sysName) expect(text).not.toContain(sysName.toLowerCase());
        const serial = snapshot.identity.serial;
        if (serial) expect(text).not.toContain(serial.toLowerCase());
        for (const { address } of snapshot.addresses)
          if (!/^(?:127\.|::1$|fe80::[0-9a-f]{1,4}$)/.test(address))
            expect(text).not.toContain(`|${address}\n`);
        for (const { mac = "none" } of snapshot.hosts) expect(text).not.toContain(mac.replaceAll(":", ""));
      }
    } finally {
      await replay.close();
    }
  });
});

describe("a device that has more than anybody wants", () => {
  it("is read up to the limits of objects, octets and time, and what came is kept", async () => {
    const folder = mkdtempSync(join(tmpdir(), "capture-large-"));
    const rows = Array.from(
      { length: 3000 },
      (_, i) => `1.3.6.1.4.1.99999.1.1.${i + 1}|4|${"row ".repeat(20)}${i}`,
    );
    writeFileSync(
      join(folder, "large.snmprec"),
      ["1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1", ...rows].join("\n"),
    );
    const replay = await openReplay({ dir: folder, host: "127.0.0.1", port: 0 });
    const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
    await client.open(AbortSignal.timeout(30_000));
    const plans = new InspectionPlans(loadProfiles([SHIPPED]));
    const read = async (limits: { maxVarbinds?: number; maxOctets?: number; maxMs?: number }) => {
      const endpoint = { address: "127.0.0.1", port: replay.port };
      const community = new Secret("large");
      const target = client.target({ endpoint, version: "v2c", community, requestsPerSecond: 5000 });
      try {
        return (await captureDevice(target.session, plans, { key: new Uint8Array(32), limits })).report;
      } finally {
        target.close();
      }
    };
    try {
      expect(await read({})).toMatchObject({ objects: 3001, dropped: 0 });
      expect((await read({})).partial).toBeUndefined();
      expect(await read({ maxVarbinds: 500 })).toMatchObject({
        objects: 500,
        partial: "the limit of 500 objects",
      });
      const cut = await read({ maxOctets: 20_000 });
      expect(cut.partial).toBe("the limit of 20000 octets");
      expect(cut.objects).toBeGreaterThan(10);
      expect(cut.objects).toBeLessThan(300);
      expect((await read({ maxMs: 0 })).partial).toMatch(/^the time limit/);
    } finally {
      await client.close();
      await replay.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describeWith(["snmpsimd", "snmpbulkwalk"], "a recording of ours", () => {
  it("is served by Debian's simulator too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "capture-simd-"));
    execFileSync("chmod", ["755", folder]);
    for (const name of ["data", "cache"]) mkdirSync(join(folder, name));
    execFileSync("chmod", ["777", join(folder, "cache")]);
    const lines = [
      "# a comment",
      "1.3.6.1.2.1.1.1.0|4|Huawei | AR",
      "1.3.6.1.2.1.1.6.0|4x|e5ae9ee9aa8c",
      "1.3.6.1.2.1.4.20.1.1.10.1.2.3|64|10.1.2.3",
      "1.3.6.1.4.1.99999.1.0|70|18446744073709551615",
    ];
    writeFileSync(join(folder, "data", "ours.snmprec"), `${lines.join("\n")}\n`);
    const port = await freePort();
    const agent = spawn(
      binary("snmpsimd")!,
      [
        ...(process.getuid?.() === 0 ? ["--process-user=nobody", "--process-group=nogroup"] : []),
        `--data-dir=${join(folder, "data")}`,
        `--cache-dir=${join(folder, "cache")}`,
        `--agent-udpv4-endpoint=127.0.0.1:${port}`,
        "--logging-method=null",
      ],
      { stdio: "ignore" },
    );
    try {
      const target = `snmp://ours@127.0.0.1:${port}`;
      await answers(target);
      const { code, stdout } = await capture(target);
      expect(code).toBe(0);
      const rows = stdout.split("\n").filter((line) => /^\d/.test(line));
      expect(rows.length).toBe(4);
      expect(rows[0]).toBe(lines[1]);
      expect(rows[1]).toMatch(/^1\.3\.6\.1\.2\.1\.1\.6\.0\|4\|\S{6}$/);
      expect(rows[2]).toMatch(/^1\.3\.6\.1\.2\.1\.4\.20\.1\.1\.(10\.\d+\.2\.3)\|64\|\1$/);
      expect(rows[2]).not.toContain("10.1.2.3");
      expect(rows[3]).toBe(lines[4]);
    } finally {
      await end(agent);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
