import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STATUS } from "../../src/measurements/status.ts";
import { ByteReader, ByteWriter } from "../../src/stores/bytes.ts";
import { Chunk, ChunkEncoder } from "../../src/stores/embedded/chunk.ts";
import { appendHotFrame, decodeHotFrame } from "../../src/stores/embedded/hot-frame.ts";
import { PointList } from "../../src/stores/embedded/points.ts";
import { decodeRollup, encodeRollup, rollUp, SlotList } from "../../src/stores/embedded/rollup.ts";
import { readValues, writeValues } from "../../src/stores/embedded/value-lane.ts";
import { decodeFrame, encodeFrame, FRAME_ROWS } from "../../src/stores/frame.ts";
import { decodeTagValue, encodeTagValue } from "../../src/stores/influxdb/lines.ts";
import { RECORD, scanRecords } from "../../src/stores/record.ts";

const safe = fc.maxSafeNat();
const values = fc.oneof(
  fc.array(fc.integer()),
  fc.array(fc.integer({ min: -99999, max: 99999 }).map((n) => n / 100)),
  fc.array(fc.double({ noNaN: true })),
  fc.array(fc.maxSafeInteger()),
  fc.tuple(fc.double({ noNaN: true }), fc.nat(50)).map(([value, n]) => Array<number>(n).fill(value)),
  fc.array(fc.constantFrom(0, -0, 0.1, 0.2, 0.30000000000000004, 1e300, -1e-300, 2 ** 51, 2 ** 53)),
);

