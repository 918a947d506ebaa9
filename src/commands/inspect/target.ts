import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Endpoint } from "../../collection/contract.ts";
import { CampusError } from "../../errors/campus-error.ts";
import { Secret } from "../../settings/secret.ts";

/** One `snmp://COMMUNITY@HOST[:PORT]`, or `snmp://HOST[:PORT]` to ask with a credential of the settings. */
export interface InspectTarget {
  /** As it was given: with the community in it. */
  readonly text: string;
  /** Undefined when the target has none. */
  readonly community: Secret | undefined;
  /** A literal address or a name. */
  readonly host: string;
  readonly port: number;
}

const SNMP_PORT = 161;
const FORM = "snmp://COMMUNITY@HOST[:PORT]";

/**
 * `needsCommunity`: there is no credential to ask with instead. Throws E_USAGE; the message names `where` and does not
 * repeat the community.
 */
export function parseTarget(text: string, where: string, needsCommunity = true): InspectTarget {
  const at = text.lastIndexOf("@");
  const place = text.slice(at < 0 ? "snmp://".length : at + 1);
  const fail = (why: string): never => {
    throw new CampusError("E_USAGE", `${where} is not ${FORM}: ${why}`, { key: where });
  };
  if (!text.startsWith("snmp://")) fail("it does not begin with snmp://");
  if (at < 0 && needsCommunity)
    fail("there is no @ behind a community (--credential asks with a credential of the settings)");
  const community = at < 0 ? undefined : decode(text.slice("snmp://".length, at));
  if (at >= 0 && community === undefined) fail("the community has a % that is no percent-encoding");
  if (community === "") fail("the community is empty");
  const match = /^(?:\[([^\]]+)\]|([^:[\]/?#]+))(?::(\d{1,5}))?$/.exec(place);
  if (!match) return fail("host and port cannot be read (IPv6 goes in square brackets)");
  const host = decode(match[1] ?? match[2]!) ?? "";
  if (match[1] !== undefined && isIP(host) !== 6) fail("what stands in square brackets is no IPv6 address");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these belongs in a name
  if (/[\u0000-\u0020\u007f]/.test(host) || host.length > 253) fail("the host is no name");
  const port = match[3] === undefined ? SNMP_PORT : Number(match[3]);
  if (port < 1 || port > 65_535) fail("the port is not from 1 to 65535");
  return { text, community: community === undefined ? undefined : new Secret(community), host, port };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Targets of a file, one a line; empty lines and lines that begin with # are left out. Throws E_USAGE with the line. */
export function parseTargets(text: string, file: string, needsCommunity = true): InspectTarget[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const target = line.trim();
    return target === "" || target.startsWith("#")
      ? []
      : [parseTarget(target, `${file}:${i + 1}`, needsCommunity)];
  });
}

/** Where the target listens. Throws E_UNREACHABLE when its name has no address. */
export async function resolveTarget(target: InspectTarget): Promise<Endpoint> {
  const { host, port } = target;
  if (isIP(host) !== 0) return { address: host, port };
  try {
    return { address: (await lookup(host, { order: "verbatim" })).address, port };
  } catch (error) {
    throw new CampusError("E_UNREACHABLE", `the name ${host} has no address`, { host, port }, error);
  }
}
