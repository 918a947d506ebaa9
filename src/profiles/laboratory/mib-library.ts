import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CampusError } from "../../errors/campus-error.ts";
import { type MibModule, type MibNode, type MibSyntax, readMibModules } from "./mib-module.ts";

/** An OBJECT-TYPE with all that its modules say of it. */
export interface MibObject {
  readonly name: string;
  readonly module: string;
  readonly oid: readonly number[];
  readonly shape: "table" | "entry" | "column" | "scalar";
  /** The base type: `INTEGER`, `OCTET STRING`, `OBJECT IDENTIFIER`, `BITS`, `Counter32`, ... */
  readonly base: string;
  /** Names of the types between the object and the base. */
  readonly types: readonly string[];
  readonly enumeration?: ReadonlyMap<number, string>;
  readonly ranges?: readonly (readonly [number, number])[];
  readonly displayHint?: string;
  readonly units?: string;
  readonly description: string;
  /** For an entry and its columns: what the index is made of; undefined where the modules do not say. */
  readonly index?: readonly MibIndexPart[];
}

export interface MibIndexPart {
  readonly name: string;
  readonly base: string;
  readonly types: readonly string[];
  /** Octets, where the size is fixed. */
  readonly size?: number;
  readonly implied: boolean;
}

const ROOTS: ReadonlyMap<string, readonly number[]> = new Map([
  ["ccitt", [0]],
  ["zeroDotZero", [0, 0]],
  ["iso", [1]],
  ["joint-iso-ccitt", [2]],
  ["org", [1, 3]],
  ["dod", [1, 3, 6]],
  ["internet", [1, 3, 6, 1]],
  ["directory", [1, 3, 6, 1, 1]],
  ["mgmt", [1, 3, 6, 1, 2]],
  ["mib-2", [1, 3, 6, 1, 2, 1]],
  ["transmission", [1, 3, 6, 1, 2, 1, 10]],
  ["experimental", [1, 3, 6, 1, 3]],
  ["private", [1, 3, 6, 1, 4]],
  ["enterprises", [1, 3, 6, 1, 4, 1]],
  ["security", [1, 3, 6, 1, 5]],
  ["snmpV2", [1, 3, 6, 1, 6]],
  ["snmpModules", [1, 3, 6, 1, 6, 3]],
]);

const BASES: ReadonlySet<string> = new Set([
  ...["INTEGER", "Integer32", "Unsigned32", "UInteger32", "Counter", "Counter32", "Counter64", "Gauge"],
  ...["Gauge32", "TimeTicks", "IpAddress", "NetworkAddress", "Opaque", "BITS", "OCTET STRING"],
  ...["OBJECT IDENTIFIER", "NULL", "BIT STRING", "SEQUENCE", "SEQUENCE OF", "CHOICE"],
]);

/** Types that every module may use though some forget to import them. */
const KNOWN_TYPES: ReadonlyMap<string, MibSyntax> = new Map([
  ["DisplayString", { type: "OCTET STRING", ranges: [[0, 255]] }],
  ["Integer", { type: "INTEGER" }],
  ["STRING", { type: "OCTET STRING" }],
  ["PhysAddress", { type: "OCTET STRING" }],
  ["MacAddress", { type: "OCTET STRING", ranges: [[6, 6]] }],
  ["DateAndTime", { type: "OCTET STRING" }],
  ["TimeStamp", { type: "TimeTicks" }],
  ["TimeInterval", { type: "INTEGER" }],
  ["RowStatus", { type: "INTEGER" }],
  [
    "TruthValue",
    {
      type: "INTEGER",
      enumeration: new Map([
        [1, "true"],
        [2, "false"],
      ]),
    },
  ],
]);

const MAX_FILES = 20_000;
const MAX_OCTETS = 16 * 1024 * 1024;
const MAX_DEPTH = 64;
/** A name at the end of a text, with an OID in braces behind it in some files. */
const LAST_NAME = /([A-Za-z][\w.-]*)\s*(?:\{[^{}]*\}\s*)?$/;
const MAX_HEAD = 400;

/** MIB modules of folders, each read when it is first needed. */
export class MibLibrary {
  readonly #files: readonly string[];
  /** Module name to the files that have it, in order. */
  readonly #modulesIn = new Map<string, string[]>();
  readonly #objectsIn = new Map<string, string[]>();
  readonly #read = new Map<string, readonly MibModule[]>();
  readonly #oids = new Map<MibNode, readonly number[] | undefined>();
  readonly #objects = new Map<string, readonly MibObject[]>();
  readonly #unreadable: string[] = [];
  readonly #byOid = new Map<string, MibObject[]>();
  /** Modules of these files are in `#byOid`. */
  readonly #indexed = new Set<string>();

