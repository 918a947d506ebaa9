import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Segments } from "../parts/choice.tsx";
import { Failed, Quiet } from "../parts/notice.tsx";
import { asFailure, type Failure } from "../state/client.ts";
import { useConsole } from "../state/context.ts";
import { RANGE_NAMES, type RangeName, rangeOf } from "./range.ts";
import { Chart, type ChartData, type Percentiles } from "./traffic-chart.tsx";

/** A chart that ends now is asked for anew this often. */
const AGAIN_MS = 30_000;

/** A day with fewer points has hardly begun: unless the reader asked for the day, the last hour tells more. */
const FEW = 12;

interface Props {
  readonly device: string;
  /** Key of the port, and its name for whoever does not see the picture. */
  readonly port: string;
  readonly name: string;
  /** bit/s. */
  readonly capacity: number | null;
  /** Of the month, instead of those of the points that are shown. */
  readonly percentiles?: Percentiles;
  readonly title: ComponentChildren;
  readonly hint?: ComponentChildren;
  /** Brings the chart into view when it changes. */
  readonly asked?: string | null;
}

/** Traffic of a port; from when to when is in the address. */
export function PortTraffic({ device, port, name, capacity, percentiles, title, hint, asked = null }: Props) {
  const { client, router, words, now } = useConsole();
  const { query } = router.place.value;
  const box = useRef<HTMLElement>(null);
  const data = useSignal<ChartData | undefined>(undefined);
  const failure = useSignal<Failure | undefined>(undefined);
  const again = useSignal(0);
  const usual = useSignal<RangeName>("24h");
  const until = useComputed(() => Math.floor(now.value / AGAIN_MS) * AGAIN_MS);
  const range = rangeOf(query, until.value, usual.value);
  const custom = range.name === "custom";

  useEffect(() => {
    const life = new AbortController();
    const ask = (quantity: string) =>
      client.series(
        {
          quantity,
          device,
          interface: port,
          from: String(range.from),
          to: String(range.to),
          step: range.step === null ? "raw" : String(range.step),
        },
        life.signal,
      );
    Promise.all([ask("interface.in_rate"), ask("interface.out_rate")]).then(
      ([above, below]) => {
        if (life.signal.aborted) return;
        failure.value = undefined;
        const most = Math.max(...[above, below].map((one) => one.series[0]?.points.length ?? 0));
        if (range.name === "24h" && !query.has("range") && most < FEW) {
          usual.value = "1h";
          return;
        }
        data.value = {
          port,
          from: range.from,
          to: range.to,
          step: range.step,
          above: above.series[0]?.points ?? [],
          below: below.series[0]?.points ?? [],
        };
      },
      (error) => {
        if (!life.signal.aborted) failure.value = asFailure(error);
      },
    );
    return () => life.abort();
  }, [device, port, range.from, range.to, range.step, again.value]);

  useEffect(() => {
    if (asked !== null) box.current?.scrollIntoView({ block: "nearest" });
  }, [asked]);

  const { range: names, empty } = words.value;
  const current = data.value?.port === port ? data.value : undefined;
  const bare = current && current.above.length === 0 && current.below.length === 0;
  return (
    <section class="card" ref={box}>
      <header>
        <h2>{title}</h2>
        <p class="quiet">{hint}</p>
        <div class="ranges">
          {custom && (
            <a class="plain-button" href={router.with({ from: null, to: null })}>
              {names.back}
            </a>
          )}
          <Segments
            label={names.label}
            name="range"
            fallback={custom ? "" : usual.value}
            options={RANGE_NAMES.map((one) => [one, names[one]] as const)}
          />
        </div>
      </header>
      {failure.value && !current ? (
        <Failed
          failure={failure.value}
          retry={() => {
            again.value += 1;
          }}
        />
      ) : (
        <>
          <Chart
            data={current}
            capacity={capacity}
            name={name}
            {...(percentiles ? { percentiles } : {})}
            onZoom={(from, to) => router.go(router.with({ from: String(from), to: String(to) }))}
            onReset={() => {
              if (custom) router.go(router.with({ from: null, to: null }));
            }}
          />
          {bare && <Quiet>{empty.series}</Quiet>}
        </>
      )}
    </section>
  );
}
