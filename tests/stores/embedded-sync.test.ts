import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { isCampusError } from "../../src/errors/campus-error.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { Engine } from "../../src/stores/embedded/engine.ts";
import { describeSeries } from "../../src/stores/embedded/store.ts";
import { checkQuery } from "../../src/stores/query.ts";
import { batchOf, NOW, START, temporaryFolder } from "./samples.ts";

// A disk that fails: the engine's own system calls answer an error, in the process that makes them.
const DAY = 86_400_000;
const real = { fdatasyncSync: fs.fdatasyncSync, writeSync: fs.writeSync };

afterEach(heal);

function heal(): void {
  Object.assign(fs, real);
  syncBuiltinESMExports();
}

function fault(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
}

/** The `nth` call from now on fails, and all after it while the fault lasts; a write gets half of its octets out first. */
function failing(syscall: "fdatasync" | "write", nth: number, code: string): void {
  let calls = 0;
  if (syscall === "fdatasync")
    fs.fdatasyncSync = (file) => {
      if (++calls >= nth) throw fault(code, syscall);
      real.fdatasyncSync(file);
    };
  else
    fs.writeSync = ((file: number, bytes: Uint8Array, offset: number, length: number, at: number) => {
      if (++calls < nth) return real.writeSync(file, bytes, offset, length, at);
      if (calls === nth && length > 1) return real.writeSync(file, bytes, offset, length >> 1, at);
      throw fault(code, syscall);
    }) as typeof fs.writeSync;
  syncBuiltinESMExports();
}

function open(dir: string): Engine {
  const retention = { rawMs: 30 * DAY, fiveMinutesMs: 400 * DAY, hourMs: 1100 * DAY };
  const engine = new Engine({ dir, retention, hotSamples: 1_000_000, graceMs: 0 });
  engine.open();
  return engine;
}

/** Batch `number`: ten devices, a sample each. */
function put(engine: Engine, number: number): void {
  const table = new SeriesTable();
  const columns = batchOf(
    table,
    Array.from({ length: 10 }, (_, device) => ({
      quantity: "device.cpu",
      tags: { device: `d${device}` },
      time: START + number * 1000,
      value: number + device / 16,
    })),
  );
  const fresh = describeSeries(new Set(Array.from({ length: table.size }, (_, i) => i)), table);
  engine.write([{ table: number, columns, fresh }], NOW);
}

/** Numbers of the batches that are there, each whole. */
function there(engine: Engine): number[] {
  const { series, read } = engine.query(checkQuery({ quantity: "device.cpu", tags: {}, from: 0, to: NOW }));
  const counts = new Map<number, number>();
  for (const one of series) {
    const device = Number(/device=d(\d+)/.exec(engine.text(one))![1]);
    const { times, values } = read(one);
    for (const [i, time] of times.entries()) {
      const number = (time - START) / 1000;
      expect(values[i]).toBe(number + device / 16);
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
  }
  for (const [number, count] of counts) expect(count, `batch ${number}`).toBe(10);
  return [...counts.keys()].sort((a, b) => a - b);
}

const code = fc.constantFrom("EIO", "ENOSPC", "EDQUOT");
const before = fc.integer({ min: 0, max: 12 });

describe("D6: a disk whose calls fail", () => {
  it("a sync that failed is never asked again, and nothing is acknowledged after it", () => {
    fc.assert(
      fc.property(before, code, (good, errno) => {
        const dir = temporaryFolder();
        const engine = open(dir);
        const acked: number[] = [];
        let syncs = 0;
        failing("fdatasync", good + 1, errno);
        const counted = fs.fdatasyncSync;
        fs.fdatasyncSync = (file) => {
          syncs++;
          counted(file);
        };
        syncBuiltinESMExports();
        const refusals: unknown[] = [];
        for (let number = 0; number < good + 5; number++)
          try {
            put(engine, number);
            acked.push(number);
          } catch (error) {
            refusals.push(error);
          }
        expect(acked).toEqual(Array.from({ length: good }, (_, i) => i));
        expect(refusals).toHaveLength(5);
        for (const refusal of refusals) expect(isCampusError(refusal, "E_STORE_WRITE")).toBe(true);
        expect(String(refusals.at(-1))).toContain("takes nothing more until it is opened again");
        expect(syncs, "one sync failed and no other was tried").toBe(good + 1);
        expect(there(engine)).toEqual(acked);

        // The disk is well again: the engine does not pretend that it can know what is on it.
        heal();
        expect(() => put(engine, 100)).toThrow(/opened again/);
        engine.close();
        const again = open(dir);
        expect(there(again)).toEqual(acked);
        put(again, 200);
        expect(there(again)).toEqual([...acked, 200]);
        again.close();
      }),
      { numRuns: 25 },
    );
  });

  it("a write that failed half way leaves nothing behind, and the next one is taken when the disk is well", () => {
    fc.assert(
      fc.property(before, code, (good, errno) => {
        const dir = temporaryFolder();
        const engine = open(dir);
        for (let number = 0; number < good; number++) put(engine, number);
        failing("write", 1, errno);
        let refusal: unknown;
        try {
          put(engine, good);
        } catch (error) {
          refusal = error;
        }
        expect(isCampusError(refusal, "E_STORE_WRITE")).toBe(true);
        heal();
        put(engine, good + 1);
        const acked = [...Array.from({ length: good }, (_, i) => i), good + 1];
        expect(there(engine)).toEqual(acked);
        engine.close();
        const again = open(dir);
        expect(there(again)).toEqual(acked);
        again.close();
      }),
      { numRuns: 25 },
    );
  });
});
