import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makePlan } from "../../collectors/snmp/plan.ts";
import { readTable } from "../../collectors/snmp/polling/bind.ts";
import { encodeOid, tlv } from "../../simulators/snmp/ber.ts";
import { readRequest } from "../../simulators/snmp/request.ts";
import { ETHERNET_PAYLOAD, Responder } from "../../simulators/snmp/responder.ts";
import { type Instance, MibTable } from "../../simulators/snmp/table.ts";
import { binary, describeWith } from "../support/servers.ts";
import { freePort } from "../support/site.ts";
import { type Bench, openClient } from "./harness.ts";
import { column, PROFILE, point } from "./profile.ts";

/**
 * The same agents read by the poller's own path, by net-snmp and by snmp_exporter: every number is the same. The agents answer
 * with random numbers of every type, the ends of its range among them, encoded by the test itself.
 */
const ENTRY = "1.3.6.1.4.1.99999.12.1";
const AGENTS = 40;
const ROWS = 1000;
const TYPES = [
  { name: "integer", tag: 0x02, bits: 32, signed: true, columns: 5 },
  { name: "counter", tag: 0x41, bits: 32, signed: false, columns: 6 },
  { name: "gauge", tag: 0x42, bits: 32, signed: false, columns: 6 },
  { name: "ticks", tag: 0x43, bits: 32, signed: false, columns: 2 },
  { name: "wide", tag: 0x46, bits: 64, signed: false, columns: 6 },
] as const;
type NumberType = (typeof TYPES)[number];
const COLUMNS: readonly NumberType[] = TYPES.flatMap((type) =>
  Array.from({ length: type.columns }, () => type),
);

/** Numbers of a type: its ends, the powers of two where encodings change their length, and anything between. */
function arbitrary({ bits, signed }: NumberType): fc.Arbitrary<bigint> {
  const size = BigInt(bits);
  const least = signed ? -(1n << (size - 1n)) : 0n;
  const most = (1n << (signed ? size - 1n : size)) - 1n;
  const edge = fc
    .tuple(fc.integer({ min: 0, max: bits - 1 }), fc.integer({ min: -1, max: 1 }), fc.boolean())
    .map(([power, off, negative]) => (negative ? -1n : 1n) * ((1n << BigInt(power)) + BigInt(off)))
    .filter((value) => value >= least && value <= most);
  return fc.oneof(fc.bigInt({ min: least, max: most }), edge, fc.constantFrom(least, most, 0n));
}

/** Two's complement in as few octets as do (X.690, 8.3). */
function contents(value: bigint): Uint8Array {
  const octets: number[] = [];
  for (let rest = value; ; rest >>= 8n) {
    octets.unshift(Number(rest & 0xffn));
    if (rest >= -128n && rest <= 127n) return Uint8Array.from(octets);
  }
}

/** By agent, column and row. */
type Numbers = readonly (readonly bigint[])[];

function agentOf(values: Numbers): MibTable {
  const instances: Instance[] = values.flatMap((rows, c) =>
    rows.map((value, r) => ({
      oid: encodeOid([...ENTRY.split(".").map(Number), c + 1, r + 1]),
      tlv: tlv(COLUMNS[c]!.tag, contents(value)),
    })),
  );
  return new MibTable(instances);
}

/** The module in the form of version 0.21, where authentication stands in it. */
function exporterModule(): string {
  const metrics = COLUMNS.map(({ name }, c) => [
    `  - name: c${c + 1}`,
    `    oid: ${ENTRY}.${c + 1}`,
    `    type: ${name === "counter" || name === "wide" ? "counter" : "gauge"}`,
    "    indexes: [{ labelname: row, type: gauge }]",
  ]);
  const walk = COLUMNS.map((_, c) => `  - ${ENTRY}.${c + 1}`);
  const head = ["differential:", "  walk:", ...walk, "  metrics:", ...metrics.flat()];
  return [
    ...head,
    "  version: 2",
    "  max_repetitions: 40",
    "  timeout: 20s",
    "  auth: { community: public }",
    "",
  ].join("\n");
}

