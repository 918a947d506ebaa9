import type { TagKey } from "../measurements/series.ts";
import { compileLegend } from "./compile-legend.ts";
import { below, compileChecked, compileCommon, compileTags, compileTemplate } from "./compile-point.ts";
import type {
  CellReference,
  Expression,
  FactRule,
  IdentityRule,
  IndexPart,
  SnmpColumn,
  SnmpDecode,
  SnmpPoint,
  SnmpTable,
  Template,
} from "./compiled.ts";
import { parseOwnOid } from "./oid.ts";
import { hint, type ProblemList } from "./problems.ts";
import {
  DECODES,
  FACT_FIELDS,
  type IdentityRuleDocument,
  INDEX_TYPES,
  type SnmpPointDocument,
  type TableDocument,
  TIERS,
} from "./schema.ts";
import type { Place, Scope, TableDeclaration } from "./scope.ts";
import { references } from "./template.ts";

/** Decodings that give a number, which a point and an expression can use. */
const NUMERIC: ReadonlySet<SnmpDecode> = new Set([
  "number",
  "counter",
  "ticks",
  "octets64",
  "textNumber",
  "opaqueFloat",
  "lastArc",
]);

/** Compiles one table or group of scalars within what its file can refer to. */
export function compileTable(declaration: TableDeclaration, scope: Scope, problems: ProblemList): SnmpTable {
  const { table, scalar } = declaration;
  const place: Place = declaration;
  const every = TIERS[table.every ?? (table.points || scalar ? "60s" : "1h")];
  const index = (table.index ?? []).flatMap((part, i) =>
    indexPart(part, below(place, "index", i), scope, problems),
  );
  const columns = Object.entries(table.columns).flatMap(([id, text]) => {
    const column = compileColumn(id, text, declaration, every, scope, problems);
    return column ? [column] : [];
  });
  for (const column of columns)
    if (column.fallbackFor !== undefined && table.columns[column.fallbackFor] === undefined)
      problems.add(
        place.source,
        [...place.path, "columns", column.id, "fallbackFor"],
        `there is no column "${column.fallbackFor}"${hint(column.fallbackFor, Object.keys(table.columns))}`,
      );
  const row: Row = {
    declaration,
    scope,
    columns: new Map(columns.map((column) => [column.id, column])),
    index: new Map(index.map((part) => [part.name, part])),
    points: new Set(Object.keys(table.points ?? {})),
  };
  const points = Object.entries(table.points ?? {}).flatMap(([id, point]) => {
    const made = compilePoint(id, point, row, below(place, "points", id), problems);
    return made ? [made] : [];
  });
  const tags = checkedTags(table.tags, row, below(place, "tags"), problems);
  const inputs = expressionInputs(row);
  const full = scalar ? undefined : (table as TableDocument);
  const when =
    full?.when === undefined ? undefined : compileChecked(full.when, below(place, "when"), inputs, problems);
  const fact = full?.fact && compileFact(full.fact, row, below(place, "fact"), problems);
  return Object.freeze({
    id: declaration.id,
    scalar,
    index: Object.freeze(index),
    columns: Object.freeze(columns),
    points: Object.freeze(points),
    tags,
    ...(fact ? { fact } : {}),
    ...(when ? { when } : {}),
  });
}

/** What a template or an expression in a row can name. */
interface Row {
  readonly declaration: TableDeclaration;
  readonly scope: Scope;
  readonly columns: ReadonlyMap<string, SnmpColumn>;
  readonly index: ReadonlyMap<string, IndexPart>;
  readonly points: ReadonlySet<string>;
}

function expressionInputs(row: Row): Set<string> {
  const numeric = [...row.columns.values()].filter((column) => NUMERIC.has(column.decode)).map((c) => c.id);
  const parts = [...row.index.values()].filter((part) => part.type === "integer").map((p) => `#${p.name}`);
  return new Set([...numeric, ...parts]);
}

