import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeviceFacts } from "../../src/inventory/facts.ts";
import { applyImport, plannedDocument } from "../../src/inventory/import-plan.ts";
import { documentOf, rowsOf } from "../../src/inventory/rows.ts";
import { StateDatabase } from "../../src/inventory/state-database.ts";
import { STATE_MIGRATIONS } from "../../src/inventory/state-tables.ts";
import { county, EMPTY, plan } from "./fixtures.ts";

let folder = "";
let number = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "campusd-state-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const newFile = () => join(folder, `${(number += 1)}`, "state.db");
const audit = { at: 1_700_000_000_000, who: "tester" };
const sorted = (document: Parameters<typeof rowsOf>[0]) =>
  documentOf(rowsOf(document, () => expect.unreachable()));

async function opened(file = newFile(), migrations?: Record<string, Migration>): Promise<StateDatabase> {
  const database = new StateDatabase({ file, ...(migrations ? { migrations } : {}) });
  await database.open(new AbortController().signal);
  return database;
}

function facts(device: string, at: number): DeviceFacts {
  return {
    device,
    at,
    identity: { sysName: `${device} 交换机` },
    interfaces: [{ ifIndex: 1, key: "GE1" }],
    addresses: [],
    hosts: [],
    neighbors: [],
    vlans: [],
    entities: [],
    aps: [],
  };
}

/** The county as the import of one YAML file (JSON is YAML). */
const countyPlan = async (current = EMPTY) => plan(current, { "county.yaml": JSON.stringify(county()) });

