import type { SnmpColumn, SnmpTable } from "../../../src/profiles/compiled.ts";
import { textFor } from "./pattern-text.ts";
import { partName } from "./physical-values.ts";
import { type Cell, type Recording, TAGS } from "./recording.ts";
import { twoStates } from "./states.ts";
import type { Witness } from "./witness.ts";

const MOST: Readonly<Record<number, number>> = {
  [TAGS.integer]: 0x7fff_ffff,
  [TAGS.gauge]: 0xffff_ffff,
  [TAGS.counter32]: 0xffff_ffff,
  [TAGS.ticks]: 0xffff_ffff,
  [TAGS.counter64]: Number.MAX_SAFE_INTEGER,
};

/** Writes values into a recording in the form that the MIB (or, where there is none, the profile) gives them. */
export class CellWriter {
  readonly recording: Recording;
  readonly #witness: Witness;

  constructor(recording: Recording, witness: Witness) {
    this.recording = recording;
    this.#witness = witness;
  }

  /** Whether a number of that object may have a fraction: it is a text or a float. */
  takesFraction(table: SnmpTable, column: SnmpColumn): boolean {
    const tag = this.#witness.tag(table, column);
    return (tag === TAGS.octets && column.decode !== "octets64") || tag === TAGS.opaque;
  }

  /** Whether a number is one of the object's type. */
  fits(table: SnmpTable, column: SnmpColumn, raw: number): boolean {
    const tag = this.#witness.tag(table, column);
    if (tag === TAGS.octets || tag === TAGS.opaque || tag === TAGS.oid) return false;
    if (!Number.isInteger(raw)) return false;
    return tag === TAGS.integer
      ? raw >= -0x8000_0000 && raw <= MOST[tag]!
      : raw >= 0 && raw <= (MOST[tag] ?? 0);
  }

  /** The number as the agent sends it, within its type and the MIB's range: what was written. */
  number(table: SnmpTable, column: SnmpColumn, oid: readonly number[], raw: number): number {
    const tag = this.#witness.tag(table, column);
    const isFree = this.takesFraction(table, column);
    let value = isFree ? Number(raw.toPrecision(7)) : Math.round(raw);
    const object = this.#witness.object(table, column);
    const range = object?.ranges?.length === 1 && tag !== TAGS.octets ? object.ranges[0]! : undefined;
    if (range && range[1] > range[0]) value = Math.min(Math.max(value, range[0]), range[1]);
    let most = MOST[tag] ?? Number.MAX_SAFE_INTEGER;
    // Without a MIB the tag is a guess: a number that is too large for one has another.
    const large = !object && tag === TAGS.integer && value > most;
    if (large) most = MOST[TAGS.gauge]!;
    value = Math.min(value, most);
    if (tag !== TAGS.integer && tag !== TAGS.octets && tag !== TAGS.opaque) value = Math.max(0, value);
    this.recording.set(oid, numberCell(large ? TAGS.gauge : tag, column, value));
    return value;
  }

  /** The text of a cell that names something; made when there is none. */
  text(table: SnmpTable, column: SnmpColumn, oid: readonly number[], row: number, words: string): string {
    const known = this.recording.get(oid);
    if (known) return known.text;
    const object = this.#witness.object(table, column);
    const states = object?.enumeration ?? column.enumeration;
    if (states && states.size > 0 && object?.base !== "OCTET STRING") {
      const raw = twoStates(states)[0] ?? 1;
      this.recording.set(oid, { tag: this.#witness.tag(table, column), text: String(raw) });
      return states.get(raw) ?? String(raw);
    }
    const cell = this.#textCell(table, column, row, words);
    this.recording.set(oid, cell);
    return cell.text;
  }

  write(oid: readonly number[], cell: Cell): void {
    this.recording.set(oid, cell);
  }

  #textCell(table: SnmpTable, column: SnmpColumn, row: number, words: string): Cell {
    const object = this.#witness.object(table, column);
    const tag = this.#witness.tag(table, column);
    const isMac = column.decode === "mac" || object?.types.some((type) => /^(?:Mac|Phys)Address$/.test(type));
    if (tag === TAGS.octets) {
      if (isMac) return { tag, hex: true, text: `02005e0053${String(row).padStart(2, "0")}` };
      if (column.decode === "inet" || column.decode === "ip")
        return { tag, hex: true, text: `c00002${hex(row)}` };
      if (column.decode === "bits") return { tag, hex: true, text: "80" };
      if (column.decode === "date") return { tag, hex: true, text: "07ea030a0b160000" };
      if (column.decode === "octets64") return numberCell(tag, column, row);
      const most = object?.ranges?.[0]?.[1];
      const name = partName(`${words} ${table.id} ${column.object}`, row);
      return { tag, text: most !== undefined && most < name.length && most > 0 ? name.slice(-most) : name };
    }
    if (tag === TAGS.oid) return { tag, text: "1.3.6.1.2.1.2.2.1.1." + row };
    if (tag === TAGS.ip) return { tag, text: `192.0.2.${row}` };
    return numberCell(tag, column, row);
  }
}

/** A number in the form of its tag; `value` is what the agent sends, hundredths for TimeTicks. */
function numberCell(tag: Cell["tag"], column: SnmpColumn, value: number): Cell {
  if (tag === TAGS.octets) {
    if (column.decode === "octets64")
      return { tag, hex: true, text: Math.round(value).toString(16).padStart(16, "0") };
    const word = [...(column.texts ?? [])].find(([, number]) => number === value)?.[0];
    if (word !== undefined && !column.pattern) return { tag, text: word };
    const text = word ?? String(value);
    return { tag, text: column.pattern ? (textFor(column.pattern, [text])?.text ?? text) : text };
  }
  if (tag === TAGS.opaque) {
    const float = Buffer.alloc(4);
    float.writeFloatBE(value);
    return { tag, hex: true, text: `9f7804${float.toString("hex")}` };
  }
  if (tag === TAGS.oid) return { tag, text: `1.3.6.1.2.1.25.2.1.${value}` };
  return { tag, text: String(value) };
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}
