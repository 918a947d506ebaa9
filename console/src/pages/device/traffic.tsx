import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Segments } from "../../parts/choice.tsx";
import { Failed, Quiet } from "../../parts/notice.tsx";
import { Name } from "../../parts/value.tsx";
import { asFailure, type Failure } from "../../state/client.ts";
import { useConsole } from "../../state/context.ts";
import { plain } from "../../text/name.ts";
import { portState } from "../../text/order.ts";
import type { InterfaceView } from "../../views.ts";
import { Chart, type ChartData } from "./chart.tsx";
import { RANGE_NAMES, type RangeName, rangeOf } from "./range.ts";

/** A chart that ends now is asked for anew this often. */
const AGAIN_MS = 30_000;

/** A day with fewer points has hardly begun: unless the reader asked for the day, the last hour tells more. */
const FEW = 12;

/** The busiest port that is up: the one a reader most likely came for. */
function busiest(interfaces: readonly InterfaceView[]): InterfaceView | undefined {
  const rate = (port: InterfaceView): number => Math.max(port.inRate ?? 0, port.outRate ?? 0);
  return [...interfaces].sort(
    (a, b) => Number(portState(b) !== "off") - Number(portState(a) !== "off") || rate(b) - rate(a),
  )[0];
}

/** Traffic of the chosen port: which one, from when to when, is in the address. */
export function Traffic({ device, interfaces }: { device: string; interfaces: readonly InterfaceView[] }) {
  const { client, router, words, now } = useConsole();
  const { query } = router.place.value;
  const wanted = query.get("if");
  const fallback = useMemo(() => busiest(interfaces)?.key, [device]);
  const port = interfaces.find((one) => one.key === (wanted ?? fallback)) ?? busiest(interfaces);
  const box = useRef<HTMLElement>(null);
  const data = useSignal<ChartData | undefined>(undefined);
  const failure = useSignal<Failure | undefined>(undefined);
  const again = useSignal(0);
  const usual = useSignal<RangeName>("24h");
  const range = rangeOf(query, Math.floor(now.value / AGAIN_MS) * AGAIN_MS, usual.value);
  const custom = range.name === "custom";
  const key = port?.key;

  useEffect(() => {
    if (key === undefined) return;
    const life = new AbortController();
    const ask = (quantity: string) =>
      client.series(
        {
          quantity,
          device,
          interface: key,
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
          port: key,
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
  }, [device, key, range.from, range.to, range.step, again.value]);

  useEffect(() => {
    if (wanted !== null) box.current?.scrollIntoView({ block: "nearest" });
  }, [wanted]);

  if (!port) return null;
  const { device: own, range: names, empty } = words.value;
  const current = data.value?.port === port.key ? data.value : undefined;
  const bare = current && current.above.length === 0 && current.below.length === 0;
  return (
    <section class="card" ref={box}>
      <header>
        <h2>
          {own.traffic} <Name text={port.name} />
        </h2>
        <p class="quiet">{port.alias && <Name text={port.alias} />}</p>
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
            options={RANGE_NAMES.map((name) => [name, names[name]] as const)}
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
            capacity={port.speed}
            name={plain(port.name)}
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
