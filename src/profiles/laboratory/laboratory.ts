import type { CompiledProfile, SnmpColumn, SnmpPoint, SnmpTable } from "../compiled.ts";
import { checkKnown, checkPhysical, checkSource } from "./check-fields.ts";
import { checkShape, findObject, wrongIndex } from "./check-shape.ts";
import {
  checkCounter,
  checkDecode,
  checkEnumeration,
  checkRange,
  checkSentinels,
  checkStates,
  checkUnit,
} from "./check-values.ts";
import type { Finding, Say } from "./finding.ts";
import type { MibLibrary, MibObject } from "./mib-library.ts";

/** What was compared of a profile, its parts included. */
export interface ProfileEvidence {
  readonly id: string;
  /** Objects read over SNMP. */
  readonly objects: number;
  /** Of these, found in a MIB module under their name and OID, and without an error. */
  readonly checked: number;
  /** The same of the makers' own objects (1.3.6.1.4.1). */
  readonly makerObjects: number;
  readonly makerChecked: number;
  readonly points: number;
  /** Points whose unit a MIB gives, and it is the profile's. */
  readonly units: number;
  readonly errors: number;
  readonly explained: number;
}

export interface LaboratoryReport {
  /** By file and line; each table counts once, however many profiles include it. */
  readonly findings: readonly Finding[];
  readonly profiles: readonly ProfileEvidence[];
}

const ENTERPRISES = [1, 3, 6, 1, 4, 1];
const MODULE = /\b([A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)\b/g;

/** Names of every object that the profiles read: what a MIB library must know. */
export function objectNames(profiles: readonly CompiledProfile[]): ReadonlySet<string> {
  return new Set(
    profiles.flatMap((profile) =>
      (profile.snmp?.tables ?? []).flatMap((table) => table.columns.map((column) => column.object)),
    ),
  );
}

/** Examines every object and point of the profiles; against MIB text where a library is given. */
export function examine(profiles: readonly CompiledProfile[], library?: MibLibrary): LaboratoryReport {
  const examined = new Map<SnmpTable, TableEvidence>();
  const findings: Finding[] = [];
  if (library) for (const module of citedModules(profiles)) library.load(module);
  const evidence = profiles.map((profile) => {
    const tables = (profile.snmp?.tables ?? []).map((table) => {
      let one = examined.get(table);
      if (!one) {
        one = new TableExaminer(profile, table, library, findings).run();
        examined.set(table, one);
      }
      return one;
    });
    const sum = (of: (one: TableEvidence) => number): number => tables.reduce((all, one) => all + of(one), 0);
    return {
      id: profile.id,
      objects: sum((one) => one.objects),
      checked: sum((one) => one.checked),
      makerObjects: sum((one) => one.makerObjects),
      makerChecked: sum((one) => one.makerChecked),
      points: sum((one) => one.points),
      units: sum((one) => one.units),
      errors: sum((one) => one.errors),
      explained: sum((one) => one.explained),
    };
  });
  findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  return { findings, profiles: evidence };
}

interface TableEvidence {
  objects: number;
  checked: number;
  makerObjects: number;
  makerChecked: number;
  points: number;
  units: number;
  errors: number;
  explained: number;
}

class TableExaminer {
  readonly #profile: CompiledProfile;
  readonly #table: SnmpTable;
  readonly #library: MibLibrary | undefined;
  readonly #findings: Finding[];
  readonly #evidence: TableEvidence = {
    objects: 0,
    checked: 0,
    makerObjects: 0,
    makerChecked: 0,
    points: 0,
    units: 0,
    errors: 0,
    explained: 0,
  };

  constructor(
    profile: CompiledProfile,
    table: SnmpTable,
    library: MibLibrary | undefined,
    findings: Finding[],
  ) {
    this.#profile = profile;
    this.#table = table;
    this.#library = library;
    this.#findings = findings;
  }

  run(): TableEvidence {
    const table = this.#table;
    let wrong: string | undefined;
    for (const column of table.columns) {
      const points = table.points.filter((point) => point.column === column.id);
      const before = this.#evidence.errors;
      const isMakers = ENTERPRISES.every((arc, i) => column.oid[i] === arc);
      this.#evidence.objects++;
      if (isMakers) this.#evidence.makerObjects++;
      const say = this.#sayer(column, column.unlikeMib ?? points.find((one) => one.unlikeMib)?.unlikeMib);
      checkKnown(table, column, points, say);
      const object = this.#library && this.#compare(column, points, this.#library);
      if (object) {
        const index = table.scalar ? undefined : wrongIndex(table.index, object);
        if (index !== undefined && wrong === undefined) say("index", "error", (wrong = index));
        if (this.#evidence.errors > before) continue;
        this.#evidence.checked++;
        if (isMakers) this.#evidence.makerChecked++;
      }
    }
    for (const point of table.points) {
      this.#evidence.points++;
      const say = this.#sayer(point, undefined);
      checkPhysical(table, point, say);
      checkSource(point, say);
    }
    return this.#evidence;
  }

  #compare(column: SnmpColumn, points: readonly SnmpPoint[], library: MibLibrary): MibObject | undefined {
    const table = this.#table;
    const say = this.#sayer(column, column.unlikeMib);
    const object = findObject(table, column, library, modulesOf(table), say);
    if (!object) return undefined;
    checkShape(table, object, say);
    checkDecode(column, object, say);
    checkEnumeration(column, object, say);
    for (const point of points) {
      const sayPoint = this.#sayer(point, point.unlikeMib ?? column.unlikeMib);
      const before = this.#evidence.errors;
      const isGiven = checkUnit(point, column, object, sayPoint);
      if (isGiven && this.#evidence.errors === before) this.#evidence.units++;
      checkStates(point, object, sayPoint);
      checkRange(point, object, sayPoint);
      checkCounter(point, column, object, sayPoint);
      checkSentinels(point, object, sayPoint);
    }
    return object;
  }

  /** Takes findings of one object or point; what the profile explains is no error. */
  #sayer(at: SnmpColumn | SnmpPoint, reason: string | undefined): Say {
    return (check, level, message) => {
      const isMib = check !== "field" && check !== "physical" && check !== "source";
      const explained = level === "error" && reason !== undefined && isMib;
      if (explained) this.#evidence.explained++;
      else if (level === "error") this.#evidence.errors++;
      const place = "source" in at ? at.source : at;
      this.#findings.push({
        level: explained ? "explained" : level,
        check,
        file: place.file ?? this.#profile.file,
        line: place.line ?? 1,
        key: `${this.#table.id}.${at.id}`,
        message: explained ? `${message}; the profile says why: ${reason}` : message,
      });
    };
  }
}

function modulesOf(table: SnmpTable): ReadonlySet<string> {
  return new Set(
    table.points.flatMap((point) => [...point.source.text.matchAll(MODULE)].map((match) => match[1]!)),
  );
}

function citedModules(profiles: readonly CompiledProfile[]): ReadonlySet<string> {
  const modules = new Set<string>();
  for (const profile of profiles)
    for (const table of profile.snmp?.tables ?? []) for (const name of modulesOf(table)) modules.add(name);
  return modules;
}
