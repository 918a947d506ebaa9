import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DeviceView, Health, ReadingView, SchoolView } from "../../src/api/schemas/campus.ts";
import { Mosquitto, PASSWORD, publish, USER } from "../mqtt/mosquitto.ts";
import { getJson, until } from "../support/process.ts";
import { describeWith } from "../support/servers.ts";
import { Site } from "../support/site.ts";

const WRONG = "wrong-password-canary";

/** `campusd serve` listening to Debian's Mosquitto, and what mosquitto_pub publishes on the page of a board. */
describeWith(["mosquitto", "mosquitto_pub"], "serve with a broker that asks for a password", () => {
  const mosquitto = new Mosquitto();
  let site: Site;
  let board = "";
  let topic = "";

  const device = () => getJson<DeviceView>(`${site.url}/api/v1/devices/${board}`);
  const reading = (view: DeviceView, quantity: string): ReadingView | undefined =>
    view.readings.find((one) => one.quantity === quantity);
  const connection = (password: unknown) => ({
    mqtt: {
      connections: [{ name: "county", url: `mqtt://127.0.0.1:${mosquitto.port}`, username: USER, password }],
    },
  });

  beforeAll(async () => {
    await mosquitto.start();
    site = new Site({ baseOctet: 35, boards: false });
    await site.prepare();
    const { world } = site.simulation;
    const first = [...world.devices.values()].find(({ body }) => body.kind === "board")!;
    board = first.id;
    topic = `edu/${world.region}/${first.school}/${first.room}/${board}`;
  });

  afterAll(async () => {
    await site?.remove();
    await mosquitto.stop();
    mosquitto.remove();
  });

  it("says what is wrong when the password is, and prints no password", async () => {
    site.writeSettings(connection(WRONG));
    await site.serve();
    const [said] = await site.running.seen(/^.*a broker is away.*$/m);
    expect(JSON.parse(said)).toMatchObject({ level: "warn", connection: "county" });
    expect(said).toContain(`refuses user ${USER}: wrong password`);
    const view = await device();
    expect(view.device).toMatchObject({ up: "unknown", state: "unknown" });
    expect(view.device.reasons[0]).toMatchObject({ code: "no-data" });
    // The rest of the school goes on without the broker.
    const health = await until(
      () => getJson<Health>(`${site.url}/api/v1/health`),
      ({ devices }) => devices.up > 10,
    );
    expect(health.status).toBe("ok");
    const school = await getJson<SchoolView>(`${site.url}/api/v1/schools/${view.device.school}`);
    await site.stop();
    for (const printed of [site.running.output(), JSON.stringify(school), JSON.stringify(view)]) {
      expect(printed).not.toContain(WRONG);
      expect(printed).not.toContain(PASSWORD);
    }
  });

  it("shows what a board publishes, once the password is right", async () => {
    const secret = join(site.folder, "mqtt-password");
    writeFileSync(secret, `${PASSWORD}\n`, { mode: 0o600 });
    site.writeSettings(connection({ file: "mqtt-password" }));
    await site.serve();
    const send = (record: object) => publish(mosquitto.port, `${topic}/telemetry`, JSON.stringify(record));
    const ts = Date.now() - 1500;
    const record = { ts, power: "on", source: "hdmi1", temp_c: 41.5, ops: { cpu_pct: 23, mem_pct: 48 } };
    const shown = await until(
      async () => {
        expect(await send(record)).toBe(0);
        return device();
      },
      (view) => view.device.up === "up" && reading(view, "board.temperature") !== undefined,
    );
    expect(reading(shown, "board.temperature")).toMatchObject({ value: 41.5, unit: "°C", at: ts });
    expect(reading(shown, "board.power")).toMatchObject({ text: "on" });
    expect(reading(shown, "board.source")).toMatchObject({ text: "hdmi1" });
    expect(reading(shown, "board.cpu")).toMatchObject({ value: 23 });

    // A thermometer that failed is an absence, not 127 degrees.
    await send({ ...record, ts: ts + 1000, temp_c: 127 });
    const failed = await until(device, (view) => reading(view, "board.temperature")?.at === ts + 1000);
    expect(reading(failed, "board.temperature")).toMatchObject({ value: null, status: "sentinel" });
  });

  it("drops what is no JSON or names another school's board, and says offline when the board does", async () => {
    expect(await publish(mosquitto.port, `${topic}/telemetry`, "{not json")).toBe(0);
    const elsewhere = topic.replace(/[^/]+\/([^/]+)\/([^/]+)$/, "other-school/$1/$2");
    expect(await publish(mosquitto.port, `${elsewhere}/telemetry`, '{"power":"off","temp_c":99}')).toBe(0);
    expect(await publish(mosquitto.port, `${topic}/availability`, "offline")).toBe(0);
    const view = await until(device, ({ device: row }) => row.up === "down");
    expect(view.device.reasons[0]).toMatchObject({ code: "board-silent" });
    await site.running.seen(new RegExp(`"${board}".*offline.*a device does not answer`));
    // What it said before it went is no longer so; 99 degrees were never so.
    expect(reading(view, "board.temperature")).toMatchObject({ value: null, status: "stale" });
    const metrics = await (await fetch(`${site.url}/metrics`)).text();
    expect(metrics).toMatch(/mqtt[._]payload\D+1\b/);
    expect(metrics).toMatch(/mqtt[._]misplaced\D+1\b/);
    expect(metrics + site.running.output()).not.toContain(PASSWORD);
    expect(await site.stop("SIGINT")).toBe(0);
  });
});
