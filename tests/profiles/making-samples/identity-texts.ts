import type { CompiledProfile, IdentityRule } from "../../../src/profiles/compiled.ts";
import { textFor } from "./pattern-text.ts";
import { type Cell, TAGS } from "./recording.ts";

const MEMBERS = ["model", "version", "serial"] as const;
export type Member = (typeof MEMBERS)[number];

/** Invented texts, the first that a pattern has room for. */
const WORDS: Readonly<Record<Member, readonly string[]>> = {
  model: ["SAMPLE-2400", "SAMPLE2400", "SAMPLE", "2400", "24"],
  version: ["4.2.17", "4.2", "42", "V4R2", "B4217"],
  serial: ["SN24A0017351", "2400017351", "0017351"],
};

/** A text of the system group, or of one column, from which a rule takes a member of the identity. */
export interface IdentityText {
  readonly member: Member;
  readonly rule: IdentityRule;
  /** What the object holds. */
  readonly text: string;
  /** What must come of it. */
  readonly taken: string;
}

/** Rules of one member that are tried: those of the profile itself stand before those of its parts. */
const MOST_RULES = 5;

/** Ways to serve the rules, the best first: for each member its first rule. */
export function identityChoices(
  profile: CompiledProfile,
  isOthers: (oid: readonly number[]) => boolean,
): readonly (readonly IdentityText[])[] {
  const [models, versions, serials] = MEMBERS.map((member): readonly (readonly IdentityText[])[] => {
    const made = (profile.snmp?.identity[member] ?? []).flatMap((rule) => {
      const { from } = rule;
      const table =
        from.kind === "column" ? profile.snmp?.tables.find(({ id }) => id === from.table) : undefined;
      const column = table?.columns.find((one) => from.kind === "column" && one.id === from.column);
      const one = column && isOthers(column.oid) ? undefined : textOf(rule, member);
      return one ? [[{ member, rule, ...one }]] : [];
    });
    return made.length > 0 ? made.slice(0, MOST_RULES) : [[]];
  });
  return models!
    .flatMap((model, a) =>
      versions!.flatMap((version, b) =>
        serials!.map((serial, c) => ({ texts: [...model, ...version, ...serial], order: a + b + c })),
      ),
    )
    .toSorted((a, b) => a.order - b.order)
    .map(({ texts }) => texts);
}

/** How many of the members come out as they were meant, of a device with that sysDescr. */
export function understood(
  profile: CompiledProfile,
  texts: readonly IdentityText[],
  sysDescr: string,
): number {
  return texts.filter(({ member, rule: meant, taken }) => {
    for (const rule of profile.snmp?.identity[member] ?? []) {
      if (rule === meant && rule.from.kind === "column") return true;
      if (rule.from.kind !== "sysDescr") continue;
      const match = rule.pattern ? rule.pattern.exec(sysDescr) : [sysDescr];
      if (!match) continue;
      const text =
        rule.replace !== undefined && rule.pattern
          ? match[0].replace(rule.pattern, rule.replace)
          : (match[1] ?? match[0]);
      const mapped = rule.map ? (rule.map.get(text.trim()) ?? "") : text.trim();
      if (mapped !== "") return mapped === taken;
    }
    return false;
  }).length;
}

function textOf(rule: IdentityRule, member: Member): { text: string; taken: string } | undefined {
  if (rule.from.kind === "sysObjectID" || rule.from.kind === "sysName") return undefined;
  const mapped = rule.map && [...rule.map][0];
  const words = mapped ? [mapped[0]] : WORDS[member];
  const made = rule.pattern ? textFor(rule.pattern, words) : { text: words[0]!, taken: words[0]! };
  if (!made) return undefined;
  if (rule.replace !== undefined && rule.pattern) {
    const match = rule.pattern.exec(made.text);
    const taken = match?.[0].replace(rule.pattern, rule.replace).trim();
    return taken ? { text: made.text, taken } : undefined;
  }
  if (!rule.map) return made;
  const taken = rule.map.get(made.taken);
  return taken === undefined ? undefined : { text: made.text, taken };
}

/** The text as a cell, by how the profile decodes it. */
export function identityCell(tag: Cell["tag"], text: string): Cell {
  return { tag: tag === TAGS.octets || /^-?\d+$/.test(text) ? tag : TAGS.octets, text };
}
