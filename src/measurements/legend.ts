/** What a maker's own state means to whoever has to act: nothing to do, look at it, broken, the device cannot tell. */
export const MEANINGS = ["ok", "warning", "failed", "unknown"] as const;
export type Meaning = (typeof MEANINGS)[number];

/** What the numbers of a series of states stand for. A number that has no meaning is neither good nor bad: `off`, `standby`. */
export interface Legend {
  /** The maker's own names. */
  readonly names: ReadonlyMap<number, string>;
  readonly meanings: ReadonlyMap<number, Meaning>;
}
