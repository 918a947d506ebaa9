import { compileModbus } from "./compile-modbus.ts";
import { compileMqtt } from "./compile-mqtt.ts";
import { below } from "./compile-point.ts";
import { compileIdentity, compilePattern, compileTable } from "./compile-snmp.ts";
import type { CompiledProfile, IdentityRule, SnmpMatch, SnmpPlan, SnmpTable } from "./compiled.ts";
import { partJsonSchema, profileJsonSchema } from "./json-schema.ts";
import { parseOid } from "./oid.ts";
import { hint, type ProblemList } from "./problems.ts";
import { type PartDocument, type ProfileDocument, partSchema, profileSchema } from "./schema.ts";
import { type Place, Scope } from "./scope.ts";
import type { SourceFile } from "./source-file.ts";
import { validate } from "./validate.ts";

export interface Library {
  /** Profiles that have no problem, by file name. */
  readonly profiles: readonly CompiledProfile[];
  readonly parts: readonly string[];
}

type Identity = Record<"model" | "version" | "serial", IdentityRule[]>;

/** A file's tables and rules with those of its parts. */
interface Compiled {
  readonly scope: Scope;
  readonly tables: ReadonlyMap<string, SnmpTable>;
  readonly identity: Identity;
}

/**
 * Compiles all files; each part once, however many profiles include it. A part that is undefined is there but
 * cannot be read, which is a problem already.
 */
export function makeLibrary(
  profiles: readonly SourceFile[],
  parts: ReadonlyMap<string, SourceFile | undefined>,
  problems: ProblemList,
): Library {
  const maker = new LibraryMaker(parts, problems);
  for (const id of parts.keys()) maker.part(id);
  const made = profiles.flatMap((source) => maker.profile(source) ?? []);
  return { profiles: made, parts: [...parts.keys()].sort() };
}

class LibraryMaker {
  readonly #sources: ReadonlyMap<string, SourceFile | undefined>;
  readonly #problems: ProblemList;
  /** undefined: not valid, and its problems are reported. "open": being compiled. */
  readonly #parts = new Map<string, Compiled | undefined | "open">();

  constructor(sources: ReadonlyMap<string, SourceFile | undefined>, problems: ProblemList) {
    this.#sources = sources;
    this.#problems = problems;
  }

