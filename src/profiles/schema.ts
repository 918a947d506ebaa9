import { z } from "zod";
import { DEVICE_ROLES } from "../inventory/document.ts";
import { MEANINGS } from "../measurements/legend.ts";
import { TAG_KEYS } from "../measurements/series.ts";

/**
 * The form of a device profile and of a part, as people write them. What a schema can say stands here; what
 * needs the whole file (does the column exist, does the unit fit the quantity) is said by the compiler.
 */
export const TIERS = {
  "10s": 10_000,
  "60s": 60_000,
  "5m": 300_000,
  "1h": 3_600_000,
  "1d": 86_400_000,
} as const;
export type Tier = keyof typeof TIERS;

export const DECODES = [
  "number",
  "counter",
  "ticks",
  "octets64",
  "textNumber",
  "opaqueFloat",
  "text",
  "hex",
  "mac",
  "oid",
  "ip",
  "inet",
  "bits",
  "date",
  "lastArc",
] as const;

export const INDEX_TYPES = [
  "integer",
  "string",
  "impliedString",
  "mac",
  "ip",
  "ipv6",
  "inet",
  "oid",
  "rest",
] as const;

export const FACT_FIELDS = {
  interface: [
    "ifIndex",
    "name",
    "descr",
    "alias",
    "type",
    "mtu",
    "speed",
    "mac",
    "adminStatus",
    "operStatus",
    "bundle",
    "key",
  ],
  address: ["address", "prefixLength", "ifIndex"],
  prefix: ["address", "prefixLength", "ifIndex"],
  host: ["address", "mac", "ifIndex"],
  neighbor: ["protocol", "ifIndex", "remoteName", "remotePort", "remoteChassis", "remoteAddress"],
  vlan: ["id", "name"],
  entity: ["index", "class", "name", "descr", "containedIn", "model", "serial", "software", "manufacturer"],
  ap: ["key", "name", "mac", "serial", "model", "version", "address", "address6", "location"],
} as const;

const FACT_KINDS = ["interface", "address", "prefix", "host", "neighbor", "vlan", "entity", "ap"] as const;

const idPattern = /^[A-Za-z][A-Za-z0-9_]*$/;
const id = z.string().regex(idPattern, "an id starts with a letter and has letters, digits and _ only");
const fileId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, "a file name has small letters, digits and - only, and no ending");
const oid = z
  .string()
  .regex(
    /^\d+(\.\d+)+$/,
    "an OID is numbers with dots, such as 1.3.6.1.2.1.2.2.1 (quote one that has a single dot)",
  );
const ownOid = z
  .string()
  .regex(
    /^\d+(\.(\d+|\*))*\.\d+$/,
    "an OID is numbers with dots, such as 1.3.6.1.2.1.2.2.1; * stands for the arc of the device's sysObjectID there",
  );
const text = z.string().min(1, "write a text that is not empty").max(500);
const template = text.describe(
  "Text with fields in braces: {column}, {#indexPart}, {@point}, {table.column}, {table[#indexPart].column}; {a|b} is the first that is not empty; {a ~ /pattern/} takes the first group.",
);
const expression = z
  .string()
  .min(1, "write an expression")
  .describe(
    "Arithmetic over column ids, raw and #indexPart: + - * / % **, comparison, && || !, ?:, min max abs log10 round floor first isnan; cells of other tables as table[key].column.",
  );
const pattern = z.string().min(1).max(500).describe("A regular expression, without slashes.");
const tier = z.enum(Object.keys(TIERS) as [Tier, ...Tier[]]);
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, "a duration is a number with ms, s, m, h or d, such as 50ms or 3m");

const enumeration = z
  .record(z.string().regex(/^-?\d+$/, "an enumeration's key is a whole number"), z.string().min(1))
  .describe("Whole number to name.");

const tags = z
  .partialRecord(z.enum(TAG_KEYS), template)
  .describe("Tag to template; a row in which one comes out empty has no series.");

