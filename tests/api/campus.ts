import type { CallerOf } from "../../src/api/access.ts";
import type { LiveState, SiteAudits } from "../../src/api/live.ts";
import { type ApiServer, createServer, type ServerDeps } from "../../src/api/server.ts";
import type { DeviceState } from "../../src/collection/contract.ts";
import type { EventReader } from "../../src/collection/events.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import { type InventoryDocumentInput, inventoryDocumentSchema } from "../../src/inventory/document.ts";
import type { DeviceFacts } from "../../src/inventory/facts.ts";
import type { Inventory } from "../../src/inventory/model.ts";
import { deviceTags } from "../../src/inventory/tags.ts";
import { BatchBuilder } from "../../src/measurements/batch.ts";
import { LatestTable } from "../../src/measurements/latest.ts";
import { SeriesTable, type Tags } from "../../src/measurements/series.ts";
import type { Status } from "../../src/measurements/status.ts";
import type { SeriesQuery, SeriesResult, Store } from "../../src/stores/contract.ts";
import type { TargetQuery } from "../../src/targets/query.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";

/** 2026-11-22 00:00:00 UTC. */
export const START = 1_795_305_600_000;

/** A controller made of tables that the test fills, with a clock that the test moves. */
export class FakeCampus implements LiveState {
  readonly table = new SeriesTable();
  readonly latest = new LatestTable();
  readonly startedAt = START;
  readonly simulated = true;
  readonly store = new FakeStore();
  events?: EventReader;
  siteAudits?: SiteAudits;
  targets?: TargetQuery;
  time = START + 600_000;
  readonly clock = { now: () => this.time, monotonic: () => this.time - START };
  readonly #states = new Map<string, { state: DeviceState; since: number; reason?: string }>();
  readonly #facts = new Map<string, DeviceFacts>();
  #inventory: Inventory;

  constructor(document: InventoryDocumentInput) {
    this.#inventory = inventoryOf(document);
  }

  inventory(): Inventory {
    return this.#inventory;
  }

  replace(document: InventoryDocumentInput): void {
    this.#inventory = inventoryOf(document);
  }

  facts(device: string): DeviceFacts | undefined {
    return this.#facts.get(device);
  }

  state(device: string): { state: DeviceState; since: number; reason?: string } {
    return this.#states.get(device) ?? { state: "unknown", since: 0 };
  }

  counters(): { samplesTotal: number; samplesPerSecond: number } {
    return { samplesTotal: 1234, samplesPerSecond: 56.5 };
  }

  set(device: string, state: DeviceState, reason?: string): void {
    this.#states.set(device, { state, since: START, ...(reason === undefined ? {} : { reason }) });
  }

  tell(device: string, facts: Partial<DeviceFacts>): void {
    this.#facts.set(device, {
      device,
      at: this.time,
      identity: {},
      interfaces: [],
      addresses: [],
      hosts: [],
      neighbors: [],
      vlans: [],
      entities: [],
      aps: [],
      ...facts,
    });
  }

  /** Puts a sample of a device in, read `ageMs` ago; a device that sends something is up. */
  sample(
    device: string,
    quantityId: string,
    value: number | { status: Status },
    tags: Tags = {},
    ageMs = 0,
  ): number {
    const own = deviceTags(this.#inventory, this.#inventory.devices.get(device)!);
    const series = this.table.intern(quantityId, { ...own, ...tags });
    const builder = new BatchBuilder(1);
    if (typeof value === "number") builder.add(series, this.time - ageMs, value);
    else builder.addStatus(series, this.time - ageMs, value.status);
    this.latest.apply(builder);
    return series;
  }

  /** Moves time so far that the next answer is judged anew. */
  pass(ms = 2000): void {
    this.time += ms;
  }
}

function inventoryOf(document: InventoryDocumentInput): Inventory {
  return buildInventory(inventoryDocumentSchema.parse(document));
}

/** Notes what it is asked and answers what it is told to. */
export class FakeStore implements Store {
  readonly kind = "fake";
  readonly asked: SeriesQuery[] = [];
  answer: (query: SeriesQuery) => Promise<SeriesResult[]> = async () => [];
  healthy = true;

  async open(): Promise<void> {}
  async write(): Promise<void> {}
  async close(): Promise<void> {}
  async series(): Promise<[]> {
    return [];
  }

  query(query: SeriesQuery): Promise<SeriesResult[]> {
    this.asked.push(query);
    return this.answer(query);
  }

  stats() {
    return {
      kind: "fake",
      series: 7,
      written: 1,
      dropped: 0,
      bytes: 4096,
      spooled: 0,
      healthy: this.healthy,
      ...(this.healthy ? {} : { reason: "write /srv/secret-place: ENOSPC" }),
    };
  }
}

type School = NonNullable<InventoryDocumentInput["schools"]>[number];

