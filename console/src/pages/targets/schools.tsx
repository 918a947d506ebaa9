import { Chips } from "../../parts/chips.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { AsOf, Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { nameIn, withoutPlace } from "../../text/name.ts";
import type { RegionView, TargetPageView, VerdictView } from "../../views.ts";
import { term } from "../../words/term.ts";
import { indicatorValue } from "./indicator.ts";
import { VerdictMark, verdictState } from "./verdict.tsx";

type Row = TargetPageView["schools"][number];

/** Rows shown until a reader asks for all: not met come first. */
const FIRST = 80;
const VERDICTS: readonly VerdictView[] = ["not-met", "unknown", "met", "declared", "not-applicable"];

/** Every school as a tile of the same size: all count the same. */
export function SchoolTiles({
  rows,
  chosen,
  place,
}: {
  rows: readonly Row[];
  chosen: string | null;
  /** The county: its name before each school's is left out. */
  place: RegionView | undefined;
}) {
  const { router, words, preferences } = useConsole();
  const language = preferences.language.value;
  const county = place ? nameIn(language, place) : "";
  return (
    <ul class={rows.length > 60 ? "wall dense" : "wall"} aria-hidden="true">
      {rows.map((row) => (
        <li key={row.id}>
          <a
            class={`tile is-${verdictState(row.verdict)}`}
            tabIndex={-1}
            href={router.with({ school: row.id })}
            title={`${nameIn(language, row)} · ${words.value.targets.verdicts[row.verdict]}`}
            aria-current={row.id === chosen ? "true" : undefined}
          >
            <span class="tile-head flat">
              <VerdictMark verdict={row.verdict} />
              <Name text={withoutPlace(nameIn(language, row), county)} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

export function SchoolsTable({
  rows,
  conditions,
  chosen,
}: {
  rows: readonly Row[];
  conditions: TargetPageView["conditions"];
  chosen: string | null;
}) {
  const { router, words, preferences } = useConsole();
  const { targets: own, columns, evidence, filter } = words.value;
  const language = preferences.language.value;
  const { query } = router.place.value;
  const only = query.get("only");
  const known = VERDICTS.some((verdict) => verdict === only) ? only : null;
  const shown = known === null ? rows : rows.filter((row) => row.verdict === known);
  const cut = !query.has("all") && shown.length > FIRST + 20;
  const list: Column<Row>[] = [
    {
      key: "school",
      head: columns.school,
      class: "main",
      cell: (row) => (
        <a class="row-link" href={router.with({ school: row.id })}>
          <VerdictMark verdict={row.verdict} label />
          <Name text={nameIn(language, row)} />
        </a>
      ),
    },
    { key: "verdict", head: own.verdict, class: "short", cell: (row) => own.verdicts[row.verdict] },
    ...conditions.slice(0, 4).map(
      (condition): Column<Row> => ({
        key: condition.indicator,
        head: term(own.indicatorsShort, condition.indicator),
        number: true,
        class: "wrap",
        cell: (row) => {
          const value = row.values.find((one) => one.indicator === condition.indicator);
          if (!value || value.value === null) {
            return <span class="missing">{value?.why ? term(words.value.why, value.why) : "–"}</span>;
          }
          return <span class="value">{indicatorValue(value.value, condition.unit, words.value)}</span>;
        },
      }),
    ),
    {
      key: "class",
      head: own.evidenceHead,
      class: "short",
      cell: (row) => term(evidence.classes, row.evidence),
    },
    { key: "since", head: columns.since, class: "short", cell: (row) => row.since ?? "–" },
    {
      key: "fresh",
      head: columns.fresh,
      number: true,
      class: "fresh",
      cell: (row) => <AsOf at={row.at} kind="day" />,
    },
  ];
  return (
    <>
      <div class="card-line">
        <Chips
          label={filter.label}
          name="only"
          all={filter.all}
          total={rows.length}
          options={VERDICTS.flatMap((verdict) => {
            const n = rows.filter((row) => row.verdict === verdict).length;
            return n === 0 ? [] : [[verdict, own.verdicts[verdict], n] as const];
          })}
        />
      </div>
      {shown.length === 0 ? (
        <Quiet>{words.value.empty.region}</Quiet>
      ) : (
        <Table
          caption={own.schools}
          columns={list}
          rows={cut ? shown.slice(0, FIRST) : shown}
          keyOf={(row) => row.id}
          chosen={chosen}
        />
      )}
      {cut && (
        <p class="card-foot">
          <a class="button" href={router.with({ all: "1" })}>
            {own.allSchools(shown.length)}
          </a>
        </p>
      )}
    </>
  );
}
