import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVIDENCE_CLASSES } from "../../src/indicators/evidence.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import { inventoryDocumentSchema } from "../../src/inventory/document.ts";
import { VERDICTS } from "../../src/targets/judge.ts";
import {
  addTallies,
  counted,
  EMPTY_TALLY,
  RegionTree,
  rateOf,
  ratesOf,
  type SchoolVerdict,
  type Tally,
  tallyOf,
  VerdictColumns,
} from "../../src/targets/tally.ts";

const time = fc.integer({ min: 1, max: 2 ** 41 });
/** As the judge makes them: unknown and not applicable rest on nothing, declared on a declaration. */
const verdict: fc.Arbitrary<SchoolVerdict> = fc.oneof(
  fc.record({
    verdict: fc.constantFrom("met" as const, "not-met" as const),
    evidence: fc.constantFrom("measured" as const, "inferred" as const),
    at: fc.option(time),
    amount: fc.option(fc.integer({ min: 0, max: 50 })),
  }),
  fc.record({
    verdict: fc.constantFrom("declared" as const, "not-met" as const),
    evidence: fc.constant("declared" as const),
    at: fc.option(time),
    amount: fc.option(fc.integer({ min: 0, max: 50 })),
  }),
  fc.record({
    verdict: fc.constantFrom("unknown" as const, "not-applicable" as const),
    evidence: fc.constant("unknown" as const),
    at: fc.constant(null),
    amount: fc.constant(null),
  }),
);
const verdicts = fc.array(verdict, { maxLength: 60 });

/** A tree in which schools hang at regions of every level. */
const REGIONS = ["p", "p/a", "p/a/1", "p/a/2", "p/b", "p/b/1", "q", "q/a", "q/a/1"];
const world = fc.array(fc.tuple(fc.constantFrom(...REGIONS), verdict), { maxLength: 80 });

function inventoryWith(regions: readonly string[]) {
  return buildInventory(
    inventoryDocumentSchema.parse({
      regions: REGIONS.map((path) => ({ path, name: path })),
      schools: regions.map((region, i) => ({
        id: `s${i}`,
        region,
        name: `s${i}`,
        kind: "primary",
        setting: "town",
      })),
    }),
  );
}

function rolledUp(schools: readonly (readonly [string, SchoolVerdict])[]) {
  const inventory = inventoryWith(schools.map(([region]) => region));
  const tree = new RegionTree(inventory);
  const columns = new VerdictColumns(tree.schools.length);
  for (const [i, [, one]] of schools.entries()) columns.set(tree.row(`s${i}`)!, one);
  return { inventory, tallies: tree.tally(columns) };
}

