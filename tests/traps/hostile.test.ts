import { afterEach, describe, expect, it } from "vitest";
import { type AcceptedTrap, TrapIntake } from "../../collectors/snmp/traps/intake.ts";
import { TRAP_LIMITS } from "../../collectors/snmp/traps/limits.ts";
import { TrapUsm } from "../../collectors/snmp/traps/usm.ts";
import { KeyRing, type UsmUser } from "../../collectors/snmp/usm/keys.ts";
import { Usm } from "../../collectors/snmp/usm/usm.ts";
import { Secret } from "../../src/settings/secret.ts";
import { counter64, integer, nothing, octets, oidOctets, ticks, tlv } from "../snmp/asn1.ts";
import { type Hall, openHall, sender, until } from "./harness.ts";
import { LINK_DOWN, notification, v1, v2, varbindList } from "./messages.ts";

const IF_INDEX = "1.3.6.1.2.1.2.2.1.1.3";
const ALIAS = "1.3.6.1.2.1.31.1.1.1.18.3";
const UNLIMITED = { perSecond: 1e6, burst: 1e6, totalPerSecond: 1e6 };

/** An intake by itself, with a clock that the test moves and a source 10.0.0.1. */
function makeIntake(limits = UNLIMITED, users: readonly UsmUser[] = []) {
  const taken: AcceptedTrap[] = [];
  const sent: { bytes: Buffer; address: string; port: number }[] = [];
  const state = { time: 1_000_000 };
  const clock = { now: () => 1_795_305_600_000 + state.time, monotonic: () => state.time };
  const engine = { id: Buffer.from("80007ed905aabbccddeeff001122334455", "hex"), boots: 7 };
  const security = new TrapUsm({ clock, random: (n) => Buffer.alloc(n, 9), engine });
  const intake = new TrapIntake({
    clock,
    limits,
    security,
    emit: (trap) => void taken.push(trap),
    send: (bytes, address, port) => void sent.push({ bytes: Buffer.from(bytes), address, port }),
  });
  const setSources = (addresses: readonly string[]) =>
    intake.setSources(addresses.map((address) => ({ address, communities: ["s3cret-lab"], users })));
  setSources(["10.0.0.1"]);
  return { intake, taken, sent, state, engine, setSources };
}

