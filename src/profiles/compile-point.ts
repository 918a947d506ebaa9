import { QUANTITIES, type Quantity } from "../measurements/quantities.ts";
import type { TagKey } from "../measurements/series.ts";
import { conversion, UNITS } from "../measurements/units.ts";
import type { CellReference, Expression, PointSource, Template, ValueRule } from "./compiled.ts";
import { compileExpression, ExpressionError } from "./expression.ts";
import { hint, type ProblemList } from "./problems.ts";
import type { PointDocument } from "./schema.ts";
import type { Place } from "./scope.ts";
import { parseTemplate, TemplateError } from "./template.ts";

/** Place of a key below. */
export function below(place: Place, ...steps: (string | number)[]): Place {
  return { source: place.source, path: [...place.path, ...steps] };
}

/** What the points of all protocols have in common, compiled. */
export interface CommonPoint {
  readonly quantity: Quantity;
  readonly rule: ValueRule;
  readonly label: Template;
  readonly tags: readonly (readonly [TagKey, Template])[];
  readonly source: PointSource;
}

/**
 * Compiles the common members. `inputs` lists what an expression may name; undefined where the quantity is
 * not known (its problem is reported).
 */
export function compileCommon(
  point: PointDocument,
  place: Place,
  inputs: ReadonlySet<string>,
  problems: ProblemList,
  cells?: (cell: CellReference) => string | undefined,
): CommonPoint | undefined {
  const quantity = findQuantity(point.quantity, place, problems);
  const label = compileTemplate(point.label, below(place, "label"), problems);
  const tags = compileTags(point.tags, below(place, "tags"), problems);
  const expression =
    point.value && compileChecked(point.value, below(place, "value"), inputs, problems, cells);
  if (!quantity || !label) return undefined;
  const unit = rawUnit(point, quantity, place, problems);
  const map = point.map && stateMap(point.map, quantity, below(place, "map"), problems);
  for (const [i, [low, high]] of (point.sentinelRanges ?? []).entries())
    if (low > high)
      problems.add(place.source, [...place.path, "sentinelRanges", i], `${low} is over ${high}`);
  const { min, max } = bounds(point, quantity, place, problems);
  const scale = point.scale ?? 1;
  if (scale === 0) problems.add(place.source, [...place.path, "scale"], "a factor of 0 leaves nothing");
  const rule: ValueRule = Object.freeze({
    sentinels: Object.freeze([...(point.sentinels ?? [])]),
    sentinelRanges: Object.freeze(
      (point.sentinelRanges ?? []).map((range) => Object.freeze([...range] as const)),
    ),
    ...(map ? { map } : {}),
    ...(expression ? { expression } : {}),
    scale: scale * unit.scale,
    ...divisorOf(scale * unit.scale),
    offset: (point.offset ?? 0) * unit.scale + unit.offset,
    min,
    max,
  });
  return { quantity, rule, label, tags, source: pointSource(point.source, place) };
}

/** The line is found when somebody asks for it. */
function pointSource(text: string, place: Place): PointSource {
  return Object.freeze({
    text,
    get line() {
      return place.source.locate(place.path).line;
    },
    file: place.source.file,
  });
}

function findQuantity(id: string, place: Place, problems: ProblemList): Quantity | undefined {
  const quantity = QUANTITIES.get(id);
  if (!quantity)
    problems.add(
      place.source,
      [...place.path, "quantity"],
      `there is no quantity "${id}"${hint(id, QUANTITIES.keys())}`,
    );
  else if (quantity.kind === "rate")
    problems.add(
      place.source,
      [...place.path, "quantity"],
      `${id} is made by campusd from a counter; write the counter`,
    );
  return quantity;
}

function rawUnit(
  point: PointDocument,
  quantity: Quantity,
  place: Place,
  problems: ProblemList,
): { scale: number; offset: number } {
  const spellings = [quantity.unit, ...Object.keys(UNITS[quantity.unit].from)];
  if (point.unit === undefined) {
    if (spellings.length > 1)
      problems.add(
        place.source,
        place.path,
        `the unit of the raw value is missing; ${quantity.id} takes ${spellings.join(", ")}`,
      );
    return { scale: 1, offset: 0 };
  }
  const found = conversion(point.unit, quantity.unit);
  if (!found)
    problems.add(
      place.source,
      [...place.path, "unit"],
      `"${point.unit}" cannot become ${quantity.unit}; ${quantity.id} takes ${spellings.join(", ")}`,
    );
  return found ?? { scale: 1, offset: 0 };
}

