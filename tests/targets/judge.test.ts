import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IndicatorValue } from "../../src/indicators/contract.ts";
import type { IndicatorId } from "../../src/indicators/list.ts";
import { compare, judge, STALE_MS, type ValueOf } from "../../src/targets/judge.ts";
import type { Target } from "../../src/targets/model.ts";
import { condition, SCHOOL, target, value } from "./world.ts";

const NOW = 1_800_000_000_000;

function judged(one: Target, values: Readonly<Record<string, number | null | IndicatorValue>>) {
  const valueFor: ValueOf = (indicator) => {
    const said = values[indicator];
    if (said === undefined) return undefined;
    return typeof said === "object" && said !== null
      ? said
      : value(indicator, said, said === null ? {} : { at: NOW });
  };
  return judge(one, SCHOOL, valueFor, NOW);
}

const both = target({
  conditions: [condition("availability", ">=", 0.9), condition("wifi.presence", ">=", 1)],
});

describe("all of", () => {
  it("is met when every condition holds, and not when one fails", () => {
    expect(judged(both, { availability: 0.95, "wifi.presence": 1 }).verdict).toBe("met");
    expect(judged(both, { availability: 0.8, "wifi.presence": 1 }).verdict).toBe("not-met");
  });

  it("is unknown while it hangs on something unknown, and not met as soon as something fails", () => {
    expect(judged(both, { availability: 0.95, "wifi.presence": null }).verdict).toBe("unknown");
    expect(judged(both, { availability: 0.95 }).verdict).toBe("unknown");
    expect(judged(both, { availability: 0.8, "wifi.presence": null }).verdict).toBe("not-met");
  });

  it("rests on what failed alone", () => {
    const inferred = value("wifi.presence", 0.5, { evidence: "inferred", at: null });
    expect(judged(both, { availability: 0.95, "wifi.presence": inferred }).evidence).toBe("inferred");
    const good = value("wifi.presence", 1, { evidence: "inferred", at: null });
    expect(judged(both, { availability: 0.8, "wifi.presence": good }).evidence).toBe("measured");
  });

  it("takes the weakest class that it rests on", () => {
    const presence = value("wifi.presence", 1, { evidence: "inferred", at: null });
    const found = judged(both, { availability: 0.95, "wifi.presence": presence });
    expect([found.verdict, found.evidence]).toEqual(["met", "inferred"]);
  });

  it("is declared, not met, where it rests on a declaration", () => {
    const one = target({ conditions: [condition("declared.5g", ">=", 1)] });
    const said = (number: number) => ({
      "declared.5g": value("declared.5g", number, { evidence: "declared", at: 1 }),
    });
    expect(judged(one, said(1)).verdict).toBe("declared");
    expect(judged(one, said(0)).verdict).toBe("not-met");
  });
});

describe("what is measured", () => {
  it("is stale after seven days, to the millisecond", () => {
    const one = target({ conditions: [condition("availability", ">=", 0.9)] });
    const at = (age: number) => ({ availability: value("availability", 1, { at: NOW - age }) });
    expect(judged(one, at(STALE_MS)).verdict).toBe("met");
    const stale = judged(one, at(STALE_MS + 1));
    expect([stale.verdict, stale.conditions[0]!.why, stale.at]).toEqual(["unknown", "stale", null]);
  });

  it("without a reading is nothing to judge by", () => {
    const one = target({ conditions: [condition("availability", ">=", 0.9)] });
    expect(judged(one, { availability: value("availability", 1, { at: null }) }).verdict).toBe("unknown");
  });

  it("is not what ages: declarations and the register hold", () => {
    const old = value("devices.old", 0.1, { evidence: "inferred", at: null });
    expect(
      judged(target({ conditions: [condition("devices.old", "<=", 0.3)] }), { "devices.old": old }).verdict,
    ).toBe("met");
  });
});

describe("a condition where it is known", () => {
  const one = target({
    conditions: [
      condition("availability", ">=", 0.9),
      condition("declared.response", ">=", 0.9, { whenKnown: true }),
    ],
  });
  const declared = (number: number) => value("declared.response", number, { evidence: "declared", at: 1 });

  it("leaves the verdict and its class alone when it is unknown or holds", () => {
    expect(judged(one, { availability: 1 }).verdict).toBe("met");
    const confirmed = judged(one, { availability: 1, "declared.response": declared(1) });
    expect([confirmed.verdict, confirmed.evidence]).toEqual(["met", "measured"]);
  });

  it("fails the school when it is known and does not hold", () => {
    const failed = judged(one, { availability: 1, "declared.response": declared(0.5) });
    expect([failed.verdict, failed.evidence]).toEqual(["not-met", "declared"]);
  });

  it("alone does not make a verdict of nothing", () => {
    const only = target({ conditions: [condition("declared.response", ">=", 0.9, { whenKnown: true })] });
    expect(judged(only, {}).verdict).toBe("unknown");
  });
});

describe("at most so many fail", () => {
  const ids = [
    "uplink.speed",
    "availability",
    "wifi.presence",
    "devices.fresh",
  ] as const satisfies readonly IndicatorId[];
  const weak = target({
    rule: { kind: "tolerate", failing: 2 },
    conditions: ids.map((id) => condition(id, ">=", 1)),
  });
  const cases: readonly [readonly (number | null)[], string][] = [
    [[1, 1, 1, 1], "met"],
    [[0, 0, 1, 1], "met"],
    [[0, 0, 0, 1], "not-met"],
    [[0, 0, null, 1], "unknown"],
    [[0, null, 1, 1], "met"],
    [[0, null, null, 1], "unknown"],
    [[0, 0, 0, null], "not-met"],
    [[null, null, null, null], "unknown"],
  ];
  it.each(cases)("%j is %s", (values, verdict) => {
    expect(judged(weak, Object.fromEntries(ids.map((id, i) => [id, values[i]!]))).verdict).toBe(verdict);
  });
});

