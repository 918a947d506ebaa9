const TICKS = 2 ** 32;
/** The agent's clock and ours may differ by so much of the time between, and by so many ticks. */
const DRIFT = 0.05;
const SLACK_TICKS = 500;

/**
 * What a sysUpTime (hundredths of a second, modulo 2^32: it wraps after 497 days) says against the one before.
 * `elapsedMs` is the time between by our clock. An agent whose clock stands still has not restarted.
 */
export function judgeUptime(
  before: number,
  now: number,
  elapsedMs: number,
): "continued" | "wrapped" | "restarted" {
  const elapsed = elapsedMs / 10;
  const tolerance = elapsed * DRIFT + SLACK_TICKS;
  if (now === before) return "continued";
  if (now > before) {
    // Younger than our last look at it, and behind where it should be: it restarted in between.
    const behind = before + elapsed - now;
    return now < elapsed && behind > tolerance ? "restarted" : "continued";
  }
  if (Math.abs(now + TICKS - before - elapsed) <= tolerance) return "wrapped";
  // Some agents' clocks step back a little.
  return before - now <= SLACK_TICKS && now > elapsed + tolerance ? "continued" : "restarted";
}
