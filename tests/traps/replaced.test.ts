import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CampusEvent } from "../../src/collection/events.ts";
import { Controller } from "../../src/commands/controller/controller.ts";
import { stateFile } from "../../src/commands/controller/state-file.ts";
import { applyImport, planImport } from "../../src/inventory/import-plan.ts";
import { StateDatabase } from "../../src/inventory/state-database.ts";
import { parseSettings } from "../../src/settings/load.ts";
import type { Settings } from "../../src/settings/schema.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { integer, objectId, octets, ticks } from "../snmp/asn1.ts";
import { FakeAgent } from "../snmp/fake-agent.ts";
import { until } from "../snmp/harness.ts";
import { clock } from "./harness.ts";

const ENTITY = "1.3.6.1.2.1.47.1.1.1.1";

/** What the switch at that address says of itself. */
function box(serial: string, engineId: string, version: string): Record<string, Uint8Array> {
  return {
    "1.3.6.1.2.1.1.1.0": octets(
      `Arista Networks EOS version ${version} running on an Arista Networks DCS-7050TX-64`,
    ),
    "1.3.6.1.2.1.1.2.0": objectId("1.3.6.1.4.1.30065.1.3011.7050"),
    "1.3.6.1.2.1.1.3.0": ticks(8_640_000),
    "1.3.6.1.2.1.1.5.0": octets("core"),
    [`${ENTITY}.2.1`]: octets("chassis"),
    [`${ENTITY}.5.1`]: integer(3),
    [`${ENTITY}.11.1`]: octets(serial),
    "1.3.6.1.6.3.10.2.1.1.0": octets(Buffer.from(engineId, "hex")),
  };
}

describe("a box that was replaced while campusd was off", () => {
  const folder = mkdtempSync(join(tmpdir(), "campusd-replaced-"));
  let agent: FakeAgent;
  let settings: Settings;

  beforeAll(async () => {
    agent = await FakeAgent.listen();
    const document = {
      data: { dir: folder },
      credentials: { switches: { protocol: "snmp", version: "v2c", community: "public" } },
    };
    const parsed = parseSettings(JSON.stringify(document), join(folder, "campusd.yaml"));
    if (!parsed.settings) throw new Error(parsed.problems.map(({ text }) => text).join("; "));
    settings = parsed.settings;
    const device = {
      id: "core-1",
      role: "core-switch",
      addresses: ["127.0.0.1"],
      port: agent.port,
      protocol: "snmp",
      credential: "switches",
    };
    const school = { id: "s1", region: "sc/gy/jg", name: "一小", kind: "primary", setting: "town" };
    const inventory = {
      regions: [
        { path: "sc", name: "四川省" },
        { path: "sc/gy", name: "广元市" },
        { path: "sc/gy/jg", name: "剑阁县" },
      ],
      schools: [{ ...school, buildings: [], devices: [device] }],
    };
    const file = join(folder, "inventory.yaml");
    writeFileSync(file, JSON.stringify(inventory));
    const state = new StateDatabase({ file: stateFile(settings) });
    await state.open();
    const known = { credentials: new Set(["switches"]), profiles: new Set<string>() };
    const current = await state.inventory();
    const plan = await planImport({ current, files: [file], version: await state.version(), known });
    await applyImport(state, plan, { at: clock.now(), who: "test" });
    await state.close();
  });

  afterAll(async () => {
    await agent.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** campusd runs until the device has told that version of it; answers the events. */
  async function run(version: string): Promise<CampusEvent[]> {
    const log = createLog({ level: "error", destination: { write: () => {} }, monotonic: clock.monotonic });
    const telemetry = createTelemetry(log);
    const controller = new Controller({ settings, telemetry, clock, random: () => 0.5, simulated: false });
    try {
      await controller.open(new AbortController().signal);
      const saidSo = () => {
        const facts = controller.facts("core-1");
        return facts?.identity.version === version && (facts.at ?? 0) >= controller.startedAt;
      };
      await until(saidSo, `version ${version}`);
      controller.events.flush();
      return controller.events.query({ subtree: "sc/gy/jg/s1", limit: 10 });
    } finally {
      await controller.close();
    }
  }

  it("is an event with the old and the new; an upgrade is another; what stays is none", async () => {
    agent.set(box("JPE1", "8000757105aaaa01", "4.28.3M"));
    expect(await run("4.28.3M")).toEqual([]);
    expect(await run("4.28.3M")).toEqual([]);

    agent.set(box("JPE2\u001b[31m", "8000757105bbbb02", "4.30.1F"));
    const [replaced, ...others] = await run("4.30.1F");
    expect(others).toEqual([]);
    expect(replaced).toMatchObject({
      kind: "device-replaced",
      device: "core-1",
      school: "s1",
      source: "127.0.0.1",
      severity: "warning",
      oid: "",
      count: 1,
    });
    const values = Object.fromEntries(replaced!.varbinds.map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({
      "serial before": "JPE1",
      "engineId before": "8000757105aaaa01",
      engineId: "8000757105bbbb02",
    });
    expect(values["serial"]).toMatch(/^JPE2/);
    expect(values["serial"]).not.toContain("\u001b");

    agent.set(box("JPE2\u001b[31m", "8000757105bbbb02", "4.31.0F"));
    const events = await run("4.31.0F");
    expect(events.map(({ kind }) => kind)).toEqual(["device-upgraded", "device-replaced"]);
    expect(events[0]).toMatchObject({ severity: "info" });
    expect(events[0]!.varbinds.map(({ name, value }) => `${name}=${value}`)).toEqual([
      "version before=4.30.1F",
      "version=4.31.0F",
    ]);
  }, 90_000);
});
