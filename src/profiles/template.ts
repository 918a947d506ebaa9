import type { FieldKey, FieldReference, Template, TemplatePart } from "./compiled.ts";

/** Thrown while a template is read; `at` is the 0-based character. */
export class TemplateError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const REFERENCE =
  /^\s*(?:#([A-Za-z]\w*)|@([A-Za-z]\w*)|([A-Za-z]\w*)(?:\[([^\]]*)\])?(?:\.([A-Za-z]\w*))?)\s*$/;

/**
 * Reads a template: text with fields in braces, `{a|b}` for the first that is not empty.
 * A field is `column`, `#indexPart`, `@point`, `table.column`, or `table[key, key].column` with keys `#part` or
 * `column`; `~ /pattern/` behind it takes the first group of the match. `{{` and `}}` are braces themselves.
 */
export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  let literal = "";
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if ((c === "{" || c === "}") && text[i + 1] === c) {
      literal += c;
      i += 2;
    } else if (c === "}") {
      throw new TemplateError('"}" without "{"; write "}}" for the character itself', i);
    } else if (c !== "{") {
      literal += c;
      i++;
    } else {
      if (literal !== "") parts.push({ literal });
      literal = "";
      const field = readField(text, i + 1);
      parts.push({ alternatives: field.alternatives });
      i = field.next;
    }
  }
  if (literal !== "") parts.push({ literal });
  return Object.freeze({ text, parts: Object.freeze(parts) });
}

function readField(text: string, from: number): { alternatives: FieldReference[]; next: number } {
  const alternatives: FieldReference[] = [];
  let i = from;
  for (;;) {
    const start = i;
    while (i < text.length && !"|}~".includes(text[i]!)) i++;
    const reference = readReference(text.slice(start, i), start);
    let pattern: RegExp | undefined;
    if (text[i] === "~") {
      const read = readPattern(text, i + 1);
      pattern = read.pattern;
      i = read.next;
    }
    alternatives.push(Object.freeze(pattern ? { ...reference, pattern } : reference));
    if (text[i] === "}") return { alternatives, next: i + 1 };
    if (text[i] !== "|") throw new TemplateError('the "{" is not closed', from - 1);
    i++;
  }
}

function readPattern(text: string, from: number): { pattern: RegExp; next: number } {
  let i = from;
  while (text[i] === " ") i++;
  if (text[i] !== "/") throw new TemplateError('a pattern stands between slashes: "~ /.../"', i);
  const start = ++i;
  while (i < text.length && text[i] !== "/") i += text[i] === "\\" ? 2 : 1;
  if (i >= text.length) throw new TemplateError("the pattern is not closed with a slash", start - 1);
  let pattern: RegExp;
  try {
    pattern = new RegExp(text.slice(start, i));
  } catch (error) {
    throw new TemplateError(`not a regular expression: ${(error as Error).message}`, start);
  }
  i++;
  while (text[i] === " ") i++;
  return { pattern, next: i };
}

function readReference(text: string, at: number): FieldReference {
  const match = REFERENCE.exec(text);
  if (!match)
    throw new TemplateError(
      `"${text.trim()}" is not a field; write column, #index, @point, table.column or table[#index].column`,
      at,
    );
  const [, index, point, name, keys, column] = match;
  if (index !== undefined) return { index };
  if (point !== undefined) return { point };
  if (column === undefined) {
    if (keys !== undefined)
      throw new TemplateError(`"${text.trim()}" lacks the column: table[key].column`, at);
    return { column: name! };
  }
  if (keys === undefined) return { table: name!, column };
  const by = keys.split(",").map((key): FieldKey => {
    const word = key.trim();
    if (!/^#?[A-Za-z]\w*$/.test(word))
      throw new TemplateError(`"${word}" is not a key; write #index or column`, at);
    return word.startsWith("#") ? { index: word.slice(1) } : { column: word };
  });
  return { table: name!, column, by: Object.freeze(by) };
}

/** All fields of a template. */
export function references(template: Template): FieldReference[] {
  return template.parts.flatMap((part) => ("alternatives" in part ? part.alternatives : []));
}
