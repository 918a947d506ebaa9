import { type LinePoint, Lines } from "../../charts/lines.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { useConsole } from "../../state/context.ts";
import { ratio } from "../../text/format.ts";
import { withGaps } from "../../text/points.ts";
import type { BackboneLinkView } from "../../views.ts";
import { forecastAt, forecastText } from "../backbone/words.ts";

const DAY = 86_400_000;
const WEEK = 7 * DAY;

/**
 * Where the interval stands when it is drawn: from the last day's level to each limit, early and late. Only what
 * the forecast says is drawn; no line is fitted here.
 */
function coneOf(link: BackboneLinkView, last: readonly [number, number], until: number) {
  const ahead = link.forecast
    .filter((one) => one.why === null && one.weeks !== null && one.weeks > 0 && one.limit / 100 > last[1])
    .sort((a, b) => a.limit - b.limit);
  const nearest = ahead[0];
  if (!nearest) return undefined;
  const rise = nearest.limit / 100 - last[1];
  const slope = (weeks: number | null): number => (weeks === null || weeks <= 0 ? 0 : rise / (weeks * WEEK));
  const end = Math.min(until, last[0] + (nearest.high ?? nearest.weeks! * 1.6) * WEEK);
  const at = (time: number, weeks: number | null): number => last[1] + slope(weeks) * (time - last[0]);
  const middle: LinePoint[] = [
    [last[0], last[1]],
    [end, at(end, nearest.weeks)],
  ];
  const band: (readonly [number, number, number])[] = [
    [last[0], last[1], last[1]],
    [end, at(end, nearest.high), at(end, nearest.low ?? nearest.weeks)],
  ];
  return { middle, band, end };
}

/** Busy-hour use of school days, the limits, and when they are reached. */
export function Forecast({
  points,
  link,
}: {
  points: readonly (readonly [number, number])[];
  link: BackboneLinkView;
}) {
  const { words } = useConsole();
  const { backbone: own } = words.value;
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  const first = sorted[0];
  const last = sorted.at(-1);
  const percent = (value: number): string => ratio(value).text;
  const tick = (value: number): string => `${Number((value * 100).toFixed(1))}\u00a0%`;
  const said = [forecastAt(link, 70), forecastAt(link, 80)].map((one) => forecastText(one, words.value));
  if (!first || !last || sorted.length < 2) {
    return (
      <section class="card">
        <header>
          <h2>{own.forecastHead}</h2>
        </header>
        <Quiet>{said[1] ?? words.value.empty.series}</Quiet>
      </section>
    );
  }
  const recent = sorted.slice(-5);
  const level: readonly [number, number] = [
    last[0],
    recent.reduce((sum, [, value]) => sum + value, 0) / recent.length,
  ];
  const past = last[0] - first[0];
  const cone = coneOf(link, level, last[0] + Math.max(past, 52 * WEEK));
  const to = cone?.end ?? last[0] + past * 0.1;
  const top = Math.max(1, ...sorted.map(([, value]) => value)) * 1.02;
  return (
    <section class="card">
      <header>
        <h2>{own.forecastHead}</h2>
        <p class="quiet">{own.forecastHint}</p>
      </header>
      <div class="chart">
        <Lines
          label={said.join(words.value.between)}
          from={first[0]}
          to={to}
          bottom={0}
          top={top}
          daily
          format={percent}
          axis={tick}
          lines={[
            // A weekend is no gap: a line is broken only where more than five days are missing.
            { key: "busy", name: own.busyHour, tone: "in", points: withGaps(sorted, 4 * DAY) },
            ...(cone
              ? [{ key: "trend", name: own.trend, tone: "muted" as const, points: cone.middle, dashed: true }]
              : []),
          ]}
          {...(cone ? { band: cone.band, bandName: own.interval } : {})}
          levels={[
            { value: 0.7, name: tick(0.7), tone: "watch" },
            { value: 0.8, name: tick(0.8), tone: "bad" },
          ]}
        />
        <ul class="said">
          {said.map((text, n) => (
            <li key={n}>{text}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
