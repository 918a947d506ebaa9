const DURATION_UNITS_MS = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

const SIZE_UNITS_BYTES = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;

export const DURATION_PATTERN = /^(\d{1,9})(ms|s|m|h|d|w)$/;
export const SIZE_PATTERN = /^(\d{1,9})(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/;

/** `5s`, `1m`, `24h`, `7d` to ms; undefined when it is not a duration. Whole numbers only. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  return match ? Number(match[1]) * DURATION_UNITS_MS[match[2] as keyof typeof DURATION_UNITS_MS] : undefined;
}

/** `256MB` (10^6) or `256MiB` (2^20) to bytes; undefined when it is not a size. */
export function parseSize(text: string): number | undefined {
  const match = SIZE_PATTERN.exec(text);
  if (!match) return undefined;
  const unit = match[2] === "KB" ? "kB" : (match[2] as keyof typeof SIZE_UNITS_BYTES);
  return Number(match[1]) * SIZE_UNITS_BYTES[unit];
}

/** The shortest text that `parseDuration` reads back as `ms`. */
export function formatDuration(ms: number): string {
  for (const unit of ["d", "h", "m", "s"] as const)
    if (ms > 0 && ms % DURATION_UNITS_MS[unit] === 0) return `${ms / DURATION_UNITS_MS[unit]}${unit}`;
  return `${ms}ms`;
}