describe("hostile datagrams", () => {
  let hall: Hall | undefined;
  afterEach(() => hall?.close());

  it("survives 20,000 mutated ones, none slow, none silently lost, memory flat (S10, S11)", () => {
    const { intake, taken, sent } = makeIntake();
    const user = { name: "u", auth: { protocol: "sha1", password: new Secret("authpass-1") } } as const;
    intake.setSources([{ address: "10.0.0.1", communities: ["s3cret-lab"], users: [user] }]);
    const rich = notification(LINK_DOWN, [
      [IF_INDEX, integer(3)],
      [ALIAS, octets(Buffer.from("a3acb6cbbfda", "hex"))],
      ["1.3.6.1.2.1.31.1.1.1.6.3", counter64(2n ** 63n)],
      ["1.3.6.1.2.1.1.3.1", ticks(4_294_967_295)],
      ["1.3.6.1.4.1.9.9.1", nothing],
    ]);
    const seeds = [
      v2({ varbinds: rich }),
      v2({ type: 0xa6, varbinds: rich }),
      v1(2, 0, [[IF_INDEX, integer(3)]]),
      v1(6, 77, rich),
      v3Seed(),
    ];
    const random = xorshift(20_261_122);
    const slow: Buffer[] = [];
    const before = process.memoryUsage().heapUsed;
    const total = 20_000;
    for (let i = 0; i < total; i++) {
      const bytes = mutate(seeds[i % seeds.length]!, random);
      const start = performance.now();
      intake.take(bytes, "10.0.0.1", 1000 + (i % 1000));
      if (performance.now() - start > 50) slow.push(bytes);
      if (taken.length > 100) {
        for (const trap of taken) expectWellFormed(trap);
        intake.settle(
          taken.map((trap) => trap.seq),
          true,
        );
        taken.length = 0;
        sent.length = 0;
      }
    }
    const counters = intake.counters();
    expect(counters.dropped.fault).toBe(0);
    expect(counters.received).toBe(total);
    expect(counters.dropped.malformed).toBeGreaterThan(total / 10);
    expect(counters.accepted).toBeGreaterThan(50);
    // What was slow by itself, and not because the machine was busy, is slow again each time.
    for (const bytes of slow) {
      const times = Array.from({ length: 5 }, () => {
        const start = performance.now();
        intake.take(bytes, "10.0.0.1", 1);
        return performance.now() - start;
      });
      expect(Math.min(...times)).toBeLessThan(50);
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("keeps to one form each: what is nearly a notification is none", () => {
    const { intake } = makeIntake();
    const take = (bytes: Uint8Array) => intake.take(bytes, "10.0.0.1", 1);
    take(Buffer.alloc(0));
    take(Buffer.from([0x30]));
    take(Buffer.concat([v2({}), Buffer.from([0])]));
    take(v2({ varbinds: [["1.3.6.1.2.1.1.3.0", ticks(1)]] }));
    take(v2({ varbinds: [["1.3.6.1.6.3.1.1.4.1.0", octets("linkDown")]] }));
    take(v1(7, 0));
    take(v1(-1, 0));
    take(v2({ status: Buffer.concat([tlv(2), integer(0)]) }));
    expect(intake.counters().dropped.malformed).toBe(8);
    take(v2({ type: 0xa0 }));
    take(v2({ type: 0xa2 }));
    take(v2({ version: 0 }));
    take(v2({ version: 2 }));
    take(tlv(0x30, integer(1), octets("s3cret-lab"), tlv(0xa4)));
    expect(intake.counters()).toMatchObject({ accepted: 0, dropped: { kind: 4, malformed: 9 } });
  });

  it("knows a community only by all of it", () => {
    const { intake } = makeIntake();
    for (const community of [
      "",
      "s",
      "s3cret-la",
      "s3cret-lab ",
      "s3cret-lab\0",
      "S3cret-lab",
      "x".repeat(60_000),
    ])
      intake.take(v2({ community }), "10.0.0.1", 1);
    expect(intake.counters()).toMatchObject({ accepted: 0, dropped: { community: 7 } });
  });

  it("knows a source in any of its forms, and a source that is no more is none", () => {
    const { intake, setSources } = makeIntake();
    setSources(["10.0.0.1", "2001:db8::1", "fe80::1"]);
    for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "2001:0db8:0:0:0:0:0:1", "fe80::1%eth0"])
      intake.take(v2({}), address, 1);
    expect(intake.counters()).toMatchObject({ accepted: 4 });
    setSources(["10.0.0.2"]);
    intake.take(v2({}), "10.0.0.1", 1);
    intake.take(v2({}), "not an address", 1);
    expect(intake.counters()).toMatchObject({ accepted: 4, dropped: { source: 2 } });
  });

  it("keeps a large trap within its bounds and says how much it left out", () => {
    const { intake, taken } = makeIntake();
    const many = Array.from({ length: 1_500 }, (_, i) => [`1.3.6.1.4.1.1.${i}`, integer(i)] as const);
    intake.take(v2({ varbinds: notification(LINK_DOWN, many) }), "10.0.0.1", 1);
    const long = Array.from(
      { length: 30 },
      (_, i) => [`1.3.6.1.4.1.1.${i}`, octets("长".repeat(600))] as const,
    );
    intake.take(v2({ varbinds: notification(LINK_DOWN, long) }), "10.0.0.1", 1);
    expect(taken.map((trap) => trap.varbinds.length + trap.more)).toEqual([1_500, 30]);
    for (const trap of taken) expectWellFormed(trap);
  });

  it("never keeps a community that a trap carries", () => {
    const { intake, taken } = makeIntake();
    const varbinds = notification(LINK_DOWN, [["1.3.6.1.6.3.18.1.4.0", octets("s3cret-lab")]]);
    intake.take(v2({ varbinds }), "10.0.0.1", 1);
    expect(taken[0]!.varbinds).toEqual([
      { oid: "1.3.6.1.6.3.18.1.4.0", name: "snmpTrapCommunity.0", type: "OCTET STRING", value: "<secret>" },
    ]);
  });

  it("cleans text from devices: terminals, directions, line ends; and reads GBK and dates", () => {
    const { intake, taken } = makeIntake();
    const texts = [
      "\u001b[2J\u001b[31mowned",
      "a\u202egnp.exe",
      "ok\n2026-11-22 fake log line",
      Buffer.from("d0a3d4b0cdf8b9d8", "hex"),
      Buffer.from([0x07, 0xea, 11, 22, 8, 30, 0, 0]),
    ];
    const varbinds = texts.map((text, i) => [`1.3.6.1.4.1.1.${i}`, octets(text)] as const);
    intake.take(v2({ varbinds: notification(LINK_DOWN, varbinds) }), "10.0.0.1", 1);
    const values = taken[0]!.varbinds.map((one) => one.value);
    expect(values.slice(1)).toEqual([
      "a\ufffdgnp.exe",
      "ok 2026-11-22 fake log line",
      "校园网关",
      "2026-11-22T08:30:00.0",
    ]);
    expect(values[0]).not.toMatch(/\p{Cc}/u);
  });

  it("lets a quiet source through when many storm together, and counts both kinds of drop", () => {
    const { intake, setSources, state } = makeIntake({ ...TRAP_LIMITS, totalPerSecond: 50 });
    const noisy = Array.from({ length: 100 }, (_, i) => `10.0.1.${i}`);
    setSources([...noisy, "10.0.0.1"]);
    for (let i = 0; i < 200; i++) for (const address of noisy) intake.take(v2({ id: i }), address, 1);
    const before = intake.counters();
    expect(before.dropped.rate).toBe(100 * 100);
    expect(before.accepted + before.dropped.storm).toBe(100 * 100);
    // Each of the hundred was quiet once: that used up what is kept. A second later there is some again.
    state.time += 1_000;
    for (const address of noisy) for (let i = 0; i < 20; i++) intake.take(v2({ id: i }), address, 1);
    intake.take(v2({}), "10.0.0.1", 1);
    expect(intake.counters().accepted - before.accepted).toBe(50 + 1);
  });

  it("answers an inform that comes again without another event (v2c)", async () => {
    hall = await openHall([{ id: "sw", addresses: ["127.0.0.1"] }]);
    const one = await sender("127.0.0.1");
    const inform = v2({ type: 0xa6, id: 77, status: Buffer.concat([integer(5), integer(1)]) });
    await one.send(inform, hall.port);
    await one.send(inform, hall.port);
    await until(() => one.received.length === 1, "the answer");
    await one.send(inform, hall.port);
    await until(() => one.received.length === 2, "the answer to the one that came again");
    const answer = v2({ type: 0xa2, id: 77 });
    expect(one.received).toEqual([answer, answer]);
    expect(await hall.counters()).toMatchObject({ received: 3, accepted: 3, retransmitted: 2, answered: 2 });
    expect(hall.all()).toMatchObject([{ kind: "linkDown", count: 1 }]);
    await one.close();
  });

  it("does not answer an inform whose event is not written", () => {
    const { intake, taken, sent } = makeIntake();
    intake.take(v2({ type: 0xa6, id: 1 }), "10.0.0.1", 162);
    intake.take(v2({ type: 0xa6, id: 1 }), "10.0.0.1", 162);
    expect(sent).toEqual([]);
    intake.settle([taken[0]!.seq], false);
    expect(sent).toEqual([]);
    expect(intake.counters()).toMatchObject({ accepted: 0, retransmitted: 0, dropped: { log: 2 } });
    // The sender sends once more: that is a new one.
    intake.take(v2({ type: 0xa6, id: 1 }), "10.0.0.1", 162);
    intake.settle([taken[1]!.seq], true);
    expect(sent).toHaveLength(1);
  });

  it("holds a bounded number that wait for the disk", () => {
    const { intake, taken } = makeIntake();
    for (let i = 0; i < 5_000; i++) intake.take(v2({ id: i }), "10.0.0.1", 1);
    expect(taken).toHaveLength(2_000);
    expect(intake.counters()).toMatchObject({ accepted: 2_000, dropped: { queue: 3_000 } });
  });
});

describe("SNMPv3 (S13, S14)", () => {
  const user: UsmUser = {
    name: "campus",
    auth: { protocol: "sha256", password: new Secret("authpass-1") },
    priv: { protocol: "aes128", password: new Secret("privpass-1") },
  };
  const theirs = Buffer.from("8000000001020304", "hex");
  const usm = new Usm((n) => Buffer.alloc(n, 3));

  async function seal(options: {
    engineId: Buffer;
    boots: number;
    time: number;
    type?: number;
    id?: number;
  }) {
    const keys = await new KeyRing().localize(user, options.engineId);
    const { type = 0xa7, id = 1 } = options;
    const list = varbindList(notification(LINK_DOWN, [[IF_INDEX, integer(id)]]));
    const pdu = tlv(type, integer(id), integer(0), integer(0), list);
    return usm.seal(
      {
        msgId: id,
        reportable: type === 0xa6,
        engineId: options.engineId,
        boots: options.boots,
        time: options.time,
        user: Buffer.from(user.name),
        keys,
        contextEngineId: options.engineId,
        contextName: Buffer.alloc(0),
      },
      pdu,
    );
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve, 60));

  it("drops a trap that is sent again, now and when it is old", async () => {
    const { intake, state } = makeIntake(UNLIMITED, [user]);
    const trap = await seal({ engineId: theirs, boots: 3, time: 1000 });
    intake.take(trap, "10.0.0.1", 1);
    await settled();
    intake.take(trap, "10.0.0.1", 1);
    state.time += 149_000;
    intake.take(trap, "10.0.0.1", 1);
    state.time += 10_000;
    intake.take(trap, "10.0.0.1", 1);
    intake.take(await seal({ engineId: theirs, boots: 3, time: 1009, id: 2 }), "10.0.0.1", 1);
    intake.take(await seal({ engineId: theirs, boots: 2, time: 5000, id: 3 }), "10.0.0.1", 1);
    await settled();
    expect(intake.counters()).toMatchObject({ received: 6, accepted: 2, dropped: { replay: 4 } });
  });

  it("takes nothing of a trap whose digest is wrong: the clock stays", async () => {
    const { intake } = makeIntake(UNLIMITED, [user]);
    intake.take(await seal({ engineId: theirs, boots: 3, time: 1000 }), "10.0.0.1", 1);
    await settled();
    const forged = Buffer.from(await seal({ engineId: theirs, boots: 900, time: 9, id: 2 }));
    forged[forged.length - 1]! ^= 1;
    intake.take(forged, "10.0.0.1", 1);
    intake.take(await seal({ engineId: theirs, boots: 3, time: 1001, id: 3 }), "10.0.0.1", 1);
    await settled();
    expect(intake.counters()).toMatchObject({ accepted: 2, dropped: { user: 1, replay: 0 } });
  });

  it("drops an inform that is replayed after the window, and answers one that comes again at once", async () => {
    const { intake, taken, sent, state, engine } = makeIntake(UNLIMITED, [user]);
    const inform = await seal({ engineId: engine.id, boots: engine.boots, time: 0, type: 0xa6 });
    intake.take(inform, "10.0.0.1", 1);
    await settled();
    intake.settle([taken[0]!.seq], true);
    intake.take(inform, "10.0.0.1", 1);
    expect(sent).toHaveLength(2);
    // From elsewhere on the same address it is a replay.
    intake.take(inform, "10.0.0.1", 2);
    state.time += 151_000;
    intake.take(inform, "10.0.0.1", 1);
    expect(taken).toHaveLength(1);
    expect(intake.counters()).toMatchObject({ accepted: 2, retransmitted: 1, dropped: { replay: 2 } });
  });

  it("tells its engine no more often than it may: reports are no amplifier", () => {
    const { intake, sent, state } = makeIntake(UNLIMITED, [user]);
    for (let i = 0; i < 1_000; i++) intake.take(v3Seed(), "10.0.0.1", 1);
    expect(sent.length).toBeLessThanOrEqual(20);
    expect(sent.length).toBeGreaterThan(0);
    state.time += 1_000;
    for (let i = 0; i < 1_000; i++) intake.take(v3Seed(), "10.0.0.1", 1);
    expect(sent.length).toBeLessThanOrEqual(25);
    const { dropped } = intake.counters();
    expect(dropped.discovery).toBe(sent.length);
    expect(dropped.discovery + dropped.rate).toBe(2_000);
  });
});

