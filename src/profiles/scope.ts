import { hint, type KeyPath, type ProblemList } from "./problems.ts";
import type { ScalarsDocument, TableDocument } from "./schema.ts";
import type { SourceFile } from "./source-file.ts";

/** A file and a key in it: where a declaration stands. */
export interface Place {
  readonly source: SourceFile;
  readonly path: KeyPath;
}

export interface TableDeclaration extends Place {
  readonly id: string;
  readonly scalar: boolean;
  readonly table: TableDocument | (ScalarsDocument & { readonly index?: undefined });
}

/** What a file can refer to: its own tables and enumerations and those of its parts. */
export class Scope {
  readonly tables = new Map<string, TableDeclaration>();
  readonly enums = new Map<string, Place & { readonly values: ReadonlyMap<number, string> }>();

  /** Takes over what `other` has; the same declaration twice is one. */
  include(other: Scope, from: Place, problems: ProblemList): void {
    for (const [id, declaration] of other.tables)
      this.#add(this.tables, id, declaration, from, "table", problems);
    for (const [id, declaration] of other.enums)
      this.#add(this.enums, id, declaration, from, "enumeration", problems);
  }

  declareTable(declaration: TableDeclaration, problems: ProblemList): void {
    this.#add(this.tables, declaration.id, declaration, declaration, "table", problems);
  }

  declareEnum(
    id: string,
    values: Readonly<Record<string, string>>,
    place: Place,
    problems: ProblemList,
  ): void {
    this.#add(this.enums, id, { ...place, values: enumeration(values) }, place, "enumeration", problems);
  }

  /** The enumeration written here or cited by name. */
  enumeration(
    value: string | Readonly<Record<string, string>> | undefined,
    place: Place,
    problems: ProblemList,
  ): ReadonlyMap<number, string> | undefined {
    if (value === undefined) return undefined;
    if (typeof value !== "string") return enumeration(value);
    const found = this.enums.get(value);
    if (!found)
      problems.add(
        place.source,
        place.path,
        `there is no enumeration "${value}" under enums${hint(value, this.enums.keys())}`,
      );
    return found?.values;
  }

  #add<T extends Place>(
    map: Map<string, T>,
    id: string,
    declaration: T,
    from: Place,
    what: string,
    problems: ProblemList,
  ): void {
    const known = map.get(id);
    if (known === undefined) map.set(id, declaration);
    else if (known.source !== declaration.source || known.path.join() !== declaration.path.join()) {
      const { line } = known.source.locate(known.path);
      problems.add(
        from.source,
        from.path,
        `the ${what} "${id}" is declared before in ${known.source.file}:${line}`,
      );
    }
  }
}

function enumeration(values: Readonly<Record<string, string>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(values).map(([key, name]) => [Number(key), name]));
}
