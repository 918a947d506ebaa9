import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Simulation } from "../../simulators/simulation.ts";
import { inventoryDraft } from "../../src/commands/discover/document.ts";
import { KnownDevices } from "../../src/commands/discover/known.ts";
import { mergeDevices } from "../../src/commands/discover/merge.ts";
import { propose } from "../../src/commands/discover/propose.ts";
import { inventoryDocumentSchema } from "../../src/inventory/document.ts";
import { planImport } from "../../src/inventory/import-plan.ts";
import { rowsOf } from "../../src/inventory/rows.ts";
import { campusd } from "../support/process.ts";
import { describeWith } from "../support/servers.ts";
import { community, discover, freePort, outcomes, profiles } from "./world.ts";

const OCTET = 171;
const PROFILES: Readonly<Record<string, readonly string[]>> = {
  Huawei: ["huawei-vrp-switch", "huawei-ac"],
  H3C: ["h3c-comware-switch"],
  Ruijie: ["ruijie-switch"],
};

describeWith(["fping"], "a county that is found", () => {
  let simulation: Simulation;
  let port: number;
  let folder: string;

  beforeAll(async () => {
    port = await freePort();
    simulation = new Simulation({
      seed: 5,
      schools: 2,
      baseOctet: OCTET,
      snmpPort: port,
      modbusPort: 0,
      clock: Date,
    });
    await simulation.open(new AbortController().signal);
    folder = mkdtempSync(join(tmpdir(), "discover-"));
    writeFileSync(
      join(folder, "campusd.yaml"),
      [
        "data: { dir: data }",
        "credentials:",
        "  stale: { protocol: snmp, community: nobody-has-this }",
        "  simulated: { protocol: snmp, community: public }",
        "  broker: { protocol: mqtt, username: a, password: b }",
        "",
      ].join("\n"),
    );
    const { regions, schools } = simulation.inventory();
    writeFileSync(
      join(folder, "schools.json"),
      JSON.stringify({ regions, schools: schools.map((school) => ({ ...school, devices: [] })) }),
    );
  });
  afterAll(async () => {
    await simulation?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** SNMP devices of the schools on 127.x addresses, by address. */
  const inWorld = () =>
    new Map(
      [...simulation.world.devices.values()]
        .filter((device) => device.school !== simulation.world.site.id)
        .filter((device) => device.protocol === "snmp" && device.address?.startsWith("127."))
        .map((device) => [device.address!, device]),
    );
  const prefixes = [`127.${OCTET}.1.0/24`, `127.${OCTET}.2.0/24`];
  const schoolsOnly = () => {
    const document = inventoryDocumentSchema.parse(
      JSON.parse(readFileSync(join(folder, "schools.json"), "utf8")),
    );
    return { document, rows: rowsOf(document, () => {}) };
  };

  it("finds every agent with its profile, and says why of every other address", async () => {
    const found = await discover({
      prefixes,
      port,
      ping: true,
      credentials: [community("stale", "nobody-has-this"), community("simulated", "public")],
      tries: 4,
    });
    const world = inWorld();
    const silent = [...world.values()].filter((device) => device.silent).map((device) => device.address);
    expect(silent).toHaveLength(1);
    const result = outcomes(found);
    expect(Object.keys(result)).toHaveLength(508);
    for (const [address, outcome] of Object.entries(result)) {
      const device = world.get(address);
      // On loopback the kernel answers for every address: a port that nobody has is refused.
      expect(outcome, address).toBe(device ? (device.silent ? "timeout" : "device") : "port-closed");
    }
    const timeout = found.addresses.find(({ endpoint }) => endpoint.address === silent[0])!;
    expect(timeout.tried).toEqual(["stale", "simulated"]);

    const devices = mergeDevices(found.looks);
    expect(devices).toHaveLength(world.size - 1);
    const { document, rows } = schoolsOnly();
    const proposals = propose({
      devices,
      known: new KnownDevices(rows, new Map()),
      profiles,
      assign: [],
      scope: found.scope,
      seeds: [],
    });
    for (const one of proposals.devices) {
      const address = one.found.endpoints[0]!.address;
      const device = world.get(address)!;
      expect(one.found.look.credential).toBe("simulated");
      expect(one.role, address).toBe(device.role);
      expect(one.school?.school, address).toBe(
        address.startsWith(`127.${OCTET}.1.`) ? "no1-high" : "liuxi-primary",
      );
      const { identity } = one.found.look.snapshot;
      expect(identity.sysName).toBe(one.id);
      if (PROFILES[device.vendor] && device.role !== "wifi-controller")
        expect(PROFILES[device.vendor]).toContain(identity.profile);
      if ("serial" in device.body) expect(identity.serial).toBe(device.body.serial);
      expect(one.known).toBeUndefined();
    }
    // Every access switch hangs behind a core of its school, by LLDP.
    const roleOf = new Map(proposals.devices.map((one) => [one.id, one]));
    const access = proposals.devices.filter(({ role }) => role === "access-switch");
    expect(access.length).toBeGreaterThan(5);
    for (const { parent, school } of access) {
      expect(roleOf.get(parent!.id)!.role).toBe("core-switch");
      expect(roleOf.get(parent!.id)!.school!.school).toBe(school!.school);
      expect(parent!.interface).toMatch(/Ethernet/);
    }
    // The silent switch is told of by its core; access points by their controllers.
    const routers = simulation.world.site.devices.map((device) => device.id);
    const neighbors = proposals.candidates.filter(
      ({ kind, name }) => kind === "neighbour" && !routers.includes(name ?? ""),
    );
    expect(neighbors.map(({ addresses }) => addresses)).toEqual([[silent[0]]]);
    expect(neighbors[0]).toMatchObject({ school: { school: "no1-high" }, inScope: true });
    expect(roleOf.get(neighbors[0]!.parent)!.role).toBe("core-switch");
    const aps = proposals.candidates.filter(({ kind }) => kind === "access point");
    const there = [...simulation.world.devices.values()].filter(({ role }) => role === "access-point");
    expect(aps.map(({ apName }) => apName).sort()).toEqual(
      there.map(({ apName, id }) => apName ?? id).sort(),
    );
    for (const { parent } of aps) expect(roleOf.get(parent)!.role).toBe("wifi-controller");

    // What comes out goes into the inventory as it is, and a second time changes nothing.
    const { yaml, count } = inventoryDraft(proposals, rows);
    expect(count).toBe(devices.length + aps.length);
    const known = { credentials: new Set(["simulated"]), profiles: new Set<string>() };
    const files = [{ name: "found.yaml", bytes: Buffer.from(yaml) }];
    const plan = await planImport({ current: document, files, known });
    expect(plan.problems).toEqual([]);
    expect(plan.change.counts).toMatchObject({ added: count, changed: 0, removed: 0 });
  });

  it("follows LLDP from a seed, as many hops as were asked for and no further than the scope", async () => {
    const seeds = [`127.${OCTET}.1.31`];
    const near = await discover({ prefixes: [`127.${OCTET}.1.0/24`], seeds, port, sweep: false, depth: 1 });
    expect(outcomes(near)).toEqual({ [`127.${OCTET}.1.31`]: "device", [`127.${OCTET}.1.1`]: "device" });
    const core = near.addresses.find(({ endpoint }) => endpoint.address === `127.${OCTET}.1.1`);
    expect(core).toMatchObject({ origin: "lldp", depth: 1, from: `127.${OCTET}.1.31` });
    const whole = await discover({ prefixes: [`127.${OCTET}.1.0/24`], seeds, port, sweep: false, depth: 5 });
    const switches = [...inWorld().values()].filter(
      ({ address, body }) =>
        address!.startsWith(`127.${OCTET}.1.`) && (body.kind === "switch" || body.kind === "controller"),
    );
    expect(Object.keys(outcomes(whole)).sort()).toEqual(switches.map(({ address }) => address!).sort());
    const alone = await discover({ seeds, port, depth: 5 });
    expect(Object.keys(outcomes(alone))).toEqual(seeds);
  });

  it("adopts in one step, knows what it has, and is quiet the second time", async () => {
    const config = ["--config", join(folder, "campusd.yaml")];
    expect(await campusd(["import", ...config, join(folder, "schools.json")]).exited).toBe(0);
    const file = join(folder, "found.yaml");
    const args = [
      "discover",
      ...config,
      `127.${OCTET}.2.0/26`,
      "--port",
      String(port),
      "--rate",
      "2000",
      "--timeout",
      "300ms",
    ];
    const first = campusd([...args, "--credential", "simulated", "--out", file, "--adopt", "--yes"]);
    expect(await first.exited, first.output()).toBe(0);
    expect(first.output()).toMatch(/\+ device liuxi-primary-core1/);
    expect(first.output()).toMatch(/taken over/);
    expect(first.output()).not.toMatch(/public|nobody-has-this/);

    const again = campusd(["import", ...config, file]);
    expect(await again.exited, again.output()).toBe(0);
    expect(again.output()).toMatch(/0 added, 0 changed, 0 removed/);

    const second = campusd([...args, "--json"]);
    expect(await second.exited, second.output()).toBe(0);
    const report = JSON.parse(
      second
        .output()
        .split("\n")
        .find((line) => line.startsWith("{"))!,
    ) as {
      devices: { id: string; known?: { device: string; by: string } }[];
      candidates: unknown[];
    };
    expect(report.devices.length).toBeGreaterThan(5);
    for (const { id, known } of report.devices) expect(known).toEqual({ device: id, by: "address" });
    // The county's routers, where the lines end, are in no prefix that was asked for.
    const routers = simulation.world.site.devices.map((device) => device.id);
    const candidates = report.candidates as { name: string }[];
    expect(candidates.map(({ name }) => name).sort()).toEqual(routers);

    const third = campusd([...args, "--adopt", "--yes"]);
    expect(await third.exited).toBe(0);
    expect(third.output()).toMatch(/nothing new to take over/);
  });

  it("refuses what it must not do, and says how to do it", async () => {
    const config = ["--config", join(folder, "campusd.yaml")];
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["10.0.0.0/8"], /too wide/],
      [["239.1.1.1"], /multicast/],
      [[], /nothing to look through/],
      [["127.0.0.1", "--adopt"], /add --yes/],
      [["127.0.0.1", "--credential", "nobody"], /there is: stale, simulated/],
      [["127.0.0.1", "--assign", "127.0.0.0/8=no1-hih"], /did you mean no1-high/],
      [["127.0.0.1", "--rate", "0"], /--rate/],
    ];
    for (const [args, message] of cases) {
      const run = campusd(["discover", ...config, ...args]);
      expect(await run.exited, args.join(" ")).toBe(2);
      expect(run.output()).toMatch(message);
    }
  });
});
