import type { SnmpTarget } from "../client.ts";
import { formatIpv4, formatIpv6 } from "../codec/address.ts";

/** A neighbour's address to be managed at, as LLDP carries it. */
export interface ManagementAddress {
  /** lldpRemChassisId as text, the form in which neighbours' facts have it; "" when the row has none. */
  readonly chassis: string;
  /** IPv4 or RFC 5952 IPv6. */
  readonly address: string;
}

/** LLDP-MIB (IEEE 802.1AB-2005): lldpRemChassisId, and of lldpRemManAddrTable the columns that may be read. */
const CHASSIS_ID = "1.0.8802.1.1.2.1.4.1.1.5";
const MAN_ADDR_COLUMNS = ["1.0.8802.1.1.2.1.4.2.1.3", "1.0.8802.1.1.2.1.4.2.1.4"] as const;
const MAX_NEIGHBORS = 2000;
/** AddressFamilyNumbers of IANA, with the octets of each. */
const FAMILY_OCTETS: Readonly<Record<number, number>> = { 1: 4, 2: 16 };

/**
 * The management addresses of the LLDP neighbours: they stand in the index of a table of their own. Empty where
 * the agent has none or does not answer: discovery goes on without them.
 */
export async function managementAddresses(target: SnmpTarget): Promise<readonly ManagementAddress[]> {
  const limits = { maxRows: MAX_NEIGHBORS };
  try {
    for (const column of MAN_ADDR_COLUMNS) {
      const { items } = await target.table([column], { limits });
      const found = items.flatMap(({ index }) => {
        const address = addressOf(index);
        return address === undefined ? [] : [{ key: index.slice(0, 3).join("."), address }];
      });
      if (found.length === 0) continue;
      const chassis = await target.table([CHASSIS_ID], { limits });
      const names = new Map(
        chassis.items.map(({ index, values }) => [
          index.slice(0, 3).join("."),
          values[0]?.decodeText("text") ?? "",
        ]),
      );
      return found.map(({ key, address }) => ({ chassis: names.get(key) ?? "", address }));
    }
  } catch {
    // Silent about LLDP: a device without it, to what this is for.
  }
  return [];
}

/** The index is timeMark, local port, row, then family and address; some agents leave the address's length out. */
export function addressOf(index: readonly number[]): string | undefined {
  const octets = FAMILY_OCTETS[index[3] ?? 0];
  if (octets === undefined) return undefined;
  const rest = index.slice(4);
  const arcs = rest.length === octets + 1 && rest[0] === octets ? rest.slice(1) : rest;
  if (arcs.length !== octets || arcs.some((arc) => arc > 255)) return undefined;
  return octets === 4 ? formatIpv4(arcs, 0) : formatIpv6(arcs, 0);
}
