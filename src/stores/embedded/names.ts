import type { ByteReader, ByteWriter } from "../bytes.ts";
import { beginRecord, endRecord, openRecord, RECORD } from "../record.ts";

/** A series as its set of tags (its text behind the quantity) and its quantity's id. */
export interface Name {
  readonly set: string;
  readonly quantity: string;
}

/** Names of series whose numbers follow each other. */
export interface Names {
  readonly first: number;
  readonly names: readonly Name[];
}

/** Octets of a record of several names: it is to fit into a page of its file. */
const MOST_OCTETS = 7800;

/**
 * Encodes names from `from` on, as many as fit, as one record:
 *
 *     varint first number, varint n, varint sets, each (varint octets, UTF-8), varint quantities, each the same,
 *     n x (varint set, varint quantity)
 *
 * A device's interfaces have a dozen series each with the same tags: these stand there once.
 * Answers the record, good until the writer is used again, and how many names are in it.
 */
export function encodeNames(
  writer: ByteWriter,
  first: number,
  names: readonly Name[],
  from: number,
): { readonly record: Uint8Array; readonly count: number } {
  const sets = new Map<string, number>();
  const quantities = new Map<string, number>();
  let octets = 64;
  let to = from;
  for (; to < names.length; to++) {
    const { set, quantity } = names[to]!;
    let more = 6;
    // A character is at most three octets of UTF-8 for each of its units.
    if (!sets.has(set)) more += 3 + set.length * 3;
    if (!quantities.has(quantity)) more += 3 + quantity.length * 3;
    if (to > from && octets + more > MOST_OCTETS) break;
    octets += more;
    if (!sets.has(set)) sets.set(set, sets.size);
    if (!quantities.has(quantity)) quantities.set(quantity, quantities.size);
  }
  beginRecord(writer, RECORD.names);
  writer.varint(first);
  writer.varint(to - from);
  for (const list of [sets, quantities]) {
    writer.varint(list.size);
    for (const text of list.keys()) {
      const bytes = Buffer.from(text, "utf8");
      writer.varint(bytes.length);
      writer.raw(bytes);
    }
  }
  for (let i = from; i < to; i++) {
    writer.varint(sets.get(names[i]!.set)!);
    writer.varint(quantities.get(names[i]!.quantity)!);
  }
  return { record: endRecord(writer), count: to - from };
}

/** The names of a record, undefined when it is damaged. */
export function decodeNames(record: unknown): Names | undefined {
  const reader = record instanceof Uint8Array ? openRecord(record, RECORD.names) : undefined;
  if (!reader) return undefined;
  try {
    const first = reader.varint();
    const count = reader.varint();
    const sets = readTexts(reader);
    const quantities = readTexts(reader);
    const names: Name[] = [];
    for (let i = 0; i < count; i++) {
      const set = sets[reader.varint()];
      const quantity = quantities[reader.varint()];
      if (set === undefined || quantity === undefined) return undefined;
      names.push({ set, quantity });
    }
    return { first, names };
  } catch {
    return undefined;
  }
}

function readTexts(reader: ByteReader): string[] {
  const texts: string[] = [];
  for (let left = reader.varint(); left > 0; left--)
    texts.push(Buffer.from(reader.take(reader.varint())).toString("utf8"));
  return texts;
}
