import { describe, expect, it } from "vitest";
import { ResponseView } from "../../collectors/snmp/codec/message.ts";
import { SnmpValue } from "../../collectors/snmp/codec/value.ts";
import {
  counter32,
  counter64,
  encodeMessage,
  gauge,
  integer,
  ipAddress,
  noSuchInstance,
  objectId,
  octets,
  ticks,
  tlv,
} from "./asn1.ts";

/** xorshift32: the same mutations in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const values = [
  integer(-5),
  octets("GigabitEthernet0/0/1"),
  octets(Buffer.from([0xbd, 0xcc, 0xd1, 0xa7, 0xc2, 0xa5])),
  objectId("1.3.6.1.4.1.2011.2.23.339"),
  ipAddress(10, 0, 0, 1),
  counter32(2 ** 32 - 1),
  gauge(1e9),
  ticks(123456),
  counter64(2n ** 63n),
  tlv(0x44, Buffer.from([0x9f, 0x78, 4, 0x41, 0x20, 0, 0])),
  noSuchInstance,
];
const seeds = [1, 4, 54].map((count) =>
  encodeMessage({
    version: 1,
    community: "public",
    type: 0xa2,
    id: 0x12345678,
    second: 0,
    third: 0,
    varbinds: Array.from({ length: count }, (_, i) => ({
      oid: `1.3.6.1.2.1.31.1.1.1.${i + 1}.1000${i}`,
      value: values[i % values.length]!,
    })),
  }),
);
const EDGES = [0x00, 0x01, 0x02, 0x04, 0x06, 0x30, 0x46, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa2, 0xff];

function mutate(seed: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(seed);
  for (let n = 1 + random(4); n > 0; n--) {
    const at = random(Math.max(bytes.length, 1));
    switch (random(6)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] = EDGES[random(EDGES.length)]!;
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from([0x84, 0xff, 0xff, 0xff, 0xff]),
          bytes.subarray(at),
        ]);
        break;
      case 4:
        bytes = Buffer.concat([bytes, bytes.subarray(at)]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(4))]);
    }
  }
  return bytes;
}

describe("response decoder", () => {
  it("S10: 200,000 mutated datagrams are read or refused, never more", () => {
    const random = generator(20261122);
    const view = new ResponseView();
    const heap = () => process.memoryUsage().heapUsed;
    let good = 0;
    let refused = 0;
    let slowest = 0;
    const before = heap();
    for (let i = 0; i < 200_000; i++) {
      const bytes = mutate(seeds[i % seeds.length]!, random);
      const started = performance.now();
      if (!view.readHeader(bytes) || !view.readBody()) refused++;
      else {
        good++;
        for (let v = 0; v < view.count; v++) {
          const [oidAt, oidEnd, valueAt, valueEnd] = [
            view.oidAt[v]!,
            view.oidEnd[v]!,
            view.valueAt[v]!,
            view.valueEnd[v]!,
          ];
          if (
            !(
              0 < oidAt &&
              oidAt < oidEnd &&
              oidEnd < valueAt &&
              valueAt <= valueEnd &&
              valueEnd <= bytes.length
            )
          )
            throw new Error(`varbind ${v} of ${bytes.toString("hex")} lies outside the datagram`);
          if (v < 12) {
            const value = new SnmpValue(view.tag[v]!, bytes.subarray(valueAt, valueEnd));
            if (typeof value.text !== "string" || typeof value.number !== "number")
              throw new Error("no value");
          }
        }
      }
      slowest = Math.max(slowest, performance.now() - started);
    }
    expect(good + refused).toBe(200_000);
    expect(good).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(100_000);
    // The promise is 50 ms a packet; a machine shared by other tests may stall a packet by itself.
    expect(slowest).toBeLessThan(1000);
    expect(heap() - before).toBeLessThan(200 * 1024 * 1024);
  });

  it("reads what an honest agent sends, and refuses each way of lying about lengths", () => {
    const view = new ResponseView();
    for (const seed of seeds) expect(view.readHeader(seed) && view.readBody()).toBe(true);
    expect(view.count).toBe(54);
    const seed = seeds[0]!;
    const refused: [string, Buffer][] = [
      ["behind the message", Buffer.concat([seed, Buffer.from([0])])],
      [
        "indefinite length",
        Buffer.concat([Buffer.from([0x30, 0x80]), seed.subarray(2), Buffer.from([0, 0])]),
      ],
      ["longer than the datagram", seed.subarray(0, -1)],
      [
        "four octets of length",
        Buffer.concat([Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), seed.subarray(2)]),
      ],
      ["1,000 deep", Buffer.from("3080".repeat(1000), "hex")],
    ];
    for (const [name, bytes] of refused) expect(view.readHeader(bytes) && view.readBody(), name).toBe(false);
  });
});
