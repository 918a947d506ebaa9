import { execFile } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Meter } from "../../simulators/behaviour/meter.ts";
import { createProfiles } from "../../simulators/behaviour/profile.ts";
import { registerMapOf } from "../../simulators/modbus/maps.ts";
import { Simulation } from "../../simulators/simulation.ts";
import type { WorldDevice } from "../../simulators/world/model.ts";
import { Seed } from "../../simulators/world/seed.ts";
import { binary, describeWith } from "../support/servers.ts";

const run = promisify(execFile);
const NOW = Date.UTC(2026, 10, 18, 4, 0, 0);

let port = 0;
let now = NOW;
const ADDRESS = "127.103.1.61";
const simulation = new Simulation({
  seed: 1,
  schools: 1,
  baseOctet: 103,
  snmpPort: 0,
  modbusPort: 0,
  scenario: "quiet",
  epochMs: Date.UTC(2026, 8, 1),
  clock: { now: () => now },
});

beforeAll(async () => {
  await simulation.open(new AbortController().signal);
  const devices = simulation.inventory().schools[0]!.devices;
  port = devices.find((device) => device.protocol === "modbus")!.port!;
});
afterAll(() => simulation.close());

function device(model: string, name?: string): WorldDevice {
  for (const each of simulation.world.devices.values())
    if (each.model === model && (name === undefined || each.name === name)) return each;
  throw new Error(`no ${model}`);
}

function truth(of: WorldDevice, quantity: string, phase?: string): number {
  return simulation.truth(of.id, quantity, phase === undefined ? {} : { phase }, now)!;
}

describeWith(["mbpoll"], "Modbus against mbpoll", () => {
  /** Values by address as mbpoll prints them. */
  async function poll(unit: number, type: string, from: number, count: number): Promise<number[]> {
    const { stdout } = await run(binary("mbpoll")!, [
      ...["-m", "tcp", "-p", String(port), "-a", String(unit), "-t", type, "-B", "-0"],
      ...["-r", String(from), "-c", String(count), "-1", "-o", "2", ADDRESS],
    ]);
    return [...stdout.matchAll(/^\[\d+\]:\s+(\S+)/gm)].map((match) => Number(match[1]));
  }
  /** What mbpoll says when the device refuses. */
  async function refused(unit: number, type: string, from: number, count: number): Promise<string> {
    const failed = await poll(unit, type, from, count).then(
      () => "",
      (error: { stderr: string; stdout: string }) => error.stderr + error.stdout,
    );
    return failed;
  }

  it("reads an SDM630", async () => {
    const meter = device("SDM630");
    const volts = await poll(meter.unit!, "3:float", 0, 3);
    for (const [i, phase] of ["l1", "l2", "l3"].entries())
      expect(volts[i]).toBeCloseTo(truth(meter, "electric.voltage", phase), 2);
    const [watts] = await poll(meter.unit!, "3:float", 0x34, 1);
    expect(watts! / truth(meter, "electric.active_power", "total")).toBeCloseTo(1, 4);
    const [energy] = await poll(meter.unit!, "3:float", 0x48, 1);
    expect(energy! / truth(meter, "electric.import_energy", "total")).toBeCloseTo(1, 4);
  });

  it("reads a DDSU666, whose power is in kW", async () => {
    const meter = device("DDSU666");
    const [volts, amps, kilowatts] = await poll(meter.unit!, "4:float", 0x2000, 3);
    expect(volts).toBeCloseTo(truth(meter, "electric.voltage", "l1"), 2);
    expect(amps! / truth(meter, "electric.current", "l1")).toBeCloseTo(1, 4);
    expect((kilowatts! * 1000) / truth(meter, "electric.active_power", "total")).toBeCloseTo(1, 4);
  });

  it("reads an ADL400 that feeds in: negative power in both blocks", async () => {
    const roof = device("ADL400", "屋顶光伏");
    const total = truth(roof, "electric.active_power", "total");
    expect(total).toBeLessThan(-1000);
    const [ratio] = await poll(roof.unit!, "4", 0x8e, 1);
    expect(ratio).toBe(1);
    const [raw] = await poll(roof.unit!, "4:int", 0x16a, 1);
    expect(raw! * ratio!).toBe(Math.round(total));
    const [kilowatts] = await poll(roof.unit!, "4:float", 0x81a, 1);
    expect((kilowatts! * 1000) / total).toBeCloseTo(1, 4);
    const [exported] = await poll(roof.unit!, "4:int", 0x856, 1);
    expect(exported! / 10).toBeCloseTo(truth(roof, "electric.export_energy", "total"), 0);
    now += 3_600_000;
    const [later] = await poll(roof.unit!, "4:int", 0x856, 1);
    expect(later).toBeGreaterThan(exported!);
  });

  it("reads rooms, the cold store below zero", async () => {
    const sensors = [...simulation.world.devices.values()].filter((each) => each.model === "XY-MD02");
    expect(sensors.length).toBeGreaterThanOrEqual(8);
    for (const sensor of sensors) {
      const [temperature, humidity] = await poll(sensor.unit!, "3", 1, 2);
      const signed = temperature! > 0x7fff ? temperature! - 0x1_0000 : temperature!;
      expect(signed * 0.1).toBeCloseTo(truth(sensor, "sensor.temperature"), 6);
      expect(humidity! * 0.1).toBeCloseTo(truth(sensor, "sensor.humidity"), 6);
    }
    const cold = sensors.find((sensor) => sensor.name.includes("冷库"))!;
    expect(truth(cold, "sensor.temperature")).toBeLessThan(0);
  });

  it("reads the gateway's own contacts", async () => {
    expect(await poll(255, "0", 0, 2)).toEqual([1, 0]);
    expect(await poll(255, "1", 0, 4)).toEqual([1, 1, 1, 1]);
  });

  it("refuses with the exception that fits", async () => {
    const meter = device("SDM630").unit!;
    expect(await refused(meter, "4", 0, 2)).toContain("Illegal function");
    expect(await refused(meter, "3", 0x5000, 2)).toContain("Illegal data address");
    expect(await refused(meter, "3", 0x56, 4)).toContain("Illegal data address");
    expect(await refused(99, "3", 0, 2)).toContain("Target device failed to respond");
  });
});