describeWith(["snmpbulkwalk", "prometheus-snmp-exporter"], "N4: three readers of one network", () => {
  const sockets: Socket[] = [];
  const ports: number[] = [];
  const truth: Numbers[] = [];
  let bench: Bench;
  let folder: string;
  let exporter: ChildProcess;
  let exporterPort: number;

  beforeAll(async () => {
    for (let agent = 0; agent < AGENTS; agent++) {
      const values = COLUMNS.map((type, c) =>
        fc.sample(arbitrary(type), { numRuns: ROWS, seed: 1000 * agent + c }),
      );
      truth.push(values);
      const table = agentOf(values);
      const responder = new Responder();
      const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
      socket.on("message", (bytes, peer) => {
        const request = readRequest(bytes);
        const answer = request && responder.answer(request, table, 0, ETHERNET_PAYLOAD);
        if (answer) socket.send(Buffer.from(answer), peer.port, peer.address);
      });
      socket.bind(0, "127.0.0.1");
      await once(socket, "listening");
      sockets.push(socket);
      ports.push(socket.address().port);
    }
    bench = await openClient();
    folder = mkdtempSync(join(tmpdir(), "differential-"));
    writeFileSync(join(folder, "snmp.yml"), exporterModule());
    exporterPort = await freePort();
    exporter = spawn(
      binary("prometheus-snmp-exporter")!,
      [
        `--config.file=${join(folder, "snmp.yml")}`,
        `--web.listen-address=127.0.0.1:${exporterPort}`,
        "--no-snmp.wrap-large-counters",
        "--log.level=error",
      ],
      { stdio: "ignore" },
    );
    for (let tries = 0; ; tries++) {
      const up = await fetch(`http://127.0.0.1:${exporterPort}/`).then(
        () => true,
        () => false,
      );
      if (up) break;
      if (tries === 100) throw new Error("snmp_exporter does not answer");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, 120_000);

  afterAll(async () => {
    await bench?.close();
    for (const socket of sockets) socket.close();
    if (exporter && exporter.exitCode === null) {
      const ended = once(exporter, "exit");
      exporter.kill();
      await ended;
    }
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** Compares `read(column, row)` with the truth; a difference names itself. */
  function compare(
    reader: string,
    agent: number,
    read: (column: number, row: number) => number | undefined,
  ): number {
    const differences: string[] = [];
    let same = 0;
    for (const [c, rows] of truth[agent]!.entries())
      for (const [r, value] of rows.entries()) {
        const got = read(c, r);
        if (got === Number(value)) same++;
        else
          differences.push(
            `${reader}, agent ${agent}, ${COLUMNS[c]!.name} .${c + 1}.${r + 1}: ${got} for ${value}`,
          );
      }
    expect(differences.slice(0, 10)).toEqual([]);
    return same;
  }

  const whole = AGENTS * ROWS * COLUMNS.length;

  it("campusd's polling path", { timeout: 120_000 }, async () => {
    const columns = COLUMNS.map((_, c) => column(`c${c + 1}`, `${ENTRY}.${c + 1}`));
    const points = columns.map(({ id }) => point(id, "sensor.count", id));
    const index = [{ name: "row", type: "integer" as const }];
    const rows = { id: "differential", scalar: false, index, tags: [], columns, points };
    const profile = { ...PROFILE, snmp: { ...PROFILE.snmp!, tables: [rows] } };
    // All at once: a single device is asked no faster than it can bear.
    const same = await Promise.all(
      ports.map(async (port, agent) => {
        const { session } = bench.target(port, { timeoutMs: 5000 });
        const plan = makePlan(profile, { everyColumn: true }).tables[0]!;
        const { table, end } = await readTable(session, plan, () => false);
        expect(end).toBe("end");
        expect(table.rows).toBe(ROWS);
        return compare("campusd", agent, (c, r) => table.numbers[c * ROWS + r]);
      }),
    );
    expect(same.reduce((sum, one) => sum + one, 0)).toBe(whole);
  });

  it("net-snmp's snmpbulkwalk", { timeout: 180_000 }, async () => {
    let same = 0;
    for (let agent = 0; agent < AGENTS; agent++) {
      const { stdout } = await promisify(execFile)(
        binary("snmpbulkwalk")!,
        [
          "-v2c",
          "-c",
          "public",
          "-m",
          "",
          "-M",
          "/nonexistent",
          "-Onqt",
          "-Cr50",
          `127.0.0.1:${ports[agent]}`,
          ENTRY,
        ],
        { maxBuffer: 64 << 20 },
      );
      const read = new Map<string, number>();
      for (const line of stdout.split("\n")) {
        const space = line.indexOf(" ");
        if (space > 0 && /^-?\d+$/.test(line.slice(space + 1)))
          read.set(line.slice(1 + ENTRY.length + 1, space), Number(BigInt(line.slice(space + 1))));
      }
      same += compare("snmpbulkwalk", agent, (c, r) => read.get(`${c + 1}.${r + 1}`));
    }
    expect(same).toBe(whole);
  });

  it("snmp_exporter", { timeout: 240_000 }, async () => {
    let same = 0;
    for (let agent = 0; agent < AGENTS; agent++) {
      const url = `http://127.0.0.1:${exporterPort}/snmp?module=differential&target=127.0.0.1:${ports[agent]}`;
      const text = await (await fetch(url)).text();
      const read = new Map<string, number>();
      for (const [, c, r, value] of text.matchAll(/^c(\d+)\{row="(\d+)"\} (\S+)$/gm))
        read.set(`${c}.${r}`, Number(value));
      same += compare("snmp_exporter", agent, (c, r) => read.get(`${c + 1}.${r + 1}`));
    }
    expect(same).toBe(whole);
  });
});
