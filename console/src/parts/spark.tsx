import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useConsole } from "../state/context.ts";
import { withGaps } from "../text/points.ts";

type Point = readonly [number, number];

interface Props {
  /** Tags and quantity of the series, `{quantity, device, interface}`. */
  readonly series: Readonly<Record<string, string>>;
  /** A second quantity drawn below the axis. */
  readonly below?: string;
  readonly hours?: number;
  readonly width?: number;
  readonly height?: number;
  readonly label: string;
  /** Gauges keep their own floor; rates stand on zero. */
  readonly fromZero?: boolean;
}

const STEP_MS = 600_000;
const AGAIN_MS = 60_000;

/** Tags a query that leaves them out would still match: then the series without them is the one that is meant. */
const NARROWING = ["sensor", "interface", "lane", "ap", "radio", "ssid", "phase", "family"];
const isThat = (tags: Readonly<Record<string, string>>, asked: Readonly<Record<string, string>>): boolean =>
  NARROWING.every((tag) => tags[tag] === asked[tag]);

/**
 * The last day as a line. It asks for its points when it comes into view, and again each minute while it is
 * there; gaps stay gaps.
 */
export function Spark({ series, below, hours = 24, width = 96, height = 24, label, fromZero = true }: Props) {
  const { client, now } = useConsole();
  const box = useRef<SVGSVGElement>(null);
  const upper = useSignal<readonly Point[]>([]);
  const lower = useSignal<readonly Point[]>([]);
  const key = JSON.stringify(series);
  useEffect(() => {
    const life = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async (quantity: string): Promise<readonly Point[]> => {
      const to = Math.ceil(now.peek() / 60_000) * 60_000;
      const query = {
        ...series,
        quantity,
        from: String(to - hours * 3_600_000),
        to: String(to),
        step: String(STEP_MS),
      };
      const found = (await client.series(query, life.signal)).series;
      return (found.find((one) => isThat(one.tags, series)) ?? found[0])?.points ?? [];
    };
    const refresh = async (): Promise<void> => {
      try {
        const found = await load(series["quantity"]!);
        const under = below ? await load(below) : [];
        if (life.signal.aborted) return;
        upper.value = found;
        lower.value = under;
      } catch {
        // A sparkline is an ornament of its row: it stays as it was and tries again.
      }
      if (!life.signal.aborted) timer = setTimeout(refresh, AGAIN_MS);
    };
    const seen = new IntersectionObserver(
      (entries) => {
        clearTimeout(timer);
        if (entries.at(-1)?.isIntersecting) void refresh();
      },
      { rootMargin: "300px" },
    );
    if (box.current) seen.observe(box.current);
    return () => {
      life.abort();
      clearTimeout(timer);
      seen.disconnect();
    };
  }, [key, below, hours]);

  const points = upper.value;
  const under = lower.value;
  const span = hours * 3_600_000;
  const first = Math.ceil(now.peek() / 60_000) * 60_000 - span;
  const values = points.map(([, value]) => value);
  const top = Math.max(...values, fromZero ? 0 : -Infinity);
  const floor = fromZero ? 0 : Math.min(...values);
  const depth = Math.max(0, ...under.map(([, value]) => value));
  const reach = top - floor + depth || 1;
  const x = (at: number): number => 1 + Math.min(1, Math.max(0, (at - first) / span)) * (width - 2);
  const y = (value: number): number => 1 + ((top - value) / reach) * (height - 2);
  // A stroke of no length with round ends is a dot: a lone point is seen too.
  const path = (list: readonly Point[], sign: 1 | -1): string => {
    let pen = "M";
    return withGaps(list, STEP_MS)
      .map(([at, value]) => {
        if (value === null) {
          pen = "M";
          return "";
        }
        const dot = pen === "M" ? "h0" : "";
        const part = `${pen}${x(at).toFixed(1)} ${y(sign * value).toFixed(1)}`;
        pen = "L";
        return part + dot;
      })
      .join("");
  };
  return (
    <svg
      ref={box}
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {points.length > 0 && <path class="spark-in" d={path(points, 1)} />}
      {below && points.length > 0 && <path class="spark-axis" d={`M0 ${y(0)}H${width}`} />}
      {under.length > 0 && <path class="spark-out" d={path(under, -1)} />}
    </svg>
  );
}
