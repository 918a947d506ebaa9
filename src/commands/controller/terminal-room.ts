import { randomBytes } from "node:crypto";
import type { Calendar } from "../../indicators/calendar.ts";
import { TerminalLedger } from "../../indicators/ipv6/terminal-ledger.ts";
import type { DeviceFacts } from "../../inventory/facts.ts";
import type { Inventory } from "../../inventory/model.ts";
import type { BatchBuilder } from "../../measurements/batch.ts";
import type { SeriesTable, Tags } from "../../measurements/series.ts";

export interface TerminalRoomOptions {
  inventory(): Inventory;
  facts(device: string): DeviceFacts | undefined;
  readonly calendar: Calendar;
  readonly table: SeriesTable;
  /** Where samples are put now. */
  batch(): BatchBuilder;
}

/** Keeps the number of each school's terminals of the day: the MACs go no further than the ledger. */
export class TerminalRoom {
  readonly #options: TerminalRoomOptions;
  readonly #ledger: TerminalLedger;

  constructor(options: TerminalRoomOptions) {
    this.#options = options;
    this.#ledger = new TerminalLedger({ ...options, random: randomBytes });
  }

  note(facts: DeviceFacts): void {
    const count = this.#ledger.note(facts);
    if (!count) return;
    const { inventory, table, batch } = this.#options;
    const school = inventory().schools.get(count.school)!;
    const [province, city, county] = school.region.split("/");
    const tags: Tags = {
      ...(province ? { province } : {}),
      ...(city ? { city } : {}),
      ...(county ? { county } : {}),
      school: school.id,
    };
    const into = batch();
    for (const [quantity, value] of [
      ["terminals.seen", count.seen],
      ["terminals.ipv6", count.ipv6],
      ["terminals.dual", count.dual],
    ] as const)
      into.add(table.intern(quantity, tags), facts.at, value);
  }
}
