import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EventLog, type EventLogOptions } from "../../src/collection/event-log.ts";
import { cleanEventText, EVENT_TEXT_MOST, type EventDraft } from "../../src/collection/events.ts";

let folder: string;
let time: number;
let log: EventLog | undefined;
const clock = { now: () => time, monotonic: () => time - 1_795_305_600_000 };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "campusd-events-"));
  time = 1_795_305_600_000;
});
afterEach(async () => {
  await log?.close();
  log = undefined;
  rmSync(folder, { recursive: true, force: true });
});
const file = () => join(folder, "events.db");
function open(options: Partial<EventLogOptions> = {}): EventLog {
  log = new EventLog({ file: file(), clock, ...options });
  log.open();
  return log;
}
const all = { subtree: "", limit: 100_000 };

function draft(fold: string, over: Partial<EventDraft> = {}): EventDraft {
  return {
    at: time,
    device: "sw",
    school: "s1",
    path: "sc/gy/jg/s1",
    source: "10.1.1.1",
    kind: "linkDown",
    oid: "1.3.6.1.6.3.1.1.5.3",
    severity: "warning",
    varbinds: [],
    more: 0,
    fold,
    ...over,
  };
}

describe("the event log", () => {
  it("has an event on disk when it says so: another process reads it", async () => {
    const { committed } = open().append(draft("a"));
    await committed;
    const other = new DatabaseSync(file(), { readOnly: true });
    expect(other.prepare("select kind, count from events").all()).toEqual([{ kind: "linkDown", count: 1 }]);
    other.close();
  });

  it("counts repeats within ten seconds to the first, and begins anew after that", async () => {
    open();
    const first = log!.append(draft("a"));
    time += 4_000;
    const second = log!.append(draft("a"));
    await second.committed;
    time += 5_999;
    const third = log!.append(draft("a"));
    await third.committed;
    time += 1;
    const fourth = log!.append(draft("a"));
    await fourth.committed;
    expect([first, second, third, fourth].map(({ folded }) => folded)).toEqual([false, true, true, false]);
    const start = 1_795_305_600_000;
    expect(log!.query(all)).toMatchObject([
      { id: 2, count: 1, at: start + 10_000 },
      { id: 1, count: 3, at: start, lastAt: start + 9_999 },
    ]);
  });

  it("is bounded in rows, and numbers go on over deletions and restarts", async () => {
    open({ mostRows: 100 });
    for (let i = 0; i < 1_000; i++) {
      time += 1_000;
      log!.append(draft(`${i}`, { source: `10.1.1.${i % 50}` }));
      if (i % 10 === 0) log!.flush();
    }
    log!.flush();
    expect(log!.rows).toBeLessThanOrEqual(110);
    expect(log!.query(all).length).toBe(log!.rows);
    expect(log!.query(all)[0]!.id).toBe(1_000);
    await log!.close();
    const db = new DatabaseSync(file());
    db.exec("delete from events");
    db.close();
    open();
    log!.append(draft("after"));
    log!.flush();
    expect(log!.query(all).map(({ id }) => id)).toEqual([1_001]);
  });

  it("does not let one source push out the others", () => {
    open({ mostRows: 100 });
    log!.append(draft("quiet", { source: "10.9.9.9" }));
    for (let i = 0; i < 2_000; i++) {
      log!.append(draft(`${i}`));
      if (i % 10 === 0) log!.flush();
    }
    log!.flush();
    const sources = log!.query(all).map((event) => event.source);
    expect(sources.filter((source) => source === "10.1.1.1").length).toBeLessThanOrEqual(30);
    expect(sources).toContain("10.9.9.9");
  });

  it("is bounded in days", () => {
    open({ keepMs: 86_400_000 });
    log!.append(draft("old"));
    log!.flush();
    time += 2 * 86_400_000;
    log!.append(draft("new"));
    log!.flush();
    expect(log!.query(all).map(({ id }) => id)).toEqual([2]);
  });

  it("does not grow on disk without end", () => {
    open({ mostRows: 200 });
    const varbinds = [{ oid: "1.3.6", value: "x".repeat(255), type: "OCTET STRING" }];
    const fill = () => {
      for (let i = 0; i < 3_000; i++) {
        time += 20_000;
        log!.append(draft(`${i}`, { varbinds, source: `10.1.1.${i % 20}` }));
        if (i % 100 === 0) log!.flush();
      }
      log!.flush();
    };
    fill();
    const once = statSync(file()).size;
    fill();
    expect(statSync(file()).size).toBeLessThanOrEqual(once * 1.5);
  });

  it("filters by subtree at the border of a name", () => {
    open();
    for (const path of ["sc/gy/jg/s1", "sc/gy/jg/s10", "sc/gy/jgx/s2", "sc/gy", ""])
      log!.append(draft(path, { path }));
    log!.flush();
    const paths = (subtree: string) => log!.query({ subtree, limit: 10 }).map(({ path }) => path);
    expect(paths("sc/gy/jg/s1")).toEqual(["sc/gy/jg/s1"]);
    expect(paths("sc/gy/jg")).toEqual(["sc/gy/jg/s10", "sc/gy/jg/s1"]);
    expect(paths("")).toHaveLength(5);
  });

  it("says which file is damaged or too new", async () => {
    writeFileSync(file(), "this is not a database, and long enough to be looked at as one".repeat(20));
    expect(() => open()).toThrow(expect.objectContaining({ code: "E_STATE" }));
    rmSync(file());
    const db = new DatabaseSync(file());
    db.exec("pragma user_version = 99");
    db.close();
    expect(() => open()).toThrow(/newer campusd/);
    log = undefined;
  });

  it("says of events that cannot be written that they are lost, and goes on", async () => {
    open();
    const blocker = new DatabaseSync(file());
    blocker.exec("pragma busy_timeout = 0; begin exclusive");
    const lost = log!.append(draft("a"));
    await expect(lost.committed).rejects.toMatchObject({ code: "E_STATE" });
    blocker.exec("rollback");
    blocker.close();
    const again = log!.append(draft("a"));
    expect(again.folded).toBe(false);
    await again.committed;
    expect(log!.query(all)).toMatchObject([{ count: 1 }]);
  });
});

