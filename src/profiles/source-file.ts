import { load as parseFast, YAMLException } from "js-yaml";
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { KeyPath, ProblemList } from "./problems.ts";

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

/** A profile is a page of text; a larger file is a mistake. */
const MAX_CHARACTERS = 1_000_000;

/**
 * A YAML file and where each key stands in it. js-yaml reads the value (it is nine times faster); the parser
 * that knows positions runs the first time a position is asked for, which is mostly never.
 */
export class SourceFile {
  /** As shown to people. */
  readonly file: string;
  /** The file name without its ending. */
  readonly id: string;
  readonly value: unknown;
  readonly #text: string;
  #positions: { readonly root: unknown; readonly lines: LineCounter } | undefined;

  private constructor(file: string, id: string, text: string, value: unknown) {
    this.file = file;
    this.id = id;
    this.value = value;
    this.#text = text;
  }

  /** Reads the text; a syntax error is a problem of the list, and the answer undefined. */
  static parse(file: string, id: string, text: string, problems: ProblemList): SourceFile | undefined {
    if (text.length > MAX_CHARACTERS) {
      problems.addAt(file, 1, 1, `the file has more than ${MAX_CHARACTERS} characters; split it into parts`);
      return undefined;
    }
    try {
      return new SourceFile(file, id, text, parseFast(text));
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      const mark = error.mark;
      problems.addAt(
        file,
        (mark?.line ?? 0) + 1,
        (mark?.column ?? 0) + 1,
        `not valid YAML: ${error.reason}${yamlHint(error.reason)}`,
      );
      return undefined;
    }
  }

  /** Where the key of `path` stands, or the nearest key above it that exists. */
  locate(path: KeyPath): Position {
    this.#positions ??= this.#index();
    const { root, lines } = this.#positions;
    let node: unknown = root;
    let offset = 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && sameKey(item.key, step));
        if (!pair) break;
        offset = startOf(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        offset = startOf(node) ?? offset;
      } else break;
    }
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  }

  #index(): { root: unknown; lines: LineCounter } {
    const lines = new LineCounter();
    const document = parseDocument(this.#text, { lineCounter: lines, uniqueKeys: false });
    return { root: document.contents, lines };
  }
}

function sameKey(key: { readonly value: unknown; readonly source?: string }, step: string | number): boolean {
  return String(key.value) === String(step) || key.source === String(step);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

/** What mostly lies behind a syntax error: a text that YAML takes for something else. */
function yamlHint(reason: string): string {
  return /empty|duplicated/.test(reason)
    ? ""
    : '; a text with ": " or " #" in it, or a brace or bracket in front, stands in quotes';
}
