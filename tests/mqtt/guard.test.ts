import { Duplex } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AckGate } from "../../collectors/mqtt/ack-gate.ts";
import { covers, isPlainClientId, isPlainTopic, matches } from "../../collectors/mqtt/acl.ts";
import { PacketScanner } from "../../collectors/mqtt/framing.ts";
import { GuardedStream } from "../../collectors/mqtt/guarded-stream.ts";
import { RetainedLedger } from "../../collectors/mqtt/retained.ts";
import { until } from "../modbus/harness.ts";

/** A packet with a length field of as few octets as it needs. */
function packet(first: number, body: Uint8Array): Buffer {
  const length: number[] = [];
  let left = body.length;
  do {
    length.push((left % 128) | (left >= 128 ? 0x80 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

describe("packet scanner", () => {
  it("finds the same packets however the octets are cut", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            first: fc.integer({ min: 0, max: 255 }),
            size: fc.constantFrom(0, 1, 2, 127, 128, 300, 16_384),
          }),
          { maxLength: 6 },
        ),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }),
        (packets, cuts) => {
          const stream = Buffer.concat(
            packets.map(({ first, size }) => packet(first, Buffer.alloc(size, 1))),
          );
          const seen: { first: number; size: number; got: number }[] = [];
          const scanner = new PacketScanner({
            header: (first, size) => seen.push({ first, size, got: 0 }),
            body: (octets, left) => {
              const last = seen.at(-1)!;
              last.got += octets.length;
              expect(last.got + left).toBe(last.size);
            },
          });
          for (let at = 0, i = 0; at < stream.length; i++) {
            const cut = cuts[i % cuts.length]!;
            expect(scanner.push(stream.subarray(at, at + cut))).toBe(true);
            at += cut;
          }
          expect(seen).toEqual(packets.map(({ first, size }) => ({ first, size, got: size })));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("gives up on a length of five octets", () => {
    const scanner = new PacketScanner({ header: () => {}, body: () => {} });
    expect(scanner.push(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]))).toBe(false);
  });
});

describe("acknowledgement gate", () => {
  it("releases in order, each after the commit that was asked for after it came", async () => {
    const log: string[] = [];
    const commits: (() => void)[] = [];
    const gate = new AckGate(
      () => {
        log.push("commit");
        return new Promise((resolve) => commits.push(resolve));
      },
      (octets) => log.push(`ack ${octets[0]}`),
      () => log.push("failed"),
    );
    gate.hold(Uint8Array.of(1));
    gate.hold(Uint8Array.of(2));
    await until(() => commits.length === 1, "the first commit");
    gate.hold(Uint8Array.of(3));
    expect(gate.held).toBe(3);
    commits[0]!();
    await until(() => commits.length === 2, "the second commit");
    expect(log).toEqual(["commit", "ack 1", "ack 2", "commit"]);
    commits[1]!();
    await gate.drained();
    expect(log).toEqual(["commit", "ack 1", "ack 2", "commit", "ack 3"]);
    expect(gate.held).toBe(0);
  });

  it("acknowledges nothing when the commit is refused, and nothing after close", async () => {
    const log: string[] = [];
    const refusing = new AckGate(
      () => Promise.reject(new Error("disk full")),
      () => log.push("ack"),
      () => log.push("failed"),
    );
    refusing.hold(Uint8Array.of(1));
    await refusing.drained();
    refusing.hold(Uint8Array.of(2));
    await refusing.drained();
    expect(log).toEqual(["failed"]);
    const closed = new AckGate(
      () => Promise.resolve(),
      () => log.push("ack"),
      () => log.push("failed"),
    );
    closed.hold(Uint8Array.of(1));
    closed.close();
    await closed.drained();
    expect(log).toEqual(["failed"]);
  });
});

