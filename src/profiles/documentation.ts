import { QUANTITIES } from "../measurements/quantities.ts";
import { TAG_KEYS } from "../measurements/series.ts";
import { UNITS } from "../measurements/units.ts";
import { EXPRESSION_FUNCTIONS } from "./expression.ts";
import { type JsonSchema, profileJsonSchema } from "./json-schema.ts";
import { DECODES, FACT_FIELDS, INDEX_TYPES, TIERS } from "./schema.ts";

const DECODE_MEANINGS: Readonly<Record<(typeof DECODES)[number], string>> = {
  number: "INTEGER, Counter, Gauge or TimeTicks as a number; the nearest float64 of a Counter64 over 2^53",
  counter:
    "the same, where only differences mean something; Counter32 wraps at 2^32, Counter64 is kept modulo 2^53",
  ticks: "TimeTicks to seconds",
  octets64: "a big-endian counter of up to 64 bits in an OCTET STRING, modulo 2^53",
  textNumber: "the first decimal number in a text",
  opaqueFloat: "net-snmp's float in Opaque",
  text: "OCTET STRING to text: UTF-8, GB18030, or hex when it is neither",
  hex: "OCTET STRING to hex digits",
  mac: "six octets, or a text that spells them, to 00:11:22:aa:bb:cc",
  oid: "OBJECT IDENTIFIER to dotted text",
  ip: "IpAddress to dotted text",
  inet: "InetAddress octets to an IPv4 or IPv6 address",
  bits: "BITS to the numbers of the bits that are set",
  date: "DateAndTime to ISO 8601",
  lastArc: "the last arc of an OBJECT IDENTIFIER as a number",
};

const INDEX_MEANINGS: Readonly<Record<(typeof INDEX_TYPES)[number], string>> = {
  integer: "one arc (the default)",
  string: "a length, then that many octets",
  impliedString: "all octets that are left",
  mac: "six octets",
  ip: "four octets",
  ipv6: "sixteen octets without type or length (RFC 2465)",
  inet: "an InetAddressType, a length, and the octets (RFC 4001)",
  oid: "a length, then that many arcs",
  rest: "whatever is left",
};