describe("encodings", () => {
  it("varints and zigzags come back (property)", () => {
    fc.assert(
      fc.property(
        fc.array(safe),
        fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 })),
        (naturals, integers) => {
          const writer = new ByteWriter(4);
          for (const value of naturals) writer.varint(value);
          for (const value of integers) writer.zigzag(value);
          const reader = new ByteReader(writer.take());
          for (const value of naturals) expect(reader.varint()).toBe(value);
          for (const value of integers) expect(reader.zigzag() === value).toBe(true);
          expect(() => reader.u8()).toThrow(RangeError);
        },
      ),
    );
    const far = new ByteWriter();
    for (const value of [0, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      far.reset();
      far.varint(value);
      expect(new ByteReader(far.take()).varint()).toBe(value);
    }
  });

  it("values come back equal (property)", () => {
    fc.assert(
      fc.property(values, (list) => {
        const writer = new ByteWriter();
        const before = list.length % 3;
        const lane = Float64Array.from([...Array<number>(before).fill(7), ...list]);
        writeValues(writer, lane, before, lane.length);
        const out = new Float64Array(list.length);
        readValues(new ByteReader(writer.take()), out, 0, list.length);
        for (let i = 0; i < list.length; i++) expect(out[i] === list[i]).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  const samples = fc.uniqueArray(
    fc.record({
      time: fc.oneof(
        fc.nat(10_000).map((n) => n * 60_000),
        fc.integer({ min: 0, max: 2 ** 43 }),
      ),
      value: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      status: fc.constantFrom(0, 0, 0, 0, STATUS.timeout, STATUS.reset, STATUS.stale),
    }),
    { selector: (s) => s.time, minLength: 1, maxLength: 200 },
  );

  it("chunks come back, with their statuses, series by series (property)", () => {
    const encoder = new ChunkEncoder();
    const several = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), samples, fc.boolean()), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(several, fc.nat(2 ** 30), fc.nat(2 ** 20), (list, segment, start) => {
        let series = start;
        const all: { series: number; points: PointList }[] = [];
        for (const [step, rows, sameTimes] of list) {
          series += step;
          const points = new PointList();
          for (const { time, value, status } of rows) points.add(time, status ? Number.NaN : value, status);
          points.settle();
          const before = all.at(-1)?.points;
          if (sameTimes && before)
            for (let i = 0; i < Math.min(points.length, before.length); i++) points.time[i] = before.time[i]!;
          if (sameTimes && before) points.length = Math.min(points.length, before.length);
          all.push({ series, points });
          encoder.add(series, points, 0, points.length);
        }
        expect(encoder.empty).toBe(false);
        expect(encoder.first).toBe(all[0]!.series);
        const record = encoder.take(segment, 7).slice();
        expect(encoder.empty).toBe(true);
        const chunk = Chunk.open(record)!;
        expect([chunk.segment, chunk.block]).toEqual([segment, 7]);
        expect(chunk.series).toEqual(all.map((one) => one.series));
        for (const { series: number, points } of all) {
          const out = new PointList();
          out.add(1, 2, 3);
          expect(chunk.read(number, out)).toBe(true);
          expect(out.length).toBe(points.length + 1);
          for (let i = 0; i < points.length; i++) {
            expect(out.time[i + 1]).toBe(points.time[i]);
            expect(out.status[i + 1]).toBe(points.status[i]);
            const [got, want] = [out.value[i + 1]!, points.value[i]!];
            expect(got === want || (Number.isNaN(got) && Number.isNaN(want))).toBe(true);
          }
        }
        const out = new PointList();
        expect(chunk.read(series + 1, out)).toBe(false);
        expect(out.length).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("a chunk with any flipped bit is refused (every bit)", () => {
    const points = new PointList();
    for (let i = 0; i < 60; i++)
      points.add(1e12 + i * 60_000 + (i % 7), Math.round(Math.sin(i) * 1000) / 10, 0);
    const encoder = new ChunkEncoder();
    encoder.add(5, points, 0, 30);
    encoder.add(9, points, 0, 60);
    const record = encoder.take(3, 4).slice();
    expect(Chunk.open(record)).toBeDefined();
    for (let bit = 0; bit < record.length * 8; bit++) {
      const bad = record.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      expect(Chunk.open(bad)).toBeUndefined();
    }
    for (let length = 0; length < record.length; length++)
      expect(Chunk.open(record.slice(0, length))).toBeUndefined();
  });

  it("frames of the hot log come back, one behind the other (property)", () => {
    const rows = fc.array(
      fc.record({
        series: fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
        time: fc.oneof(fc.constantFrom(0, 1e12, 1e12 + 1), fc.integer({ min: 0, max: 2 ** 43 })),
        value: fc.oneof(fc.integer(), fc.double({ noNaN: true })),
        status: fc.constantFrom(0, 0, 0, 0, STATUS.timeout, STATUS.reset),
      }),
      { minLength: 1, maxLength: 300 },
    );
    fc.assert(
      fc.property(rows, fc.nat(50), safe, fc.boolean(), (list, skip, sequence, last) => {
        const columns = {
          length: list.length,
          series: Uint32Array.from(list, (row) => row.series),
          time: Float64Array.from(list, (row) => row.time),
          value: Float64Array.from(list, (row) => (row.status ? Number.NaN : row.value)),
          status: Uint8Array.from(list, (row) => row.status),
        };
        const from = Math.min(skip, list.length - 1);
        const writer = new ByteWriter(16);
        writer.u8(1);
        appendHotFrame(writer, sequence, columns, from, list.length, { first: !last, last });
        const record = writer.take().subarray(1);
        expect(decodeHotFrame(record)).toEqual({
          sequence,
          length: list.length - from,
          series: columns.series.slice(from),
          time: columns.time.slice(from),
          value: columns.value.slice(from),
          status: columns.status.slice(from),
          first: !last,
          last,
        });
        const bad = record.slice();
        bad[skip % bad.length]! ^= 1;
        expect(decodeHotFrame(bad)).toBeUndefined();
      }),
    );
  });

  it("any bytes are refused without an exception (property)", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Chunk.open(bytes)).toBeUndefined();
        expect(decodeHotFrame(bytes)).toBeUndefined();
        expect(decodeFrame(bytes)).toBeUndefined();
        expect(decodeRollup(bytes, 1, 1, new SlotList())).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it("frames come back and fit into a page, and are found in rubbish (property)", () => {
    fc.assert(
      fc.property(samples, safe, fc.uint8Array({ maxLength: 50 }), (list, sequence, rubbish) => {
        const columns = {
          length: list.length,
          series: Uint32Array.from(list, (_, i) => i * 7),
          time: Float64Array.from(list, (s) => s.time),
          value: Float64Array.from(list, (s) => (s.status ? Number.NaN : s.value)),
          status: Uint8Array.from(list, (s) => s.status),
        };
        const record = encodeFrame(new ByteWriter(), sequence, columns, 0, list.length);
        expect(decodeFrame(record)).toEqual({ ...columns, sequence });
        const found: Uint8Array[] = [];
        const file = new Uint8Array(
          Buffer.concat([rubbish, record, rubbish, record.subarray(0, -1), record]),
        );
        scanRecords(file, [RECORD.frame], (each) => found.push(each));
        expect(found).toEqual([record, record]);
      }),
    );
    const worst = {
      length: FRAME_ROWS,
      series: new Uint32Array(FRAME_ROWS).fill(2 ** 32 - 1),
      time: Float64Array.from({ length: FRAME_ROWS }, (_, i) => (i % 2) * 2 ** 44),
      value: new Float64Array(FRAME_ROWS).fill(Number.NaN),
      status: new Uint8Array(FRAME_ROWS).fill(1),
    };
    expect(encodeFrame(new ByteWriter(), 2 ** 52, worst, 0, FRAME_ROWS).length).toBeLessThanOrEqual(8100);
  });

  it("roll-ups come back, and their sums are those of exact arithmetic for decimals (property)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -99_999, max: 99_999 }), { minLength: 1, maxLength: 1440 }),
        (cents) => {
          const points = new PointList();
          for (const [minute, cent] of cents.entries()) points.add(minute * 60_000, cent / 100, 0);
          const slots = new SlotList();
          rollUp(points, 0, 86_400_000, 3_600_000, slots);
          const out = new SlotList();
          expect(decodeRollup(encodeRollup(new ByteWriter(), 9, 8, 7, slots), 9, 7, out)).toBe(true);
          expect(out.length).toBe(Math.ceil(cents.length / 60));
          for (let slot = 0; slot < out.length; slot++) {
            const part = cents.slice(slot * 60, slot * 60 + 60);
            expect(out.count[slot]).toBe(part.length);
            expect(out.min[slot]).toBe(Math.min(...part) / 100);
            expect(out.max[slot]).toBe(Math.max(...part) / 100);
            expect(out.last[slot]).toBe(part.at(-1)! / 100);
            const sum = part.reduce((a, b) => a + b, 0);
            expect(Math.abs(out.sum[slot]! - sum / 100)).toBeLessThanOrEqual(1e-9);
          }
        },
      ),
    );
  });

  it("tag values for InfluxDB come back and hold nothing that line protocol cannot carry (property)", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
        const encoded = encodeTagValue(text);
        expect(decodeTagValue(encoded)).toBe(text);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
        expect(encoded).not.toMatch(/[\x00-\x1f\\]/);
        expect(encoded).not.toBe("");
      }),
    );
  });
});
