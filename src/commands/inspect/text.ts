import { styleText } from "node:util";
import type { DeviceSnapshot, InspectedInterface } from "../../../collectors/snmp/inspection/inspect.ts";
import { UNITS, type UnitName } from "../../measurements/units.ts";
import type { Inspection } from "./run.ts";
import { type Cell, clean, type Style, type TableColumn, textTable } from "./table.ts";

const INDENT = "  ";

/** A look at one device for people. The community is not in it. */
export function inspectionText({ target, snapshot, error }: Inspection): string {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  const name = snapshot?.identity.sysName;
  const lines = [
    `${styleText("bold", clean(`${host}:${target.port}`))}${name === undefined ? "" : ` ${clean(name)}`}`,
  ];
  if (error) lines.push(`${INDENT}${styleText("red", `${error.code}: ${clean(error.message)}`)}`);
  if (snapshot) for (const section of sections(snapshot)) lines.push(...section);
  return `${lines.join("\n")}\n\n`;
}

function sections(snapshot: DeviceSnapshot): string[][] {
  return [
    identity(snapshot),
    interfaces(snapshot),
    addresses(snapshot),
    hosts(snapshot),
    neighbors(snapshot),
    vlans(snapshot),
    aps(snapshot),
    readings(snapshot),
    rejected(snapshot),
    lacking(snapshot),
    partial(snapshot),
    spent(snapshot),
  ];
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `${INDENT}${styleText(["bold", "underline"], title)}`, ...lines];
}

function section(
  title: string,
  columns: readonly (string | TableColumn)[],
  rows: readonly (readonly Cell[])[],
): string[] {
  if (rows.length === 0) return [];
  const heads = columns.map((column) => (typeof column === "string" ? { title: column } : column));
  return titled(`${title} (${rows.length})`, textTable(heads, rows, INDENT));
}

function right(title: string): TableColumn {
  return { title, right: true };
}

function identity({ identity: who }: DeviceSnapshot): string[] {
  const family = [who.vendor, who.os].filter((text) => text !== undefined).join(", ");
  const rows: [string, string | undefined][] = [
    ["name", who.sysName],
    ["model", who.model],
    ["version", who.version],
    ["serial", who.serial],
    ["location", who.sysLocation],
    ["description", who.sysDescr],
    ["object id", who.sysObjectID],
    ["profile", who.profile === undefined ? "none fits" : `${who.profile} (${family})`],
  ];
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`${INDENT}${styleText("dim", label.padEnd(12))}${clean(value)}`],
  );
  return titled("Identity", lines);
}

function interfaces(snapshot: DeviceSnapshot): string[] {
  const columns = [
    right("#"),
    "name",
    "alias",
    "type",
    "state",
    right("speed"),
    "MAC address",
    right("MTU"),
    right("octets in"),
    right("octets out"),
    right("errors in"),
    right("errors out"),
  ];
  const rows = snapshot.interfaces.map((one): Cell[] => [
    one.ifIndex,
    one.key,
    one.alias,
    one.type,
    stateCell(one),
    one.speed === undefined ? undefined : bitRate(one.speed),
    one.mac,
    one.mtu,
    one.inOctets,
    one.outOctets,
    one.inErrors,
    one.outErrors,
  ]);
  return section("Interfaces", columns, rows);
}

function stateCell({ adminStatus, operStatus }: InspectedInterface): Cell {
  if (adminStatus === "down") return { text: "switched off", style: "dim" };
  if (operStatus === undefined) return undefined;
  const styles: Readonly<Record<string, Style>> = { up: "green", down: "red", lowerLayerDown: "red" };
  return { text: operStatus, style: styles[operStatus] ?? "yellow" };
}

function addresses(snapshot: DeviceSnapshot): string[] {
  const rows = snapshot.addresses.map((one): Cell[] => [
    one.prefixLength === undefined ? one.address : `${one.address}/${one.prefixLength}`,
    interfaceName(snapshot, one.ifIndex),
    one.prefixInferred ? "prefix of its class: the device gives no mask" : undefined,
  ]);
  return section("Addresses", ["address", "interface", "note"], rows);
}

