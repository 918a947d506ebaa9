import { execFile } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TrapCounters } from "../../collectors/snmp/traps/counters.ts";
import { TRAP_DROPS } from "../../collectors/snmp/traps/counters.ts";
import { EventLog } from "../../src/collection/event-log.ts";
import type { CampusEvent } from "../../src/collection/events.ts";
import { TrapRoom } from "../../src/commands/controller/trap-room.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import { type InventoryDocumentInput, inventoryDocumentSchema } from "../../src/inventory/document.ts";
import type { DeviceFacts } from "../../src/inventory/facts.ts";
import { parseSettings } from "../../src/settings/load.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";

export const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const run = promisify(execFile);

export interface Device {
  readonly id: string;
  readonly addresses: readonly string[];
  /** Default `lab`, community `s3cret-lab`. */
  readonly credential?: string;
  readonly school?: string;
  readonly port?: number;
}

/** A controller's trap room with an inventory, a log on disk and sockets at 127.0.0.1 and ::1. */
export interface Hall {
  readonly room: TrapRoom;
  readonly events: EventLog;
  readonly folder: string;
  /** Devices that were to be polled, in order. */
  readonly nudged: string[];
  readonly logged: string[];
  /** Port at 127.0.0.1, and at ::1. */
  readonly port: number;
  readonly port6: number;
  all(): CampusEvent[];
  counters(): Promise<TrapCounters>;
  close(): Promise<void>;
}

export async function openHall(
  devices: readonly Device[],
  options: {
    readonly traps?: object;
    readonly credentials?: object;
    readonly facts?: Readonly<Record<string, Partial<DeviceFacts>>>;
    readonly mostRows?: number;
  } = {},
): Promise<Hall> {
  const folder = mkdtempSync(join(tmpdir(), "campusd-traps-"));
  const document = {
    data: { dir: folder },
    snmp: { traps: { enabled: true, port: 0, ...options.traps } },
    credentials: {
      lab: { protocol: "snmp", version: "v2c", community: "s3cret-lab" },
      other: { protocol: "snmp", version: "v2c", community: "s3cret-other" },
      ...options.credentials,
    },
  };
  const { settings, problems } = parseSettings(JSON.stringify(document), join(folder, "campusd.yaml"));
  if (!settings) throw new Error(problems.map((problem) => problem.text).join("; "));
  const logged: string[] = [];
  const log = createLog({
    level: "trace",
    destination: { write: (line) => void logged.push(line) },
    monotonic: clock.monotonic,
  });
  const events = new EventLog({
    file: join(folder, "events.db"),
    clock,
    ...(options.mostRows !== undefined && { mostRows: options.mostRows }),
  });
  events.open();
  const nudged: string[] = [];
  const room = new TrapRoom({
    settings,
    telemetry: createTelemetry(log),
    events,
    facts: (device) => {
      const own = options.facts?.[device];
      return own && factsOf(device, own);
    },
    nudge: (device) => void nudged.push(device.id),
  });
  await room.open(new AbortController().signal);
  room.setInventory(buildInventory(inventoryDocumentSchema.parse(inventoryOf(devices))));
  const at = (address: string): number => room.bound.find((one) => one.address === address)?.port ?? 0;
  return {
    room,
    events,
    folder,
    nudged,
    logged,
    port: at("127.0.0.1"),
    port6: at("::1"),
    all: () => events.query({ subtree: "", limit: 10_000 }),
    counters: async () => (await room.counters())!,
    async close() {
      await room.close();
      await events.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function factsOf(device: string, own: Partial<DeviceFacts>): DeviceFacts {
  const lists = { interfaces: [], addresses: [], hosts: [], neighbors: [], vlans: [], entities: [], aps: [] };
  return { device, at: 0, identity: {}, ...lists, ...own };
}

function inventoryOf(devices: readonly Device[]): InventoryDocumentInput {
  const schools = [...new Set(devices.map((device) => device.school ?? "s1"))];
  return {
    regions: [
      { path: "sc", name: "四川省" },
      { path: "sc/gy", name: "广元市" },
      { path: "sc/gy/jg", name: "剑阁县" },
    ],
    schools: schools.map((id) => ({
      id,
      region: "sc/gy/jg",
      name: `学校 ${id}`,
      kind: "primary",
      setting: "town",
      buildings: [],
      devices: devices
        .filter((device) => (device.school ?? "s1") === id)
        .map((device) => ({
          id: device.id,
          role: "access-switch" as const,
          addresses: [...device.addresses],
          protocol: "snmp" as const,
          credential: device.credential ?? "lab",
          ...(device.port !== undefined && { port: device.port }),
        })),
    })),
    links: [],
  };
}

/** Resolves when the condition holds; rejects with `what` after 20 s. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** All drops together. */
export function droppedOf(counters: TrapCounters): number {
  return TRAP_DROPS.reduce((sum, reason) => sum + counters.dropped[reason], 0);
}

/** Runs Debian's snmptrap or snmpinform without any configuration file; answers its exit code and output. */
export async function tool(
  binary: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  try {
    const env = { ...process.env, SNMPCONFPATH: "/nonexistent", MIBS: "" };
    const { stdout, stderr } = await run(binary, [...args], { timeout: 30_000, env });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: code ?? -1, output: `${stdout}${stderr}` };
  }
}

/** A socket at a loopback address, which is the source of what it sends. */
export async function sender(address: string): Promise<{
  readonly socket: Socket;
  readonly received: Buffer[];
  send(bytes: Uint8Array, port: number, to?: string): Promise<void>;
  close(): Promise<void>;
}> {
  const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4", sendBufferSize: 4 << 20 });
  const received: Buffer[] = [];
  socket.on("message", (bytes) => received.push(bytes));
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  const home = address.includes(":") ? "::1" : "127.0.0.1";
  return {
    socket,
    received,
    send: (bytes, port, to = home) =>
      new Promise((resolve, reject) =>
        socket.send(bytes, port, to, (error) => (error ? reject(error) : resolve())),
      ),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
