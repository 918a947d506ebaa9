import type { Link, Place } from "../../inventory/model.ts";
import { quantity } from "../../measurements/quantities.ts";
import { STATUS } from "../../measurements/status.ts";
import { type Finding, reasonsOf, stateOf, THRESHOLDS } from "../rules.ts";
import type { LinkView, Reason } from "../schemas/campus.ts";
import type { DeviceSight } from "./device-row.ts";
import { freshValue, later, type Sight } from "./sight.ts";

export interface LinkSight {
  readonly link: Link;
  readonly view: LinkView;
  readonly findings: readonly Finding[];
  /** Whether it carries now; null when that is not known. */
  readonly works: boolean | null;
}

const OPER_UP = 1;
const OPER_STATES = quantity("interface.oper_state").states!;

/** Judges a link by the interface where it is measured. `device` is that interface's device. */
export function seeLink(sight: Sight, school: Place, link: Link, device: DeviceSight | undefined): LinkSight {
  const read = (quantityId: string): { value: number | null; at: number | null } =>
    interfaceValue(sight, link, quantityId);
  const inRate = read("interface.in_rate");
  const outRate = read("interface.out_rate");
  const oper = read("interface.oper_state").value;
  const speed = read("interface.speed").value ?? speedFact(sight, link);
  const capacity = link.contractedMbps === undefined ? positive(speed) : link.contractedMbps * 1e6;
  const larger = inRate.value === null ? outRate.value : Math.max(inRate.value, outRate.value ?? 0);
  const use = larger === null || capacity === null ? null : (larger / capacity) * 100;
  const at = later(inRate.at, outRate.at);
  const findings = judge(link, device, { oper, use, aged: at !== null && larger === null });
  return {
    link,
    findings,
    works: device?.row.up === "down" ? false : oper === null ? null : oper === OPER_UP,
    view: {
      id: link.id,
      name: link.name ?? link.id,
      school: school.id,
      schoolName: school.name,
      ...(school.nameEn === undefined ? {} : { schoolNameEn: school.nameEn }),
      role: link.role,
      device: link.device,
      interface: link.interface,
      carrier: link.carrier ?? null,
      capacity,
      inRate: inRate.value,
      outRate: outRate.value,
      use,
      operState: oper === null ? null : (OPER_STATES[oper] ?? null),
      state: stateOf(findings),
      reasons: reasonsOf(findings),
      at,
    },
  };
}

function judge(
  link: Link,
  device: DeviceSight | undefined,
  seen: { oper: number | null; use: number | null; aged: boolean },
): Finding[] {
  const found = (
    severity: Finding["severity"],
    code: Reason["code"],
    extra: Partial<Reason> = {},
  ): Finding[] => [{ severity, reason: { code, subject: link.id, name: link.name ?? link.id, ...extra } }];
  if (device?.row.up === "down")
    return found("unknown", "device-down", {
      subject: link.device,
      name: device.row.name,
      ...(device.row.since === null ? {} : { since: device.row.since }),
    });
  if (seen.oper !== null && seen.oper !== OPER_UP) return found("bad", "uplink-down");
  if (seen.use === null) return found("unknown", seen.aged ? "stale" : "no-data");
  if (seen.use >= THRESHOLDS.uplinkSaturated) return found("bad", "uplink-saturated", { value: seen.use });
  if (seen.use >= THRESHOLDS.uplinkBusy) return found("watch", "uplink-busy", { value: seen.use });
  return [];
}

function interfaceValue(
  sight: Sight,
  link: Link,
  quantityId: string,
): { value: number | null; at: number | null } {
  const own = sight.index.ofInterface(link.device, link.interface);
  for (const series of own?.byQuantity.get(quantityId) ?? []) {
    const value = freshValue(sight, series, quantityId);
    const at = sight.latest.status(series) === STATUS.ok ? sight.latest.time(series) : 0;
    return { value: Number.isNaN(value) ? null : value, at: at > 0 ? at : null };
  }
  return { value: null, at: null };
}

function speedFact(sight: Sight, link: Link): number | null {
  const fact = sight.facts(link.device)?.interfaces.find((one) => one.key === link.interface);
  return fact?.speed ?? null;
}

export function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}