/** Names or numbers to numbers of the quantity's states. */
export function stateNumber(
  value: string | number,
  quantity: Quantity,
  place: Place,
  problems: ProblemList,
): number {
  const states = quantity.states;
  if (typeof value === "number") {
    if (states && states[value] === undefined)
      problems.add(
        place.source,
        place.path,
        `${quantity.id} has no state ${value}; write one of: ${Object.values(states).join(", ")}`,
      );
    return value;
  }
  if (!states) {
    problems.add(place.source, place.path, `${quantity.id} has no named states; write a number`);
    return Number.NaN;
  }
  const found = Object.entries(states).find(([, name]) => name === value);
  if (!found) {
    problems.add(
      place.source,
      place.path,
      `${quantity.id} has no state "${value}"${hint(value, Object.values(states))}`,
    );
    return Number.NaN;
  }
  return Number(found[0]);
}

function stateMap(
  map: Readonly<Record<string, string | number>>,
  quantity: Quantity,
  place: Place,
  problems: ProblemList,
): ReadonlyMap<number, number> {
  return new Map(
    Object.entries(map).map(([raw, state]) => [
      Number(raw),
      stateNumber(state, quantity, below(place, raw), problems),
    ]),
  );
}

function bounds(
  point: PointDocument,
  quantity: Quantity,
  place: Place,
  problems: ProblemList,
): { min: number; max: number } {
  const low = quantity.min ?? Number.NEGATIVE_INFINITY;
  const high = quantity.max ?? Number.POSITIVE_INFINITY;
  const min = point.min ?? low;
  const max = point.max ?? high;
  if (min < low)
    problems.add(
      place.source,
      [...place.path, "min"],
      `${quantity.id} is never under ${low}; the bound can only narrow`,
    );
  if (max > high)
    problems.add(
      place.source,
      [...place.path, "max"],
      `${quantity.id} is never over ${high}; the bound can only narrow`,
    );
  if (min > max) problems.add(place.source, place.path, `min ${min} is over max ${max}`);
  return { min, max };
}

export function compileTemplate(text: string, place: Place, problems: ProblemList): Template | undefined {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    problems.add(place.source, place.path, `${error.message} (character ${error.at + 1} of "${text}")`);
    return undefined;
  }
}

export function compileTags(
  tags: Readonly<Partial<Record<TagKey, string>>> | undefined,
  place: Place,
  problems: ProblemList,
): readonly (readonly [TagKey, Template])[] {
  const list: (readonly [TagKey, Template])[] = [];
  for (const [key, text] of Object.entries(tags ?? {})) {
    const template = compileTemplate(text, below(place, key), problems);
    if (template) list.push(Object.freeze([key as TagKey, template] as const));
  }
  return Object.freeze(list);
}

/**
 * Compiles an expression whose names must all be in `inputs`, or be cells of which `cells` says nothing wrong;
 * without `cells` there are no other tables.
 */
export function compileChecked(
  text: string,
  place: Place,
  inputs: ReadonlySet<string>,
  problems: ProblemList,
  cells?: (cell: CellReference) => string | undefined,
): Expression | undefined {
  try {
    const expression = compileExpression(text);
    for (const name of expression.inputs)
      if (!inputs.has(name) && !(cells && expression.cells?.has(name)))
        problems.add(
          place.source,
          place.path,
          `"${name}" in "${text}" is not known here${hint(name, inputs) || (inputs.size === 0 ? "; there is nothing to name" : "")}`,
        );
    for (const cell of (cells && expression.cells?.values()) ?? []) {
      const wrong = cells!(cell);
      if (wrong) problems.add(place.source, place.path, `${wrong} (in "${text}")`);
    }
    return expression;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problems.add(place.source, place.path, `${error.message} (character ${error.at + 1} of "${text}")`);
    return undefined;
  }
}

/** The whole number that a scale is one part of, where it is one. */
function divisorOf(scale: number): { readonly divisor?: number } {
  const divisor = Math.round(1 / scale);
  return divisor >= 2 && Math.abs(divisor * scale - 1) < 1e-12 ? { divisor } : {};
}
