import { afterEach, describe, expect, it } from "vitest";
import { TAG } from "../../collectors/snmp/codec/ber.ts";
import type { CompiledProfile } from "../../src/profiles/compiled.ts";
import { CollectorBench } from "./bench-collector.ts";
import { FakeAgent, type Request } from "./fake-agent.ts";
import { CPU, IF_TABLE, IF_X_TABLE, PROFILE, SENSORS } from "./profile.ts";

/**
 * Two agents that polling can kill live 24 simulated hours. Datagrams are real; the clock leaps from minute to
 * minute, and the tests take the place of the scheduler.
 */
const MINUTE = 60_000;
const MINUTES_A_DAY = 24 * 60;
const DEADLY = SENSORS.split(".").slice(0, -1).join(".");

const integer = (value: number) => Uint8Array.of(TAG.integer, 1, value);
const counter = (value: number) =>
  Uint8Array.of(
    TAG.counter32,
    4,
    (value >> 24) & 0x7f,
    (value >> 16) & 0xff,
    (value >> 8) & 0xff,
    value & 0xff,
  );
const text = (value: string) => Uint8Array.of(TAG.octetString, value.length, ...Buffer.from(value));

const cpuValue = integer(10);

async function fragileSwitch(ports: number): Promise<FakeAgent> {
  const agent = await FakeAgent.listen();
  const objects: Record<string, Uint8Array> = {
    "1.3.6.1.2.1.1.1.0": text("switch"),
    "1.3.6.1.2.1.1.2.0": Uint8Array.of(TAG.oid, 3, 0x2b, 6, 1),
    "1.3.6.1.2.1.1.3.0": Uint8Array.of(TAG.timeTicks, 1, 1),
    "1.3.6.1.2.1.1.5.0": text("fragile"),
    [CPU]: cpuValue,
  };
  for (let i = 1; i <= ports; i++) {
    objects[`${IF_TABLE}.2.${i}`] = text(`port ${i}`);
    objects[`${IF_TABLE}.3.${i}`] = integer(6);
    objects[`${IF_TABLE}.5.${i}`] = counter(1e9);
    objects[`${IF_TABLE}.8.${i}`] = integer(1);
    objects[`${IF_X_TABLE}.1.${i}`] = text(`p${i}`);
    objects[`${IF_X_TABLE}.6.${i}`] = counter(i * 1000);
    objects[`${IF_X_TABLE}.15.${i}`] = integer(100);
    objects[`${IF_X_TABLE}.19.${i}`] = counter(0);
    objects[`${SENSORS}.2.${i}.1.97`] = text(`s${i}`);
    objects[`${SENSORS}.3.${i}.1.97`] = integer(100);
    objects[`${SENSORS}.4.${i}.1.97`] = integer(1);
  }
  agent.set(objects);
  return agent;
}

/** One day; `minute` is called after each with its number. */
async function live(bench: CollectorBench, minute: (n: number) => void): Promise<void> {
  await bench.run("contact");
  for (let n = 1; n <= MINUTES_A_DAY; n++) {
    bench.skew += MINUTE;
    await bench.run(MINUTE);
    if (n % 5 === 0) await bench.run(5 * MINUTE);
    if (n % 60 === 0) await bench.run(60 * MINUTE);
    minute(n);
  }
}

/**
 * An agent whose requests keep its CPU busy for minutes: each adds points that fade with a time constant of
 * three minutes. Half an hour at 90 % and it is gone.
 */
class BusyCpu {
  static readonly base = 10;
  static readonly points = 4;
  #load = 0;
  #at = 0;
  #hotSince: number | undefined;
  dead = false;
  requests = 0;