/** Sends octets and collects what comes back until the peer closes or enough has come. */
function exchange(
  bytes: Uint8Array,
  enough: number,
): Promise<{ readonly answer: Buffer; readonly closed: boolean }> {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    const socket: Socket = connect(port, ADDRESS, () => socket.write(bytes));
    const done = (closed: boolean) => {
      socket.destroy();
      resolve({ answer, closed });
    };
    socket.on("data", (part: Buffer) => {
      answer = Buffer.concat([answer, part]);
      if (answer.length >= enough) done(false);
    });
    socket.on("close", () => done(true));
    socket.on("error", reject);
  });
}

function adu(transaction: number, unit: number, pdu: readonly number[]): Buffer {
  return Buffer.from([transaction >> 8, transaction & 255, 0, 0, 0, pdu.length + 1, unit, ...pdu]);
}

describe("Modbus on the wire", () => {
  it("answers pipelined and split requests of several units in order", async () => {
    const first = adu(1, 1, [4, 0, 0, 0, 2]);
    const second = adu(2, 11, [4, 0, 1, 0, 2]);
    const third = adu(3, 77, [4, 0, 1, 0, 2]);
    const { answer } = await exchange(Buffer.concat([first, second, third]), 13 + 13 + 9);
    expect([answer.readUInt16BE(0), answer[6], answer[7], answer[8]]).toEqual([1, 1, 4, 4]);
    expect([answer.readUInt16BE(13), answer[19], answer[20], answer[21]]).toEqual([2, 11, 4, 4]);
    expect([answer.readUInt16BE(26), answer[32], answer[33], answer[34]]).toEqual([3, 77, 0x84, 0x0b]);
  });

  it("refuses counts and functions as the protocol says", async () => {
    const cases: readonly (readonly [readonly number[], number])[] = [
      [[4, 0, 0, 0, 0], 3],
      [[4, 0, 0, 0, 126], 3],
      [[4, 0, 0], 3],
      [[3, 0, 0, 0, 1], 1],
      [[6, 0, 0, 0, 1], 1],
      [[0x2b, 14, 1, 0], 1],
      [[4, 0xff, 0xff, 0, 2], 2],
    ];
    for (const [pdu, exception] of cases) {
      const { answer } = await exchange(adu(9, 1, pdu), 9);
      expect([...answer.subarray(4)], pdu.join(" ")).toEqual([0, 3, 1, pdu[0]! | 0x80, exception]);
    }
  });

  it("closes a connection that does not speak Modbus, and stays up", async () => {
    for (const bytes of [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.from([0, 1, 0, 0, 0xff, 0xff, 1, 4, 0]),
      Buffer.from([0, 1, 0, 0, 0, 1, 1, 4, 0]),
    ])
      expect((await exchange(bytes, 1000)).closed).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 8, maxLength: 64 }), async (bytes) => {
        const socket = connect(port, ADDRESS);
        await new Promise<void>((resolve) => socket.end(bytes, () => resolve()));
        socket.on("error", () => {});
        socket.resume();
        await new Promise((resolve) => socket.once("close", resolve));
      }),
      { numRuns: 50 },
    );
    const { answer } = await exchange(adu(5, 1, [4, 0, 0, 0, 2]), 13);
    expect(answer[7]).toBe(4);
    expect(simulation.stats().modbus.refused).toBeGreaterThanOrEqual(3);
  });

  it("names the port that is taken", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.104.1.61", resolve));
    const taken = (squatter.address() as { port: number }).port;
    try {
      const other = new Simulation({
        seed: 1,
        schools: 1,
        baseOctet: 104,
        snmpPort: 0,
        modbusPort: taken,
        clock: { now: () => NOW },
      });
      await expect(other.open(new AbortController().signal)).rejects.toMatchObject({
        code: "E_PORT_TAKEN",
        message: expect.stringContaining(`127.104.1.61:${taken}`),
      });
      expect(other.stats().snmp.requests).toBe(0);
    } finally {
      squatter.close();
    }
  });
});

