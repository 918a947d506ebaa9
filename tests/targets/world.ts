import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { Calendar } from "../../src/indicators/calendar.ts";
import type { IndicatorMaker, IndicatorValue, Window } from "../../src/indicators/contract.ts";
import type { EvidenceClass } from "../../src/indicators/evidence.ts";
import type { IndicatorId } from "../../src/indicators/list.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import { inventoryDocumentSchema } from "../../src/inventory/document.ts";
import type { Inventory, School } from "../../src/inventory/model.ts";
import type { Condition, Target } from "../../src/targets/model.ts";

export const CALENDAR = new Calendar("Asia/Shanghai");

export function inventoryOf(yaml: string): Inventory {
  return buildInventory(inventoryDocumentSchema.parse(load(yaml)));
}

/** A target whose words do not matter. */
export function target(parts: Partial<Target> & { readonly conditions: readonly Condition[] }): Target {
  const words = { zh: "词", en: "word" };
  return {
    id: "set/one",
    set: "set",
    setName: words,
    definition: "TG-00",
    name: words,
    meaning: words,
    document: words,
    clause: words,
    statement: words,
    wanted: null,
    amount: null,
    by: null,
    owner: "county",
    evidence: ["measured"],
    applies: {},
    rule: { kind: "all" },
    measure: "schools",
    changes: [],
    ...parts,
  };
}

export function condition(
  indicator: IndicatorId,
  op: Condition["op"],
  limit: number,
  more: Partial<Condition> = {},
): Condition {
  return { indicator, op, limit, days: 1, whenKnown: false, required: false, ...more };
}

export function value(
  indicator: IndicatorId,
  number: number | null,
  more: Partial<IndicatorValue> = {},
): IndicatorValue {
  return {
    indicator,
    school: "s",
    value: number,
    numerator: number,
    denominator: number === null ? null : 1,
    unknown: 0,
    evidence: number === null ? "unknown" : "measured",
    window: { from: 0, to: 1 },
    at: number === null ? null : 0,
    ...more,
  };
}

export const SCHOOL: School = {
  id: "s",
  region: "p/c/x",
  path: "p/c/x/s",
  name: "校",
  kind: "primary",
  setting: "town",
};

/** What a table of a test says of one school and indicator on one date. */
export interface Said {
  readonly value: number | null;
  readonly evidence?: EvidenceClass;
  /** UTC ms; default: within the window. */
  readonly at?: number;
}

/** Answers from a table that the test may change; it counts how often it was asked. */
export class TableMaker implements IndicatorMaker {
  readonly makes: readonly IndicatorId[];
  readonly table = new Map<string, Said>();
  asked = 0;
  fails: unknown;

  constructor(makes: readonly IndicatorId[]) {
    this.makes = makes;
  }

  /** @param date `2026-11-22`, or `*` for every day */
  say(school: string, indicator: IndicatorId, said: Said | number | null, date = "*"): void {
    const one = typeof said === "number" || said === null ? { value: said } : said;
    this.table.set(`${school} ${indicator} ${date}`, one);
  }

  async evaluate(school: School, window: Window): Promise<readonly IndicatorValue[]> {
    this.asked++;
    if (this.fails !== undefined) throw this.fails;
    const date = CALENDAR.dateOf(window.to - 1);
    return this.makes.map((indicator) => {
      const said =
        this.table.get(`${school.id} ${indicator} ${date}`) ?? this.table.get(`${school.id} ${indicator} *`);
      return value(indicator, said?.value ?? null, {
        school: school.id,
        window,
        ...(said?.value == null
          ? { why: "no-data" as const }
          : { evidence: said.evidence ?? "measured", at: said.at ?? window.to - 3_600_000 }),
      });
    });
  }

  async evidence(): Promise<readonly []> {
    return [];
  }
}

/** A folder that is removed by `end`. */
export function folder(): { readonly path: string; file(name: string): string; end(): void } {
  const path = mkdtempSync(join(tmpdir(), "campusd-targets-"));
  return {
    path,
    file: (name) => join(path, name),
    end: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Time that the test moves; monotonic goes with it. */
export class TestClock {
  time: number;

  constructor(date: string, hour = 12) {
    this.time = CALENDAR.startOf(date) + hour * 3_600_000;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  to(date: string, hour = 12): void {
    this.time = CALENDAR.startOf(date) + hour * 3_600_000;
  }
}
