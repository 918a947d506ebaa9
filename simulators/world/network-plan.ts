import type { WeekProfile } from "../behaviour/profile.ts";
import type { Family } from "./model.ts";
import type { Ipv6Story, LineStory } from "./story.ts";

/** Something at the end of an access port. */
export interface Endpoint {
  readonly label: string;
  readonly busy: WeekProfile;
  /** Share of the school's traffic among the shares of all endpoints. */
  readonly weight: number;
  /** Octets sent for each octet received. */
  readonly upShare: number;
  readonly poeWatts: number;
  readonly mac: Uint8Array;
  /** LLDP name, when it speaks LLDP. */
  readonly lldpName?: string;
  /** Its place in the last octet of the story's addresses. */
  readonly last: number;
}

/** A port of the county's node. */
export interface FarEnd {
  readonly router: string;
  readonly chassis: Uint8Array;
  readonly sysDescr: string;
  readonly address: string;
  readonly port: string;
  readonly alias: string;
}

export interface NetworkPlan {
  readonly school: number;
  readonly schoolId: string;
  readonly location: string;
  readonly family: Family;
  readonly baseOctet: number;
  readonly cores: 1 | 2;
  readonly access: number;
  /** Endpoints of each access switch. */
  readonly endpoints: readonly (readonly Endpoint[])[];
  /** On the first core: controller, UPS, server, gateway. */
  readonly coreEndpoints: readonly Endpoint[];
  readonly contractedMbps: number;
  readonly backup: boolean;
  readonly uplinkDown: boolean;
  readonly uplinkErrors: boolean;
  readonly saturated: boolean;
  readonly epoch: number;
  /** UTC second from which the story is told back. */
  readonly anchor: number;
  readonly ipv6: Ipv6Story;
  readonly line: LineStory;
  /** UTC second when the core started anew. */
  readonly restartedAt?: number;
  /** What is at the other end of the uplinks. */
  readonly county: { readonly main: FarEnd; readonly backup: FarEnd };
  alias(text: string): Uint8Array;
}
