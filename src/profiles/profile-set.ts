import type { CompiledProfile, SnmpMatch } from "./compiled.ts";
import { isOidPrefix, parseOid } from "./oid.ts";
import { ownOids, tailor } from "./tailor.ts";

export interface DeviceSigns {
  /** Dotted, with or without a leading dot; undefined when the device gives none. */
  readonly sysObjectID?: string | undefined;
  readonly sysDescr?: string | undefined;
  /** Subtrees asked for (`questionsOf`) in which the device has an object, dotted. */
  readonly present?: ReadonlySet<string> | undefined;
}

/** One way in which a profile can match, with how specific it is. */
interface Candidate {
  readonly profile: CompiledProfile;
  readonly rule: SnmpMatch;
  readonly prefix: readonly number[];
}

/** A sysDescr has at most 255 octets (RFC 3418); some agents send far more. */
const MAX_DESCR = 2048;
/** sysObjectIDs are what devices say: the memory of them is bounded. */
const MAX_TAILORED = 1000;

/** The profiles of an installation. Immutable but for a memory of products. */
export class ProfileSet {
  readonly #profiles: ReadonlyMap<string, CompiledProfile>;
  /** Most specific first: the first that holds is the answer. */
  readonly #candidates: readonly Candidate[];
  /** Profiles with the OIDs of a product, by profile and sysObjectID. A product is a model, so there are few. */
  readonly #tailored = new Map<string, CompiledProfile>();

  constructor(profiles: readonly CompiledProfile[]) {
    this.#profiles = new Map(profiles.map((profile) => [profile.id, profile]));
    this.#candidates = profiles
      .flatMap((profile) => candidates(profile))
      .sort((a, b) => moreSpecific(a, b) || (a.profile.id < b.profile.id ? -1 : 1));
  }

  /**
   * The profile of a device: the longest sysObjectID prefix wins, then a rule with sysDescr over one
   * without, then the longer pattern; a rule that names a subtree (`has`) comes before all others of its prefix.
   * A profile with `match: any` is the last resort.
   */
  match(signs: DeviceSigns): CompiledProfile | undefined {
    for (const { profile, rule } of this.#fitting(signs))
      if (rule.has?.every((oid) => signs.present?.has(oid.join("."))) ?? true)
        return this.tailor(profile, signs);
    return undefined;
  }

  /** The profile with the device's own arcs where it has `*`; the same object for devices of one product. */
  tailor(profile: CompiledProfile, signs: DeviceSigns): CompiledProfile {
    if (!ownOids(profile)) return profile;
    const oid = parseOid(signs.sysObjectID?.replace(/^\./, "") ?? "") ?? [];
    const key = `${profile.id} ${oid.join(".")}`;
    let tailored = this.#tailored.get(key);
    if (!tailored) {
      if (this.#tailored.size >= MAX_TAILORED) this.#tailored.clear();
      tailored = tailor(profile, oid);
      this.#tailored.set(key, tailored);
    }
    return tailored;
  }

  /** Subtrees that decide between profiles for a device that says this of itself; mostly none. */
  questionsOf(signs: DeviceSigns): readonly (readonly number[])[] {
    const questions = new Map<string, readonly number[]>();
    for (const { rule } of this.#fitting(signs)) {
      if (!rule.has) break;
      for (const oid of rule.has) questions.set(oid.join("."), oid);
    }
    return [...questions.values()];
  }

  /** Candidates for which all holds that the system group can say, most specific first. */
  *#fitting(signs: DeviceSigns): Generator<Candidate> {
    const oid = parseOid(signs.sysObjectID?.replace(/^\./, "") ?? "") ?? [];
    const descr = signs.sysDescr?.slice(0, MAX_DESCR) ?? "";
    for (const candidate of this.#candidates) {
      const { rule, prefix } = candidate;
      if (!isOidPrefix(prefix, oid)) continue;
      if (rule.sysDescr && !rule.sysDescr.test(descr)) continue;
      if (rule.sysDescrNot?.test(descr)) continue;
      yield candidate;
    }
  }

  /** The profile of that id (its file name without ending). */
  get(id: string): CompiledProfile | undefined {
    return this.#profiles.get(id);
  }

  /** All profiles, by id. */
  list(): readonly CompiledProfile[] {
    return [...this.#profiles.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function candidates(profile: CompiledProfile): Candidate[] {
  return profile.match.flatMap((rule) =>
    (rule.sysObjectID.length > 0 ? rule.sysObjectID : [[]]).map((prefix) => ({ profile, rule, prefix })),
  );
}

/** Negative when `a` is the more specific. */
function moreSpecific(a: Candidate, b: Candidate): number {
  return (
    b.prefix.length - a.prefix.length ||
    (b.rule.has?.length ?? 0) - (a.rule.has?.length ?? 0) ||
    (b.rule.sysDescr ? 1 : 0) - (a.rule.sysDescr ? 1 : 0) ||
    (b.rule.sysDescrNot ? 1 : 0) - (a.rule.sysDescrNot ? 1 : 0) ||
    (b.rule.sysDescr?.source.length ?? 0) - (a.rule.sysDescr?.source.length ?? 0)
  );
}

export interface Conflict {
  readonly first: { readonly profile: CompiledProfile; readonly line: number };
  readonly second: { readonly profile: CompiledProfile; readonly line: number };
  /** What both claim. */
  readonly claim: string;
}

/** Pairs of profiles that claim the same devices with equal right. */
export function conflicts(profiles: readonly CompiledProfile[]): Conflict[] {
  const found: Conflict[] = [];
  const claims = new Map<string, Candidate>();
  for (const candidate of profiles.flatMap(candidates)) {
    const { rule, prefix, profile } = candidate;
    const claim = [
      prefix.length > 0 ? `sysObjectID ${prefix.join(".")}` : "any sysObjectID",
      ...(rule.sysDescr ? [`sysDescr /${rule.sysDescr.source}/`] : []),
      ...(rule.has ? [`has ${rule.has.map((oid) => oid.join(".")).join(", ")}`] : []),
      ...(rule.sysDescrNot ? [`not sysDescr /${rule.sysDescrNot.source}/`] : []),
    ].join(" and ");
    const other = claims.get(claim);
    if (!other) claims.set(claim, candidate);
    else
      found.push({
        first: { profile: other.profile, line: other.rule.line },
        second: { profile, line: rule.line },
        claim,
      });
  }
  return found;
}
