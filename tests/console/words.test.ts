import { expect, it } from "vitest";
import { en } from "../../console/src/words/en.ts";
import { makerState } from "../../console/src/words/term.ts";
import { zh } from "../../console/src/words/zh.ts";
import { reasonSchema } from "../../src/api/schemas/campus.ts";
import { evidenceClassSchema, unknownReasonSchema } from "../../src/api/schemas/evidence.ts";
import { siteAuditSchema } from "../../src/api/schemas/site-audits.ts";
import { targetRowSchema, verdictSchema } from "../../src/api/schemas/targets.ts";
import { INDICATORS } from "../../src/indicators/list.ts";
import {
  DEVICE_ROLES,
  LINK_ROLES,
  PROTOCOLS,
  ROOM_TYPES,
  SCHOOL_KINDS,
  SETTINGS,
} from "../../src/inventory/document.ts";
import { QUANTITIES } from "../../src/measurements/quantities.ts";
import { STATUS_NAMES } from "../../src/measurements/status.ts";

/** Every leaf as `path type arity`, so that a word that takes a value in one language takes it in the other. */
function leaves(tree: object, path = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "object" && value !== null
      ? leaves(value, `${path}${key}/`)
      : [`${path}${key} ${typeof value}`],
  );
}

it("has the same words in both languages", () => {
  expect(leaves(en).sort()).toEqual(leaves(zh).sort());
  expect(leaves(zh).length).toBeGreaterThan(300);
});

it("has no empty word and no Chinese in the English ones but the name of Chinese", () => {
  const texts = (tree: object): string[] =>
    Object.values(tree).flatMap((value) =>
      typeof value === "string" ? [value] : typeof value === "object" && value !== null ? texts(value) : [],
    );
  expect([...texts(en), ...texts(zh)].filter((text) => text.trim() === "" && text !== " ")).toEqual([]);
  expect(texts(en).filter((text) => /\p{Script=Han}/u.test(text))).toEqual(["中文"]);
});

it("knows every code of the program's closed lists", () => {
  for (const words of [zh, en]) {
    expect(Object.keys(words.reason).sort()).toEqual([...reasonSchema.shape.code.options].sort());
    expect(Object.keys(words.roles)).toEqual(expect.arrayContaining([...DEVICE_ROLES]));
    expect(Object.keys(words.linkRoles)).toEqual(expect.arrayContaining([...LINK_ROLES]));
    expect(Object.keys(words.roomTypes)).toEqual(expect.arrayContaining([...ROOM_TYPES]));
    expect(Object.keys(words.kinds)).toEqual(expect.arrayContaining([...SCHOOL_KINDS]));
    expect(Object.keys(words.settings)).toEqual(expect.arrayContaining([...SETTINGS]));
    expect(Object.keys(words.protocols)).toEqual(expect.arrayContaining([...PROTOCOLS]));
    expect(Object.keys(words.statuses)).toEqual(expect.arrayContaining([...STATUS_NAMES]));
    const readings = [...QUANTITIES.values()].filter(
      (one) => one.group !== "interface" && one.kind !== "counter",
    );
    expect(Object.keys(words.quantities)).toEqual(expect.arrayContaining(readings.map((one) => one.id)));
    expect(Object.keys(words.targets.indicators)).toEqual(expect.arrayContaining([...INDICATORS.keys()]));
    expect(Object.keys(words.targets.indicatorsShort)).toEqual(
      expect.arrayContaining([...INDICATORS.keys()]),
    );
    expect(Object.keys(words.why).sort()).toEqual([...unknownReasonSchema.options].sort());
    expect(Object.keys(words.evidence.classes).sort()).toEqual([...evidenceClassSchema.options].sort());
    expect(Object.keys(words.targets.verdicts).sort()).toEqual([...verdictSchema.options].sort());
    expect(Object.keys(words.targets.courses).sort()).toEqual(
      [...targetRowSchema.shape.course.options].sort(),
    );
    const { check } = siteAuditSchema.shape.checks.element.shape;
    expect(Object.keys(words.sites.checkNames).sort()).toEqual([...check.options].sort());
    const texts = readings.flatMap((one) => Object.values(one.states ?? {}));
    expect(Object.keys(words.texts)).toEqual(expect.arrayContaining(texts));
  }
});

it("says a maker's state in the reader's language where it is a common one, and else in its own words", () => {
  expect([zh, en].map(({ makerStates }) => makerState(makerStates, "notPresent"))).toEqual([
    "不在位",
    "not present",
  ]);
  expect(makerState(zh.makerStates, "not-present")).toBe("不在位");
  expect(makerState(zh.makerStates, "FAILED")).toBe("故障");
  // A door is no network: what campusd's own states are called says nothing here.
  expect(makerState(zh.makerStates, "yes")).toBe("是");
  expect(makerState(zh.makerStates, "atsRedundancyLost")).toBe("ats Redundancy Lost");
  expect(makerState(en.makerStates, "toString")).toBe("to String");
});
