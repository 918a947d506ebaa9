import { createSocket } from "node:dgram";
import { performance } from "node:perf_hooks";
import { SimulationWorker } from "../simulators/simulation-worker.ts";
import { encodeOid, integerTlv, TAG, textTlv, tlv } from "../simulators/snmp/ber.ts";

/**
 * How many varbinds a second the simulated agents answer over UDP: one thread serves 20 schools, this one keeps
 * GETBULK requests of 40 repetitions in flight, spread over all agents. `node bench/simulator-snmp.ts`
 */
const SECONDS = 5;
const IN_FLIGHT = 48;
const COLUMNS = [
  "1.3.6.1.2.1.2.2.1.10",
  "1.3.6.1.2.1.31.1.1.1.6",
  "1.3.6.1.2.1.31.1.1.1.10",
  "1.3.6.1.2.1.2.2.1.1",
];

function getBulk(oid: string): Buffer {
  const name = encodeOid(oid.split(".").map(Number));
  const list = tlv(TAG.sequence, tlv(TAG.sequence, Buffer.concat([tlv(TAG.oid, name), Buffer.of(5, 0)])));
  const numbers = [1, 0, 40].map((n) => integerTlv(TAG.integer, n));
  const pdu = tlv(0xa5, Buffer.concat([...numbers, list]));
  return Buffer.from(tlv(TAG.sequence, Buffer.concat([integerTlv(TAG.integer, 1), textTlv("public"), pdu])));
}

const worker = new SimulationWorker({
  seed: 1,
  schools: 20,
  baseOctet: 120,
  snmpPort: 0,
  modbusPort: 0,
  scenario: "quiet",
});
await worker.open(new AbortController().signal);
const agents = (await worker.inventory()).schools
  .flatMap((school) => school.devices)
  .filter((device) => device.role === "core-switch" || device.role === "access-switch")
  .map((device) => ({ address: device.addresses![0]!, port: device.port! }));
const requests = COLUMNS.map(getBulk);
const socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20 });
let sent = 0;
let answered = 0;
let running = false;
function send(): void {
  const agent = agents[sent % agents.length]!;
  socket.send(requests[Math.floor(sent / agents.length) % requests.length]!, agent.port, agent.address);
  sent++;
}
socket.on("message", () => {
  answered++;
  if (running) send();
});
// Every agent makes its table at its first request; that is not what is measured.
for (const _ of agents) {
  send();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
running = true;
await new Promise((resolve) => setTimeout(resolve, 500));
const before = await worker.stats();
const start = performance.now();
for (let n = 0; n < IN_FLIGHT; n++) send();
await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
const after = await worker.stats();
const elapsed = (performance.now() - start) / 1000;
running = false;
const varbinds = after.snmp.varbinds - before.snmp.varbinds;
console.log(
  JSON.stringify({
    agents: agents.length,
    varbindsPerSecond: Math.round(varbinds / elapsed),
    requestsPerSecond: Math.round((after.snmp.requests - before.snmp.requests) / elapsed),
    varbindsPerRequest: Number((varbinds / (after.snmp.requests - before.snmp.requests)).toFixed(1)),
    answered,
  }),
);
socket.close();
await worker.close();
