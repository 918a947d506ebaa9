import { Lines } from "../../charts/lines.tsx";
import { dateOf, monthText, plainDate } from "../../charts/ticks.ts";
import { Quiet } from "../../parts/notice.tsx";
import { useConsole } from "../../state/context.ts";
import { ratio } from "../../text/format.ts";
import type { TargetPageView } from "../../views.ts";
import { paceText } from "./regions.tsx";
import { countedOf } from "./verdict.tsx";

const DAY = 86_400_000;

/** The rate over time against what is wanted and by when; hatched is what is not known: the rate could be that high. */
export function Progress({ view }: { view: TargetPageView }) {
  const { words, preferences } = useConsole();
  const { targets: own } = words.value;
  const language = preferences.language.value;
  const { target, history } = view;
  const { pace, wanted, by, tally } = target;
  const points = history
    .map(([date, rate]) => [dateOf(date), rate] as const)
    .filter(([at]) => Number.isFinite(at));
  const known = points.filter((point): point is readonly [number, number] => point[1] !== null);
  const first = points[0];
  const last = known.at(-1);
  if (!first || !last || points.length < 2) {
    return (
      <section class="card">
        <header>
          <h2>{own.progress}</h2>
        </header>
        <Quiet>{own.progressShort}</Quiet>
      </section>
    );
  }
  const due = by === null ? Number.NaN : dateOf(by);
  const end = reachedAt(pace.reached);
  const span = last[0] - first[0];
  const far = Math.max(last[0] + span * 0.15, Number.isFinite(due) ? due : 0, Number.isFinite(end) ? end : 0);
  // A date decades away would press the past flat: three years ahead is as far as anybody plans.
  const to = Math.min(far + 20 * DAY, last[0] + 3 * 366 * DAY);
  const counted = countedOf(tally);
  const band = history.flatMap(([date, rate, unknown]) => {
    const at = dateOf(date);
    return rate === null || counted === 0 || !Number.isFinite(at)
      ? []
      : [[at, rate, Math.min(1, rate + unknown / counted)] as const];
  });
  const trend =
    pace.perMonth === null
      ? []
      : ([
          [last[0], last[1]],
          [to, Math.max(0, Math.min(1, last[1] + (pace.perMonth * (to - last[0])) / (30 * DAY)))],
        ] as const);
  const values = known.map(([, value]) => value);
  const low = Math.min(...values, wanted ?? 1);
  const bottom = low > 0.6 ? 0.5 : 0;
  const percent = (value: number): string => ratio(value).text;
  const tick = (value: number): string => `${Number((value * 100).toFixed(1))}\u00a0%`;
  return (
    <section class="card">
      <header>
        <h2>{own.progress}</h2>
        <p class="quiet">{own.paceOver(paceText(pace.perMonth, own.perMonth), String(pace.days))}</p>
      </header>
      <div class="chart">
        <Lines
          label={own.progressLabel(
            percent(first[1] ?? last[1]),
            plainDate(first[0]),
            percent(last[1]),
            plainDate(last[0]),
          )}
          from={first[0]}
          to={to}
          bottom={bottom}
          top={1.03}
          daily
          format={percent}
          axis={tick}
          lines={[
            { key: "rate", name: own.rate, tone: "in", points },
            ...(trend.length > 0
              ? [{ key: "trend", name: own.atThisPace, tone: "muted" as const, points: trend, dashed: true }]
              : []),
          ]}
          {...(band.some(([, a, b]) => b > a) ? { band, bandName: own.couldBe } : {})}
          levels={
            wanted === null ? [] : [{ value: wanted, name: own.wantedName(percent(wanted)), tone: "accent" }]
          }
          marks={[
            ...(Number.isFinite(due) && due <= to
              ? [{ at: due, name: own.due(monthText(by!.slice(0, 7), language)) }]
              : []),
            ...(Number.isFinite(end) && end <= to
              ? [{ at: end, name: own.reachedMark(monthText(pace.reached!, language)) }]
              : []),
          ]}
        />
      </div>
    </section>
  );
}

/** The middle of the month in which the wanted rate is reached. */
const reachedAt = (month: string | null): number => (month === null ? Number.NaN : dateOf(`${month}-15`));
