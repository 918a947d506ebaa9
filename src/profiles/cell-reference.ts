import type { CellKey, CellReference, RowCondition, RowsReference } from "./compiled.ts";

/** Matches a cell of another table in an expression: `table.column`, `table[key, key].column`. */
export const CELL_REFERENCE = /[A-Za-z]\w*(?:\[(?:\/(?:\\.|[^/\\])*\/|[^\]/])*\])?\.[A-Za-z]\w*/;

const PARTS = /^([A-Za-z]\w*)(?:\[(.*)\])?\.([A-Za-z]\w*)$/s;
const OVER = /^(sum|count|min|max)\s+(\S.*)$/s;
const CONDITION = /^([A-Za-z]\w*)\s*(==|!=|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)$/;
const FIND = /^([A-Za-z]\w*)\s*~\s*\/(.*)\/$/s;

/**
 * Reads a reference to a cell. Keys are numbers, `#part` or columns of this row; `[column ~ /pattern/]` is the first
 * row whose text matches; `[count state == 1]` and `[sum *]` are made of all rows that fulfil the conditions. Gives what
 * is wrong as a text.
 */
export function parseCellReference(text: string): CellReference | string {
  const match = PARTS.exec(text);
  if (!match) return `"${text}" is not table.column, table[key].column or table[column ~ /pattern/].column`;
  const [, table, keys, column] = match as unknown as [string, string, string | undefined, string];
  if (keys === undefined) return Object.freeze({ table, column });
  const find = FIND.exec(keys.trim());
  if (find) {
    try {
      return Object.freeze({ table, column, find: { column: find[1]!, pattern: new RegExp(find[2]!) } });
    } catch (error) {
      return `not a regular expression: ${(error as Error).message}`;
    }
  }
  const over = OVER.exec(keys.trim());
  if (over) {
    const where = conditions(over[2]!);
    if (typeof where === "string") return where;
    return Object.freeze({ table, column, over: { make: over[1] as RowsReference["make"], where } });
  }
  const by: CellKey[] = [];
  for (const part of keys.split(",")) {
    const word = part.trim();
    if (/^\d{1,10}$/.test(word)) by.push({ arc: Number(word) });
    else if (/^#[A-Za-z]\w*$/.test(word)) by.push({ index: word.slice(1) });
    else if (/^[A-Za-z]\w*$/.test(word)) by.push({ column: word });
    else return `"${word}" is not a key; write a number, #index, a column, or column ~ /pattern/`;
  }
  return Object.freeze({ table, column, by: Object.freeze(by) });
}

/** `*`, or `column == number` joined by `&&`. */
function conditions(text: string): readonly RowCondition[] | string {
  if (text.trim() === "*") return [];
  const list: RowCondition[] = [];
  for (const part of text.split("&&")) {
    const match = CONDITION.exec(part.trim());
    if (!match)
      return `"${part.trim()}" is no condition on rows; write * or column == number, with && between them`;
    list.push({
      column: match[1]!,
      compare: match[2] as RowCondition["compare"],
      number: Number(match[3]),
    });
  }
  return Object.freeze(list);
}
