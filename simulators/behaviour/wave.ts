import type { Seed } from "../world/seed.ts";

/** A smooth restless number between -1 and 1, the same for ever at a second: three waves of odd periods. */
export class Wave {
  readonly #phase: number;
  readonly #stretch: number;

  constructor(seed: Seed) {
    this.#phase = seed.between("wave", 0, 1000);
    this.#stretch = seed.between("stretch", 0.8, 1.25);
  }

  at(second: number): number {
    const t = second * this.#stretch;
    return (
      0.5 * Math.sin(turn(t / 67.3 + this.#phase)) +
      0.3 * Math.sin(turn(t / 411 + this.#phase * 1.7)) +
      0.2 * Math.sin(turn(t / 2903 + this.#phase * 2.3))
    );
  }
}

/** The angle within one turn: the sine of a great number costs ten times that of a small one. */
function turn(angle: number): number {
  return angle - 2 * Math.PI * Math.floor(angle / (2 * Math.PI));
}

/** Keeps a number within bounds. */
export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
