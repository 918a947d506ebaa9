// biome-ignore-all lint/a11y/noSvgWithoutTitle: the figure carries the label
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { useConsole } from "../state/context.ts";
import { dateTime } from "../text/time.ts";
import { plainDate, timeTicks, valueTicks } from "./ticks.ts";

export type LinePoint = readonly [at: number, value: number | null];

export interface Line {
  readonly key: string;
  /** Stands before its value above the drawing. */
  readonly name: string;
  readonly tone: "in" | "out" | "accent" | "muted";
  /** Oldest first; a null breaks the line. */
  readonly points: readonly LinePoint[];
  readonly dashed?: boolean;
}

export interface Level {
  readonly value: number;
  /** As it is told above the drawing, with its value. */
  readonly name: string;
  readonly tone: "bad" | "watch" | "muted" | "accent";
}

interface Props {
  /** What is drawn, in words: the picture's name for whoever does not see it. */
  readonly label: string;
  /** UTC ms. */
  readonly from: number;
  readonly to: number;
  readonly bottom: number;
  readonly top: number;
  readonly lines: readonly Line[];
  readonly levels?: readonly Level[];
  /** Hatched between low and high: what is not known, or how far an estimate may be off. */
  readonly band?: readonly (readonly [at: number, low: number, high: number])[];
  readonly bandName?: string;
  /** Upright lines, as a date by which something has to be reached. */
  readonly marks?: readonly { readonly at: number; readonly name: string }[];
  readonly format: (value: number) => string;
  /** How the axis tells a round value; as `format` unless told. */
  readonly axis?: (value: number) => string;
  /** Days are told without the time. */
  readonly daily?: boolean;
  readonly height?: number;
  readonly children?: ComponentChildren;
}

const LEFT = 64;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 24;

/**
 * A drawing of a few lines with levels, a hatched band and dates: small enough to be drawn as SVG, in the colours of
 * the stylesheet. The row above holds the values under the pointer, else the latest.
 */
