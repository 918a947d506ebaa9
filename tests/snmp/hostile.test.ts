import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { counter32, encodeMessage, integer, type Message, octets } from "./asn1.ts";
import { FakeAgent } from "./fake-agent.ts";
import { type Bench, openClient } from "./harness.ts";

const ROOT = "1.3.6.1.4.1.99999.1";
const good = (message: Message, value = "good") =>
  encodeMessage({
    ...message,
    type: 0xa2,
    second: 0,
    third: 0,
    varbinds: [{ oid: message.varbinds[0]!.oid, value: octets(value) }],
  });

describe("hostile agents", () => {
  let agent: FakeAgent;
  let bench: Bench;
  beforeEach(async () => {
    agent = await FakeAgent.listen();
    bench = await openClient();
  });
  afterEach(async () => {
    await bench.close();
    await agent.close();
  });

  const bulkOrNext = [
    ["GETBULK", "v2c"],
    ["GETNEXT", "v1"],
  ] as const;

  it.each(bulkOrNext)("S3: a walk that repeats one OID ends after two requests (%s)", async (_, version) => {
    agent.answer = ({ message }) =>
      encodeMessage({
        ...message,
        type: 0xa2,
        second: 0,
        third: 0,
        varbinds: [{ oid: `${ROOT}.5`, value: integer(1) }],
      });
    const result = await bench.target(agent.port, { version }).walk(ROOT);
    expect(result.end).toBe("not_increasing");
    expect(result.partial).toBe(true);
    expect(result.items).toHaveLength(1);
    expect(agent.requests.length).toBeLessThanOrEqual(2);
  });

  it.each(bulkOrNext)("S4: a cycle of three OIDs ends after four requests (%s)", async (_, version) => {
    let turn = 0;
    agent.answer = ({ message }) =>
      encodeMessage({
        ...message,
        type: 0xa2,
        second: 0,
        third: 0,
        varbinds: [{ oid: `${ROOT}.${(turn++ % 3) + 1}`, value: integer(1) }],
      });
    const result = await bench.target(agent.port, { version }).walk(ROOT);
    expect(result.end).toBe("not_increasing");
    expect(result.items).toHaveLength(3);
    expect(agent.requests.length).toBeLessThanOrEqual(4);
  });

  describe("S5: an endless table", () => {
    beforeEach(() => {
      agent.answer = ({ message }) => {
        const last = Number(message.varbinds[0]!.oid.slice(ROOT.length + 1) || "0");
        const varbinds = Array.from({ length: 50 }, (_, i) => ({
          oid: `${ROOT}.${last + i + 1}`,
          value: octets("x".repeat(8)),
        })).slice(0, message.third);
        return encodeMessage({ ...message, type: 0xa2, second: 0, third: 0, varbinds });
      };
    });
    it("ends at the row cap, partial", async () => {
      const result = await bench.target(agent.port).walk(ROOT, { limits: { maxRows: 500 } });
      expect(result).toMatchObject({ end: "rows", partial: true });
      expect(result.items).toHaveLength(500);
    });
    it("ends at the octet cap, partial", async () => {
      const target = bench.target(agent.port);
      const result = await target.walk(ROOT, { limits: { maxOctets: 5000 } });
      expect(result).toMatchObject({ end: "octets", partial: true });
      expect(target.cost.octetsReceived).toBeLessThan(8000);
    });
    it("ends at the time cap, partial", async () => {
      const result = await bench.target(agent.port).walk(ROOT, { limits: { maxMs: 300 } });
      expect(result).toMatchObject({ end: "time", partial: true });
      expect(result.items.length).toBeGreaterThan(0);
    });
  });

  it("S6: a device gets at most 50 requests in any second and one at a time", async () => {
    agent.set(Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`${ROOT}.${i + 1}`, integer(i)])));
    let open = 0;
    let most = 0;
    agent.answer = (request, usual) => {
      most = Math.max(most, ++open);
      const reply = usual();
      setImmediate(() => {
        open--;
        agent.send(reply, request.from);
      });
      return undefined;
    };
    const target = bench.target(agent.port, { version: "v1" });
    await Promise.all([target.walk(ROOT), target.get([`${ROOT}.1`]), target.get([`${ROOT}.2`])]);
    expect(most).toBe(1);
    const times = agent.requests.map((request) => request.at);
    expect(times.length).toBeGreaterThan(100);
    const worst = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length),
    );
    expect(worst).toBeLessThanOrEqual(50);
  });

  it("S7: none of 10,000 replies with the right id from another source is taken", async () => {
    // One forger has the agent's port but not its address, the other its address but not its port.
    const others = [createSocket("udp4"), createSocket("udp4")];
    others[0]!.bind(agent.port, "127.0.0.9");
    others[1]!.bind(0, "127.0.0.1");
    await Promise.all(others.map((other) => once(other, "listening")));
    let forged = 0;
    agent.answer = (request) => {
      const forge = (i: number): void => {
        others[i % 2]!.send(good(request.message, "EVIL"), request.from.port, request.from.address);
        forged++;
      };
      void inBursts(1000, forge).then(() => agent.send(good(request.message), request.from));
      return undefined;
    };
    const target = bench.target(agent.port, { timeoutMs: 20_000, retries: 0 });
    for (let i = 0; i < 10; i++) expect((await target.get([`${ROOT}.1`]))[0]!.text).toBe("good");
    expect(forged).toBe(10_000);
    expect(bench.counts.get("snmp.spoofed") + bench.counts.get("snmp.late")).toBe(forged);
    expect(bench.counts.get("snmp.spoofed")).toBeGreaterThan(0);
    for (const other of others) other.close();
  }, 60_000);

  it("S8: none of 1,000,000 forged replies with guessed ids is taken in 100 requests", async () => {
    let forged = 0;
    agent.answer = (request) => {
      // One encoding a request: the id is patched in place, as a forger in a hurry does it.
      const bytes = good({ ...request.message, id: 0x7fff_ffff }, "EVIL");
      const at = bytes.indexOf(Buffer.from([0x02, 0x04, 0x7f, 0xff, 0xff, 0xff])) + 2;
      const forge = (i: number): void => {
        const id = (request.message.id + 1 + i * 104_729) % 2 ** 31;
        const copy = Buffer.from(bytes);
        copy.writeUInt32BE(id, at);
        agent.send(copy, request.from);
        forged++;
      };
      void inBursts(10_000, forge).then(() => agent.send(good(request.message), request.from));
      return undefined;
    };
    const target = bench.target(agent.port, { timeoutMs: 60_000, retries: 0 });
    const ids = new Set<number>();
    for (let i = 0; i < 100; i++) expect((await target.get([`${ROOT}.1`]))[0]!.text).toBe("good");
    for (const { message } of agent.requests) ids.add(message.id);
    expect(ids.size).toBe(100);
    expect(Math.max(...ids)).toBeGreaterThan(2 ** 28);
    expect(forged).toBe(1_000_000);
    const refused = ["unknown_id", "late", "malformed"].map((reason) => bench.counts.get(`snmp.${reason}`));
    expect(refused.reduce((sum, count) => sum + count, 0)).toBe(forged);
  }, 180_000);

  it.each<[string, string, (message: Message) => Buffer]>([
    ["community", "community", (message) => good({ ...message, community: "publiC" }, "EVIL")],
    ["version", "version", (message) => good({ ...message, version: 0 }, "EVIL")],
    ["PDU type", "pdu", (message) => encodeMessage({ ...message, type: 0xa8, second: 0, third: 0 })],
    [
      "OID",
      "oid",
      (message) => good({ ...message, varbinds: [{ oid: `${ROOT}.2`, value: octets("") }] }, "OTHER"),
    ],
    ["body", "malformed", (message) => good(message).fill(0xff, 40)],
  ])(
    "S9: a reply with a wrong %s is counted, and the good one 50 ms later is used",
    async (_, reason, bad) => {
      agent.answer = ({ message, from }) => {
        setTimeout(() => agent.send(good(message), from), 50);
        return bad(message);
      };
      expect((await bench.target(agent.port, { timeoutMs: 2000 }).get([`${ROOT}.1`]))[0]!.text).toBe("good");
      expect(bench.counts.get(`snmp.${reason}`)).toBe(1);
      expect(agent.requests).toHaveLength(1);
    },
  );

  it("S11: malformed datagrams with nobody listening for errors change nothing", async () => {
    agent.answer = (request) => {
      for (const bytes of ["", "30", "3080", "30840000ffff", "0500", "30030201ff", "ff".repeat(1400)])
        agent.send(Buffer.from(bytes, "hex"), request.from);
      return good(request.message);
    };
    expect((await bench.target(agent.port, { timeoutMs: 2000 }).get([`${ROOT}.1`]))[0]!.text).toBe("good");
    expect(bench.counts.get("snmp.malformed")).toBe(7);
  });

  it("ends a walk whose answers hold nothing", async () => {
    agent.answer = ({ message }) =>
      encodeMessage({ ...message, type: 0xa2, second: 0, third: 0, varbinds: [] });
    expect(await bench.target(agent.port).walk(ROOT)).toMatchObject({
      end: "empty",
      partial: true,
      items: [],
    });
  });

  it("asks for less after tooBig and after lost answers", async () => {
    agent.set(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${ROOT}.${i + 1}`, counter32(i)])));
    agent.answer = ({ message }, usual) => {
      if (message.third > 4)
        return encodeMessage({ ...message, type: 0xa2, second: 1, third: 0, varbinds: [] });
      if (message.third > 2) return undefined;
      return usual();
    };
    const result = await bench.target(agent.port, { timeoutMs: 100 }).walk(ROOT);
    expect(result.end).toBe("end");
    expect(result.items.map(({ value }) => value.number)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it("takes an answer to an earlier sending of the same request", async () => {
    agent.answer = ({ message, from }) => {
      setTimeout(() => agent.send(good(message, `slow ${message.id}`), from), 300);
      return undefined;
    };
    const [value] = await bench.target(agent.port, { timeoutMs: 200 }).get([`${ROOT}.1`]);
    expect(value!.text).toBe(`slow ${agent.requests[0]!.message.id}`);
    expect(agent.requests).toHaveLength(2);
    expect(new Set(agent.requests.map(({ message }) => message.id)).size).toBe(2);
  });

  it("SNMPv1: leaves out what noSuchName is about and reads the rest", async () => {
    agent.set({ [`${ROOT}.1`]: octets("one"), [`${ROOT}.3`]: octets("three") });
    const target = bench.target(agent.port, { version: "v1" });
    const values = await target.get([`${ROOT}.1`, `${ROOT}.2`, `${ROOT}.3`]);
    expect(values.map((value) => value?.text)).toEqual(["one", undefined, "three"]);
    expect((await target.walk(ROOT)).items).toHaveLength(2);
    expect((await target.walk(ROOT)).end).toBe("end");
  });

  it("reads forbidden subtrees with GETNEXT alone", async () => {
    agent.set(Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`${ROOT}.2.${i + 1}`, integer(i)])));
    const quirks = { noBulk: [[1, 3, 6, 1, 4, 1, 99999, 1, 2]], maxRepetitions: 20, inFlight: 1 as const };
    const target = bench.target(agent.port, { quirks });
    expect((await target.walk(`${ROOT}.2`)).items).toHaveLength(6);
    expect((await target.walk(ROOT)).items).toHaveLength(6);
    expect(new Set(agent.requests.map(({ message }) => message.type))).toEqual(new Set([0xa1]));
  });

  it("says that nobody answers, and names the target", async () => {
    agent.answer = () => undefined;
    const target = bench.target(agent.port, { timeoutMs: 50 });
    await expect(target.get([`${ROOT}.1`])).rejects.toMatchObject({ code: "E_TIMEOUT" });
    await expect(target.walk(ROOT)).rejects.toThrow(`127.0.0.1 port ${agent.port}`);
    expect(agent.requests.filter(({ message }) => message.type === 0xa0)).toHaveLength(3);
  });
});

/** Sends in bursts that a socket's buffer holds, so that each of them reaches who must refuse it. */
async function inBursts(count: number, send: (i: number) => void): Promise<void> {
  for (let i = 0; i < count; i++) {
    send(i);
    if (i % 50 === 49) await turnOfTheLoop();
  }
  await turnOfTheLoop();
}
