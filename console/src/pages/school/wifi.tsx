import { Mark } from "../../parts/mark.tsx";
import { Failed, Quiet } from "../../parts/notice.tsx";
import { type Segment, SegmentsBar } from "../../parts/segments-bar.tsx";
import { ShareFacts, ShareLine } from "../../parts/share.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import type { Polled } from "../../state/polled.ts";
import { toDevice, toSchool } from "../../state/router.ts";
import { count, percent, quantity } from "../../text/format.ts";
import { compareNames, SERIOUSNESS } from "../../text/order.ts";
import type { SchoolWifiView } from "../../views.ts";
import { term } from "../../words/term.ts";

const LAYERS = ["presence", "service", "signal", "capacity"] as const;

/** Wi-Fi in four layers that are never one number, and the access points as they are registered and heard. */
export function Wifi({ answer, full }: { answer: Polled<SchoolWifiView>; full: boolean }) {
  const { words } = useConsole();
  const { wifi: own } = words.value;
  const view = answer.value;
  return (
    <section class="card" id="wifi">
      <header>
        <h2>{own.title}</h2>
        <p class="quiet">{view && own.rooms(count(view.rooms).text)}</p>
      </header>
      {answer.failure && !view && <Failed failure={answer.failure} retry={answer.retry} />}
      {!view && !answer.failure && <div class="bone bone-block" />}
      {view && (
        <>
          <div class="shares">
            {LAYERS.map((layer) => (
              <div key={layer} class="layer">
                <ShareLine label={own.layers[layer]} share={view[layer]} tone="bad" />
                <p class="quiet layer-what">{own.layerMeans[layer]}</p>
                <ShareFacts share={view[layer]} />
              </div>
            ))}
          </div>
          <Aps aps={view.aps} />
          {full && <Rooms view={view} />}
        </>
      )}
    </section>
  );
}

/** Planned, known, online, serving, each its own bar; what nobody registered too, and it is never added to the others. */
function Aps({ aps }: { aps: SchoolWifiView["aps"] }) {
  const { words } = useConsole();
  const { wifi: own } = words.value;
  const of = Math.max(aps.planned, aps.known, aps.online, 1);
  const bars: { key: keyof typeof own.aps; n: number; segments: Segment[] }[] = [
    { key: "planned", n: aps.planned, segments: [{ key: "n", tone: "plain", size: aps.planned }] },
    {
      key: "known",
      n: aps.known,
      segments: [
        { key: "n", tone: "plain", size: aps.known },
        // The controller does not name them: nobody can say how they are.
        { key: "hidden", tone: "none", size: aps.hidden },
      ],
    },
    { key: "online", n: aps.online, segments: [{ key: "n", tone: "plain", size: aps.online }] },
    { key: "serving", n: aps.serving, segments: [{ key: "n", tone: "good", size: aps.serving }] },
    {
      key: "notRegistered",
      n: aps.notRegistered,
      segments: [{ key: "n", tone: "watch", size: aps.notRegistered }],
    },
  ];
  return (
    <>
      <h3 class="sub">{own.apsTitle}</h3>
      <ul class="ap-bars">
        {bars.map((bar) => (
          <li key={bar.key} title={own.apsMean[bar.key]}>
            <span>{own.aps[bar.key]}</span>
            <SegmentsBar segments={bar.segments} of={of} />
            <b>{count(bar.n).text}</b>
            {bar.key === "known" && aps.hidden > 0 && <span class="quiet">{own.hidden(aps.hidden)}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

type Row = SchoolWifiView["list"][number];

function Rooms({ view }: { view: SchoolWifiView }) {
  const { words } = useConsole();
  const { wifi: own, columns, quantities } = words.value;
  const rows = [...view.list].sort(
    (a, b) => SERIOUSNESS[a.state] - SERIOUSNESS[b.state] || compareNames(a.roomName, b.roomName),
  );
  const list: Column<Row>[] = [
    {
      key: "room",
      head: columns.room,
      class: "main",
      cell: (row) => (
        <a class="row-link" href={toSchool(view.school, row.room)}>
          <Mark state={row.state} label />
          <Name text={row.roomName} />
        </a>
      ),
    },
    { key: "stage", head: columns.state, cell: (row) => term(own.stages, row.stage) },
    {
      key: "ap",
      head: "AP",
      cell: (row) =>
        row.ap === null ? (
          "–"
        ) : (
          <a class="over-row" href={toDevice(row.ap)}>
            <Name text={row.apName ?? row.ap} />
          </a>
        ),
    },
    {
      key: "clients",
      head: columns.clients,
      number: true,
      cell: (row) => <Value shown={count(row.clients)} />,
    },
    {
      key: "use",
      head: quantities["wifi.radio_use"],
      number: true,
      cell: (row) => <Value shown={percent(row.use)} />,
    },
    {
      key: "signal",
      head: quantities["wifi.radio_signal"],
      number: true,
      cell: (row) => <Value shown={quantity(row.signal, "dBm", words.value)} />,
    },
    {
      key: "fresh",
      head: columns.fresh,
      number: true,
      class: "fresh",
      cell: (row) => <AsOf at={row.at} kind="reading" />,
    },
  ];
  return (
    <>
      <h3 class="sub">{own.list}</h3>
      {rows.length === 0 ? (
        <Quiet>{words.value.empty.rooms}</Quiet>
      ) : (
        <Table caption={own.list} columns={list} rows={rows} keyOf={(row) => `${row.room} ${row.ap ?? ""}`} />
      )}
    </>
  );
}