/** A discovery: no engine, no user, reportable. */
function v3Seed(): Buffer {
  const security = tlv(0x30, octets(""), integer(0), integer(0), octets(""), octets(""), octets(""));
  const scoped = tlv(0x30, octets(""), octets(""), tlv(0xa6, integer(1), integer(0), integer(0), tlv(0x30)));
  const header = tlv(0x30, integer(1), integer(65_507), octets(Buffer.of(4)), integer(3));
  return tlv(0x30, integer(3), header, tlv(4, security), scoped);
}

function expectWellFormed(trap: AcceptedTrap): void {
  expect(() => oidOctets(trap.oid)).not.toThrow();
  expect(trap.oid).toMatch(/^\d+(\.\d+)+$/);
  expect(trap.varbinds.length).toBeLessThanOrEqual(32);
  for (const { oid, value, type, name } of trap.varbinds) {
    expect(oid).toMatch(/^\d+(\.\d+)+$/);
    expect(value.length).toBeLessThanOrEqual(255);
    expect(value).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(type.length).toBeLessThanOrEqual(30);
    expect(name ?? "x").toMatch(/^\w+(\.\d+)*$/);
  }
  expect(JSON.stringify(trap.varbinds).length).toBeLessThan(20_000);
}

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** One to three changes: a bit, an octet of note, a cut, a doubled part, a length. */
function mutate(seed: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(seed);
  const at = () => Math.floor(random() * bytes.length);
  for (let n = 1 + Math.floor(random() * 3); n > 0 && bytes.length > 0; n--) {
    const kind = Math.floor(random() * 6);
    if (kind === 0) bytes[at()]! ^= 1 << Math.floor(random() * 8);
    else if (kind === 1) bytes[at()] = [0, 1, 0x7f, 0x80, 0x81, 0x84, 0xff][Math.floor(random() * 7)]!;
    else if (kind === 2) bytes = bytes.subarray(0, at());
    else if (kind === 3) {
      const from = at();
      bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(Math.max(0, from - 9))]);
    } else if (kind === 4) bytes[at()] = Math.floor(random() * 256);
    // Behind the community, so that some pass it and go deeper.
    else if (bytes.length > 20) bytes[16 + Math.floor(random() * (bytes.length - 16))]! ^= 0x05;
  }
  return Buffer.from(bytes);
}
