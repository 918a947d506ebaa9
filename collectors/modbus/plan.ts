import type { DeviceAssignment } from "../../src/collection/contract.ts";
import type { SeriesTable, TagKey, Tags } from "../../src/measurements/series.ts";
import type { ModbusPlan, ModbusPoint, ModbusRead } from "../../src/profiles/compiled.ts";
import { constantText } from "../../src/profiles/constant-text.ts";

/** A point of one device: its series, and where its raw values are found, by number. */
export interface BoundPoint {
  readonly point: ModbusPoint;
  readonly series: number;
  /** Index into the unit's raw values. */
  readonly raw: number;
  /** Indices of the expression's inputs into the unit's raw values; -1 where there is no such point. */
  readonly inputs: readonly number[];
}

export interface BoundRead {
  readonly read: ModbusRead;
  readonly points: readonly BoundPoint[];
}

export interface Tier {
  readonly everyMs: number;
  readonly reads: readonly BoundRead[];
}

/** What to do for one unit, with nothing left to look up. */
export interface UnitPlan {
  readonly device: string;
  readonly unit: number;
  readonly pauseMs: number;
  /** Fastest first. */
  readonly tiers: readonly Tier[];
  readonly upSeries: number;
  readonly durationSeries: number;
  /** How many raw values the unit has. */
  readonly rawCount: number;
}

/** Unit id of a device that is alone behind its address and names none: 1, what most devices leave the factory with. */
const DEFAULT_UNIT = 1;

/** Makes the series of a device and groups its reads by tier. */
export function planUnit(assignment: DeviceAssignment, plan: ModbusPlan, table: SeriesTable): UnitPlan {
  const ids = new Map<string, number>();
  for (const read of plan.reads) for (const point of read.points) ids.set(point.id, ids.size);
  const tiers = new Map<number, BoundRead[]>();
  for (const read of plan.reads) {
    const points = read.points.map((point): BoundPoint => {
      const raw = ids.get(point.id)!;
      return {
        point,
        raw,
        series: table.intern(point.quantity.id, pointTags(assignment.tags, point.tags)),
        inputs: (point.rule.expression?.inputs ?? []).map((name) =>
          name === "raw" ? raw : (ids.get(name) ?? -1),
        ),
      };
    });
    const list = tiers.get(read.everyMs);
    if (list) list.push({ read, points });
    else tiers.set(read.everyMs, [{ read, points }]);
  }
  return {
    device: assignment.device,
    unit: assignment.unit ?? DEFAULT_UNIT,
    pauseMs: plan.pauseMs,
    tiers: [...tiers].sort(([a], [b]) => a - b).map(([everyMs, reads]) => ({ everyMs, reads })),
    upSeries: table.intern("device.up", assignment.tags),
    durationSeries: table.intern("device.poll_duration", assignment.tags),
    rawCount: ids.size,
  };
}

function pointTags(device: Tags, own: ModbusPoint["tags"]): Tags {
  const tags: Partial<Record<TagKey, string>> = { ...device };
  for (const [key, template] of own) {
    const text = constantText(template);
    if (text) tags[key] = text;
  }
  return tags;
}
