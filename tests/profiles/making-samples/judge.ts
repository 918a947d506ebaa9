import type { DeviceSnapshot } from "../../../collectors/snmp/inspection/inspect.ts";
import type { InventedDevice } from "./device.ts";
import type { Intended } from "./row-maker.ts";

/** The file beside a recording: what must be read from it. */
export interface Expectation {
  readonly identity: Readonly<Record<string, string>>;
  readonly readings: readonly ExpectedReading[];
  readonly absent?: readonly string[];
}
export interface ExpectedReading {
  readonly kind: string;
  readonly value: number;
  readonly oid: string;
  readonly state?: string;
  /** mib: the MIB's text says what the raw value means; profile: no text says it, and the profile was asked. */
  readonly witness: "mib" | "profile";
}

export interface Judgement {
  readonly expectation: Expectation;
  /** Where the profile reads something else than the MIB means. */
  readonly contradictions: readonly string[];
  /** What a person must look at: it is not in the expectation. */
  readonly left: readonly string[];
}

/** Compares what was meant with what campusd reads; what the MIB means stays in the expectation. */
export function judge(profile: string, device: InventedDevice, seen: DeviceSnapshot): Judgement {
  const contradictions = [...device.contradictions];
  const left = [...device.left];
  if (seen.identity.profile !== profile)
    contradictions.push(`the device is taken for ${seen.identity.profile ?? "nothing"}`);
  const identity: Record<string, string> = { profile };
  for (const { member, taken } of device.identity) {
    const read = seen.identity[member];
    if (read === taken) identity[member] = taken;
    else left.push(`identity.${member}: ${read ?? "nothing"} is read, ${taken} was meant`);
  }
  const readings: ExpectedReading[] = [];
  for (const one of device.intended) {
    const value = judgeOne(one, seen, contradictions, left);
    if (value === undefined) continue;
    const { kind, oid, state, witness } = one;
    const same = readings.some((other) => other.oid === oid && other.kind === kind && other.value === value);
    if (!same) readings.push({ kind, value, oid, ...(state !== undefined && { state }), witness });
  }
  const read = new Set(seen.readings.flatMap(({ oid, oids = [] }) => [oid, ...oids]));
  const absent = device.absent.flatMap(({ oid, point, raw, witness }) => {
    if (!read.has(oid)) return [oid];
    const value = seen.readings.find((one) => one.oid === oid);
    const text = `${point} (${oid}): ${value?.value} ${value?.unit} is made of ${raw}, which stands for no value`;
    if (witness === "profile") {
      left.push(`${text} for another point`);
      return [];
    }
    contradictions.push(text);
    return [oid];
  });
  return {
    expectation: { identity, readings, ...(absent.length > 0 && { absent }) },
    contradictions,
    left,
  };
}

/** The value to expect; undefined where there is none to be sure of. */
function judgeOne(
  one: Intended,
  seen: DeviceSnapshot,
  contradictions: string[],
  left: string[],
): number | undefined {
  const found = seen.readings.filter(({ oid, kind }) => oid === one.oid && kind === one.kind);
  const rejected = seen.rejected.find(({ oid }) => oid === one.oid);
  const what = `${one.point} (${one.oid})`;
  if (found.length === 0) {
    const why = rejected ? `refused as ${rejected.reason} (raw ${rejected.raw})` : "not read";
    const meant = one.value === undefined ? "" : `, ${one.value} was meant`;
    if (one.witness === "mib" && rejected) {
      contradictions.push(`${what}: ${why}${meant}`);
      return one.value;
    }
    left.push(`${what}: ${why}${meant}`);
    return undefined;
  }
  if (one.value === undefined) return found[0]!.value;
  const wanted = one.value;
  if (found.some(({ value }) => Math.abs(value - wanted) < 5e-7)) {
    if (one.state !== undefined && !found.some(({ state }) => state === one.state))
      left.push(`${what}: the state is ${found[0]!.state}, ${one.state} was meant`);
    return wanted;
  }
  const text = `${what}: ${found.map(({ value, unit }) => `${value} ${unit}`).join(", ")} is read, ${wanted} was meant`;
  if (one.witness === "mib") contradictions.push(text);
  else left.push(text);
  return one.witness === "mib" ? wanted : undefined;
}