describe("an event's text", () => {
  it("has no terminal sequences, controls or directions, and at most 255 characters", () => {
    expect(cleanEventText("\u001b[31mred\u001b[0m \u001b]0;title\u0007x")).toBe("red x");
    expect(cleanEventText("a\u202Eb\u200Fc\u2066d")).toBe("a\ufffdb\ufffdc\ufffdd");
    expect(cleanEventText("line\r\nfake log line\ttab")).toBe("line fake log line tab");
    expect(cleanEventText("端口 GE0/0/1 断开")).toBe("端口 GE0/0/1 断开");
    expect(cleanEventText("x".repeat(1_000_000))).toHaveLength(EVENT_TEXT_MOST);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), (text) => {
        const clean = cleanEventText(text);
        expect(clean.length).toBeLessThanOrEqual(EVENT_TEXT_MOST);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(clean.isWellFormed()).toBe(true);
        expect(cleanEventText(clean)).toBe(clean);
      }),
      { numRuns: 3_000 },
    );
  });

  it("is clean in the file whatever was handed in", () => {
    open();
    log!.append(
      draft("a", {
        kind: "x\u001b[2Jy",
        varbinds: [{ oid: "1.3", value: "\u202eevil\u0007", type: "Opaque" }],
      }),
    );
    log!.flush();
    expect(log!.query(all)[0]).toMatchObject({ kind: "xy", varbinds: [{ value: "\ufffdevil\ufffd" }] });
    expect(readFileSync(`${file()}-wal`).includes("\u001b[2J")).toBe(false);
  });
});
