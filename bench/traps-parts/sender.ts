import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { encodeOid, integerTlv, TAG, textTlv, tlv } from "../../simulators/snmp/ber.ts";

/**
 * Floods a trap receiver from several loopback addresses at a steady rate, then sends one linkDown from an address
 * that was quiet. `node sender.ts PORT RATE SECONDS QUIET SOURCE...`; prints one line of JSON when it is done.
 */
const [port, rate, seconds, quiet, ...sources] = process.argv.slice(2);
const TICK_MS = 10;

const oid = (text: string) => tlv(TAG.oid, encodeOid(text.split(".").map(Number)));
const varbind = (name: string, value: Uint8Array) => tlv(TAG.sequence, Buffer.concat([oid(name), value]));

function linkDown(ifIndex: number, text: string): Buffer {
  const list = tlv(
    TAG.sequence,
    Buffer.concat([
      varbind("1.3.6.1.2.1.1.3.0", integerTlv(TAG.timeTicks, 4711)),
      varbind("1.3.6.1.6.3.1.1.4.1.0", oid("1.3.6.1.6.3.1.1.5.3")),
      varbind(`1.3.6.1.2.1.2.2.1.1.${ifIndex}`, integerTlv(TAG.integer, ifIndex)),
      varbind(`1.3.6.1.2.1.31.1.1.1.18.${ifIndex}`, textTlv(text)),
    ]),
  );
  const pdu = tlv(
    0xa7,
    Buffer.concat([...[1, 0, 0].map((n) => integerTlv(TAG.integer, n)), Buffer.from(list)]),
  );
  return Buffer.from(
    tlv(TAG.sequence, Buffer.concat([integerTlv(TAG.integer, 1), textTlv("public"), Buffer.from(pdu)])),
  );
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

const sockets = await Promise.all(sources.map(bound));
const last = await bound(quiet!);
// A few thousand texts that differ, so that they cannot all be folded into one event.
const messages = Array.from({ length: 4096 }, (_, i) =>
  linkDown(1 + (i % 28), `flood ${i} ${"x".repeat(100)}`),
);
const started = performance.now();
let sent = 0;
const total = Number(rate) * Number(seconds);
while (sent < total) {
  const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * Number(rate)));
  while (sent < due) {
    sockets[sent % sockets.length]!.send(messages[(sent * 31) % messages.length]!, Number(port), "127.0.0.1");
    sent++;
  }
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
const took = (performance.now() - started) / 1000;
await new Promise<void>((resolve) =>
  last.send(linkDown(1, "the real one"), Number(port), "127.0.0.1", () => resolve()),
);
console.log(JSON.stringify({ sent: sent + 1, perSecond: Math.round(sent / took), lastAt: Date.now() }));
for (const socket of [...sockets, last]) socket.close();
