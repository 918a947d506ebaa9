import { Choice } from "../../parts/choice.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { AsOf, Moment, Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toDevice } from "../../state/router.ts";
import { byTrouble, useSteadyOrder } from "../../text/order.ts";
import { reasonText } from "../../text/sentence.ts";
import type { DeviceRow, State } from "../../views.ts";
import { term } from "../../words/term.ts";

const STATES: readonly State[] = ["bad", "watch", "unknown", "good"];

/** Below the rooms only the head of the list is shown: trouble comes first. */
const FIRST = 12;

export function DevicesTable({ devices, all }: { devices: readonly DeviceRow[]; all: boolean }) {
  const { words, router, minute: minutes } = useConsole();
  const { columns, school, filter, roles, state: states, empty, up } = words.value;
  const minute = minutes.value;
  const { query } = router.place.value;
  const role = query.get("role");
  const state = query.get("state");
  const shown = devices.filter((row) => (!role || row.role === role) && (!state || row.state === state));
  const rows = useSteadyOrder(
    shown,
    (row) => row.id,
    byTrouble,
    (row) => row.state,
  );
  const list: Column<DeviceRow>[] = [
    {
      key: "device",
      head: columns.device,
      class: "main",
      cell: (row) => (
        <>
          <a class="row-link" href={toDevice(row.id)}>
            <Mark state={row.state} label />
            <Name text={row.name} />
          </a>
          {row.reasons[0] && (
            <span class="why">{reasonText(row.reasons[0], words.value, minute, row.name)}</span>
          )}
        </>
      ),
    },
    { key: "role", head: columns.role, class: "short", cell: (row) => term(roles, row.role) },
    { key: "room", head: columns.room, cell: (row) => (row.roomName ? <Name text={row.roomName} /> : "–") },
    {
      key: "model",
      head: columns.model,
      cell: (row) => <Name text={[row.vendor, row.model].filter(Boolean).join(" ") || "–"} />,
    },
    {
      key: "address",
      head: columns.address,
      class: "code",
      cell: (row) => <Name text={row.addresses[0] ?? "–"} />,
    },
    {
      key: "since",
      head: columns.since,
      class: "short",
      cell: (row) => (
        <>
          {term(up, row.up)} {row.since !== null && <Moment at={row.since} />}
        </>
      ),
    },
    { key: "fresh", head: columns.fresh, number: true, class: "fresh", cell: (row) => <AsOf at={row.at} /> },
  ];
  const cut = !all && !role && !state && rows.length > FIRST + 3;
  const present = [...new Set(devices.map((row) => row.role))];
  return (
    <section class="card" id="devices">
      <header>
        <h2>{school.devices}</h2>
        <p class="quiet">
          {shown.length === devices.length ? devices.length : `${shown.length} / ${devices.length}`}
        </p>
        <div class="choices">
          <Choice
            label={filter.role}
            name="role"
            options={present.map((one) => [one, term(roles, one)] as const)}
          />
          <Choice
            label={filter.state}
            name="state"
            options={STATES.map((one) => [one, states[one]] as const)}
          />
        </div>
      </header>
      {rows.length === 0 ? (
        <Quiet>{empty.devices}</Quiet>
      ) : (
        <Table
          caption={school.devices}
          columns={list}
          rows={cut ? rows.slice(0, FIRST) : rows}
          keyOf={(row) => row.id}
        />
      )}
      {cut && (
        <p class="card-foot">
          <a class="button" href={router.with({ tab: "devices", room: null })}>
            {words.value.device.allDevices(rows.length)}
          </a>
        </p>
      )}
    </section>
  );
}
