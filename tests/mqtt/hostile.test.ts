import { afterEach, describe, expect, it } from "vitest";
import { until } from "../modbus/harness.ts";
import {
  broker,
  client,
  closing,
  connectPacket,
  counted,
  raw,
  sockets,
  start,
  stop,
  text,
} from "./embedded.ts";

afterEach(stop);

describe("hostile octets", () => {
  it("closes whoever announces a huge packet, before a byte of it is kept (S16, small)", async () => {
    await start();
    const healthy = await client("all");
    await healthy.client.subscribeAsync("edu/#", { qos: 1 });
    const huge = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);
    const attackers = Array.from({ length: 100 }, () => raw());
    for (const [i, socket] of attackers.entries()) {
      // Half of them before CONNECT, half as a known user.
      if (i % 2) socket.write(connectPacket(`x${i}`));
      socket.write(huge);
      socket.write(Buffer.alloc(1_000_000));
    }
    await Promise.all(attackers.map(closing));
    expect(counted("broker.oversize")).toBe(100);
    expect(broker.clients).toBe(1);
    // Before CONNECT there is room for a CONNECT and no more.
    const early = raw();
    early.write(Buffer.concat([Buffer.from([0x10, 0x80, 0x80, 0x01]), Buffer.alloc(100)]));
    await closing(early);
    const fits = await client("a");
    await fits.client.publishAsync("edu/51/5101/510182/school-a/x", Buffer.alloc(256 * 1024, 0x20), {
      qos: 1,
    });
    await until(() => healthy.messages.length === 1, "the largest message");
  });

  it("lives through 20,000 malformed packets, and closes only who sends them (S15, small)", async () => {
    await start();
    const healthy = await client("all");
    await healthy.client.subscribeAsync("edu/#", { qos: 1 });
    let seed = 20_261_122;
    const random = (below: number) => {
      // mulberry32: the same packets in every run.
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) % below;
    };
    const noise = (size: number) => Buffer.from(Array.from({ length: size }, () => random(256)));
    const words = [
      "edu/51/5101/510182/school-a/x",
      "#",
      "+",
      "",
      "a\u0000b",
      "$SYS/x",
      "a/".repeat(200),
      "\ud800",
      "edu/#",
    ];
    const word = () => text(words[random(words.length)]!);
    const id = () => Buffer.from([random(3) ? random(256) : 0, random(3) ? random(256) : 0]);
    /** A packet of any type whose fields are of the right kind, some of them wrong. */
    const structured = (): Buffer => {
      const type = random(16);
      const bodies: (() => Buffer)[] = [
        () => noise(random(20)),
        () => Buffer.concat([word(), noise(4), word(), word(), word()]),
        () => noise(2),
        () => Buffer.concat([word(), id(), noise(random(50))]),
        () => Buffer.concat([id(), word(), Buffer.from([random(4)])]),
        () => id(),
        () => connectPacket("again").subarray(2),
      ];
      const body = bodies[random(bodies.length)]!();
      const length = random(10) ? body.length : random(200);
      return Buffer.concat([Buffer.from([(type << 4) | random(16), length & 127]), body]);
    };
    let sent = 0;
    for (let round = 0; round < 200; round++) {
      const group = Array.from({ length: 10 }, (_, i) => {
        const socket = raw();
        if (random(4)) socket.write(connectPacket(`f${i}`));
        for (let n = 0; n < 10; n++, sent++) socket.write(structured());
        socket.end();
        return closing(socket);
      });
      await Promise.all(group);
      sockets.length = 0;
      if (round % 20 === 0) {
        const before = healthy.messages.filter((message) => message === "edu/alive yes").length;
        await healthy.client.publishAsync("edu/alive", "yes", { qos: 1 });
        await until(
          () => healthy.messages.filter((message) => message === "edu/alive yes").length > before,
          "the healthy client's message",
        );
      }
    }
    expect(sent).toBe(20_000);
    expect(healthy.closed).toBe(0);
    await until(() => broker.clients === 1, "the fuzzers to be gone");
    expect(counted("broker.error")).toBe(0);
    // They did get in, and were closed for what they sent.
    expect(counted("broker.client_error")).toBeGreaterThan(500);
    expect(counted("broker.connection_error")).toBeGreaterThan(50);
  });
});
