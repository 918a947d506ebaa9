import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { printable } from "./wording.ts";

/** Something a person has to correct, and where. `text` is `what is wrong; what to write`. */
export interface Problem {
  readonly file: string;
  /** From 1; 0 when the place is not known. */
  readonly line: number;
  readonly column: number;
  /** `mqtt.connections[0].url`; empty for the file as a whole. */
  readonly key: string;
  readonly text: string;
}

export type KeyPath = readonly (string | number)[];

export interface YamlSource {
  /** The document as plain values; undefined when it has problems. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the value at `path` (or its key) stands; the nearest thing around it when it is not there. */
  locate(path: KeyPath, part?: "key" | "value"): { readonly line: number; readonly column: number };
}

/** `file:line:column key: what is wrong; what to write`. */
export function formatProblem(problem: Problem): string {
  const where = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return problem.key === "" ? `${where}: ${problem.text}` : `${where} ${problem.key}: ${problem.text}`;
}

/** `["mqtt", "connections", 0, "url"]` to `mqtt.connections[0].url`. */
export function formatKey(path: KeyPath): string {
  let text = "";
  for (const part of path)
    text += typeof part === "number" ? `[${part}]` : (text === "" ? "" : ".") + printable(part);
  return text;
}

/**
 * Parses YAML 1.2 and keeps where everything stands. Every syntax error is collected. The parser's own messages are
 * not used, as they quote the file, and a quote may be a secret.
 */
export function parseYamlSource(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "error",
  });
  const problems: Problem[] = [];
  const add = (offset: number, text: string) => {
    const { line, col } = lines.linePos(offset);
    problems.push({ file, line, column: col, key: "", text });
  };
  for (const error of [...document.errors, ...document.warnings]) {
    const key = /^[\w.-]+/.exec(text.slice(error.pos[0], error.pos[0] + 80))?.[0] ?? "";
    add(
      error.pos[0],
      error.code === "DUPLICATE_KEY"
        ? `the key "${key}" stands here a second time; keep one of the two`
        : (SYNTAX_WORDS[error.code] ?? "is not valid YAML here; check indentation, brackets and quotes"),
    );
  }
  let value: unknown;
  if (problems.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch {
      add(
        0,
        'an alias (*name) has no anchor (&name) or is used too often; put text that starts with "*" in quotes',
      );
    }
  }
  return {
    value: problems.length === 0 ? value : undefined,
    problems,
    locate: (path, part = "value") => {
      const { line, col } = lines.linePos(offsetOf(document, path, part));
      return { line, column: col };
    },
  };
}

const SYNTAX_WORDS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab is used for indentation; use spaces",
  BAD_INDENT:
    "the indentation does not fit the lines above, or a bracket is not closed; indent by two spaces",
  MISSING_CHAR: "a quote, bracket, comma or colon is missing; close what was opened above",
  BLOCK_AS_IMPLICIT_KEY: 'a second ":" stands in one line; put the text in quotes',
  BAD_SCALAR_START: "text may not start with this character; put the text in quotes",
  MULTIPLE_DOCS: 'a second document starts here; remove the line "---"',
  TAG_RESOLVE_FAILED: "tags (!name) are not used in this file; remove it, or put the text in quotes",
  BAD_DQ_ESCAPE: "an escape in double quotes is not known; use single quotes or write \\\\",
  UNEXPECTED_TOKEN: "is not expected here; check that a list and keys are not mixed at one level",
  NON_STRING_KEY: "a key must be text; put it in quotes",
};

function offsetOf(document: Document, path: KeyPath, part: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node, 0);
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      if (last && part === "key") return startOf(pair.key, offset);
      offset = startOf(pair.value, startOf(pair.key, offset));
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      offset = startOf(node, offset);
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown, otherwise: number): number {
  return isNode(node) ? ((node as Node).range?.[0] ?? otherwise) : otherwise;
}