const INTRODUCTION = `# Device profiles: the reference

This page is made from the code (\`npm run generate\`). [Writing a profile](writing-a-profile.md) starts more gently.

A profile says what a family of devices offers, as data: one YAML file a family in \`device-profiles/\`, tables that
several families share in \`device-profiles/_parts/\`. \`campusd check profiles\` reads them all and says of each
problem where it is and what to write. Your own folder of profiles stands beside the shipped one; a file of the same name
takes its place. Unknown keys are errors.

## What happens to a raw value

In this order: \`sentinels\` and \`sentinelRanges\` (the status is then *sentinel*, there is no number), \`map\`,
\`value\`, \`unit\` with \`scale\` and \`offset\`, and the bounds of the quantity or of \`min\` and \`max\` (outside: the status
*implausible*). A value is never guessed: where nothing is known there is a status.

## Which profile a device gets

The longest \`sysObjectID\` that is equal to the device's or stands above it; among equals a rule with \`sysDescr\` before one
without, the longer pattern first. A rule with \`has\` comes before all others of its prefix: it names a subtree in which the
device must have an object, for makers who ship another's sysObjectID, and costs one request where it could decide. \`match: any\` is the last resort. Two profiles with the same claim are an error at start
that names both lines. A profile without \`match\` serves the devices for which the inventory names it (Modbus, MQTT).

## Templates

\`label\`, \`tags\` and the fields of facts are texts with fields in braces:

| field | what it is |
| --- | --- |
| \`{ifName}\` | a column of the same row; the name where the column has an enumeration |
| \`{#ifIndex}\` | a part of the row's index |
| \`{@speed}\` | the value of a point of the same row, in the quantity's unit |
| \`{entity.name}\` | a column of another table at this row's index, cut to as many parts as that table has |
| \`{bridgePort[#localPort].ifIndex}\` | the same at an index made of parts (\`#name\`) or columns of this row |
| \`{ifName\\|ifDescr}\` | the first that is not empty |
| \`{prefix ~ /(\\d+)$/}\` | the first group of the match, or the whole match |

Write \`{{\` and \`}}\` for braces themselves.

## Expressions

\`value\` and \`when\` are arithmetic over column ids, \`raw\` (the point's own column) and \`#name\` (an integer part of the
index): \`+ - * / % **\`, \`== != < <= > >=\`, \`&& || !\`, \`?:\`, parentheses and ${EXPRESSION_FUNCTIONS.map((f) => `\`${f}\``).join(" ")}.
A number of another table, or of another row, is written \`table.column\` (at this row's index, cut to as many parts as that
table has), \`table[6].column\`, \`table[#part].column\`, \`table[column].column\` (several keys with commas), or
\`table[descr ~ /^Cached memory$/].used\`: the first row whose text matches; a group of scalars is a table without keys. No such row is NaN.
What all rows of a table make together is \`table[count state == 1].state\`, \`table[sum *].clients\`, \`table[max *].temperature\` or \`min\`:
of the rows in which the column has a value those that fulfil the conditions (\`== != < <= > >=\` with a number, \`&&\` between them,
\`*\` for all). A table without any such value is NaN, not a count of 0.
A table's own \`when\` knows its own columns only. \`first(a, b)\` is the first that has a value. A column that gave nothing, a division by zero and the logarithm of zero are NaN, which goes through everything but \`isnan(x)\`,
\`x && 0\`, \`x || 1\` and the branch of \`?:\` that is not taken. A \`when\` that is NaN counts as false. Quote an expression that
holds \`? :\`.
`;

const PANEL_RECORD = `## The panel record

What a smart board publishes (\`device-profiles/smart-board-mqtt.yaml\`): JSON to
\`edu/{province}/{city}/{county}/{school}/{room}/{device}/telemetry\`, and \`online\` or, as the last will, \`offline\` to
\`.../availability\`. \`ts\` (UTC milliseconds) and \`power\` must be there, all else may be left out.

\`\`\`json
{
  "ts": 1764000000000, "seq": 17, "power": "on", "source": "ops", "volume": 35, "backlight": 80, "temp_c": 41.5,
  "ops": { "present": true, "power": "on", "cpu_pct": 12, "mem_pct": 48, "disk_pct": 61, "os": "Windows 11", "uptime_s": 5400 },
  "usage_today_s": 9300, "on_total_h": 1204.5, "touch_ok": true, "fault": [], "fw": "3.2.1", "energy_wh": 84210,
  "net": { "mac": "00:11:22:aa:bb:cc", "ip4": "10.1.2.3", "ip6": "2001:db8::3", "link_mbps": 866, "rssi": -58 }
}
\`\`\`
`;

/** docs/profiles.md: every key of a profile, from the schema, with what may stand for it. */
export function profilesMarkdown(): string {
  const lines: string[] = [INTRODUCTION, "## Keys", ""];
  section(profileJsonSchema(), "", lines);
  lines.push(...words("Decodings of a column", DECODES, DECODE_MEANINGS));
  lines.push(...words("Types of an index part", INDEX_TYPES, INDEX_MEANINGS));
  lines.push("## Facts", "", "| kind | members |", "| --- | --- |");
  for (const [kind, fields] of Object.entries(FACT_FIELDS))
    lines.push(`| \`${kind}\` | ${fields.map((field) => `\`${field}\``).join(" ")} |`);
  lines.push("", "`prefixLength` may come out as a dotted netmask.", "");
  lines.push("## Tags", "", TAG_KEYS.map((key) => `\`${key}\``).join(" "), "");
  lines.push(
    "## Tiers",
    "",
    Object.keys(TIERS)
      .map((tier) => `\`${tier}\``)
      .join(" "),
    "",
  );
  lines.push(...quantities());
  lines.push(PANEL_RECORD);
  return `${lines.join("\n").trimEnd()}\n`;
}