export function Lines(props: Props) {
  const { label, from, to, bottom, top, lines, levels = [], band = [], marks = [], format } = props;
  const height = props.height ?? 200;
  const { preferences } = useConsole();
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(640);
  const pointed = useSignal<number | null>(null);
  const hatch = useId();
  useLayoutEffect(() => {
    if (box.current && box.current.clientWidth > 0) width.value = box.current.clientWidth;
  }, []);
  useEffect(() => {
    const seen = new ResizeObserver(() => {
      const next = box.current?.clientWidth ?? 0;
      if (next > 0) width.value = next;
    });
    if (box.current) seen.observe(box.current);
    return () => seen.disconnect();
  }, []);

  const right = width.value - RIGHT;
  const foot = height - BOTTOM;
  const reach = top - bottom || 1;
  const x = (at: number): number => LEFT + ((at - from) / (to - from || 1)) * (right - LEFT);
  const y = (value: number): number => TOP + ((top - value) / reach) * (foot - TOP);
  const clamped = (value: number): number => y(Math.max(bottom, Math.min(top, value)));
  const known = lines.flatMap((line) => line.points.filter(([, value]) => value !== null).map(([at]) => at));
  const at = pointed.value ?? (known.length > 0 ? Math.max(...lines[0]!.points.map(([one]) => one)) : null);
  const valueAt = (line: Line): number | null => {
    if (at === null) return null;
    let best: LinePoint | undefined;
    for (const point of line.points) {
      if (best === undefined || Math.abs(point[0] - at) < Math.abs(best[0] - at)) best = point;
    }
    const spacing = line.points.length > 1 ? (to - from) / (line.points.length - 1) : to - from;
    return best && Math.abs(best[0] - at) <= spacing * 1.5 ? best[1] : null;
  };
  // Names of dates stand where the line is not.
  const ends = lines[0]?.points.findLast(([, value]) => value !== null)?.[1] ?? 0;
  const high = ends > (bottom + top) / 2;
  const onMove = (event: PointerEvent): void => {
    const rect = box.current?.getBoundingClientRect();
    if (!rect || known.length === 0) return;
    const time = from + ((event.clientX - rect.left - LEFT) / (right - LEFT)) * (to - from);
    pointed.value = known.reduce((best, one) => (Math.abs(one - time) < Math.abs(best - time) ? one : best));
  };
  return (
    <figure class="lines">
      <figcaption class="readout">
        <span class="readout-time">{at === null ? "" : props.daily ? plainDate(at) : dateTime(at)}</span>
        {lines.map((line) => {
          const value = valueAt(line);
          return (
            <span key={line.key}>
              <i class={`key tone-${line.tone}${line.dashed ? " key-dashed" : ""}`} />
              {line.name} <b>{value === null ? "–" : format(value)}</b>
            </span>
          );
        })}
        {levels.map((level) => (
          <span key={level.name}>
            <i class={`key key-dashed level-${level.tone}`} />
            {level.name}
          </span>
        ))}
        {band.length > 0 && props.bandName && (
          <span>
            <i class="key key-hatch" />
            {props.bandName}
          </span>
        )}
        {props.children}
      </figcaption>
      <div ref={box} class="lines-box" style={{ height: `${height}px` }}>
        <svg
          width={width.value}
          height={height}
          role="img"
          aria-label={label}
          onPointerMove={onMove}
          onPointerLeave={() => {
            pointed.value = null;
          }}
        >
          <defs>
            <pattern
              id={hatch}
              width="6"
              height="6"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <path d="M0 0V6" class="hatch-line" />
            </pattern>
          </defs>
          {valueTicks(bottom, top).map((value) => (
            <g key={value}>
              <path class="grid" d={`M${LEFT} ${y(value)}H${right}`} />
              <text class="tick" x={LEFT - 8} y={y(value) + 4} text-anchor="end">
                {(props.axis ?? format)(value)}
              </text>
            </g>
          ))}
          {timeTicks(from, to, Math.max(2, Math.floor((right - LEFT) / 96)), preferences.language.value).map(
            (tick) => (
              <text key={tick.at} class="tick" x={x(tick.at)} y={height - 6} text-anchor="middle">
                {tick.text}
              </text>
            ),
          )}
          {band.length > 1 && (
            <path
              fill={`url(#${hatch})`}
              d={`M${band.map(([when, , high]) => `${x(when).toFixed(1)} ${clamped(high).toFixed(1)}`).join("L")}L${[
                ...band,
              ]
                .reverse()
                .map(([when, low]) => `${x(when).toFixed(1)} ${clamped(low).toFixed(1)}`)
                .join("L")}Z`}
            />
          )}
          {levels.map((level) => (
            <path
              key={level.name}
              class={`level level-${level.tone}`}
              d={`M${LEFT} ${clamped(level.value)}H${right}`}
            />
          ))}
          {marks.map((mark, n) => (
            <g key={mark.name}>
              <path class="level level-accent" d={`M${x(mark.at)} ${TOP}V${foot}`} />
              <text
                class="mark-name"
                x={x(mark.at) + (x(mark.at) > right - 120 ? -6 : 6)}
                y={high ? foot - 8 - n * 16 : TOP + 12 + n * 16}
                text-anchor={x(mark.at) > right - 120 ? "end" : "start"}
              >
                {mark.name}
              </text>
            </g>
          ))}
          {lines.map((line) => (
            <path
              key={line.key}
              class={`line tone-${line.tone}${line.dashed ? " dashed" : ""}`}
              d={pathOf(line.points, x, clamped)}
            />
          ))}
          {pointed.value !== null && <path class="pointer" d={`M${x(pointed.value)} ${TOP}V${foot}`} />}
        </svg>
      </div>
    </figure>
  );
}

/** A lone point is a stroke of no length with round ends: a dot. */
function pathOf(
  points: readonly LinePoint[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let pen = "M";
  return points
    .map(([at, value]) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const part = `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}${pen === "M" ? "h0" : ""}`;
      pen = "L";
      return part;
    })
    .join("");
}