function indexPart(
  part: NonNullable<TableDocument["index"]>[number],
  place: Place,
  scope: Scope,
  problems: ProblemList,
): IndexPart[] {
  if (typeof part !== "string") {
    const enumeration = scope.enumeration(part.enum, below(place, "enum"), problems);
    return [{ name: part.name, type: part.type ?? "integer", ...(enumeration ? { enumeration } : {}) }];
  }
  const match = /^([A-Za-z]\w*)(?::(\w+))?$/.exec(part);
  const type = match?.[2] ?? "integer";
  if (!match || !(INDEX_TYPES as readonly string[]).includes(type)) {
    problems.add(
      place.source,
      place.path,
      `"${part}" is not name or name:type${match ? hint(type, INDEX_TYPES) : ""}`,
    );
    return [];
  }
  return [{ name: match[1]!, type: type as IndexPart["type"] }];
}

function compileColumn(
  id: string,
  written: TableDocument["columns"][string],
  declaration: TableDeclaration,
  tableEveryMs: number,
  scope: Scope,
  problems: ProblemList,
): SnmpColumn | undefined {
  const place = below(declaration, "columns", id);
  const long = typeof written === "string" ? undefined : written;
  const text = typeof written === "string" ? written : written.at;
  const match = /^(\.?)(\d+(?:\.\d+)*)\s+(\S+)(?:\s+(\S+))?$/.exec(text.trim());
  const at = long ? below(place, "at") : place;
  if (!match) {
    problems.add(
      at.source,
      at.path,
      `"${text}" is not OID, object name and decoding; write it like ".6 ifPhysAddress mac"`,
    );
    return undefined;
  }
  const [, dot, arcs, object, decode = "number"] = match;
  const oid = parseOwnOid(dot === "." ? `${declaration.table.entry}.${arcs}` : arcs!);
  if (!oid) problems.add(at.source, at.path, `"${arcs}" is not an OID: an arc is over 4294967295`);
  if (!(DECODES as readonly string[]).includes(decode))
    problems.add(at.source, at.path, `there is no decoding "${decode}"${hint(decode, DECODES)}`);
  const enumeration = scope.enumeration(long?.enum, below(place, "enum"), problems);
  const pattern = long?.pattern ? compilePattern(long.pattern, below(place, "pattern"), problems) : undefined;
  if ((long?.pattern || long?.texts) && decode !== "textNumber")
    problems.add(place.source, place.path, "pattern and texts need the decoding textNumber");
  return Object.freeze({
    id,
    object: object!,
    oid: Object.freeze(declaration.scalar ? [...(oid ?? []), 0] : [...(oid ?? [])]),
    decode: decode as SnmpDecode,
    ...(enumeration ? { enumeration } : {}),
    ...(pattern ? { pattern } : {}),
    ...(long?.texts
      ? { texts: new Map(Object.entries(long.texts).map(([word, number]) => [word.toLowerCase(), number])) }
      : {}),
    everyMs: long?.every ? TIERS[long.every] : tableEveryMs,
    ...(long?.fallbackFor ? { fallbackFor: long.fallbackFor } : {}),
    inspectOnly: long?.inspectOnly ?? false,
    ...(long?.unlikeMib ? { unlikeMib: long.unlikeMib } : {}),
    file: place.source.file,
    // Found when somebody asks for it: positions cost a second parse.
    get line() {
      return place.source.locate(place.path).line;
    },
  });
}

function compilePoint(
  id: string,
  point: SnmpPointDocument,
  row: Row,
  place: Place,
  problems: ProblemList,
): SnmpPoint | undefined {
  const column = point.column ?? id;
  for (const [name, key] of [
    [column, "column"],
    ...(point.fallbacks ?? []).map((fallback) => [fallback, "fallbacks"] as const),
  ] as const)
    checkNumericColumn(name, row, below(place, key), problems);
  const inputs = expressionInputs(row);
  const common = compileCommon(point, place, new Set([...inputs, "raw"]), problems, (cell) =>
    wrongCell(cell, row),
  );
  let when: Expression | undefined;
  if (point.when !== undefined)
    when = compileChecked(point.when, below(place, "when"), new Set([...inputs, "raw"]), problems, (cell) =>
      wrongCell(cell, row),
    );
  const where = point.where && compileWhere(point.where, row, below(place, "where"), problems);
  if (!common) return undefined;
  checkTemplate(common.label, row, below(place, "label"), problems);
  for (const [key, template] of common.tags)
    checkTemplate(template, row, below(place, "tags", key), problems);
  const legend = compileLegend(point, common.quantity, row.columns.get(column), place, problems);
  return Object.freeze({
    id,
    quantity: common.quantity,
    column,
    fallbacks: Object.freeze([...(point.fallbacks ?? [])]),
    rule: common.rule,
    ...(when ? { when } : {}),
    ...(where ? { where } : {}),
    label: common.label,
    tags: common.tags,
    source: common.source,
    ...(legend ? { legend } : {}),
    ...(point.unlikeMib ? { unlikeMib: point.unlikeMib } : {}),
  });
}

