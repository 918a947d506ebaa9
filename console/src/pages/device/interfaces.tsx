import { useSignal } from "@preact/signals";
import { UseBar } from "../../parts/bar.tsx";
import { Segments } from "../../parts/choice.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { digits, NOTHING, percent, rate, speed } from "../../text/format.ts";
import { byPortTrouble, portState, useOf, useSteadyOrder } from "../../text/order.ts";
import type { InterfaceView } from "../../views.ts";
import { term } from "../../words/term.ts";

/** `0` quietly, anything else as it is: a rate of errors a second. */
function Faults({ inward, outward }: { inward: number | null; outward: number | null }) {
  if (inward === null && outward === null) return <span class="value missing">{NOTHING}</span>;
  const sum = (inward ?? 0) + (outward ?? 0);
  if (sum === 0) return <span class="quiet">0</span>;
  return (
    <Value
      shown={{ text: `${digits(sum)}\u00a0/s`, exact: `${inward ?? NOTHING} / ${outward ?? NOTHING} /s` }}
    />
  );
}

/** The rate of a port without a link is no news. */
function Traffic({ of, value }: { of: InterfaceView; value: number | null }) {
  return (
    <span class={portState(of) === "off" ? "quiet" : undefined}>
      <Value shown={rate(value)} />
    </span>
  );
}

/** Rows shown at least before "show all"; what is hidden is never more than ports without a link. */
const FIRST = 24;

export function Interfaces({ interfaces }: { interfaces: readonly InterfaceView[] }) {
  const { words, router } = useConsole();
  const { columns, device, texts, filter, empty } = words.value;
  const { query } = router.place.value;
  const all = useSignal(false);
  const only = query.get("ports");
  const shown = interfaces.filter((port) => {
    const state = portState(port);
    if (only === "up") return state !== "off";
    if (only === "down") return state === "off";
    if (only === "trouble") return state === "bad" || state === "watch";
    return true;
  });
  const rows = useSteadyOrder(shown, (row) => row.key, byPortTrouble, portState);
  const linked = rows.filter((port) => portState(port) !== "off").length;
  const most = all.value || only !== null ? rows.length : Math.max(FIRST, linked);
  const cut = rows.length > most + 4;
  const list: Column<InterfaceView>[] = [
    {
      key: "port",
      head: columns.port,
      class: "main",
      cell: (row) => {
        const state = portState(row);
        return (
          <>
            <a class="row-link" href={router.with({ if: row.key })}>
              {state === "off" ? <span class="mark-place" /> : <Mark state={state} label />}
              <Name text={row.name} />
            </a>
            {row.alias && (
              <span class="why">
                <Name text={row.alias} />
              </span>
            )}
          </>
        );
      },
    },
    {
      key: "state",
      head: columns.state,
      class: "short",
      cell: (row) =>
        row.adminState === "down"
          ? device.adminDown
          : row.operState
            ? term(texts, row.operState)
            : words.value.unknown,
    },
    { key: "speed", head: columns.speed, number: true, cell: (row) => <Value shown={speed(row.speed)} /> },
    { key: "in", head: columns.in, number: true, cell: (row) => <Traffic of={row} value={row.inRate} /> },
    { key: "out", head: columns.out, number: true, cell: (row) => <Traffic of={row} value={row.outRate} /> },
    {
      key: "use",
      head: columns.use,
      class: "bar",
      cell: (row) => {
        const state = portState(row);
        if (state === "off") return <span class="quiet">{NOTHING}</span>;
        return (
          <UseBar
            use={useOf(row)}
            state={(useOf(row) ?? 0) >= 70 ? state : "good"}
            title={`${columns.in} ${percent(row.inUse).text}, ${columns.out} ${percent(row.outUse).text}`}
          />
        );
      },
    },
    {
      key: "errors",
      head: columns.errors,
      number: true,
      cell: (row) => <Faults inward={row.inErrorRate} outward={row.outErrorRate} />,
    },
    {
      key: "discards",
      head: columns.discards,
      number: true,
      cell: (row) => <Faults inward={row.inDiscardRate} outward={row.outDiscardRate} />,
    },
    {
      key: "neighbor",
      head: columns.neighbor,
      cell: (row) => (row.neighbor ? <Name text={row.neighbor} /> : ""),
    },
  ];
  return (
    <section class="card">
      <header>
        <h2>{device.interfaces}</h2>
        <p class="quiet">{only ? device.showing(shown.length, interfaces.length) : device.interfacesHint}</p>
        <Segments
          label={filter.ports}
          name="ports"
          fallback="all"
          options={[
            ["all", filter.all],
            ["up", filter.up],
            ["down", filter.down],
            ["trouble", filter.trouble],
          ]}
        />
      </header>
      {rows.length === 0 ? (
        <Quiet>{empty.interfacesFilter}</Quiet>
      ) : (
        <Table
          caption={device.interfaces}
          columns={list}
          rows={cut ? rows.slice(0, most) : rows}
          keyOf={(row) => row.key}
          chosen={query.get("if")}
        />
      )}
      {cut && (
        <p class="card-foot">
          <button
            type="button"
            class="button"
            onClick={() => {
              all.value = true;
            }}
          >
            {device.allPorts(rows.length)}
          </button>
        </p>
      )}
    </section>
  );
}
