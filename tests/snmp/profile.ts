import { quantity } from "../../src/measurements/quantities.ts";
import type { TagKey } from "../../src/measurements/series.ts";
import type {
  CompiledProfile,
  Expression,
  FieldReference,
  SnmpColumn,
  SnmpPoint,
  SnmpTable,
  Template,
  ValueRule,
} from "../../src/profiles/compiled.ts";

export const IF_TABLE = "1.3.6.1.2.1.2.2.1";
export const IF_X_TABLE = "1.3.6.1.2.1.31.1.1.1";
export const SENSORS = "1.3.6.1.4.1.99999.7.1";
const SCALARS = "1.3.6.1.4.1.99999.8";

export function rule(more: Partial<ValueRule> = {}): ValueRule {
  return { sentinels: [], sentinelRanges: [], scale: 1, offset: 0, min: -Infinity, max: Infinity, ...more };
}

/** `{a|b}` as in profiles, for columns, `#index`, `@point` and `table.column`. */
export function template(text: string): Template {
  const parts = text.split(/(\{[^}]*\})/).filter((part) => part !== "");
  return {
    text,
    parts: parts.map((part) => {
      if (!part.startsWith("{")) return { literal: part };
      return { alternatives: part.slice(1, -1).split("|").map(field) };
    }),
  };
}

function field(text: string): FieldReference {
  if (text.startsWith("#")) return { index: text.slice(1) };
  if (text.startsWith("@")) return { point: text.slice(1) };
  const [table, column] = text.split(".");
  return column === undefined ? { column: table! } : { table: table!, column };
}

export function expression(inputs: string[], evaluate: (...values: number[]) => number): Expression {
  return { text: inputs.join(), inputs, evaluate: (values) => evaluate(...Array.from(values)) };
}

export function column(id: string, oid: string, more: Partial<SnmpColumn> = {}): SnmpColumn {
  return {
    id,
    object: id,
    oid: oid.split(".").map(Number),
    decode: "number",
    everyMs: 60_000,
    inspectOnly: false,
    ...more,
  };
}

export function point(
  id: string,
  quantityId: string,
  from: string,
  more: Partial<SnmpPoint> = {},
): SnmpPoint {
  return {
    id,
    quantity: quantity(quantityId),
    column: from,
    fallbacks: [],
    rule: rule(),
    label: template(id),
    tags: [],
    source: { text: "test", line: 1 },
    ...more,
  };
}

const tag = (key: TagKey, text: string) => [key, template(text)] as const;
const HOUR = 3_600_000;

const interfaces: SnmpTable = {
  id: "interfaces",
  scalar: false,
  index: [{ name: "ifIndex", type: "integer" }],
  tags: [tag("interface", "{ifName|ifDescr|#ifIndex}")],
  columns: [
    column("ifDescr", `${IF_TABLE}.2`, { decode: "text", everyMs: HOUR }),
    column("ifType", `${IF_TABLE}.3`, { everyMs: HOUR, enumeration: new Map([[6, "ethernetCsmacd"]]) }),
    column("ifSpeed", `${IF_TABLE}.5`),
    column("ifPhysAddress", `${IF_TABLE}.6`, { decode: "mac", everyMs: HOUR }),
    column("ifOperStatus", `${IF_TABLE}.8`, {
      enumeration: new Map([
        [1, "up"],
        [2, "down"],
      ]),
    }),
    column("ifInOctets", `${IF_TABLE}.10`, { decode: "counter", fallbackFor: "ifHCInOctets" }),
    column("ifName", `${IF_X_TABLE}.1`, { decode: "text", everyMs: HOUR }),
    column("ifHCInOctets", `${IF_X_TABLE}.6`, { decode: "counter" }),
    column("ifHighSpeed", `${IF_X_TABLE}.15`),
    column("ifCounterDiscontinuityTime", `${IF_X_TABLE}.19`, { decode: "ticks" }),
  ],
  points: [
    point("in", "interface.in_octets", "ifHCInOctets", { fallbacks: ["ifInOctets"] }),
    point("oper", "interface.oper_state", "ifOperStatus", {
      rule: rule({
        map: new Map([
          [1, 1],
          [2, 2],
        ]),
      }),
    }),
    point("speed", "interface.speed", "ifHighSpeed", {
      fallbacks: ["ifSpeed"],
      rule: rule({
        expression: expression(["ifHighSpeed", "ifSpeed"], (high, low) => (high > 0 ? high * 1e6 : low)),
      }),
    }),
  ],
  fact: {
    kind: "interface",
    fields: [
      ["ifIndex", template("{#ifIndex}")],
      ["name", template("{ifName}")],
      ["descr", template("{ifDescr}")],
      ["type", template("{ifType}")],
      ["mac", template("{ifPhysAddress}")],
      ["operStatus", template("{ifOperStatus}")],
      ["speed", template("{@speed}")],
    ],
  },
};

const sensors: SnmpTable = {
  id: "sensors",
  scalar: false,
  index: [
    { name: "slot", type: "integer" },
    { name: "name", type: "string" },
  ],
  tags: [tag("sensor", "{label|#name}")],
  columns: [
    column("label", `${SENSORS}.2`, { decode: "text", everyMs: HOUR }),
    column("temperature", `${SENSORS}.3`),
    column("threshold", `${SENSORS}.4`, { everyMs: HOUR }),
  ],
  points: [
    point("temperature", "sensor.temperature", "temperature", {
      rule: rule({ sentinels: [65535], scale: 0.1, min: -60, max: 150 }),
      when: expression(["threshold"], (threshold) => (threshold > 0 ? 1 : 0)),
    }),
  ],
};

const system: SnmpTable = {
  id: "system",
  scalar: true,
  index: [],
  tags: [],
  columns: [
    column("cpu", `${SCALARS}.1.0`),
    column("serial", `${SCALARS}.2.0`, { decode: "text", everyMs: HOUR }),
    column("missing", `${SCALARS}.3.0`),
  ],
  points: [
    point("cpu", "device.cpu", "cpu", { rule: rule({ min: 0, max: 100 }) }),
    point("missing", "device.memory", "missing"),
  ],
};

/** A profile as the compiler makes them, small and with everything in it. */
export const PROFILE: CompiledProfile = {
  id: "test-switch",
  title: { zh: "测试", en: "Test" },
  vendor: "Test",
  os: "testos",
  role: "access-switch",
  file: "test-switch.yaml",
  match: [],
  snmp: {
    tables: [interfaces, sensors, system],
    identity: {
      model: [{ from: { kind: "sysDescr" }, pattern: /model (\S+)/ }],
      version: [{ from: { kind: "sysDescr" }, pattern: /version (\S+)/, replace: "V$1" }],
      serial: [{ from: { kind: "column", table: "system", column: "serial" } }],
    },
    quirks: { noBulk: [], maxRepetitions: 50, inFlight: 1 },
  },
};

export const CPU = `${SCALARS}.1.0`;
export const SERIAL = `${SCALARS}.2.0`;
