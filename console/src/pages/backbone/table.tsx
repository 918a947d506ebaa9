import { UseBar } from "../../parts/bar.tsx";
import { Chips } from "../../parts/chips.tsx";
import { Exports } from "../../parts/exports.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { Spark } from "../../parts/spark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { NOTHING, rate, speed } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import { useSteadyOrder } from "../../text/order.ts";
import { reasonText } from "../../text/sentence.ts";
import type { BackboneLinkView, ForecastView } from "../../views.ts";
import { term } from "../../words/term.ts";
import { carried } from "../county/schools-table.tsx";
import { has, TROUBLES, type Trouble } from "./trouble.ts";
import { forecastAt, percentileText } from "./words.ts";

/** Rows shown until a reader asks for all: trouble comes first, and a page of 500 links stays quick. */
const FIRST = 60;

/** A forecast in two short lines; the whole sentence is in the drawer. */
function Brief({ forecast }: { forecast: ForecastView | undefined }) {
  const { words } = useConsole();
  const { backbone: own } = words.value;
  if (!forecast || forecast.why !== null) {
    return <span class="missing">{forecast?.why ? term(words.value.why, forecast.why) : NOTHING}</span>;
  }
  if (forecast.weeks === null) return <span class="quiet">{own.briefNever}</span>;
  if (forecast.weeks === 0) return <b>{own.briefNow}</b>;
  const { low, high } = forecast;
  return (
    <>
      {own.brief(String(Math.round(forecast.weeks)))}
      {low !== null && (
        <span class="under">
          {high === null
            ? own.briefAtLeast(String(Math.round(low)))
            : own.briefRange(String(Math.round(low)), String(Math.round(high)))}
        </span>
      )}
    </>
  );
}

/** Name of the node that a link leads up from, in the reader's language. */
export type LinkNames = (link: BackboneLinkView) => string;

export function BackboneTable({
  links,
  chosen,
  only,
  nameOf,
  region,
}: {
  links: readonly BackboneLinkView[];
  chosen: string | null;
  only: Trouble | null;
  nameOf: LinkNames;
  region: string;
}) {
  const { words, router, minute: minutes, preferences } = useConsole();
  const { columns, backbone: own, empty, filter } = words.value;
  const minute = minutes.value;
  const language = preferences.language.value;
  const rank = new Map(links.map((link, at) => [link.id, at]));
  const rows = useSteadyOrder(
    only === null ? links : links.filter((link) => has(link, only)),
    (row) => row.id,
    (a, b) => rank.get(a.id)! - rank.get(b.id)!,
    (row) => row.state,
  );
  const all = router.place.value.query.has("all");
  const cut = !all && rows.length > FIRST + 20;
  const list: Column<BackboneLinkView>[] = [
    {
      key: "link",
      head: columns.link,
      class: "main",
      cell: (row) => (
        <>
          <a class="row-link" href={router.with({ link: row.id })}>
            <Mark state={row.state} label />
            <Name text={nameOf(row)} />
          </a>
          <span class="why">
            {row.reasons[0] ? (
              reasonText(row.reasons[0], words.value, minute, row.name)
            ) : (
              <Name text={nameIn(language, row)} />
            )}
          </span>
        </>
      ),
    },
    {
      key: "use",
      head: columns.use,
      class: "bar",
      cell: (row) => <UseBar use={row.use} state={row.state} title={carried(row)} />,
    },
    {
      key: "day",
      head: columns.day,
      wide: true,
      cell: (row) => (
        <Spark
          series={{ quantity: "interface.in_rate", device: row.device, interface: row.interface }}
          label={`${columns.in}, ${columns.day}`}
        />
      ),
    },
    {
      key: "p95",
      head: own.p95Head,
      number: true,
      class: "wrap",
      cell: (row) => (
        <span
          class={row.p95.value === null ? "missing" : "value"}
          title={row.p95.value === null ? undefined : rate(row.p95.value).text}
        >
          {percentileText(row.p95, words.value)}
        </span>
      ),
    },
    {
      key: "forecast",
      head: own.eightyHead,
      class: "short",
      cell: (row) => <Brief forecast={forecastAt(row, 80)} />,
    },
    {
      key: "ways",
      head: own.ways,
      class: "short",
      cell: (row) => (
        <>
          {term(own.resilience, row.resilience)}
          <span class="under">{term(own.families, row.families)}</span>
        </>
      ),
    },
    {
      key: "capacity",
      head: own.capacityCarrier,
      class: "short",
      cell: (row) => (
        <>
          <Value shown={speed(row.capacity)} />
          {row.carrier !== null && (
            <span class="under">
              <Name text={row.carrier} />
            </span>
          )}
        </>
      ),
    },
    { key: "fresh", head: columns.fresh, number: true, class: "fresh", cell: (row) => <AsOf at={row.at} /> },
  ];
  return (
    <section class="card backbone-links">
      <header>
        <h2>{own.table}</h2>
        <p class="quiet">{own.tableHint}</p>
        <Chips
          label={filter.label}
          name="only"
          all={filter.all}
          total={links.length}
          options={TROUBLES.map((trouble) => [
            trouble,
            own.trouble[trouble],
            links.filter((link) => has(link, trouble)).length,
          ])}
        />
        <Exports files={[["CSV", `/api/v1/backbone/export?region=${encodeURIComponent(region)}`]]} />
      </header>
      {rows.length === 0 ? (
        <Quiet>{only === null ? empty.links : own.noneOfThem}</Quiet>
      ) : (
        <Table
          caption={own.table}
          columns={list}
          rows={cut ? rows.slice(0, FIRST) : rows}
          keyOf={(row) => row.id}
          chosen={chosen}
        />
      )}
      {cut && (
        <p class="card-foot">
          <a class="button" href={router.with({ all: "1" })}>
            {own.allLinks(rows.length)}
          </a>
        </p>
      )}
    </section>
  );
}
