import type { School } from "../../inventory/model.ts";
import type { Calendar } from "../calendar.ts";
import type { IndicatorMaker, IndicatorValue, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import { INDICATORS, type IndicatorId } from "../list.ts";

/** What somebody declared of a school, as it holds on a date. */
export interface HeldDeclaration {
  readonly value: number;
  /** Who says so. */
  readonly source: string;
  /** `2026-11-22`. */
  readonly date: string;
}

/** Where declarations are looked up; the newest that holds on the date. */
export interface DeclarationSource {
  held(school: string, indicator: IndicatorId, date: string): HeldDeclaration | undefined;
}

/** Answers what was imported, and that nothing was: it measures nothing. */
export class DeclaredMaker implements IndicatorMaker {
  readonly makes: readonly IndicatorId[] = [...INDICATORS.values()]
    .filter((one) => one.maker === "declared")
    .map((one) => one.id as IndicatorId);
  readonly #source: DeclarationSource;
  readonly #calendar: Calendar;

  constructor(source: DeclarationSource, calendar: Calendar) {
    this.#source = source;
    this.#calendar = calendar;
  }

  async evaluate(school: School, window: Window): Promise<readonly IndicatorValue[]> {
    const date = this.#calendar.dateOf(window.to - 1);
    return this.makes.map((indicator): IndicatorValue => {
      const held = this.#source.held(school.id, indicator, date);
      const base = { indicator, school: school.id, window, unknown: held ? 0 : 1 };
      if (!held)
        return {
          ...base,
          value: null,
          numerator: null,
          denominator: null,
          evidence: "unknown",
          at: null,
          why: "not-declared",
        };
      const share = INDICATORS.get(indicator)!.kind === "share";
      return {
        ...base,
        value: held.value,
        numerator: share ? held.value : null,
        denominator: share ? 1 : null,
        evidence: "declared",
        at: this.#calendar.startOf(held.date),
      };
    });
  }

  async evidence(school: School, indicator: IndicatorId, window: Window): Promise<readonly Evidence[]> {
    const held = this.#source.held(school.id, indicator, this.#calendar.dateOf(window.to - 1));
    if (!held) return [];
    const { value, source, date } = held;
    return [{ kind: "declaration", subject: school.id, label: school.name, value, source, date }];
  }
}
