import { CsvError, parse } from "csv-parse";
import type { InspectedFile } from "./import-file.ts";

/** A record of a CSV file. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** As a spreadsheet counts: the first record of the file is 1. */
  readonly row: number;
}

/** A place where the file cannot be split into cells; nothing after it is read. */
export class CsvSyntaxProblem extends Error {
  readonly row: number;
  readonly line: number;

  constructor(row: number, line: number, text: string) {
    super(text);
    this.row = row;
    this.line = line;
  }
}

const MAX_RECORD_CHARACTERS = 100_000;

/**
 * The records of a CSV file, one at a time: the file is never held whole. Throws CsvSyntaxProblem after the records
 * before it. Delimiter: what the line `sep=;` says, else the one of comma, semicolon and tab that the header has
 * most of.
 */
export async function* csvRecords(file: InspectedFile): AsyncGenerator<CsvRecord> {
  const separator = /^sep=(.)\r?\n/i.exec(file.head);
  const queue: CsvRecord[] = [];
  // With `from` the parser does not hand on the line `sep=;`, yet a spreadsheet counts it.
  let row = separator ? 1 : 0;
  let line = row;
  const parser = parse({
    delimiter: separator?.[1] ?? sniffDelimiter(file.head),
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: false,
    from: separator ? 2 : 1,
    max_record_size: MAX_RECORD_CHARACTERS,
    // Taken here and not from the stream's other end, which loses what it holds when an error follows.
    on_record: (cells: string[], context) => {
      row += 1;
      line = context.lines;
      queue.push({ cells, row });
      return null;
    },
  });
  let failure: unknown;
  parser.on("error", (error) => (failure ??= error));
  parser.resume();
  try {
    for await (const piece of file.text()) {
      await fed((done) => parser.write(piece, done));
      yield* queue.splice(0);
      if (failure) break;
    }
    if (!failure) await fed((done) => parser.end(done));
  } catch (error) {
    failure = error;
  } finally {
    parser.destroy();
  }
  yield* queue.splice(0);
  if (failure) throw syntaxProblem(failure, row + 1, line + 1);
}

/** Resolves when the parser has taken what it was given, also when it refused it: the error event says so. */
function fed(give: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => give(() => resolve()));
}

function syntaxProblem(error: unknown, row: number, line: number): unknown {
  if (error instanceof CsvError) return new CsvSyntaxProblem(row, line, wordsOf(error.code));
  if (error instanceof TypeError)
    return new CsvSyntaxProblem(
      row,
      line,
      "has octets that are neither UTF-8 nor GB18030; save the file as CSV UTF-8",
    );
  return error;
}

function wordsOf(code: string): string {
  switch (code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return 'a quote that opens here is never closed; close it, or write "" for a quote within a cell';
    case "CSV_INVALID_CLOSING_QUOTE":
      return 'text follows a closing quote; write "" for a quote within a cell';
    case "INVALID_OPENING_QUOTE":
      return 'a quote stands in the middle of a cell; put the whole cell in quotes and write "" for the quote';
    case "CSV_MAX_RECORD_SIZE":
      return `is longer than ${MAX_RECORD_CHARACTERS} characters; a quote before it may not be closed`;
    default:
      return "cannot be split into cells; check its quotes";
  }
}

/** The delimiter that stands most often in the first line, outside quotes. */
export function sniffDelimiter(head: string): string {
  const counts = new Map([
    [",", 0],
    [";", 0],
    ["\t", 0],
  ]);
  let quoted = false;
  for (const character of head) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "\n" || character === "\r") break;
    else {
      const count = counts.get(character);
      if (count !== undefined) counts.set(character, count + 1);
    }
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
