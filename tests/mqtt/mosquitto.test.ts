import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { MqttCollector } from "../../collectors/mqtt/collector.ts";
import { Secret } from "../../src/settings/secret.ts";
import { HandScheduler, shown, TestClock, TestSink, until } from "../modbus/harness.ts";
import { describeWith } from "../support/servers.ts";
import { Mosquitto, PASSWORD, publish, USER } from "./mosquitto.ts";
import { BOARD, board, PLAIN, topicOf } from "./profiles.ts";

const seconds = () => Math.floor(Date.now() / 1000);

for (const protocolVersion of [4, 5] as const) {
  describeWith(
    ["mosquitto", "mosquitto_pub"],
    `MQTT collector and Mosquitto, MQTT ${protocolVersion === 4 ? "3.1.1" : "5"}`,
    () => {
      const broker = new Mosquitto();
      let sink: TestSink;
      let scheduler: HandScheduler;
      let clock: TestClock;
      let collector: MqttCollector;
      let committed: () => Promise<void>;
      let serial = 0;

      beforeAll(() => broker.start());
      afterAll(async () => {
        await broker.stop();
        broker.remove();
      });
      afterEach(() => collector.close());

      function make(
        options: { password?: string; clientId?: string; mostInFlight?: number; webSocket?: boolean } = {},
      ): void {
        sink = new TestSink();
        scheduler = new HandScheduler();
        clock = new TestClock();
        committed = () => Promise.resolve();
        collector = new MqttCollector({
          sink,
          scheduler,
          clock,
          random: () => 0,
          node: `test-${protocolVersion}-${serial++}`,
          connections: [
            {
              name: "county",
              url: options.webSocket
                ? `ws://127.0.0.1:${broker.webSocketPort}`
                : `mqtt://127.0.0.1:${broker.port}`,
              username: USER,
              password: new Secret(options.password ?? PASSWORD),
              protocolVersion,
              ...(options.clientId ? { clientId: options.clientId } : {}),
            },
          ],
          committed: () => committed(),
          backoffMs: { first: 20, longest: 100 },
          ...(options.mostInFlight ? { mostInFlight: options.mostInFlight } : {}),
        });
      }

      /** Opens with one board and waits until messages flow. */
      async function start(options: Parameters<typeof make>[0] = {}): Promise<void> {
        make(options);
        await collector.open(new AbortController().signal);
        collector.assign(board("board-1"));
        await flowing();
      }

      async function flowing(): Promise<void> {
        await until(() => sink.counted("mqtt.connected") > 0, "the connection");
        collector.assign(board("marker", PLAIN));
        for (let tries = 0; tries < 100 && sink.states.get("marker")?.state !== "up"; tries++)
          await publish(broker.port, topicOf("marker"), '{"temp_c":1}');
        expect(sink.states.get("marker")?.state).toBe("up");
        collector.unassign("marker");
        sink.take();
      }

      const arrived = (count: number) =>
        until(() => sink.counted("mqtt.messages") >= count, `${count} messages`);

      async function send(
        device: string,
        payload: unknown,
        args: string[] = [],
        kind = "telemetry",
      ): Promise<void> {
        const before = sink.counted("mqtt.messages");
        const text = typeof payload === "string" ? payload : JSON.stringify(payload);
        expect(await publish(broker.port, topicOf(device, kind), text, { args })).toBe(0);
        await arrived(before + 1);
      }

      it("turns a board's message into samples, facts and a state", async () => {
        await start();
        const ts = seconds() - 5;
        await send("board-1", {
          ts,
          power: "on",
          temp_c: 41.5,
          ops: { cpu_pct: 12 },
          fault: ["lamp", "touch"],
          model: "X-86\u0007",
          fw: "1.2.3",
        });
        const samples = sink.take();
        expect(shown(samples, "board.power")).toEqual([2]);
        expect(shown(samples, "board.temperature")).toEqual([41.5]);
        expect(shown(samples, "board.cpu")).toEqual([12]);
        expect(shown(samples, "board.faults")).toEqual([2]);
        expect(shown(samples, "device.up")).toEqual([1]);
        for (const sample of samples.filter((s) => s.quantity.startsWith("board."))) {
          expect(sample.time).toBe(ts * 1000);
          expect(sample.tags).toMatchObject({ device: "board-1", school: "school-1", county: "510182" });
        }
        expect(sink.states.get("board-1")).toEqual({ state: "up" });
        expect(sink.facted.at(-1)).toMatchObject({
          device: "board-1",
          identity: { profile: "test-board", model: "X-86", version: "1.2.3" },
        });
      });

      it("T2: stores a false clock's message with the time of receipt, and counts it", async () => {
        await start();
        for (const ts of [seconds() - 8 * 86_400, seconds() + 600, seconds() + 86_400]) {
          const before = Date.now();
          await send("board-1", { ts, temp_c: 20 });
          const time = sink.take().find((s) => s.quantity === "board.temperature")!.time;
          expect(time).toBeGreaterThanOrEqual(before);
          expect(time).toBeLessThanOrEqual(Date.now());
        }
        expect(sink.counted("mqtt.skew")).toBe(3);
        await send("board-1", { temp_c: 20 });
        expect(sink.counted("mqtt.no_time")).toBe(1);
        // A backlog of a day is believed.
        const ts = seconds() - 86_400;
        await send("board-1", { ts, temp_c: 19 });
        expect(sink.take().find((s) => s.value === 19)!.time).toBe(ts * 1000);
        expect(sink.counted("mqtt.skew")).toBe(3);
      });

      it("drops what names another school or a device it does not know", async () => {
        await start();
        const before = sink.counted("mqtt.messages");
        await publish(broker.port, topicOf("board-1", "telemetry", "school-2"), '{"temp_c":99}');
        await publish(broker.port, topicOf("board-9"), '{"temp_c":99}');
        await arrived(before + 2);
        expect(sink.counted("mqtt.misplaced")).toBe(1);
        expect(sink.counted("mqtt.unknown_device")).toBeGreaterThanOrEqual(1);
        expect(sink.take()).toEqual([]);
      });

      it("survives every broken payload, and says what a device lacks", async () => {
        await start();
        for (const text of [
          "NaN",
          '{"temp_c":NaN}',
          "[".repeat(10_000),
          '{"__proto__":{"x":1}}',
          "\u00ff\u0000",
        ])
          await send("board-1", text);
        expect(sink.counted("mqtt.payload")).toBe(5);
        expect(sink.states.get("board-1")?.reason).toContain("a payload cannot be read");
        expect(shown(sink.take(), "board.temperature")).toEqual([]);
        await send("board-1", '{"ts":1,"temp_c":1e309,"power":"dancing","ops":null}');
        const samples = sink.take();
        expect(shown(samples, "board.temperature")).toEqual(["implausible"]);
        expect(shown(samples, "board.power")).toEqual(["implausible"]);
        expect(shown(samples, "board.cpu")).toEqual(["absent"]);
        expect(shown(samples, "board.faults")).toEqual(["absent"]);
        expect(sink.states.get("board-1")).toEqual({ state: "up" });
      });

      it("takes availability, a last will, and silence for what they are", async () => {
        await start();
        await send("board-1", { ts: seconds(), temp_c: 30 });
        sink.take();
        await send("board-1", "offline", [], "state");
        expect(sink.states.get("board-1")).toEqual({
          state: "down",
          reason: "the device's availability topic says that it is offline",
        });
        const samples = sink.take();
        expect(shown(samples, "board.temperature")).toEqual(["stale"]);
        expect(shown(samples, "device.up")).toEqual([0]);
        await send("board-1", "online", [], "state");
        expect(sink.states.get("board-1")).toEqual({ state: "up" });
        clock.advance(179_000);
        await scheduler.run("mqtt:silence");
        expect(sink.states.get("board-1")).toEqual({ state: "up" });
        clock.advance(2000);
        sink.take();
        await scheduler.run("mqtt:silence");
        expect(sink.states.get("board-1")).toEqual({ state: "down", reason: "no message for 180 s" });
        expect(shown(sink.take(), "device.up")).toEqual([0]);
        await send("board-1", { ts: seconds(), temp_c: 30 });
        expect(sink.states.get("board-1")).toEqual({ state: "up" });
      });

      it("keeps a retained message of unknown age out of the data", async () => {
        await publish(broker.port, topicOf("kept"), '{"temp_c":77}', { args: ["-r"] });
        await publish(broker.port, topicOf("dated"), JSON.stringify({ ts: seconds() - 60, temp_c: 55 }), {
          args: ["-r"],
        });
        await publish(broker.port, topicOf("willed", "state"), "offline", { args: ["-r"] });
        make();
        await collector.open(new AbortController().signal);
        collector.assign(board("kept", PLAIN));
        collector.assign(board("dated"));
        collector.assign(board("willed"));
        await arrived(3);
        expect(sink.counted("mqtt.retained")).toBe(2);
        expect(shown(sink.take(), "board.temperature").filter((v) => v !== "stale")).toEqual([55]);
        expect(sink.states.has("kept")).toBe(false);
        expect(sink.states.get("dated")).toEqual({ state: "up" });
        expect(sink.states.get("willed")).toMatchObject({ state: "down" });
        for (const [device, kind] of [
          ["kept", "telemetry"],
          ["dated", "telemetry"],
          ["willed", "state"],
        ])
          await publish(broker.port, topicOf(device!, kind), "", { args: ["-r"] });
      });

      it("T4: stores a repeated message once; another value for the same time is counted", async () => {
        await start();
        const ts = seconds();
        for (let i = 0; i < 10; i++) await send("board-1", { ts, temp_c: 30 });
        expect(shown(sink.take(), "board.temperature")).toEqual([30]);
        expect(sink.counted("mqtt.duplicate")).toBe(9);
        await send("board-1", { ts, temp_c: 31 });
        expect(shown(sink.take(), "board.temperature")).toEqual([31]);
        expect(sink.counted("mqtt.rewritten")).toBe(1);
      });

      it("acknowledges after the commit: what was not committed comes again", async () => {
        const clientId = `durable-${protocolVersion}`;
        await start({ clientId });
        let commits = 0;
        committed = () => {
          commits++;
          return new Promise(() => {});
        };
        await send("board-1", { ts: seconds(), temp_c: 21 });
        await until(() => commits === 1, "the commit to be asked for");
        expect(shown(sink.take(), "board.temperature")).toEqual([21]);
        // The process dies before the commit: the next one gets the message again.
        await collector.close();
        await start({ clientId });
        await until(() => sink.counted("mqtt.messages") > 0, "the message to come again");
        expect(sink.states.get("board-1")).toEqual({ state: "up" });
        await collector.close();
        // Now it was committed and acknowledged: it does not come a third time.
        make({ clientId });
        await collector.open(new AbortController().signal);
        collector.assign(board("board-1"));
        await flowing();
        expect(sink.states.has("board-1")).toBe(false);
      });

      it("asks for one commit for many messages, and never has too many out", async () => {
        await start({ mostInFlight: 10 });
        let commits = 0;
        let release: (() => void) | undefined;
        committed = () => {
          commits++;
          return new Promise((resolve) => {
            release = resolve;
          });
        };
        const before = sink.counted("mqtt.messages");
        const lines = Array.from({ length: 40 }, (_, i) => `{"temp_c":${i}}\n`).join("");
        const publishing = publish(broker.port, topicOf("board-1"), lines, { lines: true });
        await until(() => commits === 1 && release !== undefined, "the first commit");
        await publishing;
        let taken = sink.counted("mqtt.messages") - before;
        expect(taken).toBeLessThanOrEqual(20);
        while (taken < 40) {
          const open = release;
          release = undefined;
          open?.();
          await until(
            () => release !== undefined || sink.counted("mqtt.messages") - before >= 40,
            "the next commit",
          );
          taken = sink.counted("mqtt.messages") - before;
        }
        release?.();
        committed = () => Promise.resolve();
        expect(taken).toBe(40);
        expect(commits).toBeLessThan(40);
        const values = shown(sink.take(), "board.temperature");
        expect(values).toEqual(Array.from({ length: 40 }, (_, i) => i));
      });

      it("lets a huge message go by and stays connected", async () => {
        await start();
        await publish(broker.port, topicOf("board-1"), Buffer.alloc(600_000, 0x20));
        await send("board-1", { ts: seconds(), temp_c: 25 });
        expect(shown(sink.take(), "board.temperature")).toEqual([25]);
        // A broker of MQTT 5 knows the limit and does not send it at all.
        expect(sink.counted("mqtt.oversize")).toBe(protocolVersion === 4 ? 1 : 0);
        expect(sink.counted("mqtt.connected")).toBe(1);
      });

      it("speaks MQTT over WebSocket too", async () => {
        await start({ webSocket: true });
        await send("board-1", { ts: seconds(), temp_c: 26 });
        expect(shown(sink.take(), "board.temperature")).toEqual([26]);
      });

      it("says that the password is wrong, without saying the password", async () => {
        make({ password: "wrong-canary-password" });
        await collector.open(new AbortController().signal);
        collector.assign(board("board-1"));
        await until(() => sink.counted("mqtt.auth") >= 2, "two refusals");
        const state = sink.states.get("board-1");
        expect(state?.state).toBe("unknown");
        expect(state?.reason).toContain(`broker county (127.0.0.1:${broker.port}) is away`);
        expect(state?.reason).toContain(`refuses user ${USER}`);
        expect(JSON.stringify([...sink.states, ...sink.counts])).not.toContain("canary");
      });

      it("says that the broker is away, and is back by itself", async () => {
        await start();
        await send("board-1", { ts: seconds(), temp_c: 30 });
        await broker.stop();
        await until(() => sink.states.get("board-1")?.state === "unknown", "the loss to be noticed");
        await until(
          () => sink.states.get("board-1")?.reason?.includes("ECONNREFUSED") === true,
          "a refused attempt",
        );
        expect(sink.states.get("board-1")?.reason).toContain(
          `broker county (127.0.0.1:${broker.port}) is away`,
        );
        clock.advance(600_000);
        await scheduler.run("mqtt:silence");
        expect(sink.states.get("board-1")?.state).toBe("unknown");
        await broker.start();
        await until(() => sink.counted("mqtt.connected") >= 2, "the second connection");
        // Silence counts from the return.
        await scheduler.run("mqtt:silence");
        expect(sink.states.get("board-1")?.state).toBe("unknown");
        for (let tries = 0; tries < 100 && sink.states.get("board-1")?.state !== "up"; tries++)
          await publish(
            broker.port,
            topicOf("board-1"),
            JSON.stringify({ ts: seconds() + tries, temp_c: 31 }),
          );
        expect(sink.states.get("board-1")).toEqual({ state: "up" });
      });

      it("emits nothing after close", async () => {
        await start();
        await collector.close();
        sink.take();
        const counted = sink.counted("mqtt.messages");
        await publish(broker.port, topicOf("board-1"), '{"temp_c":1}');
        expect(sink.take()).toEqual([]);
        expect(sink.counted("mqtt.messages")).toBe(counted);
      });
    },
  );
}

it("refuses an URL that is none, and does not print it", () => {
  const make = () =>
    new MqttCollector({
      sink: new TestSink(),
      scheduler: new HandScheduler(),
      clock: new TestClock(),
      random: () => 0,
      node: "n",
      connections: [{ name: "bad", url: "http://u:canary@127.0.0.1", protocolVersion: 4 }],
      committed: () => Promise.resolve(),
    });
  expect(make).toThrowError(/MQTT connection bad/);
  expect(make).not.toThrowError(/canary/);
  expect(BOARD.mqtt).toBeDefined();
});
