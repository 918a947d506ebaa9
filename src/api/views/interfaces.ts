import type { DeviceFacts, InterfaceFact } from "../../inventory/facts.ts";
import { quantity } from "../../measurements/quantities.ts";
import { STATUS } from "../../measurements/status.ts";
import type { InterfaceView } from "../schemas/campus.ts";
import type { DeviceSeries } from "../series-index.ts";
import { freshValue, type Sight } from "./sight.ts";

const ADMIN_STATES = quantity("interface.admin_state").states!;
const OPER_STATES = quantity("interface.oper_state").states!;

/** The interfaces of a device: those it told of, then those that only have series. */
export function interfaceViews(
  sight: Sight,
  facts: DeviceFacts | undefined,
  series: DeviceSeries | undefined,
): InterfaceView[] {
  const measured = byInterface(sight, series);
  const views: InterfaceView[] = [];
  for (const fact of facts?.interfaces ?? []) {
    views.push(interfaceView(sight, fact, measured.get(fact.key), neighborAt(facts, fact.ifIndex)));
    measured.delete(fact.key);
  }
  for (const [key, numbers] of measured)
    views.push(interfaceView(sight, { ifIndex: 0, key, name: key }, numbers, null));
  return views;
}

/** Interface key to quantity id to series number. */
function byInterface(sight: Sight, series: DeviceSeries | undefined): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const [quantityId, numbers] of series?.byQuantity ?? []) {
    if (!quantityId.startsWith("interface.")) continue;
    for (const number of numbers) {
      const key = sight.table.key(number).tags.interface;
      if (key === undefined) continue;
      let own = found.get(key);
      if (!own) {
        own = new Map();
        found.set(key, own);
      }
      own.set(quantityId, number);
    }
  }
  return found;
}

function interfaceView(
  sight: Sight,
  fact: InterfaceFact,
  numbers: ReadonlyMap<string, number> | undefined,
  neighbor: string | null,
): InterfaceView {
  const read = (quantityId: string): number | null => {
    const number = numbers?.get(quantityId);
    if (number === undefined) return null;
    const value = freshValue(sight, number, quantityId);
    return Number.isNaN(value) ? null : value;
  };
  const speed = read("interface.speed") ?? fact.speed ?? null;
  const inRate = read("interface.in_rate");
  const outRate = read("interface.out_rate");
  const admin = read("interface.admin_state");
  const oper = read("interface.oper_state");
  return {
    ifIndex: fact.ifIndex,
    key: fact.key,
    name: fact.name ?? fact.descr ?? fact.key,
    alias: fact.alias ?? null,
    type: fact.type ?? null,
    mac: fact.mac ?? null,
    mtu: fact.mtu ?? null,
    speed,
    adminState: admin === null ? (fact.adminStatus ?? null) : (ADMIN_STATES[admin] ?? null),
    operState: oper === null ? (fact.operStatus ?? null) : (OPER_STATES[oper] ?? null),
    inRate,
    outRate,
    inUse: read("interface.in_use") ?? share(inRate, speed),
    outUse: read("interface.out_use") ?? share(outRate, speed),
    inErrorRate: read("interface.in_error_rate"),
    outErrorRate: read("interface.out_error_rate"),
    inDiscardRate: read("interface.in_discard_rate"),
    outDiscardRate: read("interface.out_discard_rate"),
    neighbor,
    at: newest(sight, numbers),
  };
}

function share(rate: number | null, speed: number | null): number | null {
  return rate === null || speed === null || speed <= 0 ? null : (rate / speed) * 100;
}

function newest(sight: Sight, numbers: ReadonlyMap<string, number> | undefined): number | null {
  let at = 0;
  for (const number of numbers?.values() ?? [])
    if (sight.latest.status(number) === STATUS.ok) at = Math.max(at, sight.latest.time(number));
  return at > 0 ? at : null;
}

function neighborAt(facts: DeviceFacts | undefined, ifIndex: number): string | null {
  const found = facts?.neighbors.find((one) => one.ifIndex === ifIndex);
  if (!found) return null;
  const who = found.remoteName ?? found.remoteChassis ?? found.remoteAddress;
  if (who === undefined) return found.remotePort ?? null;
  return found.remotePort === undefined ? who : `${who} ${found.remotePort}`;
}
