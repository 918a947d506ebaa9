import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DevicesView, DeviceView, Health, SchoolView } from "../../src/api/schemas/campus.ts";
import { campusd, getJson, until } from "../support/process.ts";
import { Site } from "../support/site.ts";
import { stored } from "./answers.ts";

/** The inventory changes under a running campusd, and what is wrong in it stays with what is wrong. */
describe("import while campusd serves", () => {
  const site = new Site({ baseOctet: 37, settings: { snmp: { timeout: "300ms", retries: 1 } } });
  const school = site.simulation.world.schools[0]!.id;
  /** Loopback, and nobody listens. */
  const NOWHERE = "127.37.250.9";
  const COLUMNS = "设备编码,学校编码,设备名称,角色,管理地址,协议,端口,凭据";

  const health = () => getJson<Health>(`${site.url}/api/v1/health`);
  const devices = async () =>
    (await getJson<DevicesView>(`${site.url}/api/v1/devices?school=${school}&limit=500`)).devices;
  const upOf = (rows: DevicesView["devices"]) => rows.filter(({ up }) => up === "up").map(({ id }) => id);

  async function importFile(name: string, text: string, ...options: string[]): Promise<[number, string]> {
    const running = campusd(["import", "-c", site.config, ...options, site.write(name, text)]);
    return [await running.exited, running.output()];
  }

  beforeAll(async () => {
    await site.prepare();
    await site.serve();
    await until(health, ({ devices: count }) => count.unknown === 0, 60_000);
  }, 120_000);

  afterAll(() => site.remove());

  it("takes an added device over within seconds; unreachable, it is down with a reason, and alone", async () => {
    const before = upOf(await devices());
    const [code, output] = await importFile(
      "added.csv",
      `${COLUMNS}\ns-lost,${school},新交换机,接入交换机,${NOWHERE},snmp,10161,switches\n`,
    );
    expect(output).toContain("s-lost");
    expect(code).toBe(0);
    const added = await until(devices, (rows) => rows.some(({ id }) => id === "s-lost"), 10_000);
    // The county's node has devices too: they are at no school.
    const { total } = await getJson<DevicesView>(`${site.url}/api/v1/devices?limit=500`);
    expect((await health()).devices.total).toBe(total);
    expect(added.length).toBeLessThan(total);
    const view = await until(
      () => getJson<DeviceView>(`${site.url}/api/v1/devices/s-lost`),
      ({ device }) => device.up === "down",
      60_000,
    );
    expect(view.device).toMatchObject({ state: "bad", name: "新交换机", reasons: [{ code: "device-down" }] });
    // No value is made up for it: not a zero, not a rate.
    expect(view.readings.filter(({ quantity }) => !/^(device\.|probe\.)/.test(quantity))).toEqual([]);
    expect(view.interfaces).toEqual([]);
    await site.running.seen(/"device":"s-lost".*a device does not answer/);
    expect(upOf(await devices())).toEqual(before);
    expect((await health()).status).toBe("ok");
  }, 90_000);

  it("imports nothing of a file with a broken row, and goes on as it was", async () => {
    const before = (await devices()).map(({ id }) => id);
    const [code, output] = await importFile(
      "broken.csv",
      `${COLUMNS}\ns-two,${school},二,接入交换机,127.37.250.10,snmp,10161,switches\ns-three,${school},三,接入交换机,here,snmp,x,switches\n`,
    );
    expect(output).toMatch(/broken\.csv row 3, column E "管理地址": "here"/);
    expect(output).toMatch(/broken\.csv row 3, column G "端口"/);
    expect(output).toContain("nothing is imported");
    expect(code).toBe(2);
    expect((await devices()).map(({ id }) => id)).toEqual(before);
  });

  it("shows what would change and changes nothing with --dry-run", async () => {
    const [code, output] = await importFile(
      "dry.csv",
      `${COLUMNS}\ns-lost,${school},改名,接入交换机,${NOWHERE},snmp,10161,switches\n`,
      "--dry-run",
    );
    expect(code).toBe(0);
    expect(output).toMatch(/新交换机.*改名/s);
    expect(output).toContain("dry run: nothing was changed");
    expect((await devices()).find(({ id }) => id === "s-lost")).toMatchObject({ name: "新交换机" });
  });

  it("lets a device go that a whole list no longer names, and keeps its samples and the others'", async () => {
    const inventory = site.simulation.inventory();
    const [gone] = inventory.schools[0]!.devices.filter(({ role }) => role === "ups");
    inventory.schools[0]!.devices = inventory.schools[0]!.devices.filter((device) => device !== gone);
    const [code, output] = await importFile("whole.yaml", JSON.stringify(inventory), "--replace");
    expect(output).toContain(gone!.id);
    expect(code).toBe(0);
    const rows = await until(
      devices,
      (list) => !list.some(({ id }) => id === "s-lost" || id === gone!.id),
      10_000,
    );
    expect(rows.length).toBe(inventory.schools[0]!.devices.length);
    expect((await fetch(`${site.url}/api/v1/devices/${gone!.id}`)).status).toBe(404);
    const view = await getJson<SchoolView>(`${site.url}/api/v1/schools/${school}`);
    expect(view.devices.some(({ id }) => id === gone!.id)).toBe(false);
    const now = Date.now();
    const charge = await stored(site.url, "ups.charge", { school }, now - 200_000, now);
    expect(charge.map(({ device }) => device)).toEqual([gone!.id]);
    // Importing the same again changes nothing.
    const [again, said] = await importFile("whole.yaml", JSON.stringify(inventory), "--replace");
    expect(again).toBe(0);
    expect(said).toContain("0 added, 0 changed, 0 removed");
  });

  it("refuses a second campusd on the same data folder, and is not disturbed by it", async () => {
    const before = await health();
    const second = campusd(["serve", "-c", site.config]);
    expect(await second.exited).toBe(3);
    expect(second.output()).toMatch(/in use by another campusd|is taken; the embedded broker cannot listen/);
    const after = await until(health, ({ samples }) => samples.total > before.samples.total);
    expect(after.devices).toEqual(before.devices);
    expect(await site.stop("SIGTERM")).toBe(0);
    expect(site.running.output()).not.toMatch(/fault of its own|did not close cleanly|"level":"error"/);
  });
});
