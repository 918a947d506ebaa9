import { createSocket } from "node:dgram";
import { arcs, TAG } from "../../simulators/snmp/ber.ts";
import { AgentBuilder } from "../../simulators/snmp/builder.ts";
import { communityOf, readRequest } from "../../simulators/snmp/request.ts";
import { ETHERNET_PAYLOAD, Responder } from "../../simulators/snmp/responder.ts";
import type { MibTable } from "../../simulators/snmp/table.ts";
import { type AgentAddress, type AgentsPlan, usage } from "./plan.ts";
import { V3Face } from "./v3-face.ts";

/**
 * Serves one set of agents from a process of its own: sockets on 127.0.0.0/8, the simulators' responder, one
 * table for all of them (only the CPU of those who ask is of interest). Started with `fork`; the plan is its first message.
 */
const SYSTEM = arcs("1.3.6.1.2.1.1");
const IF_ENTRY = arcs("1.3.6.1.2.1.2.2.1");
const IFX_ENTRY = arcs("1.3.6.1.2.1.31.1.1.1");
const GIGABIT = 1e9;

const started = Date.now();

/** Octets, errors and states of a port: numbers of the sizes that real ports have. */
class BenchPort {
  readonly #index: number;
  constructor(index: number) {
    this.#index = index;
  }
  value(field: number, second: number): number {
    const elapsed = second - Math.floor(started / 1000);
    switch (field) {
      case 0: // octets, 64 bits
        return 7_000_000_000_000 + this.#index * 1e9 + elapsed * (1_000_000 + this.#index * 1000);
      case 1: // octets, 32 bits
        return (3_000_000_000 + this.#index * 1e6 + elapsed * 1_000_000) % 2 ** 32;
      case 2: // errors
        return this.#index % 7 === 0 ? 12_000 + Math.floor(elapsed / 10) : 0;
      default:
        return GIGABIT;
    }
  }
}

/** The object instances of an agent; `only` leaves those of the polled columns. */
function tableOf(interfaces: number, only: ReadonlySet<string> | undefined): MibTable {
  const b = new AgentBuilder("table");
  const wanted = (base: readonly number[], column: number) => !only || only.has([...base, column].join("."));
  if (!only) {
    b.text(SYSTEM, [1, 0], "bench agent");
    b.oid(SYSTEM, [2, 0], "1.3.6.1.4.1.8072.3.2.10");
    b.live(SYSTEM, [3, 0], TAG.timeTicks, { value: (_, second) => (second * 100) % 2 ** 32 }, 0);
    b.text(SYSTEM, [5, 0], "bench");
    b.text(SYSTEM, [6, 0], "");
  }
  for (let i = 1; i <= interfaces; i++) {
    const port = new BenchPort(i);
    const live = (base: readonly number[], column: number, tag: number, field: number) => {
      if (wanted(base, column)) b.live(base, [column, i], tag, port, field);
    };
    const integer = (base: readonly number[], column: number, value: number, tag: number = TAG.integer) => {
      if (wanted(base, column)) b.integer(base, [column, i], value, tag);
    };
    const text = (base: readonly number[], column: number, value: string | Uint8Array) => {
      if (wanted(base, column)) b.text(base, [column, i], value);
    };
    integer(IF_ENTRY, 1, i);
    text(IF_ENTRY, 2, `GigabitEthernet1/0/${i}`);
    integer(IF_ENTRY, 3, 6);
    integer(IF_ENTRY, 4, 1500);
    live(IF_ENTRY, 5, TAG.gauge32, 3);
    text(IF_ENTRY, 6, Uint8Array.of(2, 0, 0, 0, i >> 8, i & 0xff));
    integer(IF_ENTRY, 7, 1);
    integer(IF_ENTRY, 8, i % 3 === 0 ? 2 : 1);
    live(IF_ENTRY, 10, TAG.counter32, 1);
    for (const column of [13, 14, 19, 20]) live(IF_ENTRY, column, TAG.counter32, 2);
    live(IF_ENTRY, 16, TAG.counter32, 1);
    text(IFX_ENTRY, 1, `GE1/0/${i}`);
    for (const column of [6, 7, 8, 9, 10, 11, 12, 13]) live(IFX_ENTRY, column, TAG.counter64, 0);
    integer(IFX_ENTRY, 15, 1000, TAG.gauge32);
    text(IFX_ENTRY, 18, "");
    integer(IFX_ENTRY, 19, 0, TAG.timeTicks);
  }
  return b.table();
}

async function serve(plan: AgentsPlan): Promise<AgentAddress[]> {
  const responder = new Responder();
  const face = new V3Face();
  await face.open();
  const whole = tableOf(plan.interfaces, undefined);
  const columns = tableOf(plan.interfaces, new Set(plan.columns));
  const addresses: AgentAddress[] = [];
  const alive = plan.agents - plan.dead;
  for (let n = 0; n < plan.agents; n++) {
    const address = `127.60.${n >> 8}.${n & 0xff}`;
    const socket = createSocket({ type: "udp4", ...(plan.interfaces > 200 && { recvBufferSize: 1 << 20 }) });
    const delayMs = n >= alive - plan.slow && n < alive ? plan.slowMs : 0;
    socket.on("error", () => {});
    if (n < alive)
      socket.on("message", (bytes, peer) => {
        const opened = face.take(bytes);
        if (Buffer.isBuffer(opened)) {
          socket.send(opened, peer.port, peer.address);
          return;
        }
        const request = readRequest(opened?.request ?? bytes);
        if (!request) return;
        const table = communityOf(request) === plan.columnsOnly ? columns : whole;
        const second = Math.floor(Date.now() / 1000);
        const answer = responder.answer(request, table, second, ETHERNET_PAYLOAD);
        if (!answer) return;
        const copy = opened?.seal(answer) ?? Buffer.from(answer);
        if (delayMs > 0) setTimeout(() => socket.send(copy, peer.port, peer.address), delayMs);
        else socket.send(copy, peer.port, peer.address);
      });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, address, () => {
        socket.removeListener("error", reject);
        resolve();
      });
    });
    addresses.push({ address, port: socket.address().port });
  }
  return addresses;
}

process.on("message", (message: { serve?: AgentsPlan; usage?: true }) => {
  if (message.usage) process.send?.(usage());
  if (message.serve)
    serve(message.serve).then(
      (addresses) => process.send?.({ addresses }),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
});
process.on("disconnect", () => process.exit(0));
