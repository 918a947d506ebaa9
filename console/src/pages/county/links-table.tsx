import { UseBar } from "../../parts/bar.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { Spark } from "../../parts/spark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { rate, speed } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import { byName, useSteadyOrder } from "../../text/order.ts";
import { reasonText } from "../../text/sentence.ts";
import type { LinkView } from "../../views.ts";
import { term } from "../../words/term.ts";
import { carried } from "./schools-table.tsx";

/** Busiest first. A link that is down carries nothing and comes before all; one nothing is known of comes last. */
const weight = (link: LinkView): number => link.use ?? (link.state === "bad" ? Infinity : -1);
const byUse = (a: LinkView, b: LinkView): number =>
  weight(a) === weight(b) ? byName(a, b) : weight(b) - weight(a);

export function LinksTable({ links, chosen }: { links: readonly LinkView[]; chosen: string | null }) {
  const { words, router, preferences, now } = useConsole();
  const language = preferences.language.value;
  const { columns, county, linkRoles, empty } = words.value;
  const minute = Math.floor(now.value / 60_000) * 60_000;
  const rows = useSteadyOrder(
    links,
    (row) => row.id,
    byUse,
    (row) => row.state,
  );
  const list: Column<LinkView>[] = [
    {
      key: "link",
      head: columns.link,
      class: "main",
      cell: (row) => (
        <>
          <a class="row-link" href={router.with({ link: row.id, school: null })}>
            <Mark state={row.state} label />
            <Name text={nameIn(language, { name: row.schoolName, nameEn: row.schoolNameEn })} />
          </a>
          <span class="why">
            {row.reasons[0] ? (
              reasonText(row.reasons[0], words.value, minute, row.name)
            ) : (
              <Name text={row.name} />
            )}
          </span>
        </>
      ),
    },
    { key: "role", head: columns.role, class: "short", cell: (row) => term(linkRoles, row.role) },
    {
      key: "carrier",
      head: columns.carrier,
      class: "short",
      cell: (row) => (row.carrier ? <Name text={row.carrier} /> : "–"),
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
    { key: "in", head: columns.in, number: true, cell: (row) => <Value shown={rate(row.inRate)} /> },
    { key: "out", head: columns.out, number: true, cell: (row) => <Value shown={rate(row.outRate)} /> },
    {
      key: "capacity",
      head: columns.capacity,
      number: true,
      cell: (row) => <Value shown={speed(row.capacity)} />,
    },
    { key: "fresh", head: columns.fresh, number: true, class: "fresh", cell: (row) => <AsOf at={row.at} /> },
  ];
  return (
    <section class="card">
      <header>
        <h2>{county.links}</h2>
        <p class="quiet">{county.linksHint}</p>
      </header>
      {links.length === 0 ? (
        <Quiet>{empty.links}</Quiet>
      ) : (
        <Table caption={county.links} columns={list} rows={rows} keyOf={(row) => row.id} chosen={chosen} />
      )}
    </section>
  );
}
