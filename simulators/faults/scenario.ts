import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CampusError } from "../../src/errors/campus-error.ts";
import type { Seed } from "../world/seed.ts";

/** What can be wrong in the county. */
export const FAULT_KINDS = [
  /** The uplink carries all it is contracted for, day and night. */
  "saturated-uplink",
  /** The uplink of a school with a second line is down; the second line carries everything. */
  "uplink-down",
  /** The uplink receives damaged frames, and little light. */
  "uplink-errors",
  /** An access switch does not answer; what hangs on it works. */
  "silent-switch",
  /** Boards that publish nothing. */
  "silent-board",
  /** Access points that their controller has lost. */
  "ap-offline",
  /** Mains are out: the UPS runs on its battery. */
  "ups-on-battery",
  /** A room over 35 degC. */
  "hot-room",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Scenario {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly faults: readonly { readonly kind: FaultKind; readonly count: number }[];
}

/** How many of each kind a school gets. */
export type SchoolFaults = Readonly<Partial<Record<FaultKind, number>>>;

/** A fault where it was placed: the device, and the interface where it is one's. */
export interface PlacedFault {
  readonly kind: FaultKind;
  readonly school: string;
  readonly device: string;
  readonly interface?: string;
}

const SCENARIO_FOLDER = join(import.meta.dirname, "..", "scenarios");

/** Reads `scenarios/ID.yaml`. Throws E_FILE when there is none, E_SETTINGS when a key or value is wrong. */
export function loadScenario(id: string): Scenario {
  const file = join(SCENARIO_FOLDER, `${id}.yaml`);
  if (!/^[a-z0-9-]+$/.test(id)) throw new CampusError("E_FILE", `no such scenario: ${id}`, { file });
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CampusError("E_FILE", `no such scenario: ${id}`, { file }, error);
  }
  return readScenario(id, text, file);
}

/** The same from text; `file` is for messages. */
export function readScenario(id: string, text: string, file: string): Scenario {
  const wrong = (key: string, message: string): CampusError =>
    new CampusError("E_SETTINGS", `${file}: ${key}: ${message}`, { file, key });
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw wrong("document", (error as Error).message);
  }
  const { title, faults, ...rest } = members(document) ?? {};
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw wrong(unknown, "unknown key");
  const titles = members(title);
  if (typeof titles?.["zh"] !== "string" || typeof titles["en"] !== "string")
    throw wrong("title", "needs zh and en");
  if (!Array.isArray(faults)) throw wrong("faults", "needs a list");
  return Object.freeze({
    id,
    title: { zh: titles["zh"], en: titles["en"] },
    faults: faults.map((entry: unknown, i) => {
      const { kind, count = 1, ...others } = members(entry) ?? {};
      if (!FAULT_KINDS.includes(kind as FaultKind))
        throw wrong(`faults[${i}].kind`, `no such fault: ${String(kind)}`);
      if (!Number.isInteger(count) || (count as number) < 1 || (count as number) > 1000)
        throw wrong(`faults[${i}].count`, "needs a whole number from 1 to 1000");
      const [extra] = Object.keys(others);
      if (extra !== undefined) throw wrong(`faults[${i}].${extra}`, "unknown key");
      return { kind: kind as FaultKind, count: count as number };
    }),
  });
}

function members(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/**
 * Places each fault of a scenario at a school, each at another while there are enough of them. The seed decides;
 * a fault with a count stays together at one school.
 */
export function placeFaults(scenario: Scenario, schools: number, seed: Seed): readonly SchoolFaults[] {
  const order = Array.from({ length: schools }, (_, i) => i).sort(
    (a, b) => seed.hash(`school${a}`) - seed.hash(`school${b}`) || a - b,
  );
  const placed: Partial<Record<FaultKind, number>>[] = order.map(() => ({}));
  for (const [i, fault] of scenario.faults.entries()) {
    const school = placed[order[i % schools]!]!;
    school[fault.kind] = (school[fault.kind] ?? 0) + fault.count;
  }
  return placed;
}