describe("guarded stream", () => {
  function pair() {
    const sent: Buffer[] = [];
    const inner = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        sent.push(chunk);
        done();
      },
    });
    const events: string[] = [];
    const stream = new GuardedStream(inner, {
      mostOctets: 1000,
      oversize: "skip",
      mostHeld: 10,
      count: (event) => events.push(event),
    });
    const got: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => got.push(chunk));
    stream.on("error", (error) => events.push(error.message));
    return { inner, stream, events, got: () => Buffer.concat(got), sent: () => Buffer.concat(sent) };
  }

  it("lets an oversize PUBLISH go by and acknowledges it, cut anywhere", async () => {
    const publish = (qos: number, size: number) =>
      packet(
        0x30 | (qos << 1),
        Buffer.concat([
          Buffer.from([0, 3]),
          Buffer.from("a/b"),
          Buffer.from(qos ? [0x12, 0x34] : []),
          Buffer.alloc(size),
        ]),
      );
    const before = publish(1, 10);
    const after = publish(0, 20);
    for (const cut of [1, 2, 3, 7, 64, 5000]) {
      const { inner, events, got, sent } = pair();
      const octets = Buffer.concat([before, publish(1, 1200), after, publish(0, 1200), after]);
      for (let at = 0; at < octets.length; at += cut) inner.push(octets.subarray(at, at + cut));
      await until(() => got().length >= before.length + 2 * after.length, "what is let through");
      expect(got()).toEqual(Buffer.concat([before, after, after]));
      expect(sent()).toEqual(Buffer.from([0x40, 2, 0x12, 0x34]));
      expect(events).toEqual(["oversize", "oversize"]);
    }
  });

  it("ends on another packet that is too long, and on a malformed length", async () => {
    const long = pair();
    long.inner.push(Buffer.from([0x90, 0xff, 0xff, 0x7f]));
    await until(() => long.stream.destroyed, "the end");
    expect(long.events[0]).toBe("oversize");
    const bad = pair();
    bad.inner.push(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]));
    await until(() => bad.stream.destroyed, "the end");
    expect(bad.events[0]).toBe("malformed");
    expect(bad.got()).toHaveLength(0);
  });
});

/** A slow and plain second opinion on topic filters. */
function pattern(filter: string): RegExp {
  const levels = filter.split("/").map((level) => level.replace(/[.*?^${}()|[\]\\]/g, "\\$&"));
  const text = levels
    .map(
      (level, i) =>
        (level === "+" ? "[^/]*" : level === "#" ? ".*" : level) + (i < levels.length - 1 ? "/" : ""),
    )
    .join("");
  return new RegExp(`^(?:${text})${filter.endsWith("/#") ? `$|^(?:${text.replace(/\/\.\*$/, "")})$` : "$"}`);
}

const level = fc.constantFrom("a", "b", "c", "", "x.y", "school-1");
const topics = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join("/"));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 0, maxLength: 5 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all || levels.length === 0 ? ["#"] : [])].join("/"));

describe("topic scopes", () => {
  it("match as a regular expression does", () => {
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        expect(matches(filter, topic)).toBe(pattern(filter).test(topic));
      }),
      { numRuns: 5000 },
    );
  });

  it("never cover a filter that matches a topic outside the scope", () => {
    fc.assert(
      fc.property(filters, filters, fc.array(topics, { maxLength: 20 }), (scope, filter, some) => {
        if (!covers(scope, filter)) return;
        for (const topic of some) if (matches(filter, topic)) expect(matches(scope, topic)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it("cover themselves and what is narrower, not what is wider", () => {
    expect(covers("school/a/#", "school/a/#")).toBe(true);
    expect(covers("school/a/#", "school/a/+/telemetry")).toBe(true);
    expect(covers("school/a/+", "school/a/x")).toBe(true);
    for (const wide of [
      "#",
      "+/a/#",
      "school/#",
      "school/+/x",
      "school/b/#",
      "$SYS/#",
      "$share/g/school/a/#",
    ])
      expect(covers("school/a/#", wide)).toBe(false);
    expect(covers("school/a/+", "school/a/#")).toBe(false);
    expect(covers("#", "$SYS/#")).toBe(false);
    expect(matches("#", "$SYS/broker")).toBe(false);
  });

  it("knows topics and client ids that are plain", () => {
    expect(isPlainTopic("a/b c/教室")).toBe(true);
    for (const odd of ["", "a/+", "#", "$SYS/x", "a\u0000b", "a".repeat(2000)])
      expect(isPlainTopic(odd)).toBe(false);
    expect(isPlainClientId("board-1_教室:{2}")).toBe(true);
    for (const odd of ["a/b", "+", "#", "a\nb", "\u0000", "x".repeat(129)])
      expect(isPlainClientId(odd)).toBe(false);
  });
});

describe("retained ledger", () => {
  it("never lets a user over its share, whatever is kept and taken back (against a plain model)", () => {
    const limits = { topics: 3, octets: 100 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("u", "v"), fc.constantFrom("a", "b", "c", "d", "e"), fc.nat(60)), {
          maxLength: 60,
        }),
        (steps) => {
          const ledger = new RetainedLedger(limits);
          const model = new Map<string, { user: string; octets: number }>();
          for (const [user, topic, octets] of steps) {
            const next = new Map(model);
            next.delete(topic);
            if (octets > 0) next.set(topic, { user, octets });
            const own = [...next.values()].filter((kept) => kept.user === user);
            const fits =
              octets === 0 ||
              (own.length <= limits.topics &&
                own.reduce((sum, kept) => sum + kept.octets, 0) <= limits.octets);
            expect(ledger.keep(user, topic, octets)).toBe(fits);
            if (fits) {
              model.delete(topic);
              if (octets > 0) model.set(topic, { user, octets });
            }
            expect(ledger.size).toBe(model.size);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