describe("roll-up", () => {
  it("gives a region the sum of the regions below it and of its own schools", () => {
    fc.assert(
      fc.property(world, (schools) => {
        const { inventory, tallies } = rolledUp(schools);
        for (const path of REGIONS) {
          const own = tallyOf(schools.filter(([region]) => region === path).map(([, one]) => one));
          const below = inventory.regionsIn(path).map((region) => tallies.get(region.path)!);
          expect(tallies.get(path)).toEqual(below.reduce(addTallies, own));
        }
      }),
    );
  });

  it("gives a region exactly its schools, wherever in its subtree they hang", () => {
    fc.assert(
      fc.property(world, (schools) => {
        const { tallies } = rolledUp(schools);
        for (const path of REGIONS) {
          const mine = schools.filter(([region]) => region === path || region.startsWith(`${path}/`));
          expect(tallies.get(path)).toEqual(tallyOf(mine.map(([, one]) => one)));
        }
      }),
    );
  });

  it("does not depend on the order of the schools", () => {
    fc.assert(
      fc.property(verdicts, fc.infiniteStream(fc.nat()), (schools, keys) => {
        const keyed = schools.map((one) => [keys.next().value as number, one] as const);
        const shuffled = [...keyed].sort((a, b) => a[0] - b[0]).map(([, one]) => one);
        expect(tallyOf(shuffled)).toEqual(tallyOf(schools));
      }),
    );
  });

  it("adds in any grouping", () => {
    fc.assert(
      fc.property(verdicts, verdicts, verdicts, (a, b, c) => {
        const [x, y, z] = [tallyOf(a), tallyOf(b), tallyOf(c)];
        expect(addTallies(addTallies(x, y), z)).toEqual(addTallies(x, addTallies(y, z)));
        expect(addTallies(x, y)).toEqual(tallyOf([...a, ...b]));
        expect(addTallies(x, EMPTY_TALLY)).toEqual(x);
      }),
    );
  });

  it("leaves out nobody and counts nobody twice", () => {
    fc.assert(
      fc.property(verdicts, (schools) => {
        const tally = tallyOf(schools);
        expect(tally.total).toBe(schools.length);
        expect(tally.met + tally.declared + tally.notMet + tally.unknown + tally.notApplicable).toBe(
          tally.total,
        );
        expect(tally.byMeasured + tally.byInferred + tally.byDeclared).toBe(
          tally.met + tally.declared + tally.notMet,
        );
        expect(tally.metMeasured + tally.metInferred).toBe(tally.met);
      }),
    );
  });

  it("keeps every rate between 0 and 1, and the three rules in their order", () => {
    fc.assert(
      fc.property(verdicts, (schools) => {
        const tally = tallyOf(schools);
        const { worst, exclude, best } = ratesOf(tally);
        expect(rateOf(tally)).toBe(worst);
        if (counted(tally) === 0) {
          expect([worst, exclude, best]).toEqual([null, null, null]);
          return;
        }
        expect(worst).toBeGreaterThanOrEqual(0);
        expect(best).toBeLessThanOrEqual(1);
        if (exclude === null) {
          expect(tally.unknown).toBe(counted(tally));
          return;
        }
        expect(exclude).toBeGreaterThanOrEqual(worst!);
        expect(exclude).toBeLessThanOrEqual(best!);
      }),
    );
  });

  it("never gains by knowing less", () => {
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1, maxLength: 60 }), fc.nat(), (schools, pick) => {
        const i = pick % schools.length;
        fc.pre(schools[i]!.verdict !== "not-applicable" && schools[i]!.verdict !== "unknown");
        const less = [...schools];
        less[i] = { verdict: "unknown", evidence: "unknown", at: null, amount: null };
        const [before, after] = [tallyOf(schools), tallyOf(less)];
        expect(after.unknown).toBe(before.unknown + 1);
        expect(rateOf(after)).toBeLessThanOrEqual(rateOf(before)!);
        expect(ratesOf(after).best).toBeGreaterThanOrEqual(ratesOf(before).best!);
      }),
    );
  });

  it("leaves schools alone that the target does not apply to", () => {
    fc.assert(
      fc.property(verdicts, fc.nat({ max: 20 }), (schools, more) => {
        const none: SchoolVerdict = {
          verdict: "not-applicable",
          evidence: "unknown",
          at: null,
          amount: null,
        };
        const wider = tallyOf([...schools, ...Array.from({ length: more }, () => none)]);
        expect(ratesOf(wider)).toEqual(ratesOf(tallyOf(schools)));
      }),
    );
  });

  it("shows the oldest of the readings that were judged by, and none where there is none", () => {
    fc.assert(
      fc.property(verdicts, (schools) => {
        const times = schools.flatMap((one) => one.at ?? []);
        expect(tallyOf(schools).oldest).toBe(times.length > 0 ? Math.min(...times) : null);
      }),
    );
  });

  it("sums amounts, and says nothing of a sum that nobody declared", () => {
    const one = (amount: number | null): SchoolVerdict => ({
      verdict: "declared",
      evidence: "declared",
      at: 1,
      amount,
    });
    expect(tallyOf([one(2), one(3), one(null)]).amount).toBe(5);
    expect(tallyOf([one(null)]).amount).toBeNull();
    expect(tallyOf([one(0)]).amount).toBe(0);
  });

  it("gives back what columns were set to, and does not count a row that was never set", () => {
    fc.assert(
      fc.property(verdict, (one) => {
        const columns = new VerdictColumns(2);
        columns.set(1, one);
        expect(columns.get(1)).toEqual(one);
        expect(columns.get(0)).toBeUndefined();
      }),
    );
    expect(VERDICTS).toHaveLength(5);
    expect(EVIDENCE_CLASSES).toHaveLength(4);
  });

  it("counts only schools that a verdict was given for", () => {
    const inventory = inventoryWith(["p/a/1", "p/a/2"]);
    const tree = new RegionTree(inventory);
    const columns = new VerdictColumns(2);
    columns.set(tree.row("s1")!, { verdict: "met", evidence: "measured", at: 5, amount: null });
    const expected: Tally = { ...EMPTY_TALLY, total: 1, met: 1, byMeasured: 1, metMeasured: 1, oldest: 5 };
    expect(tree.tally(columns).get("p")).toEqual(expected);
    expect(tree.tally(columns).get("p/a/1")).toEqual(EMPTY_TALLY);
  });
});
