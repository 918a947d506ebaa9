import type { NamedCredential } from "../../../collectors/snmp/discovery/ask.ts";
import type { Endpoint, SnmpCredential } from "../../collection/contract.ts";
import { CampusError } from "../../errors/campus-error.ts";
import type { InventoryRows } from "../../inventory/rows.ts";
import { formatDuration, parseDuration } from "../../settings/amounts.ts";
import { closest } from "../../settings/closest.ts";
import type { Settings } from "../../settings/schema.ts";
import type { Assignment } from "./school.ts";
import { parseEndpoint, parsePrefix } from "./scope.ts";

/** Throws E_USAGE naming the seed. */
export function parseSeeds(texts: readonly string[], port: number): Endpoint[] {
  return texts.map((text) => {
    const endpoint = parseEndpoint(text, port);
    if (endpoint) return endpoint;
    throw usage(`--seed ${text} is no address: write one as 10.1.0.1, 10.1.0.1:1161 or [2001:db8::1]:161`);
  });
}

/** Throws E_USAGE when a prefix cannot be read or the inventory has no such school. */
export function parseAssign(texts: readonly string[], rows: InventoryRows): Assignment[] {
  return texts.map((text) => {
    const at = text.indexOf("=");
    const school = text.slice(at + 1);
    if (at < 1 || school === "") throw usage(`--assign ${text} is not PREFIX=SCHOOL`);
    if (!rows.school.has(school) && !rows.site.has(school)) {
      const meant = closest(school, [...rows.school.keys(), ...rows.site.keys()]);
      const hint = meant ? `; did you mean ${meant}?` : "";
      throw usage(
        `--assign ${text}: the inventory has no school or site ${school}${hint} (campusd import takes them over)`,
      );
    }
    return { text, school, prefix: parsePrefix(text.slice(0, at)) };
  });
}

/** The named credentials in their order, or all for SNMP. Throws E_USAGE when one cannot be used. */
export function pickCredentials(
  settings: Settings,
  names: readonly string[],
  note: (text: string) => void,
): NamedCredential[] {
  const all = Object.entries(settings.credentials);
  const snmp = all.flatMap(([name, credential]) =>
    credential.protocol === "snmp" ? [{ name, credential }] : [],
  );
  if (names.length === 0) {
    const usable = snmp.filter(({ credential }) => hasSecret(credential));
    for (const { name } of snmp.filter((one) => !usable.includes(one)))
      note(`credential ${name} is left out: its secret cannot be read here`);
    if (usable.length === 0)
      throw usage("the settings have no SNMP credential that can be used here: add one under credentials");
    return usable;
  }
  return [...new Set(names)].map((name) => {
    const found = snmp.find((one) => one.name === name);
    if (!found) {
      const known = snmp.map((one) => one.name).join(", ") || "none";
      throw usage(`the settings have no SNMP credential '${name}'; there is: ${known}`);
    }
    if (!hasSecret(found.credential))
      throw usage(
        `the secret of credential '${name}' cannot be read here: see its env or file in the settings`,
      );
    return found;
  });
}

/** A secret that could not be read stands empty. */
function hasSecret(credential: SnmpCredential): boolean {
  if (credential.version !== "v3") return credential.community.reveal() !== "";
  return [credential.auth, credential.priv].every((one) => one === undefined || one.password.reveal() !== "");
}

export function durationOption(option: string, text: string, least: number, most: number): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= least && ms <= most) return ms;
  const range = `${formatDuration(least)} to ${formatDuration(most)}`;
  throw usage(`${option} takes a duration from ${range}, as 2s or 500ms, not '${text}'`);
}

function usage(text: string): CampusError {
  return new CampusError("E_USAGE", text);
}
