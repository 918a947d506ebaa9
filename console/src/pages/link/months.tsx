import { monthText, plainDate } from "../../charts/ticks.ts";
import { Quiet } from "../../parts/notice.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { count, rate, ratio } from "../../text/format.ts";
import type { LinkPageView } from "../../views.ts";
import { percentileText } from "../backbone/words.ts";

type Month = LinkPageView["months"][number];

/** The 95th percentile month by month by both rules of contracts; a month with too few slots has none. */
export function Months({ link, months }: { link: string; months: readonly Month[] }) {
  const { words, preferences, minute } = useConsole();
  const { backbone: own, columns } = words.value;
  const language = preferences.language.value;
  const today = minute.value;
  const list: Column<Month>[] = [
    {
      key: "month",
      head: own.month,
      class: "main",
      cell: (row) => (
        <>
          {monthText(row.month, language)}
          {row.to > today - 120_000 && (
            <span class="why flush">{own.untilNow(plainDate(row.to - 1).slice(5))}</span>
          )}
        </>
      ),
    },
    {
      key: "larger",
      head: own.ruleLarger,
      number: true,
      class: "wrap",
      cell: (row) =>
        row.value === null ? (
          <span class="missing">{percentileText(row, words.value)}</span>
        ) : (
          <>
            <Value shown={rate(row.value)} />
            {row.use !== null && <span class="under">{ratio(row.use).text}</span>}
          </>
        ),
    },
    {
      key: "each",
      head: own.ruleEach,
      number: true,
      cell: (row) => (
        <span>
          {columns.in} {rate(row.inValue).text}
          <span class="under">
            {columns.out} {rate(row.outValue).text}
          </span>
        </span>
      ),
    },
    {
      key: "slots",
      head: own.slots,
      number: true,
      cell: (row) => (
        <a
          class="value"
          download
          href={`/api/v1/links/${encodeURIComponent(link)}/export?month=${row.month}`}
          title={`${count(row.slots).text} / ${count(row.slotsWanted).text}, ${own.slotsFile}`}
        >
          {row.slotsWanted > 0 ? ratio(row.slots / row.slotsWanted).text : "–"}
        </a>
      ),
    },
  ];
  return (
    <section class="card">
      <header>
        <h2>{own.months}</h2>
        <p class="quiet">{own.monthsHint}</p>
      </header>
      {months.length === 0 ? (
        <Quiet>{words.value.empty.series}</Quiet>
      ) : (
        <Table caption={own.months} columns={list} rows={months} keyOf={(row) => row.month} />
      )}
    </section>
  );
}
