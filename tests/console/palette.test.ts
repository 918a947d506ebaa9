import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CONSOLE } from "./browser.ts";

type Color = readonly [number, number, number];
type Palette = ReadonlyMap<string, string>;

const css = await readFile(join(CONSOLE, "src/styles/tokens.css"), "utf8");

/** The variables of the block that begins with this selector. */
function block(selector: string): Palette {
  const start = css.indexOf(selector);
  if (start < 0) throw new Error(`tokens.css has no ${selector}`);
  const body = css.slice(css.indexOf("{", start) + 1, css.indexOf("}", start));
  return new Map([...body.matchAll(/--([a-z-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!]));
}
const light = block(":root {");
const dark = block(':root[data-theme="dark"] {');

/** Linear light of `#rrggbb`. */
function linear(palette: Palette, name: string): Color {
  const hex = palette.get(name);
  if (!hex || !/^#[0-9a-f]{6}$/.test(hex)) throw new Error(`--${name} is ${hex}`);
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const luminance = ([r, g, b]: Color): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** WCAG 2.2, 1.4.3. */
function contrast(palette: Palette, over: string, under: string): number {
  const [a, b] = [luminance(linear(palette, over)), luminance(linear(palette, under))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB. */
const BLINDNESS = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

function seen(matrix: readonly number[], [r, g, b]: Color): Color {
  const row = (at: number): number =>
    Math.min(1, Math.max(0, matrix[at]! * r + matrix[at + 1]! * g + matrix[at + 2]! * b));
  return [row(0), row(3), row(6)];
}

/** CIE L*a*b*, D65. */
function lab([r, g, b]: Color): Color {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389) / 27 / 116 + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(luminance([r, g, b]));
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

for (const [theme, palette] of [
  ["light", light],
  ["dark", dark],
] as const) {
  it(`has at least 4.5:1 for every text, ${theme}`, () => {
    const pairs = [
      ...["text", "muted", "accent", "good", "watch", "bad", "unknown"].flatMap((over) => [
        [over, "surface"],
        [over, "bg"],
        [over, "hover"],
      ]),
      ["text", "watch-soft"],
      ["text", "bad-soft"],
      ["muted", "watch-soft"],
      ["muted", "bad-soft"],
      ["accent", "accent-soft"],
      ["muted", "accent-soft"],
      ["on-accent", "accent"],
    ] as const;
    const low = pairs.map(([over, under]) => [over, under, contrast(palette, over!, under!)] as const);
    expect(low.filter(([, , ratio]) => ratio < 4.5)).toEqual([]);
  });

  it(`keeps the four states apart for each colour-blindness, ${theme}`, () => {
    const states = ["good", "watch", "bad", "unknown"];
    const near: string[] = [];
    for (const [name, matrix] of Object.entries(BLINDNESS)) {
      for (const [n, a] of states.entries()) {
        for (const b of states.slice(n + 1)) {
          const [p, q] = [a, b].map((state) => lab(seen(matrix, linear(palette, state)))) as [Color, Color];
          const distance = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
          if (distance < 12) near.push(`${name}: ${a} and ${b} ${distance.toFixed(1)}`);
        }
      }
    }
    expect(near).toEqual([]);
  });
}

it("is the same darkness whether the system or the reader asks for it", () => {
  expect(block(':root:not([data-theme="light"]) {')).toEqual(dark);
  expect([...dark.keys()].sort()).toEqual([...light.keys()].sort());
});
