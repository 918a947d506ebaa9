import type {
  AddressFact,
  ApFact,
  DeviceFacts,
  EntityFact,
  HostFact,
  Identity,
  InterfaceFact,
  NeighborFact,
  VlanFact,
} from "../../../src/inventory/facts.ts";
import type { FactKind } from "../../../src/profiles/compiled.ts";
import type { BoundTable } from "./bound-table.ts";
import { type PrefixFact, withPrefixes } from "./prefixes.ts";
import { type BoundTables, templateText } from "./template-text.ts";

type Member = string | number;
type FactRecord = Record<string, Member>;

const NUMBERS: ReadonlySet<string> = new Set([
  "bundle",
  "ifIndex",
  "mtu",
  "speed",
  "prefixLength",
  "id",
  "index",
  "containedIn",
]);
/** Longest text of a fact: what a device says of itself may be made to do harm. */
const MAX_TEXT = 1024;
const MAX_FACTS = 20_000;

/** Members without which a fact says nothing, and those that tell two of a kind apart. */
const KINDS: Readonly<Record<FactKind, { needs: readonly string[]; key: readonly string[] }>> = {
  interface: { needs: ["ifIndex", "key"], key: ["ifIndex"] },
  address: { needs: ["address"], key: ["address", "ifIndex"] },
  prefix: { needs: ["address", "prefixLength"], key: ["address", "prefixLength", "ifIndex"] },
  host: { needs: ["address", "mac"], key: ["address", "ifIndex"] },
  neighbor: {
    needs: ["protocol"],
    key: ["protocol", "ifIndex", "remoteName", "remotePort", "remoteChassis", "remoteAddress"],
  },
  vlan: { needs: ["id"], key: ["id"] },
  entity: { needs: ["index"], key: ["index"] },
  ap: { needs: ["key"], key: ["key"] },
};

/** A cache entry without a MAC address: the device asks who it is and nobody answers. */
const INCOMPLETE_HOST = ["address"];

/** The facts that one table gives; empty for a table without a fact rule. `withIncomplete`: see `deviceFacts`. */
export function tableFacts(table: BoundTable, tables: BoundTables, withIncomplete = false): FactRecord[] {
  const rule = table.plan.table.fact;
  const records: FactRecord[] = [];
  if (!rule) return records;
  for (let row = 0; row < table.rows && records.length < MAX_FACTS; row++) {
    if (table.excluded[row]) continue;
    const record: FactRecord = {};
    for (const [member, template] of rule.fields) {
      const value = memberValue(member, templateText(template, table, row, tables));
      if (value !== undefined) record[member] = value;
    }
    const first = table.arcs[row]![0];
    if (rule.kind === "interface") {
      if (first !== undefined) record["ifIndex"] ??= first;
      if (table.keys) record["key"] = table.keys[row]!;
      // Who is in no bundle is its own, or in number 0.
      if (record["bundle"] === record["ifIndex"] || record["bundle"] === 0) delete record["bundle"];
    } else if (rule.kind === "entity" && first !== undefined) record["index"] ??= first;
    else if (rule.kind === "ap") {
      const key = record["key"] ?? record["name"] ?? record["mac"] ?? record["serial"];
      if (key !== undefined) record["key"] = key;
    }
    const needs = withIncomplete && rule.kind === "host" ? INCOMPLETE_HOST : KINDS[rule.kind].needs;
    if (needs.every((member) => record[member] !== undefined)) records.push(record);
  }
  return records;
}

function memberValue(member: string, text: string): Member | undefined {
  if (text === "") return undefined;
  if (!NUMBERS.has(member)) return text.slice(0, MAX_TEXT);
  if (member === "prefixLength") return prefixLength(text);
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A number, a dotted netmask, or an ipAddressPrefix RowPointer, whose last arc is the length (RFC 4293). */
function prefixLength(text: string): number | undefined {
  if (/^\d+(\.\d+){4,}$/.test(text)) return bounded(Number(text.slice(text.lastIndexOf(".") + 1)));
  if (!/^\d+(\.\d+){3}$/.test(text)) return bounded(Number(text));
  const bits = text
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
  return /^1*0*$/.test(bits) && bits.length === 32 ? bits.replaceAll("0", "").length : undefined;
}

function bounded(value: number): number | undefined {
  return Number.isInteger(value) && value >= 0 && value <= 128 ? value : undefined;
}

/**
 * Everything the device says of itself; where two tables tell of the same thing the first wins, member by member.
 * `withIncomplete`: cache entries without a MAC address are hosts too (their `mac` is absent).
 */
export function deviceFacts(
  device: string,
  at: number,
  identity: Identity,
  tables: BoundTables,
  withIncomplete = false,
): DeviceFacts {
  const kinds = new Map<FactKind, Map<string, FactRecord>>();
  for (const table of tables.values()) {
    const kind = table.plan.table.fact?.kind;
    if (!kind) continue;
    const known = kinds.get(kind) ?? new Map<string, FactRecord>();
    kinds.set(kind, known);
    for (const record of tableFacts(table, tables, withIncomplete)) {
      const key = KINDS[kind].key.map((member) => record[member] ?? "").join("\n");
      known.set(key, { ...record, ...known.get(key) });
    }
  }
  const list = (kind: FactKind): FactRecord[] => [...(kinds.get(kind)?.values() ?? [])];
  // The records have the members that their kind needs: checked above.
  return Object.freeze({
    device,
    at,
    identity,
    interfaces: list("interface") as unknown as InterfaceFact[],
    addresses: withPrefixes(
      list("address") as unknown as AddressFact[],
      list("prefix") as unknown as PrefixFact[],
    ),
    hosts: list("host") as unknown as HostFact[],
    neighbors: list("neighbor") as unknown as NeighborFact[],
    vlans: list("vlan") as unknown as VlanFact[],
    entities: list("entity") as unknown as EntityFact[],
    aps: list("ap") as unknown as ApFact[],
  });
}
