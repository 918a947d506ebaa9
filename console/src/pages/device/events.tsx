import { useEffect } from "preact/hooks";
import { Mark } from "../../parts/mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Name } from "../../parts/value.tsx";
import { useConsole, useDocument } from "../../state/context.ts";
import { ago, dateTimeExact } from "../../text/time.ts";
import type { EventsView, EventView } from "../../views.ts";
import { term } from "../../words/term.ts";

const SHOWN = 12;
const AGAIN_MS = 15_000;
const STATE_OF = { info: "good", warning: "watch", critical: "bad", unknown: "unknown" } as const;

/** What the device told by itself (traps, informs) and what campusd noticed of it; nothing when there is nothing. */
export function Events({ device }: { device: string }) {
  const { words, now } = useConsole();
  const { value, retry } = useDocument<EventsView>(
    `/events?device=${encodeURIComponent(device)}&limit=${SHOWN}`,
  );
  useEffect(() => {
    const timer = setInterval(retry, AGAIN_MS);
    return () => clearInterval(timer);
  }, [device]);
  if (!value || value.events.length === 0) return null;
  const { columns, events } = words.value;
  const list: Column<EventView>[] = [
    {
      key: "what",
      head: columns.event,
      cell: (row) => (
        <>
          <Mark state={STATE_OF[row.severity]} />
          <span title={row.varbinds.map((one) => `${one.name ?? one.oid} = ${one.value}`).join("\n")}>
            <Name text={term(events, row.kind)} />
          </span>
          {row.count > 1 && <span class="quiet"> ×{row.count}</span>}
        </>
      ),
    },
    { key: "port", head: columns.port, cell: (row) => <Name text={row.interface ?? "–"} /> },
    {
      key: "when",
      head: columns.when,
      class: "short",
      cell: (row) => <time title={dateTimeExact(row.lastAt)}>{ago(row.lastAt, now.value, words.value)}</time>,
    },
  ];
  return (
    <section class="card">
      <header>
        <h2>{words.value.device.events}</h2>
        <p class="quiet">{words.value.device.eventsHint}</p>
      </header>
      <Table
        caption={words.value.device.events}
        columns={list}
        rows={value.events}
        keyOf={(row) => String(row.id)}
      />
    </section>
  );
}
