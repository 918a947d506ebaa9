import { mibTokens } from "./mib-tokens.ts";

/** The SYNTAX of an object or of a type, as written. */
export interface MibSyntax {
  /** `INTEGER`, `OCTET STRING`, `OBJECT IDENTIFIER`, `BITS`, `SEQUENCE`, `SEQUENCE OF`, `CHOICE`, or a type's name. */
  readonly type: string;
  /** What a SEQUENCE OF is a sequence of. */
  readonly of?: string;
  readonly enumeration?: ReadonlyMap<number, string>;
  /** Inclusive ranges of values; of sizes where the base is a string. */
  readonly ranges?: readonly (readonly [number, number])[];
}

export interface MibType {
  readonly syntax: MibSyntax;
  readonly displayHint?: string;
  readonly description?: string;
}

/** A name with a place in the tree of objects. */
export interface MibNode {
  readonly name: string;
  readonly kind: "object" | "other";
  /** The name the OID starts with; absent where it starts with a number. */
  readonly parent?: string;
  readonly arcs: readonly number[];
  readonly syntax?: MibSyntax;
  readonly units?: string;
  readonly description?: string;
  readonly access?: string;
  readonly index?: readonly MibIndex[];
  readonly augments?: string;
}

export interface MibIndex {
  readonly name: string;
  readonly implied: boolean;
}

export interface MibModule {
  readonly name: string;
  readonly file: string;
  /** Name to the module it comes from. */
  readonly imports: ReadonlyMap<string, string>;
  readonly nodes: ReadonlyMap<string, MibNode>;
  readonly types: ReadonlyMap<string, MibType>;
}

/** Clauses after which an OID in braces comes. */
const NODE_MACROS: ReadonlySet<string> = new Set([
  "OBJECT-TYPE",
  "MODULE-IDENTITY",
  "OBJECT-IDENTITY",
  "NOTIFICATION-TYPE",
  "OBJECT-GROUP",
  "NOTIFICATION-GROUP",
  "MODULE-COMPLIANCE",
  "AGENT-CAPABILITIES",
]);

/** Reads every module of a file. Never throws: what cannot be read is left out. */
export function readMibModules(text: string, file: string): MibModule[] {
  return new Reader(mibTokens(text).texts, file).modules();
}

class Reader {
  readonly #tokens: readonly string[];
  readonly #file: string;
  #at = 0;
  #imports = new Map<string, string>();
  #nodes = new Map<string, MibNode>();
  #types = new Map<string, MibType>();

  constructor(tokens: readonly string[], file: string) {
    this.#tokens = tokens;
    this.#file = file;
  }