/** What every point has, whatever it is read with. */
const pointMembers = {
  quantity: z.string().describe("A quantity of the closed list; docs/profiles.md has it."),
  unit: z
    .string()
    .optional()
    .describe(
      "The unit of the raw value (after `value`, before `scale`): the quantity's own or a spelling that converts to it.",
    ),
  scale: z.number().optional().describe("Factor that the unit does not say, such as 0.1. Default 1."),
  offset: z.number().optional().describe("Added after the factor, in `unit`. Default 0."),
  sentinels: z
    .array(z.number())
    .min(1)
    .optional()
    .describe("Raw values that mean there is no value, compared before anything else."),
  sentinelRanges: z
    .array(z.tuple([z.number(), z.number()]))
    .min(1)
    .optional()
    .describe("Inclusive raw ranges that mean there is no value."),
  map: z
    .record(z.string().regex(/^-?\d+$/, "a map's key is a whole number"), z.union([z.string(), z.number()]))
    .optional()
    .describe(
      "Raw number to a state of the quantity, by name or number. A raw number that is not in it is implausible.",
    ),
  value: expression.optional(),
  min: z
    .number()
    .optional()
    .describe("Least plausible value in the quantity's unit; narrows the quantity's own bound."),
  max: z.number().optional().describe("Greatest plausible value in the quantity's unit."),
  label: template,
  tags: tags.optional(),
  source: text.describe("Where this is known from: MIB object, manual and page."),
};

const meaning = z
  .partialRecord(z.enum(MEANINGS), z.array(z.number().int()).min(1))
  .optional()
  .describe(
    "Of a sensor.state: raw numbers that are ok, warning, failed, unknown, where the enumeration's names do not say it or say it wrong. One that is in none then has no meaning.",
  );

const unlikeMib = text
  .optional()
  .describe(
    "Why the object is not taken as its MIB text says: what devices were seen to send. The laboratory lists it.",
  );

const column = z.union([
  z
    .string()
    .describe(
      "OID, object name and how to decode it: `.6 ifPhysAddress mac`. The OID starts with a dot when it is below the entry. Default decoding is number.",
    ),
  z
    .strictObject({
      at: z.string().describe("OID, object name and how to decode it, as in the short form."),
      enum: z
        .union([enumeration, id])
        .optional()
        .describe("Whole number to name, or the name of an enumeration under `enums`."),
      every: tier.optional().describe("How often it is read; default: the table's."),
      fallbackFor: id.optional().describe("Read only where that column gives nothing."),
      pattern: pattern
        .optional()
        .describe(
          "With textNumber: the number is in the first group, or in the whole match; no match: no number.",
        ),
      texts: z
        .record(z.string(), z.number())
        .optional()
        .describe(
          "With textNumber: words (any case) to numbers; a text that is none of them is read as a number.",
        ),
      inspectOnly: z.boolean().optional().describe("Read by campusd inspect only, never by the poller."),
      unlikeMib,
    })
    .describe("The long form of a column."),
]);

const snmpPoint = z.strictObject({
  ...pointMembers,
  column: id.optional().describe("The column that is `raw`; default: the column with the point's id."),
  fallbacks: z
    .array(id)
    .min(1)
    .optional()
    .describe("Columns that stand in, in order, where the column is empty."),
  when: expression.optional().describe("The point exists in the rows where this is true."),
  where: z
    .record(template, pattern)
    .optional()
    .describe(
      "Template to pattern: the point exists in the rows where every text matches. A field may be of another table.",
    ),
  meaning,
  unlikeMib,
});

const indexPart = z.union([
  z
    .string()
    .describe(
      "name, or name:type. Types: integer (default), string, impliedString, mac, ip, ipv6, inet, oid, rest.",
    ),
  z.strictObject({
    name: id,
    type: z.enum(INDEX_TYPES).optional(),
    enum: z.union([enumeration, id]).optional(),
  }),
]);

const tableMembers = {
  every: tier
    .optional()
    .describe(
      "How often the columns are read. Default 60s; 1h where the rows are facts and there is no point.",
    ),
  columns: z.record(id, column).describe("Column id to where it is."),
  points: z.record(id, snmpPoint).optional().describe("Point id to what is measured."),
};

const fact = z
  .strictObject({
    kind: z.enum(FACT_KINDS).describe("What a row is."),
    fields: z.record(id, template).describe("Member of the fact to where it comes from."),
  })
  .describe("Set when the rows are facts.");