/** What is wrong with a cell of another table in an expression, as a text. */
function wrongCell(cell: CellReference, row: Row): string | undefined {
  const other = row.scope.tables.get(cell.table);
  if (!other)
    return `there is no table "${cell.table}" in the file or its parts${hint(cell.table, row.scope.tables.keys())}`;
  const { columns, index } = other.table;
  const conditions = (cell.over?.where ?? []).map(({ column }) => column);
  for (const name of [cell.column, ...conditions, ...(cell.find ? [cell.find.column] : [])])
    if (columns[name] === undefined)
      return `the table "${cell.table}" has no column "${name}"${hint(name, Object.keys(columns))}`;
  for (const name of [cell.column, ...conditions]) {
    const written = columns[name]!;
    const decode = (typeof written === "string" ? written : written.at).trim().split(/\s+/)[2] ?? "number";
    if (!NUMERIC.has(decode as SnmpDecode) && !(name === cell.column && cell.over?.make === "count"))
      return `${cell.table}.${name} is decoded as ${decode}, which is no number`;
  }
  if (cell.over) return undefined;
  const needed = index?.length ?? 0;
  for (const key of cell.by ?? []) {
    if ("index" in key && !row.index.has(key.index))
      return `the index has no part "${key.index}"${hint(key.index, row.index.keys())}`;
    if ("column" in key && !row.columns.has(key.column))
      return `there is no column "${key.column}" in this table${hint(key.column, row.columns.keys())}`;
  }
  if (cell.by && cell.by.length !== needed)
    return `the table "${cell.table}" has ${needed} index parts, not ${cell.by.length}`;
  if (!cell.by && !cell.find && needed > row.index.size)
    return `the table "${cell.table}" has ${needed} index parts, this one ${row.index.size}; write table[key].column`;
  return undefined;
}

/** The texts that must match, each with its pattern. */
function compileWhere(
  where: NonNullable<SnmpPointDocument["where"]>,
  row: Row,
  place: Place,
  problems: ProblemList,
): readonly (readonly [Template, RegExp])[] {
  return Object.freeze(
    Object.entries(where).flatMap(([text, written]) => {
      const here = below(place, text);
      const template = compileTemplate(text, here, problems);
      const pattern = compilePattern(written, here, problems);
      if (!template || !pattern) return [];
      checkTemplate(template, row, here, problems);
      return [Object.freeze([template, pattern] as const)];
    }),
  );
}

function checkNumericColumn(name: string, row: Row, place: Place, problems: ProblemList): void {
  const column = row.columns.get(name);
  if (!column)
    problems.add(
      place.source,
      place.path,
      `there is no column "${name}" in this table${hint(name, row.columns.keys())}`,
    );
  else if (!NUMERIC.has(column.decode))
    problems.add(
      place.source,
      place.path,
      `the column "${name}" is decoded as ${column.decode}, which is no number; write ${[...NUMERIC].join(", ")} behind its object`,
    );
}

function checkedTags(
  tags: TableDocument["tags"],
  row: Row,
  place: Place,
  problems: ProblemList,
): readonly (readonly [TagKey, Template])[] {
  const list = compileTags(tags, place, problems);
  for (const [key, template] of list) checkTemplate(template, row, below(place, key), problems);
  return list;
}