  modules(): MibModule[] {
    const found: MibModule[] = [];
    for (; this.#at < this.#tokens.length; this.#at++) {
      if (this.#peek() !== "DEFINITIONS") continue;
      const name = this.#moduleName();
      while (!this.#done() && this.#peek() !== "BEGIN") this.#at++;
      this.#at++;
      if (name === undefined) continue;
      this.#imports = new Map();
      this.#nodes = new Map();
      this.#types = new Map();
      this.#body();
      found.push({
        name,
        file: this.#file,
        imports: this.#imports,
        nodes: this.#nodes,
        types: this.#types,
      });
    }
    return found;
  }

  /** What stands before DEFINITIONS: a name, with an OID behind it in some files. */
  #moduleName(): string | undefined {
    let at = this.#at - 1;
    if (this.#tokens[at] === "}") while (at >= 0 && this.#tokens[at] !== "{") at--;
    if (this.#tokens[at] === "{") at--;
    const name = this.#tokens[at];
    return name !== undefined && /^[A-Za-z]/.test(name) ? name : undefined;
  }

  #body(): void {
    while (!this.#done()) {
      const token = this.#next();
      const after = this.#peek();
      if (token === "END") return;
      // The END of a module that lacks it.
      if (after === "DEFINITIONS") {
        this.#at -= 2;
        return;
      }
      if (token === "IMPORTS") this.#readImports();
      else if (token === "EXPORTS") this.#skipTo(";");
      else if (after === "MACRO") this.#skipTo("END");
      else if (!isName(token)) continue;
      else if (after === "TRAP-TYPE") this.#at++;
      else if (after !== undefined && NODE_MACROS.has(after)) this.#node(token, this.#next()!);
      else if (after === "OBJECT" && this.#peek(1) === "IDENTIFIER" && this.#peek(2) === "::=") {
        this.#at += 3;
        this.#addNode(token, {}, "other");
      } else if (after === "::=") {
        this.#at++;
        this.#type(token);
      }
    }
  }

  #readImports(): void {
    let names: string[] = [];
    while (!this.#done()) {
      const token = this.#next()!;
      if (token === ";") return;
      if (token === "FROM") {
        const module = this.#next();
        for (const name of names) if (module !== undefined) this.#imports.set(name, module);
        names = [];
      } else if (isName(token)) {
        // A list that somebody forgot to end.
        if (this.#peek() === "::=" || NODE_MACROS.has(this.#peek() ?? "")) {
          if (!NODE_MACROS.has(token)) {
            this.#at--;
            return;
          }
        }
        names.push(token);
      }
    }
  }

  #node(name: string, macro: string): void {
    const clauses: Clauses = {};
    while (!this.#done()) {
      const token = this.#next()!;
      if (token === "::=") {
        this.#addNode(name, clauses, macro === "OBJECT-TYPE" ? "object" : "other");
        return;
      }
      // The next definition begins before this one has an OID.
      if (isName(token) && NODE_MACROS.has(this.#peek() ?? "")) {
        this.#at--;
        return;
      }
      this.#clause(token, clauses);
    }
  }

  #clause(token: string, clauses: Clauses): void {
    switch (token) {
      case "SYNTAX":
        clauses.syntax ??= this.#syntax();
        return;
      case "UNITS":
        clauses.units ??= this.#text();
        return;
      case "DESCRIPTION":
        clauses.description ??= this.#text();
        return;
      case "ACCESS":
      case "MAX-ACCESS":
        clauses.access ??= this.#next();
        return;
      case "AUGMENTS":
        clauses.augments ??= this.#braces().find(isName);
        return;
      case "INDEX":
        if (this.#peek() === "{") clauses.index ??= indexes(this.#braces());
        return;
      case "DEFVAL":
        if (this.#peek() === "{") this.#braces();
        return;
      default:
    }
  }

  #addNode(name: string, clauses: Clauses, kind: MibNode["kind"]): void {
    if (this.#peek() !== "{") return;
    const words = this.#braces();
    const first = words[0];
    const parent = first !== undefined && isName(first) ? first : undefined;
    const arcs: number[] = [];
    for (let i = parent === undefined ? 0 : 1; i < words.length; i++) {
      const word = words[i]!;
      // `org(3)`: the number is what counts; the name in front of the parenthesis is none of ours.
      if (/^\d+$/.test(word)) arcs.push(Number(word));
    }
    // `{ iso(1) ... }` has the number of its parent in the list.
    const root = parent !== undefined && words[1] === "(";
    // The first definition of a name stays.
    if (this.#nodes.has(name)) return;
    this.#nodes.set(name, { name, kind, ...(parent && !root ? { parent } : {}), arcs, ...clauses });
  }

  #type(name: string): void {
    if (this.#peek() === "TEXTUAL-CONVENTION") {
      this.#at++;
      const type: { displayHint?: string; description?: string } = {};
      while (!this.#done()) {
        const token = this.#next()!;
        if (token === "DISPLAY-HINT") type.displayHint = this.#text();
        else if (token === "DESCRIPTION") type.description = this.#text();
        else if (token === "SYNTAX") {
          this.#types.set(name, { ...type, syntax: this.#syntax() });
          return;
        } else if (token === "::=") return;
      }
      return;
    }
    // `name ::= { ... }` or a number is a value, not a type.
    if (this.#peek() === "{" || /^-?\d/.test(this.#peek() ?? "")) return;
    this.#types.set(name, { syntax: this.#syntax() });
  }

  #syntax(): MibSyntax {
    let type = this.#next() ?? "";
    // `[APPLICATION 1] IMPLICIT INTEGER`
    if (type === "[") {
      this.#skipTo("]");
      type = this.#next() ?? "";
    }
    if (type === "IMPLICIT" || type === "EXPLICIT") type = this.#next() ?? "";
    if (type === "OCTET" || type === "OBJECT" || type === "BIT") type += ` ${this.#next() ?? ""}`;
    let of: string | undefined;
    if (type === "SEQUENCE" || type === "SET") {
      if (this.#peek() === "OF") {
        this.#at++;
        type = "SEQUENCE OF";
        of = this.#next();
        return { type, ...(of ? { of } : {}) };
      }
      if (this.#peek() === "{") this.#braces();
      return { type: "SEQUENCE" };
    }
    if (type === "CHOICE") {
      if (this.#peek() === "{") this.#braces();
      return { type };
    }
    // `Module.Type`
    if (this.#peek() === "." && isName(this.#peek(1) ?? "")) {
      this.#at++;
      type = this.#next()!;
    }
    let enumeration: ReadonlyMap<number, string> | undefined;
    let ranges: readonly (readonly [number, number])[] | undefined;
    if (this.#peek() === "{") enumeration = enumerationOf(this.#braces());
    if (this.#peek() === "(") ranges = rangesOf(this.#parentheses());
    return {
      type,
      ...(enumeration && enumeration.size > 0 ? { enumeration } : {}),
      ...(ranges && ranges.length > 0 ? { ranges } : {}),
    };
  }

  /** The words between a brace and its partner. */
  #braces(): string[] {
    return this.#between("{", "}");
  }

  #parentheses(): string[] {
    return this.#between("(", ")");
  }

  #between(open: string, close: string): string[] {
    const words: string[] = [];
    if (this.#peek() !== open) return words;
    this.#at++;
    for (let depth = 1; !this.#done(); ) {
      const token = this.#next()!;
      if (token === open) depth++;
      else if (token === close && --depth === 0) return words;
      // A brace that is never closed does not eat the rest of the file.
      if (token === "OBJECT-TYPE") {
        this.#at -= 2;
        return words;
      }
      if (words.length > 100_000) return words;
      words.push(token);
    }
    return words;
  }

  #text(): string {
    return this.#peek()?.startsWith('"') ? this.#next()!.slice(1) : "";
  }

  #skipTo(token: string): void {
    while (!this.#done() && this.#next() !== token);
  }

  #peek(ahead = 0): string | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #next(): string | undefined {
    return this.#tokens[this.#at++];
  }

  #done(): boolean {
    return this.#at >= this.#tokens.length;
  }
}

interface Clauses {
  syntax?: MibSyntax;
  units?: string;
  description?: string;
  access?: string | undefined;
  index?: readonly MibIndex[];
  augments?: string | undefined;
}

function isName(token: string | undefined): token is string {
  return token !== undefined && /^[A-Za-z]/.test(token);
}

function indexes(words: readonly string[]): MibIndex[] {
  const list: MibIndex[] = [];
  let implied = false;
  for (const word of words) {
    if (word === "IMPLIED") implied = true;
    else if (isName(word)) {
      list.push({ name: word, implied });
      implied = false;
    }
  }
  return list;
}

/** `a ( 1 ) , b ( 2 )`. */
function enumerationOf(words: readonly string[]): ReadonlyMap<number, string> {
  const map = new Map<number, string>();
  for (let i = 0; i + 2 < words.length; i++)
    if (words[i + 1] === "(" && /^-?\d+$/.test(words[i + 2]!) && !map.has(Number(words[i + 2])))
      map.set(Number(words[i + 2]), words[i]!);
  return map;
}

/** `0 .. 100 | 255`, or the same in `SIZE ( )`. */
function rangesOf(words: readonly string[]): (readonly [number, number])[] {
  const list: (readonly [number, number])[] = [];
  const numbers = words.filter((word) => word !== "SIZE" && word !== "(" && word !== ")");
  for (let i = 0; i < numbers.length; i++) {
    const low = numberOf(numbers[i]!);
    if (low === undefined) continue;
    const high = numbers[i + 1] === ".." ? numberOf(numbers[i + 2] ?? "") : low;
    if (high === undefined) continue;
    if (numbers[i + 1] === "..") i += 2;
    if (low <= high) list.push([low, high]);
  }
  return list;
}

function numberOf(word: string): number | undefined {
  if (/^-?\d+$/.test(word)) return Number(word);
  const hex = /^'([0-9A-Fa-f]+)'[Hh]$/.exec(word);
  return hex ? Number.parseInt(hex[1]!, 16) : undefined;
}
