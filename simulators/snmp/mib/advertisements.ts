import type { Address } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";
import { inet, prefixOf } from "./ip.ts";

const ROUTER_ADVERT_ENTRY = arcs("1.3.6.1.2.1.4.39.1");
const ADDRESS_PREFIX_ENTRY = arcs("1.3.6.1.2.1.4.32.1");
/** TruthValue. */
const YES = 1;
const NO = 2;
/** IpAddressOriginTC manual, RowStatus active. */
const MANUAL = 2;
const ACTIVE = 1;
/** RFC 4861 section 6.2.1: 30 days of validity, 7 days of preference, seconds. */
const VALID = 2_592_000;
const PREFERRED = 604_800;

/**
 * ipv6RouterAdvertTable and ipAddressPrefixTable (RFC 4293): on which of its interfaces the device says that it
 * is a router, and which prefixes stations may make themselves addresses of there. A prefix that is not advertised has
 * its row too, and is neither on-link nor autonomous to others.
 */
export function addAdvertisements(
  b: AgentBuilder,
  advertised: readonly number[],
  addresses: readonly Address[],
): void {
  const speaking = addresses.filter(({ octets, prefixLength }) => octets.length === 16 && prefixLength < 128);
  for (const ifIndex of new Set(speaking.map((address) => address.ifIndex))) {
    const at = (column: number) => [column, ifIndex];
    b.integer(ROUTER_ADVERT_ENTRY, at(2), advertised.includes(ifIndex) ? YES : NO);
    b.integer(ROUTER_ADVERT_ENTRY, at(3), 600, TAG.gauge32);
    b.integer(ROUTER_ADVERT_ENTRY, at(4), 200, TAG.gauge32);
    b.integer(ROUTER_ADVERT_ENTRY, at(5), NO);
    b.integer(ROUTER_ADVERT_ENTRY, at(6), NO);
    b.integer(ROUTER_ADVERT_ENTRY, at(7), 0, TAG.gauge32);
    b.integer(ROUTER_ADVERT_ENTRY, at(8), 0, TAG.gauge32);
    b.integer(ROUTER_ADVERT_ENTRY, at(9), 0, TAG.gauge32);
    b.integer(ROUTER_ADVERT_ENTRY, at(10), 64, TAG.gauge32);
    b.integer(ROUTER_ADVERT_ENTRY, at(11), 1800, TAG.gauge32);
    b.integer(ROUTER_ADVERT_ENTRY, at(12), ACTIVE);
  }
  for (const { ifIndex, octets, prefixLength } of speaking) {
    const index = [ifIndex, ...inet(prefixOf(octets, prefixLength)), prefixLength];
    const told = advertised.includes(ifIndex);
    b.integer(ADDRESS_PREFIX_ENTRY, [5, ...index], MANUAL);
    b.integer(ADDRESS_PREFIX_ENTRY, [6, ...index], told ? YES : NO);
    b.integer(ADDRESS_PREFIX_ENTRY, [7, ...index], told ? YES : NO);
    b.integer(ADDRESS_PREFIX_ENTRY, [8, ...index], told ? PREFERRED : 0, TAG.gauge32);
    b.integer(ADDRESS_PREFIX_ENTRY, [9, ...index], told ? VALID : 0, TAG.gauge32);
  }
}
