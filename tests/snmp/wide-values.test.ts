import { describe, expect, it } from "vitest";
import type { ResponseView } from "../../collectors/snmp/codec/message.ts";
import { makePlan } from "../../collectors/snmp/plan.ts";
import { BoundTable } from "../../collectors/snmp/polling/bound-table.ts";
import { counter64 } from "./asn1.ts";
import { column, IF_X_TABLE, PROFILE, point } from "./profile.ts";

// A size of 2^53 octets and more is a number like any other; a counter is subtracted, and must be exact.
const SIZE = "1.3.6.1.4.1.99999.9.1";
const columns = [
  column("size", `${SIZE}.2`),
  column("octets", `${SIZE}.3`),
  column("fallback", `${SIZE}.4`),
  column("counted", `${IF_X_TABLE}.6`, { decode: "counter" }),
];
const points = [
  point("size", "sensor.count", "size"),
  point("octets", "interface.in_octets", "octets", { fallbacks: ["fallback"] }),
  point("counted", "interface.out_octets", "counted"),
];
const index = [{ name: "row", type: "integer" as const }];
const rows = { id: "rows", scalar: false, index, tags: [], columns, points };
const plan = makePlan({ ...PROFILE, snmp: { ...PROFILE.snmp!, tables: [rows] } }).tables[0]!;

describe("Counter64 over 2^53", () => {
  it("what a counter comes from is decoded as one, whatever the profile wrote", () => {
    expect(plan.columns.map(({ column: { decode } }) => decode)).toEqual([
      "number",
      "counter",
      "counter",
      "counter",
    ]);
  });

  it("is whole in a value and modulo 2^53 in a counter, at binding and at every poll", () => {
    const value = 2n ** 63n + 12_345n;
    const encoded = counter64(value);
    const view = {
      bytes: encoded,
      row: [0],
      tag: [0x46],
      valueAt: [2],
      valueEnd: [encoded.length],
    } as unknown as ResponseView;
    const wanted = [Number(value), 12_345, 12_345, 12_345];
    const bound = new BoundTable(plan, [[1]]);
    for (const c of wanted.keys()) bound.store(c, 0, view, 0, 1);
    expect([...bound.numbers]).toEqual(wanted);
    const polled = new BoundTable(plan, [[1]]);
    for (const c of wanted.keys()) polled.storeKnown(view, 1, [0], [c], 1);
    expect([...polled.numbers]).toEqual(wanted);
  });
});
