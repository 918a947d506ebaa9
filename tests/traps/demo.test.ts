import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeviceView, EventsView } from "../../src/api/schemas/campus.ts";
import { campusd, getJson, type Running, until } from "../support/process.ts";

describe("campusd demo", () => {
  const folder = mkdtempSync(join(tmpdir(), "campusd-trap-demo-"));
  let demo: Running;
  let url: string;
  beforeAll(async () => {
    // Eight schools: enough that the scenario places the line that is down and the UPS on its battery.
    const args = ["demo", "--port", "0", "--schools", "8", "--data", folder, "--no-browser", "--log", "warn"];
    demo = campusd(args);
    url = (await demo.seen(/console: (http:\S+)\//))[1]!;
  }, 60_000);
  afterAll(async () => {
    await demo.end();
    rmSync(folder, { recursive: true, force: true });
  }, 20_000);

  const events = (query: string) => getJson<EventsView>(`${url}/api/v1/events?${query}`);

  it("hears the line that is down, of a device and an interface that the page knows", async () => {
    const { events: list } = await until(
      () => events("kind=linkDown"),
      (answer) => answer.events.length > 0,
    );
    const [event] = list;
    expect(event).toMatchObject({ kind: "linkDown", severity: "warning", count: 1 });
    expect(event!.varbinds.map((one) => one.value)).toContain("down(2)");
    expect(event!.device).not.toBeNull();
    expect(event!.interface).not.toBeNull();
    const device = await getJson<DeviceView>(`${url}/api/v1/devices/${event!.device}`);
    expect(device.device.addresses).toContain(event!.source);
    expect(device.interfaces.map((one) => one.key)).toContain(event!.interface);
  }, 60_000);

  it("hears the UPS that runs on its battery", async () => {
    const { events: list } = await until(
      () => events("kind=upsTrapOnBattery"),
      (answer) => answer.events.length > 0,
    );
    expect(list[0]).toMatchObject({ severity: "critical", oid: "1.3.6.1.2.1.33.2.1" });
    expect(list[0]!.varbinds.map((one) => one.name)).toEqual([
      "upsEstimatedMinutesRemaining.0",
      "upsSecondsOnBattery.0",
      "upsConfigLowBattTime.0",
    ]);
  }, 60_000);
});
