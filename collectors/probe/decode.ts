/** What became of the packets to one address. */
export interface ProbeResult {
  /** Packets (or connection attempts) sent; at least 1. */
  readonly sent: number;
  /** Round trip times of those that were answered, s. */
  readonly answered: readonly number[];
}

/** `10.0.0.1 : 0.97 - 0.04`: the address, padded, then ms or `-` for each packet. */
const LINE = /^(\S+)\s+:((?: (?:-|\d+(?:\.\d+)?))+)\s*$/;

/**
 * Reads what `fping -C n -q` writes to its standard error. Lines of another form (warnings, ICMP errors on
 * the way) are left out. By the address as it was given.
 */
export function parseFping(text: string): Map<string, ProbeResult> {
  const results = new Map<string, ProbeResult>();
  for (const line of text.split("\n")) {
    const [, address, times] = LINE.exec(line) ?? [];
    if (address === undefined || times === undefined) continue;
    const words = times.trim().split(" ");
    results.set(address, {
      sent: words.length,
      answered: words.filter((word) => word !== "-").map((word) => Number(word) / 1000),
    });
  }
  return results;
}
