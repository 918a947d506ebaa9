import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, ConsoleMessage } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DeviceView, Health, SchoolView, SeriesView } from "../../src/api/schemas/campus.ts";
import { launch } from "../support/chromium.ts";
import { campusd, getJson, type Running, until } from "../support/process.ts";
import { describeWith } from "../support/servers.ts";
import { county } from "./answers.ts";

/** The main job as a person starts it: simulated county, collectors, embedded store, page. */
describeWith(["chromium"], "the demo", () => {
  const folder = mkdtempSync(join(tmpdir(), "campusd-demo-"));
  let demo: Running;
  let url = "";
  let browser: Browser;

  beforeAll(async () => {
    demo = campusd(["demo", "--port", "0", "--schools", "2", "--data", folder, "--no-browser"]);
    const match = await demo.seen(/^console: (http:\S+)\/$/m);
    url = match[1]!;
    browser = await launch();
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await demo?.end("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("answers health with devices and samples", async () => {
    const health = await until(
      () => getJson<Health>(`${url}/api/v1/health`),
      (answer) => answer.samples.total > 1000 && answer.devices.up > 60,
    );
    expect(health.simulated).toBe(true);
    expect(health.store).toMatchObject({ kind: "embedded", healthy: true, dropped: 0 });
    expect(health.devices.up + health.devices.down + health.devices.unknown).toBe(health.devices.total);
  });

  it("shows the county, a school and a device with real numbers, and no console error", async () => {
    const view = await until(
      () => county(url),
      (answer) => answer.links.some((link) => link.inRate !== null),
      150_000,
    );
    const school = view.schools[0]!;
    const link = view.links.find((one) => one.inRate !== null)!;
    const errors: string[] = [];
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on("console", (message: ConsoleMessage) => {
      if (message.type() === "error") errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(url);
    await page.getByText(school.name).first().waitFor();
    await page.goto(`${url}/school/${school.id}`);
    const rooms = await getJson<SchoolView>(`${url}/api/v1/schools/${school.id}`);
    await page.getByText(rooms.rooms[0]!.name).first().waitFor();
    await page.goto(`${url}/device/${link.device}`);
    const device = await getJson<DeviceView>(`${url}/api/v1/devices/${link.device}`);
    expect(device.interfaces.length).toBeGreaterThan(10);
    await page.getByText(device.interfaces[0]!.name).first().waitFor();
    const series = await getJson<SeriesView>(
      `${url}/api/v1/series?quantity=interface.in_rate&device=${link.device}&interface=${encodeURIComponent(link.interface)}&from=-1h`,
    );
    expect(series.series[0]!.points.length).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await page.close();
  }, 200_000);

  it("takes the port that was asked for, or says who has it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const { port } = server.address() as { port: number };
    const second = campusd([
      "demo",
      "--port",
      String(port),
      "--schools",
      "1",
      "--data",
      join(folder, "second"),
      "--no-browser",
    ]);
    expect(await second.exited).toBe(3);
    expect(second.output()).toContain("E_PORT_TAKEN");
    expect(second.output()).toContain(String(port));
    // The devices' own ports are the first demo's: those are no reason to end.
    expect(second.output()).toContain("the simulated devices take free ports instead");
    server.close();
  });

  it("ends at Ctrl-C while it starts, without a word about a fault", async () => {
    const early = campusd([
      "demo",
      "--port",
      "0",
      "--schools",
      "2",
      "--data",
      join(folder, "early"),
      "--no-browser",
    ]);
    await early.seen(/simulating 2 schools/);
    expect(await early.end("SIGINT")).toBe(0);
    expect(early.output()).not.toMatch(/fault|E_[A-Z]+|console: /);
  });

  it("ends at Ctrl-C with everything flushed, and starts again on the same data", async () => {
    const before = await getJson<Health>(`${url}/api/v1/health`);
    expect(await demo.end("SIGINT")).toBe(0);
    expect(demo.output()).not.toMatch(/fault of its own|Unhandled|did not close cleanly/);
    demo = campusd(["demo", "--port", "0", "--schools", "2", "--data", folder, "--no-browser"]);
    url = (await demo.seen(/^console: (http:\S+)\/$/m))[1]!;
    const after = await getJson<Health>(`${url}/api/v1/health`);
    expect(after.store.series).toBeGreaterThanOrEqual(before.store.series);
    expect(await demo.end("SIGTERM")).toBe(0);
  }, 120_000);
});
