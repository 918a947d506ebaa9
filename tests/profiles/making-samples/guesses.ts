import type { Expression } from "../../../src/profiles/compiled.ts";

/** Numbers to try for what is free: what it would be anyway, then what the condition names and what is next to it. */
export function* trials(condition: Expression, likely: readonly number[]): Generator<readonly number[]> {
  const constants = [...condition.text.matchAll(/(?<![\w.#[])-?\d+(?:\.\d+)?/g)].map(([text]) =>
    Number(text),
  );
  const tried = [...new Set([...constants, ...constants.map((n) => n + 1), 1, 2, 0, 100])]
    .filter((n) => n >= 0)
    .slice(0, 8);
  if (condition.text.includes("isnan")) tried.push(Number.NaN);
  const width = tried.length + 1;
  for (let n = 0; n < Math.min(width ** likely.length, 4096); n++)
    yield likely.map((first, i) => {
      const choice = Math.floor(n / width ** i) % width;
      return choice === 0 ? first : tried[choice - 1]!;
    });
}

/** A number that others are computed with: by what its name says it is. */
export function operand(object: string, row: number): number {
  if (/scale|precision|exponent|decimal/i.test(object)) return 1;
  if (/divisor|factor|multiplier/i.test(object)) return 10;
  if (/unit|alloc/i.test(object)) return 4096;
  if (/total|size|capacity|max|limit|rated/i.test(object)) return 2_000_000;
  if (/used|usage|free|avail|idle|cached|buffer/i.test(object)) return 600_000 + 20_000 * row;
  return 10 + row;
}
