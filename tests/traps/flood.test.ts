import { afterEach, describe, expect, it } from "vitest";
import { integer, octets } from "../snmp/asn1.ts";
import { type Device, droppedOf, type Hall, openHall, sender, until } from "./harness.ts";
import { LINK_DOWN, notification, v2 } from "./messages.ts";

const SOURCES = Array.from({ length: 10 }, (_, i) => `127.77.0.${i + 1}`);
const DEVICES: Device[] = [
  ...SOURCES.map((address, i) => ({ id: `noisy-${i}`, addresses: [address] })),
  { id: "quiet", addresses: ["127.77.1.1"], school: "s2" },
];

describe("a flood of traps (S12)", () => {
  let hall: Hall | undefined;
  afterEach(() => hall?.close());

  it("lets little of it in, counts all of it, stays small, and lets the line that fell through", async () => {
    hall = await openHall(DEVICES, { mostRows: 5_000 });
    const { port } = hall;
    const noisy = await Promise.all(SOURCES.map(sender));
    const quiet = await sender("127.77.1.1");
    const stranger = await sender("127.77.9.9");
    const memory = process.memoryUsage().rss;
    const total = 20_000;
    let sent = 0;
    const flood = async (one: (typeof noisy)[number], from: number): Promise<void> => {
      for (let i = 0; i < total / noisy.length; i++) {
        const varbinds = notification(LINK_DOWN, [
          ["1.3.6.1.2.1.2.2.1.1.7", integer(i)],
          ["1.3.6.1.2.1.31.1.1.1.18.7", octets(`flood ${from} ${i} ${"x".repeat(200)}`)],
        ]);
        await one.send(v2({ id: i + 1, varbinds }), port);
        sent++;
      }
    };
    const floods = Promise.all(noisy.map(flood));
    for (let i = 0; i < 200; i++) {
      await stranger.send(
        v2({ varbinds: notification(LINK_DOWN, [["1.3.6.1.4.1.1.0", octets("stranger")]]) }),
        port,
      );
      await noisy[0]!.send(v2({ community: "guess" }), port);
      sent += 2;
    }
    await until(() => sent > total / 2, "half of the flood");
    await quiet.send(
      v2({ varbinds: notification(LINK_DOWN, [["1.3.6.1.2.1.2.2.1.1.3", integer(3)]]) }),
      port,
    );
    sent++;
    await until(() => hall!.nudged.includes("quiet"), "the quiet device's linkDown");
    await floods;

    await until(async () => {
      const { received, lostBySystem } = await hall!.counters();
      return received + Math.max(0, lostBySystem) >= sent;
    }, "everything sent is received or lost by the system");
    const counters = await hall.counters();
    expect(counters.received + Math.max(0, counters.lostBySystem)).toBe(sent);
    expect(counters.received).toBe(counters.accepted + droppedOf(counters));
    expect(counters.dropped.source).toBeGreaterThan(0);
    expect(counters.dropped.community).toBeGreaterThan(0);
    expect(counters.dropped.rate).toBeGreaterThan(5_000);
    expect(counters.dropped.fault).toBe(0);
    // What was accepted is what the log holds: repeats are counted, and the counts add up.
    hall.events.flush();
    const events = hall.all();
    expect(events.reduce((sum, event) => sum + event.count, 0)).toBe(counters.accepted);
    expect(events.filter((event) => event.device === "quiet")).toMatchObject([
      { kind: "linkDown", count: 1 },
    ]);
    expect(JSON.stringify(events)).not.toContain("stranger");
    expect(hall.logged.join()).not.toContain("flood 0");
    expect(process.memoryUsage().rss - memory).toBeLessThan(128 * 1024 * 1024);
    for (const one of [...noisy, quiet, stranger]) await one.close();
  }, 60_000);

  it("folds the same trap, whatever time it carries, and counts it exactly", async () => {
    hall = await openHall([{ id: "sw", addresses: ["127.0.0.1"] }]);
    const one = await sender("127.0.0.1");
    for (let i = 0; i < 50; i++)
      await one.send(
        v2({ id: i + 1, varbinds: notification(LINK_DOWN, [["1.3.6.1.2.1.2.2.1.1.3", integer(3)]], i) }),
        hall.port,
      );
    await until(async () => (await hall!.counters()).received === 50, "all of them");
    hall.events.flush();
    expect(hall.all()).toMatchObject([{ kind: "linkDown", count: 50 }]);
    await one.close();
  });

  it("attributes to nobody what several devices may have sent, and to their school when they share it", async () => {
    hall = await openHall([
      { id: "a", addresses: ["127.77.2.1"] },
      { id: "b", addresses: ["127.77.2.1"], port: 1161 },
      { id: "c", addresses: ["127.77.2.2"] },
      { id: "d", addresses: ["127.77.2.2"], school: "s2", port: 1161 },
    ]);
    for (const address of ["127.77.2.1", "127.77.2.2"]) {
      const one = await sender(address);
      await one.send(v2({}), hall.port);
      await until(() => hall!.all().some((event) => event.source === address), `the event of ${address}`);
      await one.close();
    }
    const [apart, same] = hall.all();
    expect(same).toMatchObject({ school: "s1", path: "sc/gy/jg/s1" });
    expect(same!.device).toBeUndefined();
    expect(apart).toMatchObject({ path: "sc/gy/jg" });
    expect(apart!.school).toBeUndefined();
    expect(hall.nudged.sort()).toEqual(["a", "b", "c", "d"]);
  });
});