describe("an ADL400 behind transformers", () => {
  it("says the same in whole numbers x ratio and in floats", () => {
    const epoch = Date.UTC(2026, 8, 1) / 1000;
    const plan = { peakWatts: 90_000, feedsIn: false, currentRatio: 20, since: epoch };
    const meter = new Meter({ ...plan, model: "ADL400", profile: createProfiles().lessons }, new Seed("x"));
    const like = device("SDM630");
    const map = registerMapOf({ ...like, body: { kind: "meter", meter } })!;
    const second = NOW / 1000;
    const registers = (address: number, count: number) => {
      const values = map.read(3, address, count, second);
      if (typeof values === "number") throw new Error(`exception ${values}`);
      return Buffer.concat([...values].map((value) => Buffer.of(value >> 8, value & 0xff)));
    };
    expect(registers(0x8e, 1).readUInt16BE()).toBe(20);
    for (const [whole, float] of [
      [0x164, 0x814],
      [0x166, 0x816],
      [0x168, 0x818],
      [0x16a, 0x81a],
    ] as const)
      expect(registers(float, 2).readFloatBE()).toBeCloseTo(
        registers(whole, 2).readInt32BE() * 0.001 * 20,
        4,
      );
    expect(registers(0x81a, 2).readFloatBE() * 1000).toBeGreaterThan(5000);
    expect(registers(0x81a, 2).readFloatBE() * 1000).toBeCloseTo(meter.totalWatts(second), -2);
    // Reading across the end of a block, or between the two, is an illegal data address.
    expect(map.read(3, 0x8e, 2, second)).toBe(2);
    expect(map.read(3, 0x100, 1, second)).toBe(2);
    expect(map.read(4, 0x0, 1, second)).toBe(1);
  });
});
