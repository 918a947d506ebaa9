import { Quiet } from "../../parts/notice.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import type { DeviceView } from "../../views.ts";

type Address = DeviceView["addresses"][number];
type Neighbor = DeviceView["neighbors"][number];

/** Its own addresses, and what stands at the other ends of its ports. */
export function Neighborhood({ view }: { view: DeviceView }) {
  const { words } = useConsole();
  const { columns, device, none } = words.value;
  const name = (text: string | null) => <Name text={text ?? "–"} />;
  const addresses: Column<Address>[] = [
    {
      key: "address",
      head: columns.address,
      class: "code",
      cell: (row) => name(row.prefixLength === null ? row.address : `${row.address}/${row.prefixLength}`),
    },
    { key: "port", head: columns.port, cell: (row) => name(row.interface) },
  ];
  const neighbors: Column<Neighbor>[] = [
    { key: "neighbor", head: columns.neighbor, cell: (row) => name(row.remoteName) },
    { key: "remote", head: columns.remotePort, cell: (row) => name(row.remotePort) },
    { key: "port", head: columns.port, cell: (row) => name(row.interface) },
    { key: "protocol", head: columns.protocol, cell: (row) => row.protocol.toUpperCase() },
  ];
  // A meter has no ports: that it has no neighbours need not be said.
  const wired = view.interfaces.length > 0;
  return (
    <div class="stack">
      {(wired || view.neighbors.length > 0) && (
        <section class="card">
          <header>
            <h2>{device.neighbors}</h2>
          </header>
          {view.neighbors.length === 0 ? (
            <Quiet>{none}</Quiet>
          ) : (
            <Table
              caption={device.neighbors}
              columns={neighbors}
              rows={view.neighbors}
              keyOf={(row) => JSON.stringify(row)}
            />
          )}
        </section>
      )}
      {(wired || view.addresses.length > 0) && (
        <section class="card">
          <header>
            <h2>{device.addresses}</h2>
          </header>
          {view.addresses.length === 0 ? (
            <Quiet>{none}</Quiet>
          ) : (
            <Table
              caption={device.addresses}
              columns={addresses}
              rows={view.addresses}
              keyOf={(row) => JSON.stringify(row)}
            />
          )}
        </section>
      )}
    </div>
  );
}
