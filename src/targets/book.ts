import { INDICATORS } from "../indicators/list.ts";
import type { ChangeDocument, DefinitionDocument, TargetDocument } from "./document.ts";
import type { ReadFile, TargetProblems } from "./load.ts";
import type { Condition, Rule, Target, TargetBook, TargetChange, TargetSet } from "./model.ts";

interface Given<T> {
  readonly value: T;
  readonly read: ReadFile;
}

interface PlacedChange {
  readonly change: ChangeDocument;
  readonly read: ReadFile;
  readonly index: number;
}

/** Resolves references and makes the changes; what does not fit goes to `problems`. */
export function resolveBook(files: readonly ReadFile[], problems: TargetProblems): TargetBook {
  const definitions = new Map<string, Given<DefinitionDocument>>();
  const sets = new Map<string, ReadFile>();
  for (const read of files) {
    for (const [id, value] of Object.entries(read.content.definitions ?? {})) {
      const before = definitions.get(id);
      if (before)
        problems.add(
          read,
          ["definitions", id],
          `is defined in ${before.read.file} already; choose another id, or change its limits under changes`,
          "key",
        );
      else definitions.set(id, { value, read });
    }
    if (!read.content.set) continue;
    const before = sets.get(read.id);
    if (before)
      problems.add(read, ["set"], `has the id of ${before.file}; give the file another name`, "key");
    else sets.set(read.id, read);
  }
  const changes = placedChanges(files, definitions, sets, problems);
  const made = new Map<string, TargetSet>();
  for (const [id, read] of sets) {
    const { set, targets = {} } = read.content;
    const list: Target[] = [];
    for (const [name, target] of Object.entries(targets)) {
      const definition = definitions.get(target.definition)?.value;
      if (!definition) {
        problems.unknown(
          read,
          ["targets", name, "definition"],
          "definition",
          target.definition,
          definitions.keys(),
        );
        continue;
      }
      checkLimits(read, name, target, definition, problems);
      if (target.amount !== undefined && definition.measure !== "sum")
        problems.add(
          read,
          ["targets", name, "amount"],
          `is for a definition that measures a sum; ${target.definition} measures schools, write wanted`,
        );
      list.push(resolveTarget(id, read, name, target, definition, changes));
    }
    made.set(id, Object.freeze({ id, name: set!.name, ...regionsOf(set!), targets: Object.freeze(list) }));
  }
  const all = [...made.values()].flatMap((set) => set.targets.flatMap((target) => target.changes));
  return Object.freeze({ sets: made, changes: Object.freeze([...new Set(all)]) });
}

function regionsOf(set: { readonly regions?: readonly string[] | undefined }) {
  return set.regions === undefined ? {} : { regions: set.regions };
}

function placedChanges(
  files: readonly ReadFile[],
  definitions: ReadonlyMap<string, Given<DefinitionDocument>>,
  sets: ReadonlyMap<string, ReadFile>,
  problems: TargetProblems,
): PlacedChange[] {
  const placed: PlacedChange[] = [];
  const seen = new Map<string, string>();
  for (const read of files) {
    for (const [index, change] of (read.content.changes ?? []).entries()) {
      const path = ["changes", index];
      const definition = definitionOf(change, definitions, sets);
      if (change.definition !== undefined && !definition) {
        problems.unknown(read, [...path, "definition"], "definition", change.definition, definitions.keys());
        continue;
      }
      if (change.target !== undefined && !hasTarget(sets, change.target)) {
        problems.unknown(read, [...path, "target"], "target", change.target, targetIds(sets));
        continue;
      }
      const known = definition?.conditions.map((condition) => condition.indicator) ?? [];
      if (definition && change.indicator !== undefined && !known.includes(change.indicator)) {
        problems.unknown(
          read,
          [...path, "indicator"],
          "condition over the indicator",
          change.indicator,
          known,
        );
        continue;
      }
      for (const field of [
        change.indicator,
        change.wanted === undefined ? undefined : "wanted",
        change.by && "by",
      ]) {
        if (field === undefined) continue;
        const key = `${change.target ?? change.definition} ${field}`;
        const before = seen.get(key);
        if (before)
          problems.add(read, path, `changes ${key} a second time (first in ${before}); keep one of the two`);
        seen.set(key, read.file);
      }
      placed.push({ change, read, index });
    }
  }
  return placed;
}

function definitionOf(
  change: ChangeDocument,
  definitions: ReadonlyMap<string, Given<DefinitionDocument>>,
  sets: ReadonlyMap<string, ReadFile>,
): DefinitionDocument | undefined {
  if (change.definition !== undefined) return definitions.get(change.definition)?.value;
  const [set = "", target = ""] = (change.target ?? "").split("/");
  const id = sets.get(set)?.content.targets?.[target]?.definition;
  return id === undefined ? undefined : definitions.get(id)?.value;
}

