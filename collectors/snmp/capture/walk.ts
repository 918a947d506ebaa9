import { PDU, TAG } from "../codec/ber.ts";
import { ERROR_STATUS, type ResponseView } from "../codec/message.ts";
import { compareOids, decodeArcs, encodeOid, type OidBytes } from "../codec/oid.ts";
import type { SnmpSession } from "../session.ts";
import type { ArcTree } from "./arc-tree.ts";

/** One object instance as the device gave it. */
export interface RawVarbind {
  readonly oid: readonly number[];
  readonly tag: number;
  readonly value: Uint8Array;
}

export interface CaptureLimits {
  readonly maxVarbinds: number;
  readonly maxMs: number;
  /** Octets of all answers together: they are held in memory until the last is there. */
  readonly maxOctets: number;
}

export const CAPTURE_LIMITS: CaptureLimits = {
  maxVarbinds: 200_000,
  maxMs: 600_000,
  maxOctets: 64 * 1024 * 1024,
};

export interface CaptureWalk {
  readonly varbinds: readonly RawVarbind[];
  /** Subtrees that the device has and that were passed over, dotted, with why. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Why reading ended before the end; undefined when it did not. */
  readonly partial?: string;
}

/** Greater than any arc that an index has: asking behind it leaves the subtree. */
const LAST_ARC = 0xffff_ffff;
const MAX_SHRINKS = 3;

/**
 * Reads everything below the roots, one request at a time, and passes over what is in `refused` without reading its
 * rows: the rest of a table that nobody may see is not asked for. Never rejects for what the device does.
 */
export async function walkForCapture(
  session: SnmpSession,
  roots: readonly (readonly number[])[],
  refused: ArcTree<string>,
  limits: CaptureLimits,
  progress: (varbinds: number) => void = () => undefined,
): Promise<CaptureWalk> {
  const walk = new Walk(session, refused, limits, progress);
  for (const root of roots) {
    await walk.root(root);
    if (walk.ended) break;
  }
  return {
    varbinds: walk.varbinds,
    skipped: walk.skipped,
    ...(walk.partial !== undefined ? { partial: walk.partial } : {}),
  };
}

class Walk {
  readonly varbinds: RawVarbind[] = [];
  readonly skipped = new Map<string, string>();
  partial: string | undefined;
  ended = false;
  readonly #session: SnmpSession;
  readonly #refused: ArcTree<string>;
  readonly #limits: CaptureLimits;
  readonly #deadline: number;
  readonly #progress: (varbinds: number) => void;
  /** Where the next request starts. */
  #last: OidBytes = new Uint8Array(0);
  #root: OidBytes = new Uint8Array(0);
  #done = false;
  #status = 0;
  #octets = 0;
  #repetitions = 1;
  /** Objects for which GETBULK failed are passed one by one. */
  #single = 0;

  constructor(
    session: SnmpSession,
    refused: ArcTree<string>,
    limits: CaptureLimits,
    progress: (varbinds: number) => void,
  ) {
    this.#session = session;
    this.#refused = refused;
    this.#limits = limits;
    this.#progress = progress;
    this.#deadline = session.clock.monotonic() + limits.maxMs;
  }

  async root(arcs: readonly number[]): Promise<void> {
    this.#root = encodeOid(arcs);
    this.#last = this.#root;
    this.#done = false;
    let shrinks = 0;
    while (!this.#done && !this.ended) {
      if (this.#session.clock.monotonic() >= this.#deadline)
        return this.#stop(`the time limit of ${this.#limits.maxMs / 1000} s`);
      const bulk = this.#single === 0 && this.#session.allowsBulk(this.#last);
      this.#repetitions = bulk ? this.#session.repetitions.choose(1) : 1;
      const request = bulk
        ? this.#session.prepare(PDU.getBulk, [this.#last], this.#repetitions)
        : this.#session.prepare(PDU.getNext, [this.#last]);
      const outcome = await this.#session.exchange(request, this.#read);
      if (outcome === "timeout" && bulk && this.#repetitions > 1 && ++shrinks <= MAX_SHRINKS) {
        this.#session.repetitions.bad(this.#repetitions);
        continue;
      }
      if (outcome !== "reply") {
        // One silent subtree ends that root; a device that is gone ends the next one too.
        return this.#stop(`no answer below ${arcs.join(".")} (${outcome})`, outcome !== "timeout");
      }
      if (this.#status !== ERROR_STATUS.noError) this.#recover(bulk, arcs);
      else {
        shrinks = 0;
        if (this.#single > 0) this.#single--;
      }
      this.#progress(this.varbinds.length);
    }
  }

  readonly #read = (view: ResponseView): void => {
    this.#status = view.errorStatus;
    if (view.errorStatus !== ERROR_STATUS.noError) return;
    this.#octets += view.octets;
    if (this.#octets > this.#limits.maxOctets) {
      this.#stop(`the limit of ${this.#limits.maxOctets} octets`);
      return;
    }
    const { repetitions, latencyMs } = this.#session;
    if (this.#repetitions > 1) repetitions.good(this.#repetitions, view.count, view.octets, latencyMs);
    if (view.count === 0) {
      this.#done = true;
      return;
    }
    const count = Math.min(view.count, this.#repetitions);
    const root = this.#root;
    for (let i = 0; i < count; i++) {
      const start = view.oidAt[i]!;
      const end = view.oidEnd[i]!;
      const oid = view.bytes.slice(start, end);
      const isInside = oid.length > root.length && root.every((octet, k) => octet === oid[k]);
      if (view.tag[i] === TAG.endOfMibView || !isInside) {
        this.#done = true;
        return;
      }
      if (compareOids(oid, 0, oid.length, this.#last, 0, this.#last.length) <= 0) {
        this.#done = true;
        this.partial ??= `the device repeats itself at ${decodeArcs(oid, 0, oid.length).join(".")}`;
        return;
      }
      const arcs = decodeArcs(oid, 0, oid.length);
      const refused = this.#refused.find(arcs);
      if (refused?.value) {
        this.skipped.set(arcs.slice(0, refused.depth).join("."), refused.value);
        this.#last = encodeOid([...arcs.slice(0, refused.depth), LAST_ARC]);
        return;
      }
      this.#last = oid;
      if (view.tag[i] === TAG.noSuchObject || view.tag[i] === TAG.noSuchInstance) continue;
      this.varbinds.push({
        oid: arcs,
        tag: view.tag[i]!,
        value: view.bytes.slice(view.valueAt[i]!, view.valueEnd[i]!),
      });
      if (this.varbinds.length >= this.#limits.maxVarbinds) {
        this.#stop(`the limit of ${this.#limits.maxVarbinds} objects`);
        return;
      }
    }
  };

  #recover(bulk: boolean, root: readonly number[]): void {
    if (this.#status === ERROR_STATUS.tooBig && this.#repetitions > 1)
      this.#session.repetitions.bad(this.#repetitions);
    else if (this.#status === ERROR_STATUS.noSuchName) this.#done = true;
    else if (bulk) this.#single = this.#repetitions + 1;
    else {
      this.partial ??= `the device answers with an error below ${root.join(".")}`;
      this.#done = true;
    }
  }

  #stop(why: string, ended = true): void {
    this.partial ??= why;
    this.#done = true;
    this.ended = ended;
  }
}
