import { Mark } from "../../parts/mark.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { quantity } from "../../text/format.ts";
import type { OpticView } from "../../views.ts";

/** Where a reading stands between its limits, 0..100; the scale reaches a quarter beyond each. */
function placeOf(value: number, low: number, high: number): number {
  const margin = (high - low) * 0.25 || 1;
  const share = (value - (low - margin)) / (high - low + 2 * margin);
  return Math.max(1, Math.min(99, share * 100));
}

/** Received power of each lane against the module's limits and against its own last seven days. */
export function Optics({ optics }: { optics: readonly OpticView[] }) {
  const { words } = useConsole();
  const { backbone: own } = words.value;
  const dbm = (value: number | null) => <Value shown={quantity(value, "dBm", words.value)} />;
  return (
    <section class="card">
      <header>
        <h2>{own.optics}</h2>
        <p class="quiet">{own.opticsHint}</p>
      </header>
      {optics.length === 0 && <Quiet>{own.noOptics}</Quiet>}
      <ul class="optics">
        {optics.map((optic) => {
          const { rxPower, rxLow, rxHigh } = optic;
          const scaled = rxPower !== null && rxLow !== null && rxHigh !== null;
          return (
            <li key={`${optic.interface} ${optic.lane ?? ""}`}>
              <h3>
                <Mark state={optic.state} label />
                <Name text={optic.interface} />
                {optic.lane !== null && <span class="quiet">{own.lane(optic.lane)}</span>}
              </h3>
              {scaled && (
                <span class="optic-scale" aria-hidden="true">
                  <i
                    class="allowed"
                    style={{
                      left: `${placeOf(rxLow, rxLow, rxHigh)}%`,
                      right: `${100 - placeOf(rxHigh, rxLow, rxHigh)}%`,
                    }}
                  />
                  <i
                    class={`needle is-${optic.state}`}
                    style={{ left: `${placeOf(rxPower, rxLow, rxHigh)}%` }}
                  />
                </span>
              )}
              <p>
                {own.rx} <b>{dbm(rxPower)}</b>
                {optic.change !== null && <span> · {own.change(signed(optic.change))}</span>} · {own.tx}{" "}
                {dbm(optic.txPower)}
              </p>
              <p class="quiet">
                {rxLow === null || rxHigh === null
                  ? own.noLimits
                  : own.limits(
                      quantity(rxLow, "dBm", words.value).text,
                      quantity(rxHigh, "dBm", words.value).text,
                      optic.limitOf === "module" ? own.limitOfModule : own.limitOfKind,
                    )}{" "}
                · <AsOf at={optic.at} kind="reading" />
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const signed = (value: number): string =>
  `${value > 0 ? "+" : value < 0 ? "\u2212" : ""}${Math.abs(value).toFixed(1)}\u00a0dB`;