  /** A request at `now`, ms; answers the CPU in percent. */
  ask(now: number): number {
    this.#load = this.#load * Math.exp((this.#at - now) / (3 * MINUTE)) + BusyCpu.points;
    this.#at = now;
    this.requests++;
    const cpu = Math.min(100, Math.round(BusyCpu.base + this.#load));
    if (cpu < 90) this.#hotSince = undefined;
    else this.#hotSince ??= now;
    if (this.#hotSince !== undefined && now - this.#hotSince >= 30 * MINUTE) this.dead = true;
    return cpu;
  }
}

describe("do no harm", () => {
  let agent: FakeAgent | undefined;
  let bench: CollectorBench | undefined;

  afterEach(async () => {
    await bench?.collector.close();
    await agent?.close();
  });

  async function start(profile: CompiledProfile, answer: (request: Request) => boolean, ports: number) {
    const one = await fragileSwitch(ports);
    agent = one;
    one.answer = (request, usual) => {
      one.requests.length = 0;
      return answer(request) ? usual() : undefined;
    };
    bench = new CollectorBench(one, profile);
    await bench.open();
    return bench;
  }

  it("an agent whose CPU rises with the request rate lives for a day", { timeout: 120_000 }, async () => {
    const cpu = new BusyCpu();
    const running = await start(
      PROFILE,
      () => {
        cpuValue[2] = cpu.ask(running.skew);
        return !cpu.dead;
      },
      48,
    );
    let whole = 0;
    await live(running, (n) => {
      if (n === 2) whole = cpu.requests;
    });
    const load = running.collector.load("sw1")!;
    expect(cpu.dead).toBe(false);
    expect(load.level).toBe(3);
    expect(load.reason).toContain("this device suffers from monitoring");
    expect(running.counts.get("snmp.suffering")).toBeGreaterThanOrEqual(3);
    // It is still watched: a quarter of a day's polls, and no fewer.
    expect(running.counts.get("snmp.timeout")).toBe(0);
    expect(load.requests).toBeGreaterThan(1);

    // The same agent under the rate it began with is dead within two hours: it was the breaker.
    const unprotected = new BusyCpu();
    for (let n = 0; n < 120; n++) for (let i = 0; i < whole / 3; i++) unprotected.ask(n * MINUTE);
    expect(unprotected.dead).toBe(true);
  });

  it("an agent that dies of GETBULK on a marked subtree lives for a day", { timeout: 120_000 }, async () => {
    let dead = false;
    let nexts = 0;
    const below = (oid: string) => oid === DEADLY || oid.startsWith(`${DEADLY}.`);
    const quirks = { ...PROFILE.snmp!.quirks, noBulk: [DEADLY.split(".").map(Number)] };
    const running = await start(
      { ...PROFILE, snmp: { ...PROFILE.snmp!, quirks } },
      ({ message }) => {
        if (message.type === 0xa1 && message.varbinds.some(({ oid }) => below(oid))) nexts++;
        // Evaluating an instance of the subtree within a GETBULK is enough, also behind another column's end.
        if (message.type === 0xa5 && agent) dead ||= reaches(agent, message, below);
        return !dead;
      },
      2,
    );
    let polls = 0;
    await live(running, () => {
      if (running.take().length > 0 || running.states.at(-1) === "up") polls++;
    });
    expect(dead).toBe(false);
    expect(running.counts.get("snmp.timeout")).toBe(0);
    expect(running.states.at(-1)).toBe("up");
    expect(polls).toBe(MINUTES_A_DAY);
    expect(nexts).toBeGreaterThan(MINUTES_A_DAY);
  });

  it("the same agent is dead at first contact when its profile does not mark the subtree", async () => {
    let dead = false;
    const below = (oid: string) => oid === DEADLY || oid.startsWith(`${DEADLY}.`);
    const running = await start(
      PROFILE,
      ({ message }) => {
        if (message.type === 0xa5 && agent) dead ||= reaches(agent, message, below);
        return !dead;
      },
      4,
    );
    await running.run("contact");
    expect(dead).toBe(true);
  });
});

/** Whether a GETBULK would make the agent evaluate an instance that `below` holds of. */
function reaches(agent: FakeAgent, message: Request["message"], below: (oid: string) => boolean): boolean {
  const { objects } = agent;
  return message.varbinds.some(({ oid }) => {
    if (below(oid)) return true;
    const arcs = oid.split(".").map(Number);
    let at = objects.findIndex(([name]) => after(name.split(".").map(Number), arcs));
    if (at < 0) at = objects.length;
    return objects.slice(at, at + message.third).some(([name]) => below(name));
  });
}

function after(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! > b[i]!;
  return a.length > b.length;
}
