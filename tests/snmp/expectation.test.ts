import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Expectation } from "../../collectors/snmp/codec/expectation.ts";
import { ResponseView } from "../../collectors/snmp/codec/message.ts";
import { encodeIndex, encodeOid } from "../../collectors/snmp/codec/oid.ts";
import { counter64, encodeMessage, integer } from "./asn1.ts";

const COLUMNS = ["1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10", "1.3.6.1.2.1.2.2.1.16384"];

/** Rows as indexes, each once and ascending. */
const rows = fc
  .uniqueArray(fc.array(fc.oneof(fc.nat(300), fc.nat(2 ** 32 - 1)), { minLength: 1, maxLength: 4 }), {
    selector: (arcs) => arcs.join("."),
    minLength: 1,
    maxLength: 30,
  })
  .map((list) =>
    list.sort((a, b) => {
      const at = a.findIndex((arc, i) => arc !== b[i]);
      return at < 0 ? a.length - b.length : at >= b.length ? 1 : a[at]! - b[at]!;
    }),
  );

function indexesOf(list: readonly number[][]): { octets: Uint8Array; at: Uint32Array } {
  const octets = list.map((arcs) => encodeIndex(arcs));
  const at = new Uint32Array(list.length + 1);
  for (const [i, one] of octets.entries()) at[i + 1] = at[i]! + one.length;
  return { octets: Buffer.concat(octets), at };
}

function answer(oids: readonly string[]): Buffer {
  const varbinds = oids.map((oid, i) => ({ oid, value: i % 2 ? counter64(2n ** 60n) : integer(i) }));
  return encodeMessage({
    version: 1,
    community: "public",
    type: 0xa2,
    id: 2 ** 24,
    second: 0,
    third: 0,
    varbinds,
  });
}

describe("what an answer is expected to say", () => {
  const roots = COLUMNS.map((oid) => encodeOid(oid.split(".").map(Number)));

  it("knows a row only where the OID is that row's, and reads the same frames as without (property)", () => {
    const view = new ResponseView();
    const plain = new ResponseView();
    fc.assert(
      fc.property(
        rows,
        fc.nat(29),
        fc.array(fc.tuple(fc.constantFrom("drop", "other", "swap"), fc.nat(60)), { maxLength: 3 }),
        (table, start, changes) => {
          const expected = new Expectation(roots, indexesOf(table));
          const from = start % table.length;
          expected.base.fill(from);
          const oids = table
            .slice(from)
            .flatMap((arcs) => COLUMNS.map((column) => `${column}.${arcs.join(".")}`));
          for (const [kind, place] of changes) {
            const at = place % oids.length;
            if (kind === "drop" && oids.length > 1) oids.splice(at, 1);
            else if (kind === "other") oids[at] = `${oids[at]}.7`;
            else [oids[at], oids[0]] = [oids[0]!, oids[at]!];
          }
          const bytes = answer(oids);
          for (const one of [view, plain]) expect(one.readHeader(bytes)).toBe(true);
          expect(plain.readBody()).toBe(true);
          // Twice: an answer that is dropped moves nothing.
          expect(view.readBody(expected)).toBe(true);
          view.readHeader(bytes);
          expect(view.readBody(expected)).toBe(true);
          expect(view.count).toBe(oids.length);
          for (let i = 0; i < view.count; i++) {
            for (const field of ["oidAt", "oidEnd", "tag", "valueAt", "valueEnd"] as const)
              expect(view[field][i]).toBe(plain[field][i]);
            expect(plain.row[i]).toBe(-1);
            const row = view.row[i]!;
            if (row >= 0) expect(oids[i]).toBe(`${COLUMNS[i % COLUMNS.length]}.${table[row]!.join(".")}`);
          }
          if (changes.length === 0)
            expect([...view.row.subarray(0, view.count)]).toEqual(
              Array.from(oids, (_, i) => from + Math.floor(i / COLUMNS.length)),
            );
        },
      ),
      { numRuns: 500 },
    );
  });
});
