import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Lines } from "../../charts/lines.tsx";
import { Failed, Quiet, Skeleton } from "../../parts/notice.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Name } from "../../parts/value.tsx";
import { asFailure, type Failure } from "../../state/client.ts";
import { useConsole, useDocument } from "../../state/context.ts";
import { toDevice } from "../../state/router.ts";
import { quantity } from "../../text/format.ts";
import { usualStep, withGaps } from "../../text/points.ts";
import { dateTimeExact } from "../../text/time.ts";
import type { QuantitiesView, SeriesView } from "../../views.ts";
import { term } from "../../words/term.ts";

const DAY = 86_400_000;
/** What the API gives as it was read; a longer time comes in steps. */
const RAW_MS = 26 * 3_600_000;
/** Rows of the list of readings, newest first. */
const FIRST = 100;
/** Members of the address that are no tags. */
const NO_TAGS: ReadonlySet<string> = new Set(["quantity", "from", "to", "label", "as", "step"]);

const timeOf = (text: string | null): number | undefined => {
  const at = Number(text);
  return text !== null && Number.isSafeInteger(at) && at > 0 ? at : undefined;
};

/** The raw readings that a number was made of: a chart, and each by itself. */
export function SeriesPage() {
  const { client, router, words, now } = useConsole();
  const { query } = router.place.value;
  const { series: own, quantities, empty } = words.value;
  const data = useSignal<SeriesView | undefined>(undefined);
  const failure = useSignal<Failure | undefined>(undefined);
  const turn = useSignal(0);
  const known = useDocument<QuantitiesView>("/quantities").value?.quantities;
  const id = query.get("quantity") ?? "";
  const to = timeOf(query.get("to")) ?? Math.ceil(now.peek() / 60_000) * 60_000;
  const asked = timeOf(query.get("from"));
  const from = asked !== undefined && asked < to ? asked : to - DAY;
  const tags = [...query].filter(([key]) => !NO_TAGS.has(key));
  const key = JSON.stringify([id, tags, from, to]);
  const label = query.get("label") ?? query.get("device") ?? "";
  const device = query.get("device");
  useEffect(() => {
    document.title = `${term(quantities, id)} · campusd`;
  }, [id]);
  useEffect(() => {
    const life = new AbortController();
    client
      .series(
        {
          ...Object.fromEntries(tags),
          quantity: id,
          from: String(from),
          to: String(to),
          ...(to - from <= RAW_MS ? { step: "raw" } : {}),
        },
        life.signal,
      )
      .then(
        (found) => {
          if (life.signal.aborted) return;
          data.value = found;
          failure.value = undefined;
        },
        (error) => {
          if (!life.signal.aborted) failure.value = asFailure(error);
        },
      );
    return () => life.abort();
  }, [key, turn.value]);
  if (failure.value) {
    return (
      <Failed
        failure={failure.value}
        retry={() => {
          turn.value += 1;
        }}
      />
    );
  }
  if (!data.value) return <Skeleton tiles={0} />;
  const list = data.value.series;
  const first = list[0];
  const values = list.flatMap((one) => one.points.map(([, value]) => value));
  const unit = first?.unit ?? "";
  const states = known?.find((one) => one.id === id)?.states;
  const say = (value: number): string => {
    const name = states?.[String(value)];
    return name === undefined ? quantity(value, unit, words.value).text : term(words.value.texts, name);
  };
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  const bottom = lowest >= 0 ? 0 : lowest * 1.08;
  const top = highest > 0 ? highest * 1.08 : highest === 0 ? 1 : 0;
  const rows = (first?.points ?? []).slice(-FIRST).reverse();
  const columns: Column<readonly [number, number]>[] = [
    { key: "at", head: own.when, class: "main", cell: ([at]) => dateTimeExact(at) },
    {
      key: "value",
      head: own.value,
      number: true,
      cell: ([, value]) => <span title={String(value)}>{say(value)}</span>,
    },
  ];
  return (
    <>
      <div class="lead">
        <p class="overline">
          <Name text={label} />
          {device && <a href={toDevice(device, query.get("interface") ?? undefined)}>{own.device}</a>}
        </p>
        <div class="sentence">
          <h1>
            {term(quantities, id)}
            {words.value.comma}
            {own.count(values.length)}
          </h1>
        </div>
        <p class="lead-foot">
          {dateTimeExact(from)} – {dateTimeExact(to)} · {data.value.step === null ? own.raw : own.stepped}
        </p>
      </div>
      <section class="card">
        <header>
          <h2>{own.chart}</h2>
          <p class="quiet">
            <Name text={tags.map(([tag, value]) => `${tag} ${value}`).join(" · ")} />
          </p>
        </header>
        {values.length === 0 ? (
          <Quiet>{empty.series}</Quiet>
        ) : (
          <div class="chart">
            <Lines
              label={own.summary(term(quantities, id), say(lowest), say(highest))}
              from={from}
              to={to}
              bottom={bottom}
              top={top}
              height={260}
              format={say}
              axis={(value) => (states && !Number.isInteger(value) ? "" : say(value))}
              lines={list.slice(0, 2).map((one, n) => ({
                key: JSON.stringify(one.tags),
                name: n === 0 ? own.value : (Object.values(one.tags).at(-1) ?? own.value),
                tone: n === 0 ? ("in" as const) : ("out" as const),
                points: withGaps(one.points, data.value?.step ?? usualStep(one.points)),
              }))}
            />
          </div>
        )}
      </section>
      {rows.length > 0 && (
        <section class="card">
          <header>
            <h2>{own.rows}</h2>
            <p class="quiet">{own.newest(rows.length, first?.points.length ?? 0)}</p>
          </header>
          <Table caption={own.rows} columns={columns} rows={rows} keyOf={([at]) => String(at)} />
        </section>
      )}
    </>
  );
}