export const tableSchema = z
  .strictObject({
    entry: ownOid.describe(
      "The OID of the entry, such as 1.3.6.1.2.1.2.2.1; columns are written relative to it. An arc `*` is the one that the device's sysObjectID has there, for makers who put one MIB under each product.",
    ),
    index: z.array(indexPart).min(1).describe("The parts of the index, in order."),
    ...tableMembers,
    tags: tags.optional(),
    when: expression.optional().describe("Rows in which this is not true are left out."),
    fact: fact.optional(),
  })
  .describe("A conceptual table.");

export const scalarsSchema = z
  .strictObject({
    entry: ownOid.describe(
      "The OID above the scalars; the instance .0 is added. An arc `*` is the one that the device's sysObjectID has there.",
    ),
    ...tableMembers,
    tags: tags.optional(),
  })
  .describe("Scalars that belong together, seen as one row.");

const identityRule = z.strictObject({
  from: z
    .string()
    .regex(
      /^(sysDescr|sysName|sysObjectID|[A-Za-z]\w*\.[A-Za-z]\w*)$/,
      "write sysDescr, sysName, sysObjectID or table.column",
    )
    .describe("sysDescr, sysName, sysObjectID, or table.column."),
  where: z
    .record(id, z.union([z.string(), z.number()]))
    .refine((value) => Object.keys(value).length === 1, "one column: value")
    .optional()
    .describe("Only the row where this column has this value (the enumeration's name, or the number)."),
  pattern: pattern
    .optional()
    .describe("The first group, or the whole match, is taken; no match gives nothing."),
  replace: z.string().optional().describe("What the match becomes, with $1 for groups."),
  map: z
    .record(z.string(), z.string())
    .optional()
    .describe("Text to text, for numbers that stand for a model."),
});

const identity = z
  .strictObject({
    model: z.array(identityRule).optional(),
    version: z.array(identityRule).optional(),
    serial: z.array(identityRule).optional(),
  })
  .describe(
    "Rules in order; the first that gives a text wins. The rules of parts come after the profile's own.",
  );

const snmpMembers = {
  scalars: z.record(id, scalarsSchema).optional().describe("Group id to scalars."),
  tables: z.record(id, tableSchema).optional().describe("Table id to table."),
  identity: identity.optional(),
};

const quirks = z
  .strictObject({
    noBulk: z.array(oid).optional().describe("Subtrees that are read with GETNEXT only."),
    maxRepetitions: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe("Upper bound of max-repetitions. Default 50."),
    inFlight: z
      .union([z.literal(1), z.literal(2)])
      .optional()
      .describe("Requests in flight. Default 1."),
  })
  .describe("What this family's agent needs.");

const REGISTER_TYPES = ["u16", "s16", "u32", "s32", "u64", "s64", "float32", "float64", "bit"] as const;
const FUNCTIONS = ["coil", "discrete", "holding", "input"] as const;

const register = z.strictObject({
  ...pointMembers,
  at: z.int().min(0).max(65535).describe("Zero-based protocol address; hexadecimal as 0x0061."),
  type: z.enum(REGISTER_TYPES),
  function: z.enum(FUNCTIONS).optional().describe("Overrides the plan's."),
  wordOrder: z.enum(["big", "little"]).optional().describe("Overrides the plan's."),
  every: tier.optional().describe("Overrides the plan's."),
});

const modbus = z
  .strictObject({
    function: z
      .enum(FUNCTIONS)
      .optional()
      .describe("coil (1), discrete (2), holding (3) or input (4). Default holding."),
    wordOrder: z.enum(["big", "little"]).optional().describe("big (default): high word first."),
    every: tier.optional().describe("How often the registers are read. Default 60s."),
    pause: duration.optional().describe("Least time between two requests to one unit. Default 50ms."),
    allowHoles: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe("Registers without a point that one read may cross. Default 0: many meters refuse them."),
    registers: z.record(id, register).describe("Point id to register."),
  })
  .describe("What is read over Modbus.");

const jsonPath = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, "a path is member names with dots, such as ops.cpu_pct")
  .describe("Member names with dots.");

const mqttPoint = z.strictObject({
  ...pointMembers,
  path: jsonPath,
  texts: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .describe("Text to a state of the quantity, by name or number; true and false are texts here."),
  length: z.boolean().optional().describe("Take the length of the array."),
});

