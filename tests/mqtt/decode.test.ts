import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  availability,
  cleanText,
  deviceTime,
  lookUp,
  MOST_DEPTH,
  MOST_PAYLOAD_OCTETS,
  parsePayload,
  rawValue,
} from "../../collectors/mqtt/decode.ts";

const octets = (text: string) => Buffer.from(text);
const json = (text: string) => {
  const payload = parsePayload(octets(text));
  if (!payload.ok) throw new Error(payload.reason);
  return payload.json;
};

/** S20: a payload may be anything; it is refused or read, nothing else happens. */
describe("payload limits", () => {
  const refused: Record<string, Uint8Array> = {
    empty: octets(""),
    NaN: octets('{"a":NaN}'),
    Infinity: octets('{"a":-Infinity}'),
    "a comment": octets('{"a":1/*x*/}'),
    "no UTF-8": Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    "half a document": octets('{"a":'),
    "two documents": octets("{}{}"),
    "10 MB": Buffer.alloc(10 * 1024 * 1024, 0x20),
    "one octet too many": Buffer.alloc(MOST_PAYLOAD_OCTETS + 1, 0x20),
    "depth 10,000": octets("[".repeat(10_000) + "]".repeat(10_000)),
    "depth 33": octets("[".repeat(33) + "]".repeat(33)),
    "depth in objects": octets('{"a":'.repeat(100_000)),
    "a key __proto__": octets('{"__proto__":{"polluted":1}}'),
    "a deep key __proto__": octets('{"a":[{"b":{"__proto__":{"polluted":1}}}]}'),
    "an escaped __proto__": octets('{"\\u005f_proto__":{"polluted":1}}'),
    "an escaped __proto__ in capitals": octets('{"__proto\\u005F_":{"polluted":1}}'),
  };
  for (const [name, bytes] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      expect(parsePayload(bytes).ok).toBe(false);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    });
  }

  it("reads what is within the limits, also brackets in strings and __proto__ as a value", () => {
    expect(parsePayload(octets("[".repeat(MOST_DEPTH) + "]".repeat(MOST_DEPTH))).ok).toBe(true);
    expect(json(`{"a":"${"[".repeat(1000)}\\"{{{"}`)).toHaveProperty("a");
    expect(json('{"a":"__proto__"}')).toEqual({ a: "__proto__" });
  });

  it("looks up own keys only", () => {
    const at = json('{"a":{"b":[1,{"c":2}]}}');
    expect(lookUp(at, ["a", "b", "1", "c"])).toBe(2);
    for (const path of [
      ["constructor"],
      ["a", "toString"],
      ["a", "b", "length"],
      ["a", "b", "-1"],
      ["a", "b", "2"],
      ["a", "b", "0", "x"],
      [""],
    ])
      expect(lookUp(at, path)).toBeUndefined();
  });

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const payload = parsePayload(bytes);
        if (payload.ok) lookUp(payload.json, ["a", "0", "__proto__"]);
        availability({ online: ["online"], offline: ["offline"] }, bytes);
      }),
      { numRuns: 5000 },
    );
  });

  it("reads every document that JSON.stringify makes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);
        if (text.includes("__proto__")) return;
        expect(json(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("values", () => {
  const texts = new Map([
    ["on", 1],
    ["true", 1],
    ["3", 30],
  ]);
  const raw = (text: string, extra: { texts?: typeof texts; length?: boolean } = {}) =>
    rawValue({ path: ["v"], length: false, ...extra }, json(text));

  it("takes numbers, decimal texts, truth values and mapped texts", () => {
    expect(raw('{"v":-21.5}')).toBe(-21.5);
    expect(raw('{"v":"21.5"}')).toBe(21.5);
    expect(raw('{"v":true}')).toBe(1);
    expect(raw('{"v":false}')).toBe(0);
    expect(raw('{"v":"on"}', { texts })).toBe(1);
    expect(raw('{"v":true}', { texts })).toBe(1);
    expect(raw('{"v":3}', { texts })).toBe(30);
    expect(raw('{"v":[1,2,3]}', { length: true })).toBe(3);
  });

  it("tells a value that is missing from one that is none", () => {
    expect(raw("{}")).toBeUndefined();
    expect(raw('{"v":null}')).toBeUndefined();
    for (const odd of [
      '{"v":"warm"}',
      '{"v":""}',
      '{"v":"0x10"}',
      '{"v":{}}',
      '{"v":[1]}',
      '{"v":"Infinity"}',
    ])
      expect(raw(odd)).toBeNaN();
    expect(raw('{"v":false}', { texts })).toBeNaN();
    expect(raw('{"v":5}', { length: true })).toBeNaN();
    expect(raw('{"v":1e309}')).toBe(Number.POSITIVE_INFINITY);
  });

  it("cleans texts for people", () => {
    expect(cleanText("  X\u0000Y\u001b[31m\u202eZ ")).toBe("XY[31mZ");
    expect(cleanText("a\ud800b")).toBe("a\ufffdb");
    expect([...cleanText("𠮷".repeat(1000))!]).toHaveLength(255);
    expect(cleanText(7)).toBe("7");
    expect(cleanText(null)).toBeUndefined();
    expect(cleanText("\u0007")).toBeUndefined();
  });
});

describe("the device's own time", () => {
  it("reads seconds, milliseconds and ISO with a zone, nothing else", () => {
    const time = (unit: "s" | "ms" | "iso", text: string) => deviceTime({ path: ["t"], unit }, json(text));
    expect(time("s", '{"t":1790000000.25}')).toBe(1_790_000_000_250);
    expect(time("ms", '{"t":"1790000000250"}')).toBe(1_790_000_000_250);
    expect(time("iso", '{"t":"2026-11-22T01:02:03+08:00"}')).toBe(Date.UTC(2026, 10, 21, 17, 2, 3));
    expect(time("iso", '{"t":"2026-11-22T01:02:03"}')).toBeUndefined();
    expect(time("iso", '{"t":1790000000}')).toBeUndefined();
    expect(time("s", '{"t":"soon"}')).toBeUndefined();
    expect(time("s", '{"t":1e300}')).toBeUndefined();
    expect(time("s", "{}")).toBeUndefined();
  });
});

describe("availability", () => {
  const plain = { online: ["online", "1"], offline: ["offline"] };
  it("reads the whole payload or a path", () => {
    expect(availability(plain, octets("online"))).toBe(true);
    expect(availability(plain, octets('"offline"\n'))).toBe(false);
    expect(availability(plain, octets("1"))).toBe(true);
    expect(availability(plain, octets("maybe"))).toBeUndefined();
    const path = { ...plain, path: ["state"] };
    expect(availability(path, octets('{"state":"offline"}'))).toBe(false);
    expect(availability(path, octets("online"))).toBeUndefined();
    expect(availability(path, octets('{"state":{}}'))).toBeUndefined();
  });
});
