import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ModbusCollector } from "../../collectors/modbus/collector.ts";
import type { CompiledProfile } from "../../src/profiles/compiled.ts";
import { FakeGateway } from "./gateway.ts";
import { deviceTags, HandScheduler, type Sample, shown, TestClock, TestSink } from "./harness.ts";
import { ADL400, DDSU666, SDM630, XYMD02 } from "./profiles.ts";

/** S22: word order, sign and scale, by the vectors of the makers' register maps. */
describe("golden vectors", () => {
  let gateway: FakeGateway;
  let sink: TestSink;
  let collector: ModbusCollector;
  let scheduler: HandScheduler;
  let port: number;

  beforeEach(async () => {
    gateway = new FakeGateway();
    port = await gateway.listen();
    sink = new TestSink();
    scheduler = new HandScheduler();
    collector = new ModbusCollector({ sink, scheduler, clock: new TestClock(), random: () => 0.5 });
    await collector.open(new AbortController().signal);
  });
  afterEach(async () => {
    await collector.close();
    await gateway.close();
  });

  async function poll(profile: CompiledProfile, unit: number): Promise<Sample[]> {
    collector.assign({
      device: "meter-1",
      tags: deviceTags("meter-1"),
      endpoint: { address: "127.0.0.1", port },
      addresses: [],
      credential: { protocol: "none" },
      profile,
      unit,
    });
    await scheduler.run();
    return sink.take();
  }

  it("reads an SDM630: floats of two registers, high word first", async () => {
    gateway.setFloat(1, 0x0000, 230.5);
    gateway.setFloat(1, 0x0002, 231.25);
    gateway.setFloat(1, 0x0004, 229.75);
    gateway.setFloat(1, 0x0034, -1234.5);
    gateway.set(1, 0x0046, [0x4248, 0x0000]);
    gateway.setFloat(1, 0x0048, 8192.5);
    const samples = await poll(SDM630, 1);
    expect(shown(samples, "electric.voltage")).toEqual([230.5, 231.25, 229.75]);
    expect(samples.map((s) => s.tags.phase).slice(0, 3)).toEqual(["l1", "l2", "l3"]);
    expect(shown(samples, "electric.active_power")).toEqual([-1234.5]);
    expect(shown(samples, "electric.frequency")).toEqual([50]);
    expect(shown(samples, "electric.import_energy")).toEqual([8192.5]);
    expect(shown(samples, "device.up")).toEqual([1]);
    expect(sink.states.get("meter-1")).toEqual({ state: "up" });
    expect(sink.facted).toMatchObject([{ device: "meter-1", identity: { profile: "eastron-sdm630" } }]);
  });

  it("reads a DDSU666: power comes in kW", async () => {
    gateway.setFloat(7, 0x2000, 220);
    gateway.setFloat(7, 0x2002, 5.5);
    gateway.setFloat(7, 0x2004, 1.25);
    const samples = await poll(DDSU666, 7);
    expect(shown(samples, "electric.voltage")).toEqual([220]);
    expect(shown(samples, "electric.current")).toEqual([5.5]);
    expect(shown(samples, "electric.active_power")).toEqual([1250]);
  });

  it("reads an ADL400: 16.00 A, 3.680 kW and -3.680 kW in signed 32-bit words", async () => {
    gateway.set(3, 0x0061, [2305, 0, 0, 0x0640, 0, 0]);
    gateway.set(3, 0x0164, [0x0000, 0x0e60, 0, 0, 0, 0, 0xffff, 0xf1a0]);
    const samples = await poll(ADL400, 3);
    expect(shown(samples, "electric.voltage")).toEqual([230.5]);
    expect(shown(samples, "electric.current")).toEqual([16]);
    expect(shown(samples, "electric.active_power")).toEqual([3680, -3680]);
  });

  it("reads an XY-MD02 below zero: 0xFFCE is -5.0 degrees", async () => {
    gateway.set(1, 0x0001, [0xffce, 605]);
    const samples = await poll(XYMD02, 1);
    expect(shown(samples, "sensor.temperature")).toEqual([-5]);
    expect(shown(samples, "sensor.humidity")).toEqual([60.5]);
  });

  it("turns NaN and the infinities into implausible, never into numbers", async () => {
    gateway.set(1, 0x0000, [0x7fc0, 0x0000, 0x7f80, 0x0000, 0xff80, 0x0000]);
    gateway.setFloat(1, 0x0034, 1e9);
    gateway.setFloat(1, 0x0046, 501);
    gateway.setFloat(1, 0x0048, -1);
    const samples = await poll(SDM630, 1);
    expect(shown(samples, "electric.voltage")).toEqual(["implausible", "implausible", "implausible"]);
    expect(shown(samples, "electric.frequency")).toEqual(["implausible"]);
    expect(shown(samples, "electric.import_energy")).toEqual(["implausible"]);
    expect(shown(samples, "electric.active_power")).toEqual([1e9]);
  });
});
