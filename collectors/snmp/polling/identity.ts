import type { Identity } from "../../../src/inventory/facts.ts";
import type { CompiledProfile, IdentityRule } from "../../../src/profiles/compiled.ts";
import { decodeText } from "../decode.ts";
import { OID } from "../plan.ts";
import type { Failure } from "../requests/get.ts";
import { getObjects } from "../requests/get.ts";
import type { ExchangeOptions, SnmpSession } from "../session.ts";
import type { BoundTables } from "./template-text.ts";

/** The system group (RFC 3418) as the device answers it at first contact. */
export interface SystemGroup {
  sysDescr?: string;
  sysObjectID?: string;
  sysName?: string;
  sysLocation?: string;
  /** snmpEngineID (RFC 3411) in hex: two boxes have two. */
  engineId?: string;
  /** Hundredths of a second. */
  sysUpTime?: number;
  /** Subtrees that profiles ask for and that the device answers, dotted. */
  present?: ReadonlySet<string>;
}

/** Longest text that a pattern is tried on: a bound for its time. */
const MAX_PATTERN_TEXT = 2048;

const GROUP = ["sysDescr", "sysObjectID", "sysUpTime", "sysName", "sysLocation"] as const;
const WITH_ENGINE = [...GROUP, "snmpEngineID"] as const;
const KINDS = {
  sysDescr: "text",
  sysObjectID: "oid",
  sysUpTime: "number",
  sysName: "text",
  sysLocation: "text",
  snmpEngineID: "hex",
} as const;
/** RFC 3411: an SnmpEngineID has 5 to 32 octets. */
const ENGINE_ID = /^(?:[0-9a-f]{2}){5,32}$/;

/** `withEngine`: which box it is, too. */
export async function readSystem(
  session: SnmpSession,
  options: ExchangeOptions,
  withEngine = false,
): Promise<{ readonly system: SystemGroup; readonly failure?: Failure }> {
  const names = withEngine ? WITH_ENGINE : GROUP;
  const system: SystemGroup = {};
  const failure = await getObjects(
    session,
    names.map((name) => OID[name]),
    (position, view, i) => {
      const name = names[position]!;
      const kind = KINDS[name];
      const text = decodeText(kind, view.bytes, view.tag[i]!, view.valueAt[i]!, view.valueEnd[i]!);
      if (text === undefined || text === "") return;
      if (name === "sysUpTime") system.sysUpTime = Number(text);
      else if (name === "snmpEngineID") {
        if (ENGINE_ID.test(text)) system.engineId = text;
      } else system[name] = text;
    },
    options,
  );
  return { system, ...(failure && { failure }) };
}

/** Who the device is, by the system group and the profile's rules. */
export function identify(
  system: SystemGroup,
  profile: CompiledProfile | undefined,
  tables: BoundTables,
): Identity {
  const rules = profile?.snmp?.identity;
  const find = (list: readonly IdentityRule[] | undefined): string | undefined => {
    for (const rule of list ?? []) {
      const text = applyIdentityRule(rule, system, tables);
      if (text !== undefined && text !== "") return text;
    }
    return undefined;
  };
  const { sysUpTime: _, present: __, ...group } = system;
  const members = {
    ...group,
    profile: profile?.id,
    vendor: profile?.vendor,
    os: profile?.os,
    model: find(rules?.model),
    version: find(rules?.version),
    serial: find(rules?.serial),
  };
  return Object.freeze(
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
  ) as Identity;
}

function applyIdentityRule(rule: IdentityRule, system: SystemGroup, tables: BoundTables): string | undefined {
  for (const source of sources(rule, system, tables)) {
    let text = source.slice(0, MAX_PATTERN_TEXT);
    if (rule.pattern) {
      const match = rule.pattern.exec(text);
      if (!match) continue;
      text =
        rule.replace === undefined ? (match[1] ?? match[0]) : match[0].replace(rule.pattern, rule.replace);
    }
    text = text.trim();
    if (rule.map) text = rule.map.get(text) ?? "";
    if (text !== "") return text;
  }
  return undefined;
}

/** Texts that the rule may take, in the order of the rows. */
function* sources(rule: IdentityRule, system: SystemGroup, tables: BoundTables): Generator<string> {
  const { from } = rule;
  if (from.kind !== "column") {
    const text = system[from.kind];
    if (text !== undefined) yield text;
    return;
  }
  const table = tables.get(from.table);
  const column = table?.plan.columnNumber.get(from.column);
  if (!table || column === undefined) return;
  const where = from.where && table.plan.columnNumber.get(from.where.column);
  for (let row = 0; row < table.rows; row++) {
    if (from.where) {
      if (where === undefined) return;
      const wanted = from.where.equals;
      const text = table.cellText(where, row);
      if (text !== String(wanted) && table.numbers[where * table.rows + row] !== Number(wanted)) continue;
    }
    const text = table.cellText(column, row);
    if (text !== undefined && text.trim() !== "") yield text;
  }
}