  /**
   * Lists the folders with all below them, and looks where the modules and the objects of these names are.
   * Throws E_FILE when a folder cannot be read; a file that cannot is named by `unreadable`.
   */
  constructor(dirs: readonly string[], names: ReadonlySet<string>) {
    this.#files = dirs.flatMap((dir) => filesBelow(dir));
    for (const file of this.#files) {
      const text = this.#text(file);
      if (text === undefined) continue;
      for (const name of namesBefore(text, "DEFINITIONS")) add(this.#modulesIn, name, file);
      for (const name of namesBefore(text, "OBJECT-TYPE"))
        if (names.has(name)) add(this.#objectsIn, name, file);
    }
  }

  /** Files that were listed. */
  get files(): readonly string[] {
    return this.#files;
  }

  get modules(): readonly string[] {
    return [...this.#modulesIn.keys()].sort();
  }

  get unreadable(): readonly string[] {
    return this.#unreadable;
  }

  /** Every object of that name, whatever module it is of. Only names that were given are found. */
  named(name: string): readonly MibObject[] {
    const known = this.#objects.get(name);
    if (known) return known;
    const found = (this.#objectsIn.get(name) ?? []).flatMap((file) =>
      this.#modulesOf(file).flatMap((module) => {
        const node = module.nodes.get(name);
        const object = node?.kind === "object" ? this.#object(node, module) : undefined;
        return object ? [object] : [];
      }),
    );
    this.#objects.set(name, found);
    return found;
  }

  /** Objects at an OID (without the instance) of the modules that were read so far. */
  at(oid: readonly number[]): readonly MibObject[] {
    if (this.#indexed.size < this.#read.size) this.#index();
    return this.#byOid.get(oid.join(".")) ?? [];
  }

  /** Reads the modules of that name, so that `at` knows their objects; false when there is none. */
  load(module: string): boolean {
    const files = this.#modulesIn.get(module) ?? [];
    for (const file of files) this.#modulesOf(file);
    return files.length > 0;
  }

  /** Every object of every module of a file. */
  objectsOf(file: string): readonly MibObject[] {
    return this.#modulesOf(file).flatMap((module) =>
      [...module.nodes.values()].flatMap((node) =>
        node.kind === "object" ? (this.#object(node, module) ?? []) : [],
      ),
    );
  }

  #index(): void {
    // What is imported on the way is read too, and is indexed the next time.
    for (const [file, modules] of [...this.#read]) {
      if (this.#indexed.has(file)) continue;
      this.#indexed.add(file);
      for (const module of modules)
        for (const node of module.nodes.values()) {
          const object = node.kind === "object" ? this.#object(node, module) : undefined;
          if (object) add(this.#byOid, object.oid.join("."), object);
        }
    }
  }

  #modulesOf(file: string): readonly MibModule[] {
    let modules = this.#read.get(file);
    if (!modules) {
      modules = readMibModules(this.#text(file) ?? "", file);
      this.#read.set(file, modules);
    }
    return modules;
  }

  #text(file: string): string | undefined {
    try {
      if (statSync(file).size > MAX_OCTETS) throw new Error("too large");
      // MIB text is ASCII; what makers write beside it is kept octet by octet.
      return readFileSync(file, "latin1");
    } catch {
      if (!this.#unreadable.includes(file)) this.#unreadable.push(file);
      return undefined;
    }
  }

  #object(node: MibNode, module: MibModule): MibObject | undefined {
    const oid = this.#oid(node, module, 0);
    if (!oid || oid.length < 2 || !node.syntax) return undefined;
    const { syntax } = node;
    const type = this.#resolve(syntax, module);
    const parent = node.parent === undefined ? undefined : this.#node(node.parent, module);
    const isEntry = node.index !== undefined || node.augments !== undefined || type.base === "SEQUENCE";
    const parentIsEntry =
      parent?.node.kind === "object" &&
      (parent.node.index !== undefined ||
        parent.node.augments !== undefined ||
        (parent.node.syntax !== undefined &&
          this.#resolve(parent.node.syntax, parent.module).base === "SEQUENCE"));
    const shape =
      type.base === "SEQUENCE OF" ? "table" : isEntry ? "entry" : parentIsEntry ? "column" : "scalar";
    const entry = shape === "entry" ? { node, module } : shape === "column" ? parent : undefined;
    const index = entry && this.#indexOf(entry.node, entry.module, 0);
    return {
      name: node.name,
      module: module.name,
      oid,
      shape,
      base: type.base,
      types: type.types,
      ...(type.enumeration ? { enumeration: type.enumeration } : {}),
      ...(type.ranges ? { ranges: type.ranges } : {}),
      ...(type.displayHint ? { displayHint: type.displayHint } : {}),
      ...(node.units ? { units: node.units } : {}),
      description: node.description ?? "",
      ...(index ? { index } : {}),
    };
  }

  #indexOf(entry: MibNode, module: MibModule, depth: number): MibIndexPart[] | undefined {
    if (depth > 4) return undefined;
    if (entry.augments !== undefined) {
      const other = this.#node(entry.augments, module);
      return other && this.#indexOf(other.node, other.module, depth + 1);
    }
    if (!entry.index || entry.index.length === 0) return undefined;
    const parts: MibIndexPart[] = [];
    for (const { name, implied } of entry.index) {
      const object = this.#node(name, module);
      // SMIv1 knows types in an INDEX too.
      const syntax = object?.node.syntax ?? (BASES.has(name) ? { type: name } : undefined);
      if (!syntax) return undefined;
      const { base, types, ranges } = this.#resolve(syntax, object?.module ?? module);
      if (!BASES.has(base)) return undefined;
      const size = ranges?.length === 1 && ranges[0]![0] === ranges[0]![1] ? ranges[0]![0] : undefined;
      parts.push({ name, base, types, implied, ...(size !== undefined ? { size } : {}) });
    }
    return parts;
  }

  #resolve(syntax: MibSyntax, module: MibModule): Resolved {
    let { enumeration, ranges } = syntax;
    let displayHint: string | undefined;
    const types: string[] = [];
    let current = syntax;
    let where: MibModule | undefined = module;
    for (let depth = 0; depth < MAX_DEPTH && !BASES.has(current.type); depth++) {
      types.push(current.type);
      const found: { syntax: MibSyntax; displayHint?: string; module: MibModule | undefined } | undefined =
        this.#type(current.type, where);
      if (!found) break;
      displayHint ??= found.displayHint;
      enumeration ??= found.syntax.enumeration;
      ranges ??= found.syntax.ranges;
      current = found.syntax;
      where = found.module;
    }
    return {
      base: current.type,
      types,
      ...(enumeration ? { enumeration } : {}),
      ...(ranges ? { ranges } : {}),
      ...(displayHint ? { displayHint } : {}),
    };
  }

  #type(
    name: string,
    module: MibModule | undefined,
  ): { syntax: MibSyntax; displayHint?: string; module: MibModule | undefined } | undefined {
    const own = module?.types.get(name);
    if (own && own.syntax.type !== name) return { ...own, module };
    const from = module?.imports.get(name);
    if (module && from !== undefined) {
      const other = this.#import(from, module);
      const type = other?.types.get(name);
      if (other && type && type.syntax.type !== name) return { ...type, module: other };
    }
    const known = KNOWN_TYPES.get(name);
    return known && { syntax: known, module: undefined };
  }

  #oid(node: MibNode, module: MibModule, depth: number): readonly number[] | undefined {
    if (this.#oids.has(node)) return this.#oids.get(node);
    let oid: readonly number[] | undefined;
    if (node.parent === undefined) oid = node.arcs;
    else if (depth < MAX_DEPTH && node.arcs.length > 0) {
      const parent = this.#node(node.parent, module);
      const above =
        parent && parent.node !== node
          ? this.#oid(parent.node, parent.module, depth + 1)
          : ROOTS.get(node.parent);
      oid = above && [...above, ...node.arcs];
    }
    this.#oids.set(node, oid);
    return oid;
  }

  /** A name as that module means it: its own, an import, and of what is left the roots everybody knows. */
  #node(name: string, module: MibModule): { node: MibNode; module: MibModule } | undefined {
    const own = module.nodes.get(name);
    if (own) return { node: own, module };
    const from = module.imports.get(name);
    const other = from === undefined ? undefined : this.#import(from, module);
    const node = other?.nodes.get(name);
    return other && node ? { node, module: other } : undefined;
  }

  /** The module of that name, of the same folder when it is there. */
  #import(name: string, by: MibModule): MibModule | undefined {
    const files = this.#modulesIn.get(name) ?? [];
    const near = files.find((file) => dirname(file) === dirname(by.file)) ?? files[0];
    return near === undefined ? undefined : this.#modulesOf(near).find((module) => module.name === name);
  }
}

interface Resolved {
  readonly base: string;
  readonly types: readonly string[];
  readonly enumeration?: ReadonlyMap<number, string>;
  readonly ranges?: readonly (readonly [number, number])[];
  readonly displayHint?: string;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (!list) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

/** Names in front of each `word`. A search for the word first: one pattern for both is slow on long files. */
function* namesBefore(text: string, word: string): Generator<string> {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    let end = at;
    while (end > 0 && text.charCodeAt(end - 1) <= 32) end--;
    let from = end;
    while (from > 0 && /[\w.-]/.test(text[from - 1]!)) from--;
    if (from < end) yield text.slice(from, end);
    else if (text[end - 1] === "}") {
      const name = LAST_NAME.exec(text.slice(Math.max(0, at - MAX_HEAD), at))?.[1];
      if (name !== undefined) yield name;
    }
  }
}

function filesBelow(dir: string): string[] {
  let names: string[];
  try {
    names = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    throw new CampusError("E_FILE", `cannot read the folder of MIB modules ${dir}`, { file: dir }, error);
  }
  if (names.length > MAX_FILES)
    throw new CampusError("E_FILE", `${dir} has more than ${MAX_FILES} files; name a folder of MIB modules`, {
      file: dir,
    });
  return names.sort();
}
