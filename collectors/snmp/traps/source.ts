import type { UsmUser } from "../usm/keys.ts";
import { TokenBucket, type TrapLimits } from "./limits.ts";

/** An address that may send, and what it must know. */
export interface TrapSource {
  /** In the form of `canonicalAddress`. */
  readonly address: string;
  readonly communities: readonly string[];
  /** SNMPv3 users. */
  readonly users: readonly UsmUser[];
}

/** SNMPv3 messages a second whose sender is not proven yet: each may cost the making of keys. */
const UNPROVEN_PER_SECOND = 5;
const UNPROVEN_BURST = 20;

/** A source with its buckets. Those of one address live as long as it is a source. */
export class SourceGate {
  communities: readonly Uint8Array[] = [];
  users: ReadonlyMap<string, UsmUser> = new Map();
  readonly bucket: TokenBucket;
  readonly unproven: TokenBucket;

  constructor(limits: TrapLimits, now: number) {
    this.bucket = new TokenBucket(limits.perSecond, limits.burst, now);
    this.unproven = new TokenBucket(UNPROVEN_PER_SECOND, UNPROVEN_BURST, now);
  }

  update(source: TrapSource): void {
    this.communities = source.communities.map((community) => Buffer.from(community, "utf8"));
    this.users = new Map(source.users.map((user) => [user.name, user]));
  }

  /** Whether the octets are one of its communities. Every octet of every one is looked at. */
  knows(bytes: Uint8Array, start: number, end: number): boolean {
    let known = false;
    for (const community of this.communities) {
      let difference = community.length ^ (end - start);
      for (let i = 0; i < community.length; i++) difference |= community[i]! ^ (bytes[start + i] ?? 0);
      known = difference === 0 || known;
    }
    return known;
  }
}