/** A school with a core switch, an access switch, a controller with two APs, boards, a sensor, a meter, a UPS. */
export function school(id: string, region: string, name: string): School {
  return {
    id,
    region,
    name,
    nameEn: `School ${id}`,
    kind: "primary",
    setting: "town",
    students: 600,
    buildings: [
      {
        id: "a",
        name: "教学楼",
        rooms: [
          { id: "101", name: "一年级一班", type: "classroom", floor: 1, seats: 45 },
          { id: "102", name: "一年级二班", type: "classroom", floor: 1, seats: 45 },
          { id: "199", name: "储藏室", type: "other" },
        ],
      },
    ],
    devices: [
      { id: `${id}-core`, name: "核心交换机", role: "core-switch", addresses: [address(id, 1)] },
      { id: `${id}-acc`, role: "access-switch", addresses: [address(id, 2)] },
      { id: `${id}-ac`, role: "wifi-controller", addresses: [address(id, 3)] },
      ...["101", "102"].map((room) => ({
        id: `${id}-ap-${room}`,
        role: "access-point" as const,
        protocol: "none" as const,
        parent: `${id}-ac`,
        apName: `AP-${room}`,
        building: "a",
        room,
      })),
      ...["101", "102"].map((room) => ({
        id: `${id}-board-${room}`,
        role: "board" as const,
        protocol: "mqtt" as const,
        building: "a",
        room,
      })),
      {
        id: `${id}-air`,
        role: "sensor",
        protocol: "modbus",
        addresses: [address(id, 5)],
        building: "a",
        room: "101",
      },
      { id: `${id}-meter`, role: "meter", protocol: "modbus", addresses: [address(id, 6)] },
      { id: `${id}-ups`, role: "ups", addresses: [address(id, 4)] },
      { id: `${id}-cam`, role: "camera", protocol: "none" },
    ],
  };
}

function address(id: string, last: number): string {
  return `10.${id.charCodeAt(0) % 250}.${id.charCodeAt(id.length - 1) % 250}.${last}`;
}

/** Two counties of one city: `s1` and `s2` in the first, `t1` in the second. */
export const DOCUMENT: InventoryDocumentInput = {
  regions: [
    { path: "sc", name: "四川省", nameEn: "Sichuan" },
    { path: "sc/gy", name: "广元市" },
    { path: "sc/gy/jg", name: "剑阁县", nameEn: "Jiange" },
    { path: "sc/gy/cx", name: "苍溪县" },
  ],
  schools: [
    school("s1", "sc/gy/jg", "普安小学"),
    school("s2", "sc/gy/jg", "下寺小学"),
    school("t1", "sc/gy/cx", "陵江小学"),
  ],
  links: ["s1", "s2", "t1"].map((id) => ({
    id: `${id}-up`,
    name: "上联",
    role: "uplink" as const,
    device: `${id}-core`,
    interface: "GE0/0/1",
    carrier: "电信",
    contractedMbps: 1000,
  })),
};

/** Makes everything in the school well. */
export function makeWell(campus: FakeCampus, id: string): void {
  for (const device of campus.inventory().devicesOf(id))
    if (device.protocol !== "none") campus.set(device.id, "up");
  const port = { interface: "GE0/0/1" };
  for (const switchId of [`${id}-core`, `${id}-acc`, `${id}-ac`]) {
    campus.sample(switchId, "device.uptime", 86_400);
    campus.sample(switchId, "interface.in_rate", 100e6, port);
    campus.sample(switchId, "interface.out_rate", 20e6, port);
    campus.sample(switchId, "interface.oper_state", 1, port);
    campus.sample(switchId, "interface.speed", 1e9, port);
  }
  campus.sample(`${id}-ac`, "wifi.clients", 55);
  for (const room of ["101", "102"]) {
    const ap = { ap: `AP-${room}` };
    campus.sample(`${id}-ac`, "wifi.ap_state", 1, ap);
    campus.sample(`${id}-ac`, "wifi.ap_clients", 27, ap);
    campus.sample(`${id}-ac`, "wifi.radio_use", 12, { ...ap, radio: "1" });
    campus.sample(`${id}-board-${room}`, "board.power", 2);
    campus.sample(`${id}-board-${room}`, "board.temperature", 41);
    campus.sample(`${id}-board-${room}`, "board.usage_today", 3600);
  }
  campus.sample(`${id}-air`, "sensor.temperature", 22.5, { sensor: "air" });
  campus.sample(`${id}-air`, "sensor.humidity", 48, { sensor: "air" });
  campus.sample(`${id}-air`, "sensor.co2", 700, { sensor: "air" });
  for (const phase of ["l1", "l2", "l3"])
    campus.sample(`${id}-meter`, "electric.active_power", 1000, { phase });
  campus.sample(`${id}-ups`, "ups.output_source", 3);
  campus.sample(`${id}-ups`, "ups.battery_state", 2);
}

export interface RunningServer {
  readonly url: string;
  readonly server: ApiServer;
  readonly logged: string[];
  get(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; text: string; json: unknown; headers: Headers }>;
}

/** Starts a server on a free loopback port. `subtree` is what whoever asks may see. */
export async function serve(
  live: LiveState,
  options: Partial<Omit<ServerDeps, "live">> & { subtree?: string } = {},
): Promise<RunningServer> {
  const { subtree, ...rest } = options;
  const logged: string[] = [];
  const log = createLog({
    level: "debug",
    destination: { write: (line) => void logged.push(line) },
    monotonic: live.clock.monotonic,
  });
  const callerOf: CallerOf = () => ({ subtree: subtree ?? "" });
  const server = createServer({
    live,
    telemetry: createTelemetry(log),
    version: "0.0.0-test",
    consoleFolder: "/nonexistent/console",
    callerOf,
    ...rest,
  });
  const { url } = await server.listen("127.0.0.1", 0);
  return {
    url,
    server,
    logged,
    async get(path, headers = {}) {
      const response = await fetch(url + path, { headers });
      const text = await response.text();
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {
        json = undefined;
      }
      return { status: response.status, text, json, headers: response.headers };
    },
  };
}
