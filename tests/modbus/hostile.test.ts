import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ModbusCollector } from "../../collectors/modbus/collector.ts";
import { answer, type Behaviour, FakeGateway } from "./gateway.ts";
import { deviceTags, HandScheduler, shown, TestClock, TestSink, until } from "./harness.ts";
import { point, profile, XYMD02 } from "./profiles.ts";

/** A timeout that a test never waits for unless it wants to. */
const LONG_MS = 30_000;

/** S21: a gateway that lies, stalls or resets. Each lie is told, then an honest answer must be read again. */
describe("a hostile gateway", () => {
  let gateway: FakeGateway;
  let sink: TestSink;
  let collector: ModbusCollector;
  let scheduler: HandScheduler;
  let clock: TestClock;
  let port: number;

  function start(timeoutMs = LONG_MS): void {
    sink = new TestSink();
    scheduler = new HandScheduler();
    clock = new TestClock();
    collector = new ModbusCollector({ sink, scheduler, clock, random: () => 0.5, timeoutMs });
  }

  function assign(device: string, unit: number, what = XYMD02): void {
    collector.assign({
      device,
      tags: deviceTags(device),
      endpoint: { address: "127.0.0.1", port },
      addresses: [],
      credential: { protocol: "none" },
      profile: what,
      unit,
    });
  }

  beforeEach(async () => {
    gateway = new FakeGateway();
    port = await gateway.listen();
    gateway.set(1, 0x0001, [215, 480]);
    gateway.set(2, 0x0001, [325, 710]);
    start();
  });
  afterEach(async () => {
    await collector.close();
    await gateway.close();
  });

  async function temperatures(prefix = ""): Promise<unknown[]> {
    await scheduler.run(prefix);
    return shown(sink.take(), "sensor.temperature");
  }

  const lies: Record<string, Behaviour> = {
    "a wrong transaction": (r) => answer(r, [4, 4, 0, 1, 0, 2], { transaction: r.transaction ^ 1 }),
    "a wrong unit": (r) => answer(r, [4, 4, 0, 1, 0, 2], { unit: r.unit + 1 }),
    "a wrong function": (r) => answer(r, [3, 4, 0, 1, 0, 2]),
    "an exception of another function": (r) => answer(r, [0x83, 2]),
    "a wrong protocol": (r) => answer(r, [4, 4, 0, 1, 0, 2], { protocol: 1 }),
    "a short count": (r) => answer(r, [4, 2, 0, 1]),
    "a long count": (r) => answer(r, [4, 6, 0, 1, 0, 2, 0, 3]),
    "a count that is longer than the data": (r) => answer(r, [4, 4, 0, 1]),
    "a length field of 65535": (r) => answer(r, [4, 4, 0, 1, 0, 2], { length: 65535 }),
    "a length field of 0": (r) => answer(r, [4, 4, 0, 1, 0, 2], { length: 0 }),
    "two answers": (r, honest) => Buffer.concat([honest(), answer(r, [4, 4, 0, 1, 0, 2])]),
    noise: () => Buffer.alloc(4096, 0x5a),
  };

  for (const [name, lie] of Object.entries(lies)) {
    it(`refuses ${name}, closes the connection, and reads the next honest answer`, async () => {
      assign("room-1", 1);
      for (let round = 0; round < 2; round++) {
        gateway.behaviour = lie;
        expect(await temperatures()).toEqual(["timeout"]);
        expect(sink.states.get("room-1")).toMatchObject({ state: "down" });
        expect(sink.states.get("room-1")?.reason).toContain(`wrong answer from gateway 127.0.0.1:${port}`);
        gateway.behaviour = (_r, honest) => honest();
        expect(await temperatures()).toEqual([21.5]);
        expect(sink.states.get("room-1")).toEqual({ state: "up" });
      }
      expect(sink.counted("modbus.protocol")).toBe(2);
      expect(gateway.connections).toBe(3);
    });
  }

  it("turns every exception code into refused, and says which", async () => {
    assign("room-1", 1);
    for (const code of [1, 2, 3, 4, 5, 6, 7, 8, 0x55, 255]) {
      gateway.behaviour = (r) => answer(r, [0x84, code]);
      expect(await temperatures()).toEqual(["refused"]);
      expect(sink.states.get("room-1")).toEqual({
        state: "up",
        reason: `unit 1 refuses function 4 at 0x0001 (exception ${code})`,
      });
    }
    expect(gateway.connections).toBe(1);
    expect(sink.counted("modbus.exception")).toBe(10);
  });

  it("takes a gateway's word that a unit does not answer, for that unit alone", async () => {
    assign("room-1", 1);
    assign("room-2", 2);
    gateway.behaviour = (r, honest) => (r.unit === 1 ? answer(r, [0x84, 0x0b]) : honest());
    await scheduler.run();
    const samples = sink.take();
    expect(
      samples.find((s) => s.tags.device === "room-1" && s.quantity === "sensor.temperature")?.status,
    ).toBe("timeout");
    expect(sink.states.get("room-1")).toMatchObject({ state: "down" });
    expect(sink.states.get("room-1")?.reason).toContain("unit 1 does not answer (exception 11)");
    expect(sink.states.get("room-2")).toEqual({ state: "up" });
    expect(gateway.connections).toBe(1);
  });

  it("does not take a late answer for the next unit's", async () => {
    start(100);
    assign("room-1", 1);
    assign("room-2", 2);
    let late: (() => void) | undefined;
    gateway.behaviour = (r, honest) => {
      if (r.unit === 2) {
        late?.();
        return honest();
      }
      const { socket } = r;
      late = () => void (socket.destroyed || socket.write(answer(r, [4, 4, 0x0f, 0xff, 0, 1])));
      return undefined;
    };
    expect(await temperatures("modbus:room-1")).toEqual(["timeout"]);
    expect(sink.states.get("room-1")?.reason).toContain("did not answer within 100 ms");
    expect(await temperatures("modbus:room-2")).toEqual([32.5]);
    // The first silence is asked about once more.
    expect(sink.counted("modbus.timeout")).toBe(2);
    expect(sink.counted("modbus.retry")).toBe(1);
  });

  it("does not call a unit silent for one answer that was lost", async () => {
    start(100);
    assign("room-1", 1);
    let lost = 0;
    gateway.behaviour = (_r, honest) => (lost++ === 0 ? undefined : honest());
    expect(await temperatures()).toEqual([21.5]);
    expect(sink.states.get("room-1")).toEqual({ state: "up" });
  });

  it("bounds an answer that trickles in by the timeout of the whole", async () => {
    start(150);
    assign("room-1", 1);
    gateway.behaviour = (r, honest) => {
      const octets = honest();
      let at = 0;
      const timer = setInterval(() => {
        if (at >= octets.length || r.socket.destroyed) clearInterval(timer);
        else r.socket.write(octets.subarray(at, ++at));
      }, 50);
      return undefined;
    };
    expect(await temperatures()).toEqual(["timeout"]);
    gateway.behaviour = (r, honest) => {
      for (const octet of honest()) r.socket.write(Buffer.from([octet]));
      return undefined;
    };
    expect(await temperatures()).toEqual([21.5]);
  });

  it("notices a reset at once, not at the timeout", async () => {
    assign("room-1", 1);
    gateway.behaviour = (r) => {
      r.socket.resetAndDestroy();
      return undefined;
    };
    // The timeout is 30 s: the test would fail on it.
    expect(await temperatures()).toEqual(["timeout"]);
    expect(sink.states.get("room-1")?.reason).toContain("closed the connection: ECONNRESET");
    gateway.behaviour = (_r, honest) => honest();
    expect(await temperatures()).toEqual([21.5]);
    expect(sink.counted("modbus.disconnected")).toBe(1);
  });

  it("notices a close in the middle of an answer", async () => {
    assign("room-1", 1);
    gateway.behaviour = (r, honest) => {
      r.socket.end(honest().subarray(0, 9));
      return undefined;
    };
    expect(await temperatures()).toEqual(["timeout"]);
    expect(sink.states.get("room-1")?.reason).toContain("closed the connection");
  });

  it("drops the connection on octets that nobody asked for", async () => {
    assign("room-1", 1);
    expect(await temperatures()).toEqual([21.5]);
    for (const socket of gateway.sockets)
      socket.write(answer({ transaction: 2, unit: 1 }, [4, 4, 0, 1, 0, 2]));
    await until(() => sink.counted("modbus.unsolicited") === 1, "the unsolicited octets");
    expect(await temperatures()).toEqual([21.5]);
    expect(gateway.connections).toBe(2);
  });

  it("never has two requests out at one gateway, and never mixes units up", async () => {
    for (let unit = 1; unit <= 20; unit++) {
      gateway.set(unit, 0x0001, [unit * 10, 500]);
      assign(`room-${unit}`, unit);
    }
    for (let round = 0; round < 5; round++) {
      await scheduler.run();
      const samples = sink.take().filter((s) => s.quantity === "sensor.temperature");
      expect(samples).toHaveLength(20);
      for (const sample of samples) expect(`room-${sample.value}`).toBe(sample.tags.device);
    }
    expect(gateway.mostOutstanding).toBe(1);
    expect(gateway.connections).toBe(1);
  });

  it("keeps the pause between requests", async () => {
    const slow = profile("slow", XYMD02.modbus!.reads, 60);
    assign("room-1", 1, slow);
    assign("room-2", 2, slow);
    const times: number[] = [];
    gateway.behaviour = (_r, honest) => {
      times.push(performance.now());
      return honest();
    };
    await scheduler.run();
    await scheduler.run();
    expect(times).toHaveLength(4);
    // Timers may fire a millisecond early.
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThan(57);
  });

  it("says that the gateway is away for all its units, backs off, and finds it again", async () => {
    assign("room-1", 1);
    assign("room-2", 2);
    await scheduler.run();
    sink.take();
    await gateway.close();
    await until(() => gateway.sockets.size === 0, "the sockets to end");
    for (let round = 0; round < 5; round++) await scheduler.run();
    for (const device of ["room-1", "room-2"]) {
      expect(sink.states.get(device)).toMatchObject({ state: "down" });
      expect(sink.states.get(device)?.reason).toContain(`gateway 127.0.0.1:${port} is away: ECONNREFUSED`);
    }
    expect(shown(sink.take(), "device.up").every((up) => up === 0)).toBe(true);
    // One attempt in all: the back-off holds the others off.
    expect(sink.counted("modbus.connect_failed")).toBe(1);
    gateway = new FakeGateway();
    gateway.set(1, 0x0001, [215, 480]);
    gateway.set(2, 0x0001, [325, 710]);
    await gateway.listen(port);
    clock.advance(1000);
    expect(await temperatures()).toEqual([21.5, 32.5]);
    expect(sink.states.get("room-2")).toEqual({ state: "up" });
  });

  it("asks a silent unit less and less, and not again before its pause is over", async () => {
    start(30);
    assign("room-1", 1);
    gateway.behaviour = () => undefined;
    for (let round = 0; round < 4; round++) await scheduler.run();
    expect(gateway.requests).toHaveLength(4);
    clock.advance(10_000);
    await scheduler.run();
    expect(gateway.requests).toHaveLength(5);
    clock.advance(10_000);
    await scheduler.run();
    expect(gateway.requests).toHaveLength(5);
    expect(sink.states.get("room-1")?.reason).toContain("unit 1 behind");
    gateway.behaviour = (_r, honest) => honest();
    clock.advance(10_000);
    sink.take();
    expect(await temperatures()).toEqual([21.5]);
    expect(sink.states.get("room-1")).toEqual({ state: "up" });
  });

  it("keeps to its number of connections, whatever the number of gateways", async () => {
    collector = new ModbusCollector({ sink, scheduler, clock, random: () => 0.5, connections: 2 });
    const others = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        const other = new FakeGateway();
        other.set(1, 0x0001, [100 + 10 * i, 500]);
        return { other, port: await other.listen() };
      }),
    );
    let most = 0;
    const open = () => others.reduce((sum, { other }) => sum + other.sockets.size, 0);
    for (const [i, { other, port: own }] of others.entries()) {
      other.behaviour = (_r, honest) => {
        most = Math.max(most, others.filter((one) => one.other.outstanding > 0).length);
        return honest();
      };
      collector.assign({
        device: `room-${i}`,
        tags: deviceTags(`room-${i}`),
        endpoint: { address: "127.0.0.1", port: own },
        addresses: [],
        credential: { protocol: "none" },
        profile: XYMD02,
        unit: 1,
      });
    }
    for (let round = 0; round < 3; round++)
      expect((await temperatures()).sort()).toEqual([10, 11, 12, 13, 14, 15]);
    await until(() => open() <= 2, "the released connections to end");
    expect(most).toBeLessThanOrEqual(2);
    expect(sink.counted("modbus.released")).toBeGreaterThanOrEqual(4);
    await collector.close();
    await Promise.all(others.map(({ other }) => other.close()));
  });

  it("emits nothing after close, also with a request out", async () => {
    assign("room-1", 1);
    let asked = false;
    gateway.behaviour = () => {
      asked = true;
      return undefined;
    };
    const run = scheduler.run();
    await until(() => asked, "the request");
    await collector.close();
    await run;
    expect(sink.take()).toEqual([]);
    expect(sink.states.size).toBe(0);
  });

  it("reads bits, sentinels, maps and expressions that name other points", async () => {
    gateway.set(9, 0x0000, [1, 0, 1]);
    gateway.set(9, 0x0100, [0x8000, 3, 200, 40]);
    assign(
      "mix",
      9,
      profile("mix", [
        {
          functionCode: 2,
          address: 0,
          count: 3,
          everyMs: 10_000,
          points: [point("door", "sensor.occupied", 2, "bit", {}, { sensor: "door" })],
        },
        {
          functionCode: 3,
          address: 0x0100,
          count: 4,
          everyMs: 10_000,
          points: [
            point("temperature", "sensor.temperature", 0, "u16", { sentinels: [0x8000], scale: 0.1 }),
            point("mode", "board.power", 1, "u16", {
              map: new Map([
                [3, 2],
                [4, 0],
              ]),
            }),
            point("ct", "sensor.count", 3, "u16"),
            point("current", "electric.current", 2, "u16", {
              expression: { text: "raw * ct", inputs: ["raw", "ct"], evaluate: (v) => v[0]! * v[1]! },
              scale: 0.01,
            }),
            point("nothing", "sensor.percent", 2, "u16", {
              expression: { text: "raw * absent", inputs: ["raw", "absent"], evaluate: (v) => v[0]! * v[1]! },
            }),
            point("ranged", "sensor.power", 2, "u16", { sentinelRanges: [[100, 300]] }),
          ],
        },
      ]),
    );
    await scheduler.run();
    const samples = sink.take();
    expect(shown(samples, "sensor.occupied")).toEqual([1]);
    expect(shown(samples, "sensor.temperature")).toEqual(["sentinel"]);
    expect(shown(samples, "board.power")).toEqual([2]);
    expect(shown(samples, "electric.current")).toEqual([80]);
    expect(shown(samples, "sensor.percent")).toEqual(["implausible"]);
    expect(shown(samples, "sensor.power")).toEqual(["sentinel"]);
  });

  it("says so when no profile is named", () => {
    collector.assign({
      device: "bare",
      tags: deviceTags("bare"),
      endpoint: { address: "127.0.0.1", port },
      addresses: [],
      credential: { protocol: "none" },
    });
    expect(sink.states.get("bare")).toMatchObject({ state: "unknown" });
  });
});