describe("a score", () => {
  const smart = target({
    rule: { kind: "score", least: 80 },
    conditions: [
      condition("declared.accepted", ">=", 1, { required: true }),
      condition("availability", ">=", 0.9, { weight: 60, part: "a" }),
      condition("wifi.presence", ">=", 1, { weight: 20, part: "b" }),
      condition("devices.fresh", ">=", 0.5, { weight: 20, part: "b" }),
    ],
  });
  const accepted = value("declared.accepted", 1, { evidence: "declared", at: 1 });

  it("needs the points and what is required, and shows both", () => {
    const good = judged(smart, {
      "declared.accepted": accepted,
      availability: 1,
      "wifi.presence": 1,
      "devices.fresh": 0,
    });
    expect([good.verdict, good.evidence, good.score]).toEqual([
      "declared",
      "declared",
      { sure: 80, possible: 80 },
    ]);
    const not = judged(smart, { availability: 1, "wifi.presence": 1, "devices.fresh": 1 });
    expect([not.verdict, not.score]).toEqual(["unknown", { sure: 100, possible: 100 }]);
  });

  it("is unknown while the points that are open decide, and not met when they cannot", () => {
    const open = judged(smart, {
      "declared.accepted": accepted,
      availability: 1,
      "wifi.presence": null,
      "devices.fresh": 0,
    });
    expect([open.verdict, open.score]).toEqual(["unknown", { sure: 60, possible: 80 }]);
    const lost = judged(smart, {
      "declared.accepted": accepted,
      availability: 0,
      "wifi.presence": null,
      "devices.fresh": null,
    });
    expect([lost.verdict, lost.score]).toEqual(["not-met", { sure: 0, possible: 40 }]);
  });

  it("is not met without acceptance, whatever the points", () => {
    const refused = value("declared.accepted", 0, { evidence: "declared", at: 1 });
    const all = { availability: 1, "wifi.presence": 1, "devices.fresh": 1 };
    expect(judged(smart, { "declared.accepted": refused, ...all }).verdict).toBe("not-met");
  });
});

describe("which schools count", () => {
  it("leaves others out by kind and by setting", () => {
    const conditions = [condition("availability", ">=", 0.9)];
    expect(
      judged(target({ conditions, applies: { settings: ["urban"] } }), { availability: 1 }).verdict,
    ).toBe("not-applicable");
    expect(judged(target({ conditions, applies: { kinds: ["high"] } }), { availability: 1 }).verdict).toBe(
      "not-applicable",
    );
    expect(
      judged(target({ conditions, applies: { kinds: ["primary"], settings: ["town"] } }), { availability: 1 })
        .verdict,
    ).toBe("met");
  });
});

describe("any rule", () => {
  const ids = [
    "availability",
    "wifi.presence",
    "devices.fresh",
    "wifi.service",
  ] as const satisfies readonly IndicatorId[];
  const rules = fc.constantFrom<Target["rule"]>(
    { kind: "all" },
    { kind: "tolerate", failing: 1 },
    { kind: "tolerate", failing: 2 },
    { kind: "score", least: 60 },
  );
  const values = fc.tuple(...ids.map(() => fc.constantFrom(0, 1, null)));
  const weigh = (rule: Target["rule"]) =>
    target({
      rule,
      conditions: ids.map((id) => condition(id, ">=", 1, rule.kind === "score" ? { weight: 25 } : {})),
    });
  const asRecord = (list: readonly (number | null)[]) =>
    Object.fromEntries(ids.map((id, i) => [id, list[i]!]));

  it("never turns a verdict by learning what was unknown", () => {
    fc.assert(
      fc.property(rules, values, fc.nat({ max: 3 }), fc.constantFrom(0, 1), (rule, list, i, learned) => {
        fc.pre(list[i] === null);
        const before = judged(weigh(rule), asRecord(list)).verdict;
        const more = [...list];
        more[i] = learned;
        const after = judged(weigh(rule), asRecord(more)).verdict;
        if (before !== "unknown") expect(after).toBe(before);
      }),
    );
  });

  it("never falls when a value gets better", () => {
    const rank = { "not-met": 0, unknown: 1, met: 2 } as Record<string, number>;
    fc.assert(
      fc.property(rules, values, fc.nat({ max: 3 }), (rule, list, i) => {
        const better = [...list];
        better[i] = 1;
        const [before, after] = [list, better].map((one) => judged(weigh(rule), asRecord(one)).verdict);
        expect(rank[after!]).toBeGreaterThanOrEqual(rank[before!]!);
      }),
    );
  });

  it("knows as soon as everything is known", () => {
    fc.assert(
      fc.property(rules, fc.tuple(...ids.map(() => fc.constantFrom(0, 1))), (rule, list) => {
        expect(["met", "not-met"]).toContain(judged(weigh(rule), asRecord(list)).verdict);
      }),
    );
  });
});

describe("a limit", () => {
  it("is reached by a share that equals it but for rounding", () => {
    expect(compare(0.1 + 0.2, "<=", 0.3)).toBe(true);
    expect(compare(19 / 20, ">=", 0.95)).toBe(true);
    expect(compare(0.1 + 0.2, ">", 0.3)).toBe(false);
    expect(compare(0.949, ">=", 0.95)).toBe(false);
    expect([compare(1, "=", 1), compare(2, "=", 1), compare(1, "<", 1), compare(0.5, "<", 1)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
