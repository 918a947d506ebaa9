import { macOf, storyAddress, storyAddress6 } from "./addresses.ts";
import type { FamilyTraits } from "./families.ts";
import type { Host } from "./model.ts";
import type { NetworkPlan } from "./network-plan.ts";
import type { Seed } from "./seed.ts";
import { V6_ONLY_VLAN, vlanIndex } from "./switch-body.ts";

/** Stations of the wireless network that the core's caches hold. */
const STATIONS = 64;
const FIRST_STATION_OCTET = 150;
/** Terminals of the network without IPv4. */
const V6_ONLY_STATIONS = 12;
/** A station makes itself up to so many addresses beside its first (RFC 8981). */
const MOST_PRIVACY = 2;

interface Terminal {
  readonly mac: Uint8Array;
  readonly vlan: number;
  readonly net: number;
  /** The last octet of its address of IPv4; without one it has none. */
  readonly last?: number;
  readonly privacy: number;
}

/**
 * ARP and ND caches of the core: every terminal by IPv4, and as many as the story says by a global address of
 * IPv6 too, some of them by several. All that speak IPv6 have a link-local address as well, which proves nothing.
 */
export function createHosts(plan: NetworkPlan, traits: FamilyTraits, seed: Seed): Host[] {
  const { step, active } = plan.ipv6;
  const ends = [...plan.endpoints.flat(), ...plan.coreEndpoints].map((end): Terminal => {
    const wireless = end.poeWatts > 0;
    return { mac: end.mac, vlan: wireless ? 30 : 20, net: wireless ? 2 : 1, last: end.last, privacy: 0 };
  });
  const stations = Array.from({ length: STATIONS }, (_, i): Terminal => {
    const mac = macOf(seed, `${plan.schoolId}/station${i}`);
    const privacy = seed.int(`privacy${i}`, 0, MOST_PRIVACY);
    return { mac, vlan: 30, net: 2, last: FIRST_STATION_OCTET + i, privacy };
  });
  const terminals = [...ends, ...stations].sort(
    (a, b) => seed.hash(`order/${a.mac.join(".")}`) - seed.hash(`order/${b.mac.join(".")}`),
  );
  const speaking = Math.round(terminals.length * active);
  const hosts = terminals.flatMap((terminal, i) => addressesOf(terminal, step >= 2 && i < speaking));
  if (step === 5)
    for (let i = 0; i < V6_ONLY_STATIONS; i++) {
      const mac = macOf(seed, `${plan.schoolId}/v6-${i}`);
      hosts.push(...addressesOf({ mac, vlan: V6_ONLY_VLAN.id, net: 4, privacy: 1 }, true));
    }
  return hosts;

  function addressesOf({ mac, vlan, net, last, privacy }: Terminal, speaks: boolean): Host[] {
    const ifIndex = vlanIndex(traits, vlan);
    const found: Host[] = [];
    if (last !== undefined) found.push({ ifIndex, octets: storyAddress(plan.school, net, last), mac });
    if (!speaks) return found;
    const prefix = storyAddress6(plan.school, net, 0).subarray(0, 8);
    for (let n = 0; n <= privacy; n++) {
      const octets = new Uint8Array(16);
      octets.set(prefix);
      identifier(octets, `${mac.join(".")}/${n}`);
      found.push({ ifIndex, octets, mac });
    }
    const local = new Uint8Array(16);
    local.set([0xfe, 0x80]);
    identifier(local, `${mac.join(".")}/local`);
    found.push({ ifIndex, octets: local, mac });
    return found;
  }

  function identifier(octets: Uint8Array, name: string): void {
    const view = new DataView(octets.buffer);
    view.setUint32(8, seed.hash(`iid/${name}/a`) & 0xfdff_ffff);
    view.setUint32(12, seed.hash(`iid/${name}/b`));
  }
}