describe("the inventory", () => {
  test("an empty database has none, and an import is read back whole, also after it was opened again", async () => {
    const file = newFile();
    const database = await opened(file);
    expect(await database.inventory()).toEqual(EMPTY);
    expect(await database.version()).toBe(0);
    const version = await applyImport(database, await countyPlan(), audit);
    expect(version).toBe(1);
    await database.close();

    const again = await opened(file);
    expect(await again.inventory()).toEqual(sorted(county()));
    expect(await again.imports()).toEqual([
      {
        id: 1,
        ...audit,
        files: [
          { name: "county.yaml", bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        ],
        counts: { added: 15, changed: 0, removed: 0, unchanged: 0 },
      },
    ]);
    await again.close();
  });

  test("changes and removals, with the facts of what is removed", async () => {
    const database = await opened();
    await applyImport(database, await countyPlan(), audit);
    await Promise.all([database.saveFacts(facts("s1-m1", 1)), database.saveFacts(facts("s1-core", 1))]);
    const current = await database.inventory();
    const csv = `id,school,role,addresses,credential,building
s1-core,s1,router,10.0.0.9,c,B1
`;
    const removal = await plan(current, { "devices.csv": csv, "links.yaml": "links: []" }, { replace: true });
    expect(removal.problems).toEqual([]);
    expect(removal.change.counts).toEqual({ added: 0, changed: 1, removed: 5, unchanged: 0 });
    await applyImport(database, removal, audit);
    expect(await database.inventory()).toEqual(plannedDocument(removal));
    expect((await database.inventory()).schools[0]?.devices).toEqual([
      {
        id: "s1-core",
        role: "router",
        addresses: ["10.0.0.9"],
        protocol: "snmp",
        credential: "c",
        building: "B1",
      },
    ]);
    expect([...(await database.loadFacts()).keys()]).toEqual(["s1-core"]);
    await database.close();
  });

  test("an import that was planned on an older inventory is refused and changes nothing", async () => {
    const database = await opened();
    const first = await plan(EMPTY, { "county.yaml": JSON.stringify(county()) }, { version: 0 });
    const second = await plan(EMPTY, { "r.csv": "path,name\nsc,四川省\n" }, { version: 0 });
    await applyImport(database, first, audit);
    await expect(applyImport(database, second, audit)).rejects.toMatchObject({ code: "E_IMPORT" });
    expect((await database.inventory()).regions.map((region) => region.path)).not.toContain("sc");
    await database.close();
  });

  test("a plan with problems is not applied", async () => {
    const database = await opened();
    const bad = await plan(EMPTY, { "county.yaml": JSON.stringify({ ...county(), regions: [] }) });
    await expect(applyImport(database, bad, audit)).rejects.toMatchObject({ code: "E_IMPORT" });
    expect(await database.version()).toBe(0);
    await database.close();
  });

  test("a write that fails in the middle leaves nothing behind", async () => {
    const database = await opened();
    const { change } = await countyPlan();
    // The database checks references itself: without its schools the change cannot be committed.
    const broken = { ...change, written: { ...change.written, school: new Map() } };
    await expect(database.applyImport(broken, { ...audit, files: [] })).rejects.toThrow(/FOREIGN KEY/);
    expect(await database.inventory()).toEqual(EMPTY);
    expect(await database.version()).toBe(0);
    await applyImport(database, await countyPlan(), audit);
    await database.close();
  });

  test("two processes share the file: the other's import is seen", async () => {
    const file = newFile();
    const [serve, importer] = [await opened(file), await opened(file)];
    await applyImport(importer, await countyPlan(), audit);
    expect(await serve.version()).toBe(1);
    expect(await serve.inventory()).toEqual(sorted(county()));
    await Promise.all([serve.saveFacts(facts("a", 1)), importer.saveFacts(facts("b", 1))]);
    expect([...(await serve.loadFacts()).keys()].sort()).toEqual(["a", "b"]);
    await Promise.all([serve.close(), importer.close()]);
  });
});

describe("facts", () => {
  test("the newest of each device is kept, over a restart", async () => {
    const file = newFile();
    const database = await opened(file);
    await Promise.all([
      ...Array.from({ length: 120 }, (_, i) => database.saveFacts(facts(`d${i}`, 1))),
      database.saveFacts(facts("d7", 2)),
    ]);
    expect((await database.loadFacts()).get("d7")).toEqual(facts("d7", 2));
    const last = database.saveFacts(facts("d8", 3));
    await database.close();
    await last;
    await expect(database.saveFacts(facts("d9", 9))).rejects.toMatchObject({ code: "E_STATE" });

    const again = await opened(file);
    const loaded = await again.loadFacts();
    expect(loaded.size).toBe(120);
    expect(loaded.get("d8")?.at).toBe(3);
    expect(loaded.get("d9")?.at).toBe(1);
    await again.close();
  });
});

describe("opening", () => {
  test("commits are synced and references are checked", async () => {
    const file = newFile();
    await (await opened(file)).close();
    const raw = new DatabaseSync(file);
    expect(raw.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    raw.close();
  });

  test("what cannot be opened is E_STATE with the path", async () => {
    const folderAsFile = join(folder, "folder.db");
    mkdirSync(folderAsFile);
    await expect(opened(folderAsFile)).rejects.toMatchObject({
      code: "E_STATE",
      message: expect.stringContaining(folderAsFile),
    });
    const noDatabase = join(folder, "text.db");
    writeFileSync(noDatabase, "this is no database, but it is long enough to be looked at\n".repeat(100));
    await expect(opened(noDatabase)).rejects.toMatchObject({
      code: "E_STATE",
      message: expect.stringContaining(noDatabase),
    });
    const below = join(noDatabase, "state.db");
    await expect(opened(below)).rejects.toMatchObject({ code: "E_STATE" });
  });

  test("before open and after close every call says so", async () => {
    const database = new StateDatabase({ file: newFile() });
    await expect(database.inventory()).rejects.toMatchObject({ code: "E_STATE" });
    await database.open();
    await database.close();
    await database.close();
    await expect(database.version()).rejects.toMatchObject({ code: "E_STATE" });
  });
});

describe("migrations", () => {
  const add = (statement: string): Migration => ({
    up: async (db) => {
      await sql.raw(statement).execute(db);
    },
  });
  const tables = (file: string) => {
    const raw = new DatabaseSync(file);
    const names = raw
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'kysely%'")
      .all();
    raw.close();
    return names.map((row) => String(row["name"]));
  };

  test("a database of a newer campusd is refused and not touched", async () => {
    const file = newFile();
    const newer = { ...STATE_MIGRATIONS, "9002-later": add("create table later (id integer)") };
    await (await opened(file, newer)).close();
    await expect(opened(file)).rejects.toMatchObject({
      code: "E_STATE",
      message: expect.stringContaining("newer campusd (step 9002-later"),
    });
    await (await opened(file, newer)).close();
  });

  test("a step that fails takes the steps before it back, and the next start does them all", async () => {
    const file = newFile();
    const broken = {
      ...STATE_MIGRATIONS,
      "9002-a": add("create table a (id integer)"),
      "9003-b": add("create tabel b"),
    };
    await expect(opened(file, broken)).rejects.toMatchObject({
      code: "E_STATE",
      message: expect.stringContaining("step 9003-b"),
    });
    expect(tables(file)).toEqual([]);
    const database = await opened(file, { ...broken, "9003-b": add("create table b (id integer)") });
    await applyImport(database, await countyPlan(), audit);
    await database.close();
    expect(tables(file)).toEqual(expect.arrayContaining(["devices", "a", "b"]));
  });

  test("kill -9 within a step: the old data is whole, and the next start goes on", async () => {
    const file = newFile();
    const database = await opened(file);
    await applyImport(database, await countyPlan(), audit);
    await database.close();

    for (const victim of ["9002-a", "9003-b"]) {
      const child = spawn(process.execPath, ["--input-type=module", "-e", killedMigration(file, victim)], {
        stdio: "ignore",
      });
      const [, signal] = await once(child, "exit");
      expect(signal).toBe("SIGKILL");
      expect(tables(file)).not.toContain("a");
    }
    const upgraded = await opened(file, {
      ...STATE_MIGRATIONS,
      "9002-a": add("create table a (id integer)"),
      "9003-b": add("alter table devices add column b integer"),
    });
    expect((await upgraded.inventory()).schools.map((school) => school.id)).toEqual(["s1", "s2"]);
    await upgraded.close();
  });

  /** A program that opens the database with two new steps and dies in the one that is named, after its work. */
  function killedMigration(file: string, victim: string): string {
    const module = (path: string) =>
      JSON.stringify(new URL(`../../src/inventory/${path}`, import.meta.url).href);
    const kysely = JSON.stringify(import.meta.resolve("kysely"));
    return `
      import { sql } from ${kysely};
      import { StateDatabase } from ${module("state-database.ts")};
      import { STATE_MIGRATIONS } from ${module("state-tables.ts")};
      const step = (name, statement) => ({ up: async (db) => {
        await sql.raw(statement).execute(db);
        if (name === ${JSON.stringify(victim)}) process.kill(process.pid, "SIGKILL");
      } });
      const migrations = {
        ...STATE_MIGRATIONS,
        "9002-a": step("9002-a", "create table a (id integer)"),
        "9003-b": step("9003-b", "alter table devices add column b integer"),
      };
      await new StateDatabase({ file: ${JSON.stringify(file)}, migrations }).open();
    `;
  }
});

describe("SNMPv3 engines", () => {
  test("are kept, replaced, and forgotten by another process's word, once", async () => {
    const file = newFile();
    const polls = await opened(file);
    const person = await opened(file);
    expect(await polls.engines.all()).toEqual([]);
    expect(await person.engines.forget("sw1", 1)).toBe(false);
    await polls.engines.save({ device: "sw1", asked: "a", engineId: "80aa" }, 1);
    await polls.engines.save({ device: "sw1", asked: "b", engineId: "80bb" }, 2);
    await polls.engines.save({ device: "sw2", asked: "c", engineId: "80cc" }, 2);
    expect(await person.engines.forget("sw1", 3)).toBe(true);
    expect(await polls.engines.all()).toEqual([{ device: "sw2", asked: "c", engineId: "80cc" }]);
    expect(await polls.engines.takeForgotten()).toEqual(["sw1"]);
    expect(await polls.engines.takeForgotten()).toEqual([]);
    await polls.close();
    await person.close();
  });
});
