import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ProbeCollector, type ProbeCollectorOptions } from "../../collectors/probe/collector.ts";
import { parseFping } from "../../collectors/probe/decode.ts";
import { batches, planTargets } from "../../collectors/probe/plan.ts";
import { Fping } from "../../collectors/probe/transport.ts";
import type { DeviceAssignment } from "../../src/collection/contract.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { deviceTags, HandScheduler, type Sample, shown, TestClock, TestSink } from "../modbus/harness.ts";
import { binary, describeWith } from "../support/servers.ts";

/** Nothing is routed there (RFC 6666), on no machine. */
const DISCARD = "100::1";

function device(name: string, address: string, ...more: string[]): DeviceAssignment {
  return {
    device: name,
    tags: deviceTags(name),
    endpoint: { address, port: 161 },
    addresses: more,
    credential: { protocol: "none" },
  };
}

let sink: TestSink;
let scheduler: HandScheduler;
let clock: TestClock;
let collector: ProbeCollector;
const methods: string[] = [];

async function start(options: Partial<ProbeCollectorOptions> = {}): Promise<void> {
  sink = new TestSink();
  scheduler = new HandScheduler();
  clock = new TestClock();
  methods.length = 0;
  collector = new ProbeCollector({
    sink,
    scheduler,
    clock,
    decides: () => true,
    onMethod: (family, method, reason) => methods.push(`${family} ${method}: ${reason}`),
    timeoutMs: 500,
    count: 2,
    ...options,
  });
  await collector.open(new AbortController().signal);
}

const of = (samples: readonly Sample[], name: string, family: string) =>
  samples.filter((s) => s.tags.device === name && s.tags.family === family);