function words<T extends string>(
  title: string,
  list: readonly T[],
  meanings: Readonly<Record<T, string>>,
): string[] {
  return [
    `## ${title}`,
    "",
    "| word | meaning |",
    "| --- | --- |",
    ...list.map((w) => `| \`${w}\` | ${meanings[w]} |`),
    "",
  ];
}

function quantities(): string[] {
  const lines = [
    "## Quantities and their raw units",
    "",
    "Rates are left out: campusd makes them from counters.",
    "",
    "| quantity | what it is | unit | a profile may also write |",
    "| --- | --- | --- | --- |",
  ];
  for (const quantity of QUANTITIES.values()) {
    if (quantity.kind === "rate") continue;
    const unit = quantity.states
      ? Object.entries(quantity.states)
          .map(([number, name]) => `${number} ${name}`)
          .join(", ")
      : quantity.unit;
    const others = Object.keys(UNITS[quantity.unit].from).map((spelling) => `\`${spelling}\``);
    lines.push(
      `| \`${quantity.id}\` | ${quantity.meaning} (${quantity.kind}) | ${unit} | ${others.join(" ")} |`,
    );
  }
  lines.push("");
  return lines;
}

/** One table for each mapping, in depth-first order; a mapping seen before is only named. */
function section(
  schema: JsonSchema,
  path: string,
  lines: string[],
  seen: Map<string, string> = new Map(),
): void {
  const title = path === "" ? "The file" : `\`${path}\``;
  lines.push(`### ${title}`, "");
  if (schema.description) lines.push(schema.description, "");
  const content = JSON.stringify(schema.properties);
  const before = seen.get(content);
  if (before !== undefined) {
    lines.push(`The keys are those of \`${before}\`.`, "");
    return;
  }
  seen.set(content, path);
  lines.push("| key | form | meaning |", "| --- | --- | --- |");
  const below: (readonly [JsonSchema, string])[] = [];
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const needed = schema.required?.includes(key) ? " **required**" : "";
    lines.push(`| \`${key}\` | ${form(member)}${needed} | ${meaning(member)} |`);
    below.push(...mappings(member, path === "" ? key : `${path}.${key}`));
  }
  lines.push("");
  for (const [inner, innerPath] of below) section(inner, innerPath, lines, seen);
}

/** The mappings with keys of their own inside a member. */
function mappings(schema: JsonSchema, path: string): (readonly [JsonSchema, string])[] {
  if (schema.properties) return [[schema, path]];
  if (schema.anyOf) return schema.anyOf.flatMap((one) => mappings(one, path));
  if (schema.items) return mappings(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === "object")
    return mappings(schema.additionalProperties, `${path}.<${path.endsWith("enums") ? "name" : "id"}>`);
  return [];
}

function form(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(" ");
  if (schema.anyOf) return [...new Set(schema.anyOf.map(form))].join(" or ");
  if (schema.prefixItems || Array.isArray(schema["items"])) return "[low, high]";
  if (schema.items) return `list of ${form(schema.items)}`;
  if (schema.properties) return "mapping";
  if (typeof schema.additionalProperties === "object")
    return `mapping to ${form(schema.additionalProperties)}`;
  if (schema.type === "integer") return "whole number";
  if (schema.type === "string") return "text";
  return [schema.type ?? "any"].flat().join(" or ").replace("string", "text");
}

function meaning(schema: JsonSchema): string {
  const own =
    schema.description ??
    schema.items?.description ??
    schema.anyOf?.map((one) => one.description ?? "").join(" ");
  return (own ?? "").trim().replace(/[|*]/g, "\\$&").replaceAll("\n", " ");
}