/** Every field of the template must exist, and a join must give the other table as many keys as it has. */
function checkTemplate(template: Template, row: Row, place: Place, problems: ProblemList): void {
  const say = (message: string) =>
    problems.add(place.source, place.path, `${message} (in "${template.text}")`);
  const columnHere = (name: string) => {
    if (!row.columns.has(name))
      say(`there is no column "${name}" in this table${hint(name, row.columns.keys())}`);
  };
  const indexHere = (name: string) => {
    if (!row.index.has(name)) say(`the index has no part "${name}"${hint(name, row.index.keys())}`);
  };
  for (const reference of references(template)) {
    if ("table" in reference) {
      const other = row.scope.tables.get(reference.table);
      if (!other) {
        say(
          `there is no table "${reference.table}" in the file or its parts${hint(reference.table, row.scope.tables.keys())}`,
        );
        continue;
      }
      if (other.table.columns[reference.column] === undefined)
        say(
          `the table "${reference.table}" has no column "${reference.column}"${hint(reference.column, Object.keys(other.table.columns))}`,
        );
      const needed = other.table.index?.length ?? 0;
      for (const key of reference.by ?? []) "index" in key ? indexHere(key.index) : columnHere(key.column);
      if (reference.by && reference.by.length !== needed)
        say(`the table "${reference.table}" has ${needed} index parts, not ${reference.by.length}`);
      if (!reference.by && needed > row.index.size)
        say(
          `the table "${reference.table}" has ${needed} index parts, this one ${row.index.size}; write table[key].column`,
        );
    } else if ("column" in reference) columnHere(reference.column);
    else if ("index" in reference) indexHere(reference.index);
    else if (!row.points.has(reference.point))
      say(`there is no point "${reference.point}" in this table${hint(reference.point, row.points)}`);
  }
}

function compileFact(
  fact: NonNullable<TableDocument["fact"]>,
  row: Row,
  place: Place,
  problems: ProblemList,
): FactRule {
  const known: readonly string[] = FACT_FIELDS[fact.kind];
  const fields: (readonly [string, Template])[] = [];
  for (const [name, text] of Object.entries(fact.fields)) {
    const here = below(place, "fields", name);
    if (!known.includes(name))
      problems.add(
        here.source,
        here.path,
        `a fact of kind ${fact.kind} has no member "${name}"${hint(name, known)}`,
      );
    const template = compileTemplate(text, here, problems);
    if (!template) continue;
    checkTemplate(template, row, here, problems);
    fields.push(Object.freeze([name, template] as const));
  }
  return Object.freeze({ kind: fact.kind, fields: Object.freeze(fields) });
}

/** Compiles rules of identity; `place` is the list's. */
export function compileIdentity(
  rules: readonly IdentityRuleDocument[],
  place: Place,
  scope: Scope,
  problems: ProblemList,
): IdentityRule[] {
  return rules.map((rule, i) => compileIdentityRule(rule, below(place, i), scope, problems));
}

function compileIdentityRule(
  rule: IdentityRuleDocument,
  place: Place,
  scope: Scope,
  problems: ProblemList,
): IdentityRule {
  const pattern =
    rule.pattern === undefined ? undefined : compilePattern(rule.pattern, below(place, "pattern"), problems);
  const rest = {
    ...(pattern ? { pattern } : {}),
    ...(rule.replace === undefined ? {} : { replace: rule.replace }),
    ...(rule.map ? { map: new Map(Object.entries(rule.map)) } : {}),
  };
  if (rule.from === "sysDescr" || rule.from === "sysName" || rule.from === "sysObjectID") {
    if (rule.where)
      problems.add(
        place.source,
        [...place.path, "where"],
        `${rule.from} is one value; "where" is for table.column`,
      );
    return Object.freeze<IdentityRule>({ from: { kind: rule.from }, ...rest });
  }
  const [tableId = "", column = ""] = rule.from.split(".");
  const table = scope.tables.get(tableId);
  if (!table)
    problems.add(
      place.source,
      [...place.path, "from"],
      `there is no table "${tableId}" in the file or its parts${hint(tableId, scope.tables.keys())}`,
    );
  const check = (name: string, key: string) => {
    if (table && table.table.columns[name] === undefined)
      problems.add(
        place.source,
        [...place.path, key],
        `the table "${tableId}" has no column "${name}"${hint(name, Object.keys(table.table.columns))}`,
      );
  };
  check(column, "from");
  const [where] = Object.entries(rule.where ?? {});
  if (where) check(where[0], "where");
  return Object.freeze({
    from: {
      kind: "column" as const,
      table: tableId,
      column,
      ...(where ? { where: { column: where[0], equals: where[1] } } : {}),
    },
    ...rest,
  });
}

/** A regular expression, or a problem. */
export function compilePattern(text: string, place: Place, problems: ProblemList): RegExp | undefined {
  try {
    return new RegExp(text, "s");
  } catch (error) {
    problems.add(place.source, place.path, `not a regular expression: ${(error as Error).message}`);
    return undefined;
  }
}