describe("reading fping", () => {
  it("reads padded addresses, losses and IPv6, and leaves other lines out", () => {
    const results = parseFping(
      [
        "127.0.0.1       : 0.5 0.25",
        "2001:db8::1     : - -",
        "ICMP Host Unreachable from 10.0.0.1 for ICMP Echo sent to 10.0.0.9",
        "10.0.0.9        : - 12.5",
        "fping: warning: something",
        "",
      ].join("\n"),
    );
    expect([...results]).toEqual([
      ["127.0.0.1", { sent: 2, answered: [0.0005, 0.00025] }],
      ["2001:db8::1", { sent: 2, answered: [] }],
      ["10.0.0.9", { sent: 2, answered: [0.0125] }],
    ]);
  });

  it("never throws and never makes up an answer", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        for (const { sent, answered } of parseFping(text).values()) {
          expect(sent).toBeGreaterThan(0);
          expect(answered.length).toBeLessThanOrEqual(sent);
          for (const rtt of answered) expect(rtt).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe("planning", () => {
  it("takes the first address of each family, and no names", () => {
    const table = new SeriesTable();
    const targets = planTargets(device("d", "10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2"), table);
    expect(targets.map((t) => [t.family, t.address])).toEqual([
      ["ipv4", "10.0.0.1"],
      ["ipv6", "2001:db8::1"],
    ]);
    expect(planTargets(device("d", "-f/etc/passwd", "localhost", "$(reboot)"), table)).toEqual([]);
  });

  it("makes batches of different addresses", () => {
    const table = new SeriesTable();
    const targets = ["10.0.0.1", "10.0.0.2", "10.0.0.1"].flatMap((a, i) =>
      planTargets(device(`d${i}`, a), table),
    );
    expect(batches(targets, 1)).toEqual([["10.0.0.1"], ["10.0.0.2"]]);
  });
});

describeWith(["fping"], "probing with fping", () => {
  beforeEach(() => start());
  afterEach(() => collector.close());

  it("tells IPv4 and IPv6 apart", async () => {
    collector.assign(device("both", "127.0.0.1", "::1"));
    collector.assign(device("half", "127.0.0.2", DISCARD));
    collector.assign(device("none", DISCARD));
    await scheduler.run();
    const samples = sink.take();
    for (const [name, family] of [
      ["both", "ipv4"],
      ["both", "ipv6"],
      ["half", "ipv4"],
    ] as const) {
      const own = of(samples, name, family);
      expect(shown(own, "probe.reachable")).toEqual([1]);
      expect(shown(own, "probe.loss")).toEqual([0]);
      expect(shown(own, "probe.rtt")[0]).toBeGreaterThan(0);
      expect(shown(own, "probe.rtt")[0]).toBeLessThan(1);
    }
    expect(
      of(samples, "half", "ipv6").map((s) => [s.quantity, s.status === "ok" ? s.value : s.status]),
    ).toEqual([
      ["probe.reachable", 0],
      ["probe.loss", 100],
      ["probe.rtt", "timeout"],
    ]);
    expect(sink.states.get("both")).toEqual({ state: "up" });
    expect(sink.states.get("half")).toEqual({ state: "up", reason: `no answer from ${DISCARD} (IPv6)` });
    expect(sink.states.get("none")).toEqual({ state: "down", reason: `no answer from ${DISCARD} (IPv6)` });
    expect(sink.counted("probe.icmp")).toBe(4);
    expect(methods.sort()).toEqual(["ipv4 icmp: fping answers", "ipv6 icmp: fping answers"]);
  });

  it("probes 250 addresses in one batch", async () => {
    for (let i = 0; i < 250; i++)
      collector.assign(device(`d${i}`, `127.0.${i % 5}.${1 + Math.floor(i / 5)}`));
    await scheduler.run("probe:ipv4");
    const samples = sink.take();
    const reachable = samples.filter((s) => s.quantity === "probe.reachable");
    expect(reachable).toHaveLength(250);
    expect(reachable.every((s) => s.value === 1)).toBe(true);
    expect(new Set(reachable.map((s) => s.tags.device)).size).toBe(250);
    expect(sink.counted("probe.icmp")).toBe(250);
  });

  it("gives devices that share an address the same answer", async () => {
    collector.assign(device("a", "127.0.0.1"));
    collector.assign(device("b", "127.0.0.1"));
    await scheduler.run();
    expect(shown(sink.take(), "probe.reachable")).toEqual([1, 1]);
  });

  it("only measures where another collector decides", async () => {
    await collector.close();
    await start({ decides: () => false });
    collector.assign(device("switch", "127.0.0.1"));
    await scheduler.run();
    expect(shown(sink.take(), "device.up")).toEqual([]);
    expect(sink.states.size).toBe(0);
  });

  it("emits nothing after close, and leaves no fping behind", async () => {
    collector.assign(device("gone", DISCARD));
    const run = scheduler.run("probe:ipv6");
    await collector.close();
    await run;
    expect(sink.take()).toEqual([]);
    expect(sink.states.size).toBe(0);
  });

  it("cannot be made to take an address for an option", async () => {
    const fping = new Fping(binary("fping")!);
    const outcome = await fping.run("ipv4", ["-v"], { count: 1, timeoutMs: 100 });
    // As an option it would print the version and end with code 0; 2 means: no such host.
    expect(outcome).toEqual({ kind: "unable", reason: "fping ended with code 2" });
  });
});

describe("probing by TCP", () => {
  afterEach(() => collector.close());

  it("connects where fping is not there: an open and a closed port both answer", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await start({ fping: null, tcpPort: port });
    collector.assign(device("open", "127.0.0.1"));
    // Nothing listens on this port of ::1 and 127.0.0.2: the host answers with a reset.
    collector.assign(device("closed", "127.0.0.2", "::1"));
    await scheduler.run();
    const samples = sink.take();
    expect(shown(samples, "probe.reachable")).toEqual([1, 1, 1]);
    expect(shown(samples, "probe.loss")).toEqual([0, 0, 0]);
    expect(sink.counted("probe.tcp")).toBe(3);
    expect(methods.sort()).toEqual(["ipv4 tcp: fping is not installed", "ipv6 tcp: fping is not installed"]);
    await new Promise((resolve) => server.close(resolve));
  });

  it("says that an address without an answer is not reachable", async () => {
    await start({ fping: null, timeoutMs: 200 });
    collector.assign(device("away", DISCARD));
    await scheduler.run();
    const samples = sink.take();
    expect(shown(samples, "probe.reachable")).toEqual([0]);
    expect(shown(samples, "probe.rtt")).toEqual(["timeout"]);
    expect(sink.states.get("away")).toEqual({ state: "down", reason: `no answer from ${DISCARD} (IPv6)` });
  });

  it("falls back when fping cannot send, says why, and tries it again later", async () => {
    // A program that ends at once without a word, as fping does where it may not open a socket.
    await start({ fping: "/bin/false", timeoutMs: 200 });
    collector.assign(device("a", "127.0.0.1"));
    await scheduler.run("probe:ipv4");
    await scheduler.run("probe:ipv4");
    expect(sink.counted("probe.icmp_refused")).toBe(1);
    expect(shown(sink.take(), "probe.reachable")).toEqual([1, 1]);
    expect(methods).toEqual(["ipv4 tcp: fping ended with code 1"]);
    clock.advance(600_000);
    await scheduler.run("probe:ipv4");
    expect(sink.counted("probe.icmp_refused")).toBe(2);
  });

  it("tells when a silent address answers again, once, so that its device is asked without waiting", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fping-"));
    const program = join(folder, "fping");
    // Answers as the file beside it says: `0.5` or `-`.
    writeFileSync(program, `#!/bin/sh\necho "127.0.0.1 : $(cat ${folder}/rtt)" >&2\n`, { mode: 0o755 });
    const back: string[] = [];
    await start({ fping: program, count: 1, onBack: (name) => back.push(name) });
    collector.assign(device("a", "127.0.0.1"));
    const probe = async (rtt: string): Promise<number[]> => {
      writeFileSync(join(folder, "rtt"), rtt);
      await scheduler.run("probe:ipv4");
      return shown(sink.take(), "probe.reachable") as number[];
    };
    expect([await probe("0.5"), back]).toEqual([[1], []]);
    expect([await probe("-"), back]).toEqual([[0], []]);
    expect([await probe("0.5"), back]).toEqual([[1], ["a"]]);
    expect([await probe("0.5"), back]).toEqual([[1], ["a"]]);
    rmSync(folder, { recursive: true });
  });

  it("falls back when the program is not there at all", async () => {
    await start({ fping: "/nonexistent/fping", timeoutMs: 200 });
    collector.assign(device("a", "127.0.0.1"));
    await scheduler.run("probe:ipv4");
    expect(shown(sink.take(), "probe.reachable")).toEqual([1]);
    expect(methods).toEqual(["ipv4 tcp: ENOENT"]);
  });
});
