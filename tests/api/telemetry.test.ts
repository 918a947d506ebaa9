import { describe, expect, it } from "vitest";
import { Secret } from "../../src/settings/secret.ts";
import { createLog, RepeatLimiter } from "../../src/telemetry/log.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";

function logTo(lines: string[], clock: { now: number }, repeat = { most: 2, everyMs: 1000 }) {
  return createLog({
    level: "debug",
    destination: { write: (line) => void lines.push(line) },
    monotonic: () => clock.now,
    repeat,
  });
}
const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;

describe("the log", () => {
  it("writes one JSON line with an ISO time and the level's name", () => {
    const lines: string[] = [];
    logTo(lines, { now: 0 }).info({ device: "d\u001b[31m\n1" }, "device answers");
    expect(lines.length).toBe(1);
    expect(lines[0]!.trim()).not.toContain("\n");
    expect(parse(lines[0]!)).toMatchObject({
      level: "info",
      msg: "device answers",
      device: "d\u001b[31m\n1",
    });
    expect(parse(lines[0]!)["time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("prints no secret", () => {
    const lines: string[] = [];
    const log = logTo(lines, { now: 0 });
    log.info({ password: "p1-canary", key: new Secret("p2-canary") }, "a");
    log.info({ credential: { community: "p3-canary", version: "v2c" } }, "b");
    log.info({ a: { b: { token: "p4-canary" } } }, "c");
    log.error({ err: Object.assign(new Error("x"), { password: "p5-canary" }) }, "d");
    expect(lines.length).toBe(4);
    expect(lines.join("")).not.toContain("canary");
    expect(lines.join("")).toContain("v2c");
  });

  it("writes a message that repeats a few times, then says how many it left out", () => {
    const lines: string[] = [];
    const clock = { now: 0 };
    const log = logTo(lines, clock);
    for (let i = 0; i < 10; i++) log.warn({ device: `d${i}` }, "no answer");
    log.warn("something else");
    expect(lines.map((line) => parse(line)["msg"])).toEqual(["no answer", "no answer", "something else"]);
    clock.now = 1000;
    log.warn({ device: "d9" }, "no answer");
    expect(parse(lines[3]!)).toMatchObject({ msg: "no answer", device: "d9", repeated: 8 });
    log.error("no answer");
    expect(parse(lines[4]!)).toMatchObject({ level: "error" });
    expect(parse(lines[4]!)).not.toHaveProperty("repeated");
  });

  it("keeps an error's stack when repeats were left out before it", () => {
    const lines: string[] = [];
    const clock = { now: 0 };
    const log = logTo(lines, clock, { most: 1, everyMs: 10 });
    log.error(new Error("boom"));
    log.error(new Error("boom"));
    clock.now = 10;
    log.error(new Error("boom"));
    expect(lines.length).toBe(2);
    expect(parse(lines[1]!)).toMatchObject({ msg: "boom", repeated: 1, err: { type: "Error" } });
  });

  it("remembers a bounded number of messages", () => {
    const limiter = new RepeatLimiter(() => 0, 1, 1000);
    expect(limiter.admit("first")).toBe(0);
    expect(limiter.admit("first")).toBe(-1);
    for (let i = 0; i < 1000; i++) limiter.admit(`other ${i}`);
    expect(limiter.admit("first")).toBe(0);
  });
});

describe("the metrics", () => {
  const make = () => createTelemetry(createLog({ level: "silent", monotonic: () => 0 }));

  it("count, observe and ask", async () => {
    const telemetry = make();
    telemetry.count("samples", 500);
    telemetry.count("samples");
    telemetry.count("snmp.spoofed", 3);
    telemetry.observe("poll_lateness", 0.02);
    let waiting = 4;
    telemetry.gauge("in_flight", () => waiting);
    telemetry.gauge("spooled", () => 1);
    telemetry.gauge("spooled", () => 9);
    const first = await telemetry.metrics();
    expect(first.contentType).toContain("text/plain");
    expect(first.text).toMatch(/^campusd_samples_total 501$/m);
    expect(first.text).toMatch(/^campusd_events_total\{event="snmp.spoofed"\} 3$/m);
    expect(first.text).toMatch(/^campusd_poll_lateness_seconds_bucket\{le="0.03"\} 1$/m);
    expect(first.text).toMatch(/^campusd_poll_lateness_seconds_bucket\{le="0.01"\} 0$/m);
    expect(first.text).toMatch(/^campusd_in_flight 4$/m);
    expect(first.text).toMatch(/^campusd_spooled 9$/m);
    expect(first.text).toMatch(/^campusd_nodejs_eventloop_lag_seconds /m);
    waiting = 5;
    expect((await telemetry.metrics()).text).toMatch(/^campusd_in_flight 5$/m);
  });

  it("of two processes in one do not mix", async () => {
    const [one, two] = [make(), make()];
    one.count("batches");
    expect((await two.metrics()).text).toMatch(/^campusd_batches_total 0$/m);
  });

  it("give a bounded number of events a name of their own", async () => {
    const telemetry = make();
    for (let i = 0; i < 400; i++) telemetry.count(`event.${i}`);
    const { text } = await telemetry.metrics();
    expect(text.match(/^campusd_events_total\{/gm)!.length).toBe(301);
    expect(text).toMatch(/^campusd_events_total\{event="other"\} 100$/m);
  });
});
