import { UseBar } from "../../parts/bar.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Spark } from "../../parts/spark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { AsOf, Name, Share, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { count, prefixed, rate } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import { byTrouble, useSteadyOrder } from "../../text/order.ts";
import { reasonsOf } from "../../text/sentence.ts";
import type { LinkView, SchoolRow } from "../../views.ts";

/** What a use in percent is a share of, for the hover. */
export function carried(link: LinkView | null): string | undefined {
  if (!link || link.capacity === null) return undefined;
  const larger = Math.max(link.inRate ?? 0, link.outRate ?? 0);
  return `${rate(larger).text} / ${rate(link.capacity).text}`;
}

export function SchoolsTable({ schools, chosen }: { schools: readonly SchoolRow[]; chosen: string | null }) {
  const { words, router, preferences, minute: minutes } = useConsole();
  const language = preferences.language.value;
  const { columns, county } = words.value;
  const minute = minutes.value;
  const rows = useSteadyOrder(
    schools,
    (row) => row.id,
    byTrouble,
    (row) => row.state,
  );
  const list: Column<SchoolRow>[] = [
    {
      key: "school",
      head: columns.school,
      class: "main",
      cell: (row) => (
        <>
          <a class="row-link" href={router.with({ school: row.id })}>
            <Mark state={row.state} label />
            <Name text={nameIn(language, row)} />
          </a>
          {row.reasons.length > 0 && <span class="why">{reasonsOf(row, words.value, minute)[0]}</span>}
        </>
      ),
    },
    {
      key: "uplink",
      head: columns.uplink,
      class: "bar",
      cell: (row) => (
        <UseBar
          use={row.uplink?.use ?? null}
          state={row.uplink?.state ?? "unknown"}
          title={carried(row.uplink)}
        />
      ),
    },
    {
      key: "day",
      head: columns.day,
      wide: true,
      cell: (row) =>
        row.uplink && (
          <Spark
            series={{
              quantity: "interface.in_rate",
              device: row.uplink.device,
              interface: row.uplink.interface,
            }}
            label={`${columns.uplink}, ${columns.day}`}
          />
        ),
    },
    {
      key: "rooms",
      head: columns.rooms,
      number: true,
      cell: (row) => <Share part={row.rooms.ready} of={row.rooms.total} />,
    },
    {
      key: "aps",
      head: columns.aps,
      number: true,
      cell: (row) => <Share part={row.aps.online} of={row.aps.known} />,
    },
    {
      key: "clients",
      head: columns.clients,
      number: true,
      cell: (row) => <Value shown={count(row.clients)} />,
    },
    {
      key: "power",
      head: columns.power,
      number: true,
      cell: (row) => <Value shown={prefixed(row.power, "W")} />,
    },
    { key: "fresh", head: columns.fresh, number: true, class: "fresh", cell: (row) => <AsOf at={row.at} /> },
  ];
  return (
    <section class="card">
      <header>
        <h2>{county.table}</h2>
        <p class="quiet">{county.tableHint}</p>
      </header>
      <Table caption={county.table} columns={list} rows={rows} keyOf={(row) => row.id} chosen={chosen} />
    </section>
  );
}