function hosts(snapshot: DeviceSnapshot): string[] {
  const rows = snapshot.hosts.map((one): Cell[] => [
    one.address,
    one.mac ?? { text: "does not answer", style: "dim" },
    interfaceName(snapshot, one.ifIndex),
  ]);
  return section("Hosts", ["address", "MAC address", "interface"], rows);
}

function neighbors(snapshot: DeviceSnapshot): string[] {
  const rows = snapshot.neighbors.map((one): Cell[] => [
    one.protocol,
    interfaceName(snapshot, one.ifIndex),
    one.remoteName,
    one.remotePort,
    one.remoteChassis,
    one.remoteAddress,
  ]);
  return section("Neighbours", ["by", "interface", "name", "port", "chassis", "address"], rows);
}

function vlans(snapshot: DeviceSnapshot): string[] {
  return section(
    "VLANs",
    [right("id"), "name"],
    snapshot.vlans.map((one): Cell[] => [one.id, one.name]),
  );
}

function aps(snapshot: DeviceSnapshot): string[] {
  const rows = snapshot.aps.map((one): Cell[] => [
    one.key,
    one.model,
    one.version,
    one.serial,
    one.mac,
    one.address,
  ]);
  return section("Access points", ["name", "model", "version", "serial", "MAC address", "address"], rows);
}

function readings(snapshot: DeviceSnapshot): string[] {
  const rows = snapshot.readings.map((one): Cell[] => [
    one.kind,
    valueCell(one),
    UNITS[one.unit as UnitName]?.symbol ?? one.unit,
    one.label,
    { text: one.oid, style: "dim" },
  ]);
  return section("Readings", ["kind", right("value"), "unit", "label", "object"], rows);
}

const MEANING_STYLES = { ok: "green", warning: "yellow", failed: "red", unknown: "dim" } as const;

/** A state as the device numbers and its maker names it, in the colour of what it means. */
function valueCell({ value, state, meaning }: DeviceSnapshot["readings"][number]): Cell {
  const text = state === undefined ? value : `${value} ${state}`;
  return meaning === undefined ? text : { text: String(text), style: MEANING_STYLES[meaning] };
}

function rejected(snapshot: DeviceSnapshot): string[] {
  const rows = snapshot.rejected.map((one): Cell[] => [
    one.reason === "sentinel" ? "stands for no value" : { text: one.reason, style: "yellow" },
    one.raw,
    one.label,
    one.quantity,
    { text: one.oid, style: "dim" },
  ]);
  return section(
    "Values that are not believed",
    ["why", right("as sent"), "label", "quantity", "object"],
    rows,
  );
}

function lacking(snapshot: DeviceSnapshot): string[] {
  const empty = snapshot.lacking.filter((one) => one.objects === undefined).map((one) => one.table);
  const lines = snapshot.lacking.flatMap((one) =>
    one.objects === undefined ? [] : [`${INDENT}${one.table}: ${one.objects.join(", ")}`],
  );
  if (empty.length > 0) lines.push(`${INDENT}nothing at all: ${empty.join(", ")}`);
  return titled("Asked for and not there", lines);
}

function partial(snapshot: DeviceSnapshot): string[] {
  const lines = snapshot.partial.map(
    (one) => `${INDENT}${styleText("yellow", `${one.table}: ${clean(one.reason)}`)}`,
  );
  return titled("Read in part", lines);
}

function spent({ spent: cost }: DeviceSnapshot): string[] {
  const retries = cost.retries === 0 ? "" : ` (${cost.retries} of them again)`;
  const text = `${cost.requests} requests${retries}, ${cost.varbinds} values, ${cost.octetsSent} B sent, ${cost.octetsReceived} B received, ${(cost.ms / 1000).toFixed(2)} s`;
  return titled("Spent", [`${INDENT}${text}`]);
}

function interfaceName(snapshot: DeviceSnapshot, ifIndex: number | undefined): string | undefined {
  if (ifIndex === undefined) return undefined;
  return snapshot.interfaces.find((one) => one.ifIndex === ifIndex)?.key ?? `#${ifIndex}`;
}

/** 1000000000 to `1 Gbit/s`. */
function bitRate(speed: number): string {
  const steps = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
  let step = 0;
  while (speed >= 1000 && step < steps.length - 1) {
    speed /= 1000;
    step++;
  }
  return `${Number(speed.toPrecision(4))} ${steps[step]}`;
}
