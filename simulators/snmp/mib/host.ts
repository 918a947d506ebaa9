import { SERVER, SERVER_SIZE } from "../../behaviour/server.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";
import type { Source } from "../table.ts";

const HOST = arcs("1.3.6.1.2.1.25");
const STORAGE_ENTRY = arcs("1.3.6.1.2.1.25.2.3.1");
const DEVICE_ENTRY = arcs("1.3.6.1.2.1.25.3.2.1");
const PROCESSOR_ENTRY = arcs("1.3.6.1.2.1.25.3.3.1");
const UCD = arcs("1.3.6.1.4.1.2021");
const STORAGE_TYPE = "1.3.6.1.2.1.25.2.1";
const DEVICE_TYPE_PROCESSOR = "1.3.6.1.2.1.25.3.1.3";
const UNIT = 4096;

/** net-snmp numbers its processors from here. */
const FIRST_PROCESSOR = 196_608;

/** HOST-RESOURCES-MIB (RFC 2790) and UCD-SNMP-MIB as net-snmp serves them. */
export function addHost(b: AgentBuilder, server: Source): void {
  b.live(HOST, [1, 1, 0], TAG.timeTicks, server, SERVER.uptime);
  b.integer(HOST, [1, 5, 0], 2, TAG.gauge32);
  b.live(HOST, [1, 6, 0], TAG.gauge32, server, SERVER.processes);
  b.integer(HOST, [2, 2, 0], SERVER_SIZE.memoryKb);
  const memoryUnits = Math.floor(SERVER_SIZE.memoryKb / 4);
  storage(b, server, 1, 2, "Physical memory", memoryUnits, SERVER.memoryUsedUnits, "device.memory");
  storage(b, server, 31, 4, "/", SERVER_SIZE.rootUnits, SERVER.rootUsedUnits, "device.storage");
  storage(b, server, 36, 4, "/srv/资源", SERVER_SIZE.dataUnits, SERVER.dataUsedUnits, "device.storage");
  for (const [i, field] of [SERVER.cpu1, SERVER.cpu2].entries()) {
    const index = FIRST_PROCESSOR + i;
    b.integer(DEVICE_ENTRY, [1, index], index);
    b.oid(DEVICE_ENTRY, [2, index], DEVICE_TYPE_PROCESSOR);
    b.text(DEVICE_ENTRY, [3, index], "Hygon C86 3250 8-core Processor");
    b.integer(DEVICE_ENTRY, [5, index], 2);
    b.oid(PROCESSOR_ENTRY, [1, index], "0.0");
    b.live(PROCESSOR_ENTRY, [2, index], TAG.integer, server, field);
    b.truth("device.cpu", { sensor: `cpu ${index}` }, server, field);
  }
  b.integer(UCD, [4, 3, 0], 0);
  b.integer(UCD, [4, 4, 0], 0);
  b.live(UCD, [4, 5, 0], TAG.integer, server, SERVER.memoryTotal);
  b.live(UCD, [4, 6, 0], TAG.integer, server, SERVER.memoryFree);
  b.live(UCD, [4, 14, 0], TAG.integer, server, SERVER.memoryBuffer);
  b.live(UCD, [4, 15, 0], TAG.integer, server, SERVER.memoryCached);
  b.truthOf("device.memory", { sensor: "memory in use" }, (second) => {
    const kb = (field: number) => server.value(field, second);
    const used =
      kb(SERVER.memoryTotal) - kb(SERVER.memoryFree) - kb(SERVER.memoryBuffer) - kb(SERVER.memoryCached);
    return (used * 100) / kb(SERVER.memoryTotal);
  });
  for (const [i, field] of [SERVER.load1, SERVER.load5, SERVER.load15].entries()) {
    const name = ["Load-1", "Load-5", "Load-15"][i]!;
    b.integer(UCD, [10, 1, 1, i + 1], i + 1);
    b.text(UCD, [10, 1, 2, i + 1], name);
    b.live(UCD, [10, 1, 5, i + 1], TAG.integer, server, field);
    b.truth("device.load", { sensor: name }, server, field, 0.01);
  }
  b.live(UCD, [11, 50, 0], TAG.counter32, server, SERVER.rawUser);
  b.live(UCD, [11, 52, 0], TAG.counter32, server, SERVER.rawSystem);
  b.live(UCD, [11, 53, 0], TAG.counter32, server, SERVER.rawIdle);
}

function storage(
  b: AgentBuilder,
  server: Source,
  index: number,
  type: number,
  descr: string,
  size: number,
  field: number,
  quantity: string,
): void {
  b.integer(STORAGE_ENTRY, [1, index], index);
  b.oid(STORAGE_ENTRY, [2, index], `${STORAGE_TYPE}.${type}`);
  b.text(STORAGE_ENTRY, [3, index], descr);
  b.integer(STORAGE_ENTRY, [4, index], UNIT);
  b.integer(STORAGE_ENTRY, [5, index], size);
  b.live(STORAGE_ENTRY, [6, index], TAG.integer, server, field);
  b.truthOf(quantity, { sensor: descr }, (second) => (server.value(field, second) * 100) / size);
}
