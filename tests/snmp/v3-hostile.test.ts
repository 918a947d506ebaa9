import { randomBytes, randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SnmpClient, type SnmpTarget } from "../../collectors/snmp/client.ts";
import { Secret } from "../../src/settings/secret.ts";
import { encodeMessage, octets } from "./asn1.ts";
import { Counts } from "./harness.ts";
import { REPORT, RESPONSE, USM_STATS, V3Agent, type V3Message } from "./v3-agent.ts";

const SYS_NAME = "1.3.6.1.2.1.1.5.0";
const LAST_BOOTS = 2 ** 31 - 1;
const FALSE_ENGINE = Buffer.from("8000dead04000000000000", "hex");

describe("S14: hostile SNMPv3 agents", () => {
  let agent: V3Agent;
  let client: SnmpClient;
  let target: SnmpTarget;
  let counts: Counts;
  /** Ms that the client's clocks are ahead. */
  let skew: number;

  const open = (more: { timeoutMs?: number; retries?: number; context?: string } = {}): SnmpTarget =>
    client.target({
      endpoint: { address: "127.0.0.1", port: agent.port },
      version: "v3",
      user: agent.user,
      auth: { protocol: "sha256", password: new Secret(agent.authPassword) },
      priv: { protocol: "aes128", password: new Secret(agent.privPassword) },
      timeoutMs: 3000,
      retries: 1,
      ...more,
    });
  /** For tests that wait for an answer in vain. */
  const openHasty = (): SnmpTarget => open({ timeoutMs: 150, retries: 4 });
  const name = async (): Promise<string | undefined> => (await target.get([SYS_NAME]))[0]?.text;
  const state = () => {
    const { pinnedId, clock } = target.session.engine!;
    return {
      pinnedId,
      known: clock.known,
      boots: clock.boots,
      ahead: Math.abs(clock.time - agent.time) <= 1,
    };
  };
  /** Lies stand before what is sent; they share its socket, so that they come first. */
  const preface = (lies: (message: V3Message) => readonly Uint8Array[]): void => {
    agent.answer = (message) => [...lies(message), ...agent.usual(message)];
  };
  const says = (message: V3Message, text: string, more: object = {}): Buffer =>
    agent.write({ ...agent.responseTo(message), varbinds: [[SYS_NAME, octets(text)]], ...more });

  beforeEach(async () => {
    skew = 0;
    agent = await V3Agent.listen();
    counts = new Counts();
    const clock = { now: () => Date.now() + skew, monotonic: () => performance.now() + skew };
    client = new SnmpClient({ clock, count: counts.add });
    await client.open(new AbortController().signal);
    target = open();
  });
  afterEach(async () => {
    await client.close();
    await agent.close();
  });

  it("S14: an honest one is understood, and its engine is pinned by a signed answer", async () => {
    expect(await name()).toBe("fake");
    expect(state()).toEqual({ pinnedId: agent.engineId.toString("hex"), known: true, boots: 7, ahead: true });
    expect(agent.received.map(({ flags }) => flags)).toEqual([4, 7]);
    expect(agent.received[0]!.user).toBe("");
    await name();
    const ids = agent.received.map(({ msgId }) => msgId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(agent.received).toHaveLength(3);
  });

  it("S14: a false engineID at first contact costs a round and is not pinned", async () => {
    agent.answer = (message) => [
      ...(message.engineId.length === 0
        ? [agent.report(message, USM_STATS.unknownEngine, 0, { engineId: FALSE_ENGINE })]
        : []),
      ...agent.usual(message),
    ];
    expect(await name()).toBe("fake");
    expect(state().pinnedId).toBe(agent.engineId.toString("hex"));
    expect(agent.received.length).toBeLessThanOrEqual(4);
  });

  it("S14: a first contact that proves nothing is forgotten", async () => {
    target = openHasty();
    agent.answer = (message) => [
      agent.report(message, USM_STATS.unknownEngine, 0, { engineId: FALSE_ENGINE }),
    ];
    await expect(name()).rejects.toThrow(/does not know its own SNMPv3 engine ID|does not answer/);
    expect(target.session.engine!.id).toBeUndefined();
    agent.answer = (message) => agent.usual(message);
    expect(await name()).toBe("fake");
  });

  it("S14: unsigned Reports after first contact change nothing", async () => {
    await name();
    const known = state();
    preface((message) => [
      agent.report(message, USM_STATS.unknownEngine, 0, { engineId: FALSE_ENGINE }),
      agent.report(message, USM_STATS.notInTimeWindow, 0, { boots: LAST_BOOTS, time: 1 }),
      agent.report(message, USM_STATS.notInTimeWindow, 0, { boots: 99, time: 99 }),
      agent.report(message, USM_STATS.wrongDigest, 0),
      agent.report(message, USM_STATS.unknownUser, 0),
      agent.report(message, USM_STATS.unsupportedLevel, 0),
      agent.report(message, USM_STATS.decryptionError, 0),
    ]);
    for (let i = 0; i < 5; i++) expect(await name()).toBe("fake");
    expect(state()).toEqual(known);
    expect(counts.get("snmp.report")).toBe(35);
    expect(counts.get("snmp.engine_changed")).toBe(5);
    expect(agent.received).toHaveLength(7);
    expect(target.session.problem).toBeUndefined();
  });

  it("S14: a flood of Reports that answer nothing is dropped by its ids", async () => {
    await name();
    const known = state();
    let lies = 0;
    preface((message) => {
      lies += 500;
      return Array.from({ length: 500 }, () =>
        agent.report(message, USM_STATS.notInTimeWindow, 0, { msgId: randomInt(2 ** 31), boots: 99 }),
      );
    });
    for (let i = 0; i < 4; i++) expect(await name()).toBe("fake");
    expect(state()).toEqual(known);
    expect(lies).toBeGreaterThanOrEqual(2000);
    expect(counts.get("snmp.unknown_id")).toBe(lies);
  });

  it("S14: boots 2^31-1 are believed of nobody", async () => {
    // Unsigned, at first contact: not even as a guess.
    agent.answer = (message) =>
      message.engineId.length === 0
        ? [agent.report(message, USM_STATS.unknownEngine, 0, { boots: LAST_BOOTS, time: 1 })]
        : agent.usual(message);
    expect(await name()).toBe("fake");
    expect(agent.received[1]).toMatchObject({ boots: 0, time: 0 });
    // In a signed answer: dropped, and the answer in time is taken.
    preface((message) => [says(message, "false", { boots: LAST_BOOTS })]);
    expect(await name()).toBe("fake");
    expect(counts.get("snmp.time")).toBe(1);
    // In a signed Report: the engine is at its end, which a person must know.
    agent.answer = (message) => [
      agent.report(message, USM_STATS.notInTimeWindow, 1, { boots: LAST_BOOTS, time: 1 }),
    ];
    await expect(name()).rejects.toThrow(/counted its boots to the end/);
    expect(state().boots).not.toBe(LAST_BOOTS);
  });

  it.each([-151, 151])("S14: an answer %i s off is dropped, and the clock is asked for", async (off) => {
    target = openHasty();
    await name();
    agent.answer = (message) => {
      const reply = agent.usual(message);
      // Reports tell the true time: only answers are off.
      return message.boots === 0 || message.pduType === -1
        ? reply
        : [says(message, "false", { time: agent.time + off })];
    };
    await expect(name()).rejects.toThrow(/no SNMP answer|changes with every answer/);
    expect(counts.get("snmp.time")).toBeGreaterThanOrEqual(2);
    agent.answer = (message) => agent.usual(message);
    expect(await name()).toBe("fake");
    expect(state()).toMatchObject({ pinnedId: agent.engineId.toString("hex"), boots: 7, ahead: true });
  });

  it.each([-149, 149])("S14: an answer %i s off is in the window", async (off) => {
    await name();
    agent.answer = (message) => [says(message, "near", { time: agent.time + off })];
    expect(await name()).toBe("near");
    expect(counts.get("snmp.time")).toBe(0);
  });

  it("S14: other boots in an answer are out of the window", async () => {
    await name();
    preface((message) => [says(message, "false", { boots: 6 })]);
    expect(await name()).toBe("fake");
    expect(counts.get("snmp.time")).toBe(1);
    expect(state().boots).toBe(7);
  });

  it("S14: a wrong digest is dropped, whatever it says", async () => {
    await name();
    const known = state();
    const liar = await V3Agent.listen();
    liar.authPassword = "another passphrase";
    liar.timeShift = agent.timeShift;
    preface((message) => [
      liar.write({ ...agent.responseTo(message), varbinds: [[SYS_NAME, octets("false")]] }),
      liar.report(message, USM_STATS.notInTimeWindow, 1, { boots: 99, time: 1 }),
    ]);
    expect(await name()).toBe("fake");
    expect(counts.get("snmp.digest")).toBe(2);
    expect(state()).toEqual(known);
    await liar.close();
  });

  it("S14: an answer replayed at 149 s answers nothing", async () => {
    const kept: Uint8Array[] = [];
    agent.answer = (message) => {
      const reply = agent.usual(message);
      kept.push(...reply);
      return reply;
    };
    await name();
    skew += 149_000;
    agent.timeShift += 149;
    agent.objects.set(SYS_NAME, octets("new"));
    preface(() => kept);
    expect(await name()).toBe("new");
    expect(counts.get("snmp.late")).toBe(kept.length);
  });

  it("S14: a real reboot is overcome in the same poll", async () => {
    await name();
    agent.boots++;
    agent.timeShift = -Math.floor(performance.now() / 1000);
    expect(await name()).toBe("fake");
    expect(state()).toMatchObject({ boots: 8, ahead: true });
    expect(counts.get("snmp.engine_rebooted")).toBe(1);
    expect(target.cost.retries).toBe(0);
  });

  it("S14: so is one of an agent that forgot its boots", async () => {
    await name();
    agent.boots = 1;
    agent.timeShift -= 4000;
    expect(await name()).toBe("fake");
    expect(state()).toMatchObject({ boots: 1, ahead: true });
  });

  it("S14: a changed engineID is told and not taken; nothing signed goes to it", async () => {
    target = openHasty();
    await name();
    const pinned = agent.engineId;
    agent.engineId = FALSE_ENGINE;
    const from = agent.received.length;
    await expect(name()).rejects.toThrow(
      `the SNMPv3 engine ID is ${FALSE_ENGINE.toString("hex")} and was ${pinned.toString("hex")}`,
    );
    await expect(name()).rejects.toThrow(/not trusted before a person says so/);
    expect(agent.received.slice(from).every(({ engineId }) => engineId.equals(pinned))).toBe(true);
    expect(counts.get("snmp.engine_changed")).toBeGreaterThan(0);
    target.session.engine!.forget();
    expect(await name()).toBe("fake");
  });

  it("S14: less security than was asked with is no answer", async () => {
    await name();
    preface((message) => [says(message, "unsigned", { level: 0 }), says(message, "open", { level: 1 })]);
    expect(await name()).toBe("fake");
    expect(counts.get("snmp.security")).toBe(2);
  });

  it("S14: another user, context or request is no answer", async () => {
    target = open({ context: "vlan-7" });
    await name();
    expect(agent.received.at(-1)?.contextName).toBe("vlan-7");
    preface((message) => [
      says(message, "false", { user: "other" }),
      says(message, "false", { contextName: "vlan-8" }),
      says(message, "false", { contextEngineId: FALSE_ENGINE }),
      says(message, "false", { requestId: message.requestId ^ 1 }),
      says(message, "false", { pduType: 0xa0 }),
      says(message, "false", { varbinds: [["1.3.6.1.2.1.1.6.0", octets("false")]] }),
    ]);
    expect(await name()).toBe("fake");
    expect(counts.get("snmp.security")).toBe(3);
    expect(counts.get("snmp.unknown_id")).toBe(1);
    expect(counts.get("snmp.pdu")).toBe(1);
    expect(counts.get("snmp.oid")).toBe(1);
  });

  it("S14: an answer of another version or address is none", async () => {
    await name();
    const stranger = createSocket("udp4");
    stranger.bind(0, "127.0.0.2");
    await once(stranger, "listening");
    agent.answer = (message) => {
      const { port, address } = agent.senders.at(-1)!;
      stranger.send(says(message, "spoofed"), port, address);
      const varbinds = [{ oid: SYS_NAME, value: octets("v2c") }];
      const plain = {
        version: 1,
        community: "public",
        type: RESPONSE,
        id: message.msgId,
        second: 0,
        third: 0,
        varbinds,
      };
      setTimeout(() => agent.send(agent.usual(message)[0]!, { port, address }), 30);
      return [encodeMessage(plain)];
    };
    expect(await name()).toBe("fake");
    expect([counts.get("snmp.spoofed"), counts.get("snmp.version")]).toEqual([1, 1]);
    await new Promise<void>((resolve) => stranger.close(() => resolve()));
  });

  it("S14: an engine whose clock never agrees is given up", async () => {
    let boots = 100;
    agent.answer = (message) =>
      message.engineId.length === 0
        ? agent.usual(message)
        : [agent.report(message, USM_STATS.notInTimeWindow, 1, { boots: boots++ })];
    await expect(name()).rejects.toThrow(/changes with every answer/);
    expect(agent.received.length).toBeLessThanOrEqual(5);
    expect(target.session.problem?.code).toBe("no_agreement");
  });

  it("S14: signed Reports that are about something else end the request with their words", async () => {
    target = openHasty();
    await name();
    agent.answer = (message) => [agent.report(message, "1.3.6.1.6.3.12.1.5.0", 1)];
    await expect(name()).rejects.toThrow("no SNMPv3 context ''");
    agent.answer = (message) => [agent.report(message, SYS_NAME, 1)];
    await expect(name()).rejects.toThrow("no SNMP answer");
  });

  it("S14: mutated answers are never taken and break nothing", async () => {
    await name();
    const known = state();
    let mutants = 0;
    preface((message) => {
      const honest = says(message, "false");
      return Array.from({ length: 60 }, () => {
        let bytes = Buffer.from(honest);
        for (let i = randomInt(1, 5); i > 0; i--) bytes[randomInt(bytes.length)]! ^= randomInt(1, 256);
        if (randomInt(4) === 0) bytes = bytes.subarray(0, randomInt(bytes.length));
        if (randomInt(8) === 0) bytes = Buffer.concat([bytes, randomBytes(randomInt(1, 9))]);
        if (bytes.equals(honest)) bytes[0] = 0;
        mutants++;
        return bytes;
      });
    });
    for (let i = 0; i < 40; i++) expect(await name()).toBe("fake");
    expect(mutants).toBe(2400);
    expect(state()).toEqual(known);
    expect(target.cost.replies).toBe(41);
  });

  it("S14: a Report is not taken for a response by its type alone", async () => {
    await name();
    preface((message) => [says(message, "false", { pduType: REPORT })]);
    expect(await name()).toBe("fake");
    expect(counts.get("snmp.report")).toBe(1);
  });
});
