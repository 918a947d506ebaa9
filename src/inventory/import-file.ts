import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { CampusError } from "../errors/campus-error.ts";
import { printable } from "../settings/wording.ts";

/** A file to import: its path, or its name and octets. */
export type ImportFile = string | { readonly name: string; readonly bytes: Uint8Array };

export type TextEncodingName = "utf-8" | "gb18030" | "utf-16le";

/** What the first pass over a file finds. */
export interface InspectedFile {
  readonly name: string;
  readonly form: "yaml" | "csv";
  readonly encoding: TextEncodingName;
  readonly sha256: string;
  readonly bytes: number;
  /** The first characters, without a byte order mark; for the delimiter. */
  readonly head: string;
  /** The text in pieces, read again from the start. Throws TypeError where it is not of the encoding. */
  text(): AsyncGenerator<string>;
}

export interface ImportLimits {
  /** Octets of a CSV file. */
  readonly csvBytes: number;
  /** Octets of a YAML file, which is held whole. */
  readonly yamlBytes: number;
  /** Rows of a CSV file. */
  readonly rows: number;
  /** Problems that are kept with their place; further ones are counted. */
  readonly problems: number;
}

export const IMPORT_LIMITS: ImportLimits = {
  csvBytes: 100_000_000,
  yamlBytes: 32_000_000,
  rows: 1_000_000,
  problems: 1000,
};

const HEAD_CHARACTERS = 16_384;

/**
 * Reads the file once: its size, hash and encoding. Answers a text instead when the file cannot be taken. Throws
 * E_FILE when it cannot be read.
 */
export async function inspectFile(file: ImportFile, limits: ImportLimits): Promise<InspectedFile | string> {
  const name = typeof file === "string" ? file : file.name;
  let form = formOf(name);
  if (!form) return "has an ending that is not known; name it .yaml, .yml, .json, .csv, .tsv or .txt";
  const hash = createHash("sha256");
  const guess = new EncodingGuess();
  let bytes = 0;
  for await (const chunk of octets(file)) {
    if (bytes === 0) {
      const foreign = foreignFormat(chunk);
      if (foreign) return foreign;
      if (form === "either") form = looksLikeYaml(chunk) ? "yaml" : "csv";
    }
    bytes += chunk.length;
    const cap = form === "yaml" ? limits.yamlBytes : limits.csvBytes;
    if (bytes > cap) return `is larger than ${cap / 1e6} MB; split it${form === "yaml" ? " or use CSV" : ""}`;
    hash.update(chunk);
    guess.add(chunk);
  }
  const encoding = guess.end();
  if (typeof encoding !== "string") return encoding.problem;
  const decode = () => decoded(octets(file), encoding);
  let head = "";
  try {
    for await (const piece of decode()) if ((head += piece).length >= HEAD_CHARACTERS) break;
  } catch {
    return "is neither UTF-8 nor GB18030 text; save it as CSV UTF-8";
  }
  if (head.includes("\0")) return "is not a text file; save it as CSV UTF-8";
  return {
    name,
    form: form === "yaml" ? "yaml" : "csv",
    encoding,
    sha256: hash.digest("hex"),
    bytes,
    head: head.slice(0, HEAD_CHARACTERS),
    text: decode,
  };
}

/** JSON is YAML. A name without an ending says nothing: then the first characters do. */
function formOf(name: string): "yaml" | "csv" | "either" | undefined {
  switch (extname(name).toLowerCase()) {
    case "":
      return "either";
    case ".yaml":
    case ".yml":
    case ".json":
      return "yaml";
    case ".csv":
    case ".tsv":
    case ".txt":
      return "csv";
    default:
      return undefined;
  }
}

function looksLikeYaml(chunk: Uint8Array): boolean {
  return /^\s*(\{|#|---|(regions|schools|sites|links)\s*:)/.test(
    Buffer.from(chunk.subarray(0, 1000)).toString("latin1"),
  );
}

async function* octets(file: ImportFile): AsyncGenerator<Uint8Array> {
  if (typeof file !== "string") {
    yield file.bytes;
    return;
  }
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Uint8Array;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "it does not exist" : (code ?? String(error));
    throw new CampusError("E_FILE", `cannot read ${printable(file)}: ${reason}`, { file }, error);
  }
}

/** Workbooks and archives by their first octets: the commonest mistake, worth its own words. */
function foreignFormat(chunk: Uint8Array): string | undefined {
  const starts = (...magic: number[]) => magic.every((octet, index) => chunk[index] === octet);
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0xd0, 0xcf, 0x11, 0xe0))
    return 'is a spreadsheet workbook or an archive; save it from the spreadsheet as "CSV UTF-8"';
  if (starts(0x1f, 0x8b)) return "is compressed; unpack it first";
  if (starts(0x25, 0x50, 0x44, 0x46)) return "is a PDF; export the table as CSV";
  return undefined;
}

/**
 * UTF-8 unless it is not valid; then GB18030, which takes nearly anything. So a text that is UTF-8 but for a few
 * octets is told apart by what it decodes to: many Han characters and few replacement characters.
 */
class EncodingGuess {
  readonly #decoder = new TextDecoder("utf-8");
  #started = false;
  #mark: TextEncodingName | undefined;
  #broken = 0;
  #wide = 0;
  #line = 1;
  #brokenLine = 0;

  add(chunk: Uint8Array): void {
    if (!this.#started) {
      this.#started = true;
      if (chunk[0] === 0xff && chunk[1] === 0xfe) this.#mark = "utf-16le";
      else if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) this.#mark = "utf-8";
    }
    this.#count(this.#decoder.decode(chunk, { stream: true }));
  }

  end(): TextEncodingName | { readonly problem: string } {
    this.#count(this.#decoder.decode());
    if (this.#mark === "utf-16le") return "utf-16le";
    if (this.#broken === 0) return "utf-8";
    if (this.#mark === "utf-8" || this.#wide > 10 * this.#broken)
      return {
        problem: `is UTF-8 text with octets that are not, first in line ${this.#brokenLine}; save it again as UTF-8`,
      };
    return "gb18030";
  }

  #count(text: string): void {
    // Most files are ASCII for long stretches: leave those to the regular expression engine.
    for (const match of text.matchAll(/[\n\u{fffd}\u{3400}-\u{9fff}]/gu)) {
      if (match[0] === "\n") this.#line += 1;
      else if (match[0] === "\u{fffd}") {
        this.#broken += 1;
        this.#brokenLine ||= this.#line;
      } else this.#wide += 1;
    }
  }
}

async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: TextEncodingName,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let first = true;
  const clean = (text: string) => {
    if (!first || text === "") return text;
    first = false;
    // GB18030 has a byte order mark of its own, which the decoder leaves in.
    return text.startsWith("\u{feff}") ? text.slice(1) : text;
  };
  for await (const chunk of chunks) yield clean(decoder.decode(chunk, { stream: true }));
  yield clean(decoder.decode());
}