  part(id: string): Compiled | undefined | "open" {
    if (this.#parts.has(id)) return this.#parts.get(id);
    const source = this.#sources.get(id);
    if (!source) return undefined;
    this.#parts.set(id, "open");
    const document = validate<PartDocument>(source, partSchema, partJsonSchema, this.#problems);
    const compiled = document && this.#compile(document, source);
    this.#parts.set(id, compiled);
    return compiled;
  }

  profile(source: SourceFile): CompiledProfile | undefined {
    const problems = this.#problems;
    const before = problems.problems.length;
    const document = validate<ProfileDocument>(source, profileSchema, profileJsonSchema, problems);
    const compiled = document && this.#compile(document, source);
    if (!document || !compiled) return undefined;
    const root: Place = { source, path: [] };
    const match = matchRules(document, source, problems);
    const quirks = document.snmp?.quirks ?? {};
    const snmp: SnmpPlan | undefined =
      compiled.tables.size === 0 && !document.snmp
        ? undefined
        : Object.freeze({
            tables: Object.freeze([...compiled.tables.values()]),
            identity: Object.freeze({
              model: Object.freeze(compiled.identity.model),
              version: Object.freeze(compiled.identity.version),
              serial: Object.freeze(compiled.identity.serial),
            }),
            quirks: Object.freeze({
              noBulk: Object.freeze((quirks.noBulk ?? []).map((oid) => parseOid(oid) ?? [])),
              maxRepetitions: quirks.maxRepetitions ?? 50,
              inFlight: quirks.inFlight ?? 1,
            }),
          });
    const modbus = document.modbus && compileModbus(document.modbus, below(root, "modbus"), problems);
    const mqtt = document.mqtt && compileMqtt(document.mqtt, below(root, "mqtt"), problems);
    if (!snmp && !modbus && !mqtt)
      problems.add(source, [], "the profile reads nothing; write snmp, modbus, mqtt or parts");
    if (snmp && !document.match && !modbus && !mqtt)
      problems.add(source, [], "the key match is missing; a profile of SNMP devices says which ones");
    if (problems.problems.length > before) return undefined;
    return Object.freeze({
      id: source.id,
      title: Object.freeze({ ...document.title }),
      vendor: document.vendor,
      os: document.os,
      role: document.role,
      file: source.file,
      match: Object.freeze(match),
      ...(snmp ? { snmp } : {}),
      ...(modbus ? { modbus } : {}),
      ...(mqtt ? { mqtt } : {}),
    });
  }

  /** The parts first, then the file's own tables in the scope of all of them. */
  #compile(document: PartDocument | ProfileDocument, source: SourceFile): Compiled {
    const problems = this.#problems;
    const scope = new Scope();
    const tables = new Map<string, SnmpTable>();
    const inherited: Identity = { model: [], version: [], serial: [] };
    for (const [i, id] of (document.parts ?? []).entries()) {
      const place: Place = { source, path: ["parts", i] };
      if (!this.#sources.has(id)) {
        problems.add(
          source,
          place.path,
          `there is no part "${id}" in _parts${hint(id, this.#sources.keys())}`,
        );
        continue;
      }
      const part = this.part(id);
      if (part === "open") problems.add(source, place.path, `the part "${id}" includes itself`);
      if (part === undefined || part === "open") continue;
      scope.include(part.scope, place, problems);
      for (const [tableId, table] of part.tables) tables.set(tableId, table);
      for (const key of ["model", "version", "serial"] as const)
        for (const rule of part.identity[key]) if (!inherited[key].includes(rule)) inherited[key].push(rule);
    }
    for (const [id, values] of Object.entries(document.enums ?? {}))
      scope.declareEnum(id, values, { source, path: ["enums", id] }, problems);
    const own: string[] = [];
    for (const key of ["scalars", "tables"] as const)
      for (const [id, table] of Object.entries(document.snmp?.[key] ?? {})) {
        own.push(id);
        const place = { source, path: ["snmp", key, id] };
        scope.declareTable({ ...place, id, scalar: key === "scalars", table }, problems);
      }
    for (const id of own) {
      const declaration = scope.tables.get(id)!;
      if (declaration.source === source) tables.set(id, compileTable(declaration, scope, problems));
    }
    const identity: Identity = { model: [], version: [], serial: [] };
    for (const key of ["model", "version", "serial"] as const)
      identity[key] = [
        ...compileIdentity(
          document.snmp?.identity?.[key] ?? [],
          { source, path: ["snmp", "identity", key] },
          scope,
          problems,
        ),
        ...inherited[key],
      ];
    return { scope, tables, identity };
  }
}

/** The line of a rule is found when somebody asks for it: positions cost a second parse. */
function matchRules(document: ProfileDocument, source: SourceFile, problems: ProblemList): SnmpMatch[] {
  if (document.match === undefined) return [];
  if (document.match === "any") {
    const rule: SnmpMatch = {
      sysObjectID: [],
      get line() {
        return source.locate(["match"]).line;
      },
    };
    return [Object.freeze(rule)];
  }
  return document.match.map((rule, i) => {
    const place: Place = { source, path: ["match", i] };
    if (rule.sysObjectID === undefined && rule.sysDescr === undefined)
      problems.add(source, place.path, "write sysObjectID or sysDescr, or match: any for the last resort");
    const oids = rule.sysObjectID === undefined ? [] : [rule.sysObjectID].flat();
    const sysDescr = rule.sysDescr && compilePattern(rule.sysDescr, below(place, "sysDescr"), problems);
    const sysDescrNot =
      rule.sysDescrNot && compilePattern(rule.sysDescrNot, below(place, "sysDescrNot"), problems);
    const has = (rule.has === undefined ? [] : [rule.has].flat()).map((oid) => parseOid(oid) ?? []);
    const made: SnmpMatch = {
      sysObjectID: Object.freeze(oids.map((oid) => parseOid(oid) ?? [])),
      ...(sysDescr ? { sysDescr } : {}),
      ...(sysDescrNot ? { sysDescrNot } : {}),
      ...(has.length > 0 ? { has: Object.freeze(has) } : {}),
      get line() {
        return source.locate(place.path).line;
      },
    };
    return Object.freeze(made);
  });
}