const mqttTopic = z.strictObject({
  topic: z
    .string()
    .regex(/^[^+#]+$/, "write {name} where MQTT has +; # is not possible")
    .describe("Levels with {name} where they vary; {device} names the inventory's device."),
  kind: z.enum(["telemetry", "availability"]),
  path: jsonPath.optional().describe("Availability: where the word stands; default: the whole payload."),
  online: z.array(z.string()).optional().describe("Words that mean online. Default [online]."),
  offline: z.array(z.string()).optional().describe("Words that mean offline. Default [offline]."),
  time: z
    .strictObject({ path: jsonPath, unit: z.enum(["s", "ms", "iso"]) })
    .optional()
    .describe("The device's own time of the reading."),
  identity: z
    .partialRecord(z.enum(["model", "version", "serial", "vendor", "sysName"]), jsonPath)
    .optional()
    .describe("Member of the identity to its path."),
  points: z.record(id, mqttPoint).optional(),
});

const mqtt = z
  .strictObject({
    silentAfter: duration
      .optional()
      .describe("Without a message for this long the device is silent. Default 3m."),
    topics: z.array(mqttTopic).min(1),
  })
  .describe("What is published over MQTT.");

const matchRule = z.strictObject({
  sysObjectID: z
    .union([oid, z.array(oid).min(1)])
    .optional()
    .describe("One or more OIDs; one must be equal to sysObjectID or stand above it."),
  sysDescr: pattern.optional().describe("Must be found in sysDescr."),
  sysDescrNot: pattern.optional().describe("Must not be found in sysDescr."),
  has: z
    .union([oid, z.array(oid).min(1).max(4)])
    .optional()
    .describe(
      "Subtrees in which the device must have an object: for makers who ship another's sysObjectID. Costs one request.",
    ),
});

const parts = z.array(fileId).describe("Files of _parts to include, without .yaml.");
const enums = z.record(id, enumeration).describe("Enumerations that columns cite by name.");

export const profileSchema = z
  .strictObject({
    title: z.strictObject({ zh: text, en: text }).describe("What people read, in both languages."),
    vendor: text.describe("The maker, as the console shows it."),
    os: z.string().min(1).describe("The family's operating system in one word, such as vrp."),
    role: z.enum(DEVICE_ROLES).describe("The role a device of this family usually has."),
    match: z
      .union([z.literal("any"), z.array(matchRule).min(1)])
      .optional()
      .describe(
        "Which devices the profile is for; `any` is the last resort. Absent: only where the inventory names it.",
      ),
    parts: parts.optional(),
    enums: enums.optional(),
    snmp: z
      .strictObject({ ...snmpMembers, quirks: quirks.optional() })
      .optional()
      .describe("What is read over SNMP."),
    modbus: modbus.optional(),
    mqtt: mqtt.optional(),
  })
  .describe("A device profile: what a family of devices offers, as data.");

export const partSchema = z
  .strictObject({
    parts: parts.optional(),
    enums: enums.optional(),
    snmp: z.strictObject(snmpMembers).optional(),
  })
  .describe("A part: tables that several profiles share.");

export type ProfileDocument = z.infer<typeof profileSchema>;
export type PartDocument = z.infer<typeof partSchema>;
export type TableDocument = z.infer<typeof tableSchema>;
export type ScalarsDocument = z.infer<typeof scalarsSchema>;
export type SnmpPointDocument = z.infer<typeof snmpPoint>;
export type RegisterDocument = z.infer<typeof register>;
export type MqttTopicDocument = z.infer<typeof mqttTopic>;
export type MqttPointDocument = z.infer<typeof mqttPoint>;
export type ModbusDocument = z.infer<typeof modbus>;
export type MqttDocument = z.infer<typeof mqtt>;
export type IdentityRuleDocument = z.infer<typeof identityRule>;
/** What every point has, whatever it is read with. */
export type PointDocument = Pick<SnmpPointDocument, keyof typeof pointMembers>;

/** `50ms`, `3m` to milliseconds; the schema has checked the form. */
export function durationMs(value: string): number {
  const [, number, unit] = /^([\d.]+)(ms|s|m|h|d)$/.exec(value)!;
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as "ms"];
  return Number(number) * factor;
}
