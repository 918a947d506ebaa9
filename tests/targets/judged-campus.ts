import { join } from "node:path";
import type { IndicatorId } from "../../src/indicators/list.ts";
import { TargetDatabase } from "../../src/targets/database.ts";
import { TargetEngine } from "../../src/targets/engine.ts";
import { loadTargets } from "../../src/targets/load.ts";
import { TargetQuery } from "../../src/targets/query.ts";
import type { FakeCampus } from "../api/campus.ts";
import { CALENDAR, folder, TableMaker } from "./world.ts";

export interface JudgedCampus {
  readonly engine: TargetEngine;
  readonly database: TargetDatabase;
  readonly maker: TableMaker;
  end(): Promise<void>;
}

/** Judges the schools of the fake campus by the shipped targets, from a table, and lets the API answer it. */
export async function judgedCampus(
  campus: FakeCampus,
  said: (maker: TableMaker) => void = (maker) => {
    for (const id of ["s1", "s2", "t1"]) maker.say(id, "ipv6.level", id === "s2" ? 1 : 3);
  },
  makes: readonly IndicatorId[] = ["ipv6.level", "wifi.presence", "wifi.service"],
): Promise<JudgedCampus> {
  const place = folder();
  const database = new TargetDatabase({ file: place.file("targets.db") });
  await database.open();
  const maker = new TableMaker(makes);
  said(maker);
  const engine = new TargetEngine({
    database,
    makers: [maker],
    book: loadTargets([join(import.meta.dirname, "../../targets")]),
    calendar: CALENDAR,
    clock: campus.clock,
    inventory: () => campus.inventory(),
    failed: (error) => {
      throw error;
    },
    duty: 1,
  });
  campus.targets = new TargetQuery({
    database,
    calendar: CALENDAR,
    clock: campus.clock,
    makers: [maker],
    inventory: () => campus.inventory(),
    targets: () => engine.targets(),
  });
  await engine.judgeDay(CALENDAR.dateOf(campus.time), { final: false });
  return {
    engine,
    database,
    maker,
    end: async () => {
      await database.close();
      place.end();
    },
  };
}
