import type { IndexPart, SnmpTable } from "../../../src/profiles/compiled.ts";
import type { MibIndexPart } from "../../../src/profiles/laboratory/mib-library.ts";

/** Arcs that name an invented row: its number in the last part, ones before it. */
export function indexArcs(
  table: SnmpTable,
  mib: readonly MibIndexPart[] | undefined,
  row: number,
  fixed: ReadonlyMap<string, number | string>,
): readonly number[] {
  const parts = mib
    ? mib.map(mibPart)
    : table.index.map(({ type, name }) => ({ type, name, size: undefined }));
  // The last part that nothing fixes tells the rows apart.
  const isFixed = (i: number): boolean =>
    fixed.has(table.index.length === parts.length ? table.index[i]!.name : parts[i]!.name);
  let last = parts.length - 1;
  for (let i = last; i >= 0; i--)
    if (!isFixed(i)) {
      last = i;
      break;
    }
  return parts.flatMap((part, i) => {
    // Names differ between a MIB and a profile; the places do not where each part is one arc.
    const name = table.index.length === parts.length ? table.index[i]!.name : part.name;
    const number = i === last ? row : 1;
    const wanted = fixed.get(name);
    if (part.type === "integer") return [typeof wanted === "number" ? wanted : number];
    return textPart(part.type, number, part.size, typeof wanted === "string" ? wanted : `u${number}`);
  });
}

type PartType = IndexPart["type"] | "network";

function mibPart({ base, types, size, implied, name }: MibIndexPart): {
  readonly type: PartType;
  readonly name: string;
  readonly size: number | undefined;
} {
  const type: PartType = types.includes("InetAddress")
    ? "inet"
    : base === "IpAddress"
      ? "ip"
      : base === "NetworkAddress"
        ? "network"
        : base === "OBJECT IDENTIFIER"
          ? implied
            ? "rest"
            : "oid"
          : base === "OCTET STRING" || base === "BITS"
            ? size === 6
              ? "mac"
              : implied
                ? "impliedString"
                : size === 16
                  ? "ipv6"
                  : "string"
            : "integer";
  return { type, name, size };
}

function textPart(type: PartType, row: number, size: number | undefined, text: string): number[] {
  const word = [...text].map((c) => c.charCodeAt(0));
  switch (type) {
    case "mac":
    case "fixedMac":
      return [2, 0, 94, 0, 83, row];
    case "ip":
      return [192, 0, 2, row];
    case "network":
      return [1, 192, 0, 2, row];
    case "inet":
      return [4, 192, 0, 2, row];
    case "ipv6":
      return [32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, row];
    case "oid":
      return [2, 1, row];
    case "impliedString":
      return word;
    case "string":
      if (size !== undefined) return Array.from({ length: size }, (_, i) => (i === size - 1 ? row : 0));
      return [word.length, ...word];
    default:
      return [row];
  }
}

/** Texts of a row's index by the profile's names of its parts. */
export function indexTexts(
  index: readonly IndexPart[],
  arcs: readonly number[],
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let at = 0;
  for (const { name, type } of index) {
    if (type === "string") {
      const length = arcs[at] ?? 0;
      texts.set(name, String.fromCharCode(...arcs.slice(at + 1, at + 1 + length)));
      at += 1 + length;
    } else if (type === "impliedString") texts.set(name, String.fromCharCode(...arcs.slice(at)));
    else if (type === "integer") at++;
    // What else has texts stands alone in an index, as far as profiles look at them.
    else break;
  }
  return texts;
}

/** Whole numbers of a row's index by the profile's names of its parts. */
export function indexNumbers(
  index: readonly IndexPart[],
  arcs: readonly number[],
): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  let at = 0;
  for (const { name, type } of index) {
    if (type === "integer") numbers.set(name, arcs[at++] ?? Number.NaN);
    else if (type === "mac" || type === "fixedMac") at += 6;
    else if (type === "ip") at += 4;
    else if (type === "ipv6") at += 16;
    else if (type === "string" || type === "oid") at += 1 + (arcs[at] ?? 0);
    else if (type === "inet") at += 2 + (arcs[at + 1] ?? 0);
    else at = arcs.length;
  }
  return numbers;
}