function hasTarget(sets: ReadonlyMap<string, ReadFile>, id: string): boolean {
  const [set = "", target = ""] = id.split("/");
  return sets.get(set)?.content.targets?.[target] !== undefined;
}

function* targetIds(sets: ReadonlyMap<string, ReadFile>): Generator<string> {
  for (const [id, read] of sets)
    for (const name of Object.keys(read.content.targets ?? {})) yield `${id}/${name}`;
}

function checkLimits(
  read: ReadFile,
  name: string,
  target: TargetDocument,
  definition: DefinitionDocument,
  problems: TargetProblems,
): void {
  const known = definition.conditions.map((condition) => condition.indicator as string);
  for (const indicator of Object.keys(target.limits ?? {}))
    if (!known.includes(indicator))
      problems.unknown(
        read,
        ["targets", name, "limits", indicator],
        "condition over the indicator",
        indicator,
        known,
      );
}

function resolveTarget(
  set: string,
  read: ReadFile,
  name: string,
  target: TargetDocument,
  definition: DefinitionDocument,
  changes: readonly PlacedChange[],
): Target {
  const id = `${set}/${name}`;
  const noted: TargetChange[] = [];
  const mine = changes.filter(
    ({ change }) => change.target === id || change.definition === target.definition,
  );
  // A change of the target itself wins over one of its definition.
  const ordered = [...mine].sort((a, b) => Number(a.change.target === id) - Number(b.change.target === id));
  const note = (
    placed: PlacedChange,
    field: string,
    from: string | number | null,
    to: string | number,
  ): void => {
    const { reason, who, date } = placed.change;
    noted.push(
      Object.freeze({
        subject: placed.change.target ?? placed.change.definition!,
        field,
        from,
        to,
        reason,
        who,
        date,
        file: placed.read.file,
      }),
    );
  };
  const conditions = definition.conditions.map((condition): Condition => {
    const { part, weight, ...rest } = condition;
    const shipped = target.limits?.[condition.indicator] ?? condition.limit;
    const change = ordered.findLast(({ change }) => change.indicator === condition.indicator);
    if (change) note(change, condition.indicator, shipped, change.change.limit!);
    return Object.freeze({
      ...rest,
      limit: change?.change.limit ?? shipped,
      ...(change ? { shipped, reason: change.change.reason } : {}),
      ...(part === undefined ? {} : { part }),
      ...(weight === undefined ? {} : { weight }),
    });
  });
  const wanted = ordered.findLast(({ change }) => change.wanted !== undefined);
  if (wanted) note(wanted, "wanted", target.wanted ?? null, wanted.change.wanted!);
  const by = ordered.findLast(({ change }) => change.by !== undefined);
  if (by) note(by, "by", target.by ?? null, by.change.by!);
  const { regions } = read.content.set!;
  const applies = target.applies ?? definition.applies ?? {};
  return Object.freeze({
    id,
    set,
    setName: read.content.set!.name,
    definition: target.definition,
    name: target.name ?? definition.name,
    meaning: definition.meaning,
    document: read.content.documents![target.document]!,
    clause: target.clause,
    statement: target.statement,
    wanted: wanted?.change.wanted ?? target.wanted ?? null,
    amount: target.amount ?? null,
    by: by?.change.by ?? target.by ?? null,
    owner: target.owner,
    evidence: target.evidence,
    applies: Object.freeze({
      ...(applies.kinds ? { kinds: applies.kinds } : {}),
      ...(applies.settings ? { settings: applies.settings } : {}),
    }),
    rule: ruleOf(definition),
    measure: definition.measure,
    conditions: Object.freeze(conditions),
    changes: Object.freeze(noted),
    ...(regions === undefined ? {} : { regions }),
  });
}

function ruleOf({ rule, failing, least }: DefinitionDocument): Rule {
  switch (rule) {
    case "all":
      return { kind: "all" };
    case "tolerate":
      return { kind: "tolerate", failing: failing! };
    case "score":
      return { kind: "score", least: least! };
  }
}

/** The makers' days that a set of targets needs: indicator to the windows that its conditions ask for. */
export function windowsOf(targets: readonly Target[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, Set<number>>();
  for (const target of targets)
    for (const { indicator, days } of target.conditions) {
      const known = found.get(indicator);
      if (known) known.add(days);
      else found.set(indicator, new Set([days]));
    }
  return new Map(
    [...INDICATORS.keys()].flatMap((id) => {
      const days = found.get(id);
      return days ? [[id, [...days].sort((a, b) => a - b)] as const] : [];
    }),
  );
}
