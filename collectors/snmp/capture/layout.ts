import type { CompiledProfile, IdentityRule, IndexPart, SnmpDecode } from "../../../src/profiles/compiled.ts";
import { ArcTree } from "./arc-tree.ts";
import { type TextKind, textKinds } from "./private-objects.ts";

/** What is known of an object: how its index is made and what its value is. */
export interface ObjectLayout {
  readonly index?: readonly IndexPart["type"][];
  readonly decode?: SnmpDecode;
  readonly text?: TextKind;
}

export interface KnownObject {
  readonly layout: ObjectLayout;
  readonly depth?: number;
}

/** Tables of the standards with addresses in their index: the entry, and what the index is made of. */
const STANDARD: readonly (readonly [string, ...IndexPart["type"][]])[] = [
  ["1.3.6.1.2.1.4.20.1", "ip"],
  ["1.3.6.1.2.1.4.22.1", "integer", "ip"],
  ["1.3.6.1.2.1.4.32.1", "integer", "inet", "integer"],
  ["1.3.6.1.2.1.4.34.1", "inet"],
  ["1.3.6.1.2.1.4.35.1", "integer", "inet"],
  ["1.3.6.1.2.1.4.37.1", "inet", "integer"],
  ["1.3.6.1.2.1.3.1.1", "integer", "integer", "ip"],
  ["1.3.6.1.2.1.55.1.8.1", "integer", "ipv6"],
  ["1.3.6.1.2.1.55.1.12.1", "integer", "ipv6"],
  ["1.0.8802.1.1.2.1.3.8.1", "inet"],
  ["1.0.8802.1.1.2.1.4.2.1", "integer", "integer", "integer", "inet"],
  ["1.3.111.2.802.1.1.13.1.4.2.1", "integer", "integer", "integer", "integer", "inet"],
];

/** Tables of the standards whose index has no address: their rows are left as they are. */
const PLAIN: readonly string[] = [
  "1.3.6.1.2.1.1",
  "1.3.6.1.2.1.2",
  "1.3.6.1.2.1.4.31",
  "1.3.6.1.2.1.5",
  "1.3.6.1.2.1.10.7",
  "1.3.6.1.2.1.11",
  "1.3.6.1.2.1.17.1",
  "1.3.6.1.2.1.17.2",
  "1.3.6.1.2.1.17.7.1.4",
  "1.3.6.1.2.1.25",
  "1.3.6.1.2.1.31",
  "1.3.6.1.2.1.33",
  "1.3.6.1.2.1.43",
  "1.3.6.1.2.1.47",
  "1.3.6.1.2.1.99",
  "1.3.6.1.2.1.105",
];

const arcsOf = (oid: string): number[] => oid.split(".").map(Number);

/** Knows of each OID what a profile and the standards say of it. */
export class Layouts {
  readonly #tree = new ArcTree<ObjectLayout>();
  readonly #texts = textKinds();

  constructor(profile: CompiledProfile | undefined) {
    for (const oid of PLAIN) this.#tree.set(arcsOf(oid), {});
    for (const [entry, ...index] of STANDARD) this.#tree.set(arcsOf(entry), { index: ["integer", ...index] });
    for (const table of profile?.snmp?.tables ?? []) {
      const index = table.scalar ? undefined : table.index.map(({ type }) => type);
      for (const { oid, decode, id } of table.columns) {
        const arcs = table.scalar ? oid.slice(0, -1) : oid;
        const known = this.#tree.find(arcs);
        // A standard's own index is the better one: a profile may read it as one rest.
        const standard = known?.value.index?.slice(known.depth < arcs.length ? 1 : 0);
        this.#tree.set(arcs, { ...(index ? { index: standard ?? index } : {}), decode });
        const { serial, model, version } = profile!.snmp!.identity;
        if (isOf(serial, table.id, id)) this.#texts.set(arcs, "serial");
        else if (isOf([...model, ...version], table.id, id)) this.#texts.set(arcs, "product");
      }
      for (const [field, template] of table.fact?.fields ?? []) {
        const kind =
          table.fact!.kind === "ap" && (field === "name" || field === "location") ? "name" : undefined;
        const what = table.fact!.kind === "ap" && field === "serial" ? "serial" : kind;
        if (!what) continue;
        for (const part of template.parts)
          for (const reference of "alternatives" in part ? part.alternatives : [])
            if ("column" in reference && !("table" in reference)) {
              const column = table.columns.find(({ id }) => id === reference.column);
              if (column) this.#texts.set(table.scalar ? column.oid.slice(0, -1) : column.oid, what);
            }
      }
    }
  }

  /** `depth`: arcs before the index, where it is known how that is made. */
  of(oid: readonly number[]): KnownObject {
    const found = this.#tree.find(oid);
    const text = this.#texts.find(oid)?.value;
    const layout = text ? { ...found?.value, text } : (found?.value ?? {});
    return found ? { layout, depth: found.depth } : { layout };
  }
}

function isOf(rules: readonly IdentityRule[], table: string, column: string): boolean {
  return rules.some(({ from }) => from.kind === "column" && from.table === table && from.column === column);
}
