import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DeviceCredential } from "../../src/collection/contract.ts";
import { parseSettings } from "../../src/settings/load.ts";
import { binary, describeWith } from "../support/servers.ts";
import { integer, objectId, octets } from "./asn1.ts";
import { CollectorBench, shown } from "./bench-collector.ts";
import { PROFILE } from "./profile.ts";
import { USM_STATS, V3Agent } from "./v3-agent.ts";

/** The credential `device` of settings in which it stands with these keys. */
function credentialOf(keys: string): DeviceCredential {
  const { settings, problems } = parseSettings(
    `credentials: {device: {protocol: snmp, version: v3, ${keys}}}`,
    "campusd.yaml",
  );
  expect(problems).toEqual([]);
  return settings!.credentials["device"]!;
}

const secured = (user: string, auth: string, priv: string): DeviceCredential =>
  credentialOf(
    `user: ${user}, auth: {protocol: sha256, password: ${auth}}, privacy: {protocol: aes128, password: ${priv}}`,
  );

describeWith(["snmpd"], "the collector and Debian's snmpd over SNMPv3", () => {
  let folder: string;
  let agent: ChildProcess;
  let port: number;
  let bench: CollectorBench;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "snmpd-v3-poll-"));
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    port = socket.address().port;
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    const config = join(folder, "agent.conf");
    writeFileSync(
      config,
      [
        `agentaddress udp:127.0.0.1:${port},udp6:[::1]:${port}`,
        'createUser monitor SHA-256 "auth phrase" AES "priv phrase"',
        "rouser monitor priv",
        "sysName v3-host",
        "",
      ].join("\n"),
    );
    agent = spawn(
      binary("snmpd")!,
      ["-f", "-Lf", join(folder, "log"), "-C", "-c", config, "-p", join(folder, "pid"), "-m", ""],
      { env: { ...process.env, SNMP_PERSISTENT_DIR: folder, MIBS: "" }, stdio: "ignore" },
    );
  });
  afterAll(async () => {
    if (agent.exitCode === null) {
      agent.kill();
      await once(agent, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    bench = new CollectorBench({ port }, PROFILE, 400);
  });
  afterEach(() => bench.collector.close());

  it.each(["127.0.0.1", "::1"])("polls a device at %s with a credential of the settings", async (address) => {
    const credential = secured("monitor", "auth phrase", "priv phrase");
    await bench.open({ credential, endpoint: { address, port } });
    for (let i = 0; i < 50 && bench.states.at(-1) !== "up"; i++) await bench.run("contact");
    expect(bench.states.at(-1)).toBe("up");
    expect(bench.facts.at(-1)?.identity.sysName).toBe("v3-host");
    const samples = await bench.run(60_000);
    expect(shown(samples, "device.up")).toContain("=1");
    const counters = samples.filter(({ quantity }) => quantity === "interface.in_octets");
    expect(counters.some(({ tags, value }) => tags["interface"] === "lo" && value > 0)).toBe(true);
    expect(bench.counts.get("snmp.security") + bench.counts.get("snmp.digest")).toBe(0);
  });

  it.each([
    [secured("monitor", "not the phrase", "priv phrase"), /authentication password or protocol is wrong/],
    [secured("monitor", "auth phrase", "not the phrase"), /privacy password or protocol may be wrong/],
    [secured("nobody", "auth phrase", "priv phrase"), /the agent knows no SNMPv3 user 'nobody'/],
    [
      credentialOf("user: monitor, level: noAuthNoPriv"),
      /security level noAuthNoPriv|answered authorizationError/,
    ],
  ])("says why it cannot, case %#", async (credential, reason) => {
    await bench.open({ credential });
    for (let i = 0; i < 10 && !reason.test(bench.reasons.at(-1) ?? ""); i++) {
      bench.skew += 400_000;
      await bench.run("contact");
    }
    expect(bench.states).not.toContain("up");
    expect(bench.reasons.at(-1)).toMatch(reason);
    expect(bench.reasons.join()).not.toMatch(/phrase\b/);
  });
});

describe("the collector and an SNMPv3 device that changes", () => {
  let agent: V3Agent;
  let bench: CollectorBench;
  const poll = async () => {
    bench.skew += 400_000;
    agent.timeShift += 400;
    return bench.run("contact");
  };

  beforeEach(async () => {
    agent = await V3Agent.listen();
    agent.objects.set("1.3.6.1.2.1.1.2.0", objectId("1.3.6.1.4.1.99999.1"));
    agent.objects.set("1.3.6.1.2.1.1.3.0", integer(100_000, 0x43));
    bench = new CollectorBench(agent, undefined, 400);
    await bench.open({ credential: secured("monitor", agent.authPassword, agent.privPassword) });
    await bench.run("contact");
    expect(bench.states.at(-1)).toBe("up");
  });
  afterEach(async () => {
    await bench.collector.close();
    await agent.close();
  });

  it("S14: tells a changed engineID, over a new assignment too, until a person trusts it", async () => {
    const before = agent.engineId.toString("hex");
    agent.engineId = Buffer.from("8000dead04000000000000", "hex");
    const credential = secured("monitor", agent.authPassword, agent.privPassword);
    bench.collector.assign({
      device: "sw1",
      tags: { school: "s1", device: "sw1" },
      endpoint: { address: "127.0.0.1", port: agent.port },
      addresses: [],
      credential,
    });
    for (let i = 0; i < 3; i++) await poll();
    expect(bench.states.at(-1)).toBe("down");
    expect(bench.reasons.at(-1)).toContain(`${agent.engineId.toString("hex")} and was ${before}`);
    expect(bench.counts.get("snmp.engine_changed")).toBeGreaterThan(0);
    expect(bench.collector.trustEngine("sw1")).toBe(true);
    await poll();
    expect(bench.states.at(-1)).toBe("up");
    expect(bench.collector.trustEngine("nothing")).toBe(false);
    bench.collector.unassign("sw1");
    expect(bench.collector.trustEngine("sw1")).toBe(false);
  });

  it("S14: keeps the pinned engine over a restart, where it was asked the same way", async () => {
    const pins = new Map<string, string>();
    const engines = {
      get: (device: string, asked: string) => pins.get(`${device} ${asked}`),
      set: (device: string, asked: string, id: string) => void pins.set(`${device} ${asked}`, id),
    };
    const credential = secured("monitor", agent.authPassword, agent.privPassword);
    const restart = async (): Promise<void> => {
      await bench.collector.close();
      bench = new CollectorBench(agent, undefined, 400, engines);
      await bench.open({ credential });
      await bench.run("contact");
    };
    await restart();
    const asked = `sw1 127.0.0.1 ${agent.port} monitor`;
    expect([...pins]).toEqual([[asked, agent.engineId.toString("hex")]]);
    await restart();
    expect(bench.states.at(-1)).toBe("up");
    const mine = agent.engineId;
    agent.engineId = Buffer.from("8000dead04000000000000", "hex");
    await restart();
    expect(bench.states).not.toContain("up");
    expect(bench.reasons.at(-1)).toContain(mine.toString("hex"));
    expect(bench.collector.trustEngine("sw1")).toBe(true);
    await poll();
    expect(bench.states.at(-1)).toBe("up");
    expect(pins.get(asked)).toBe(agent.engineId.toString("hex"));
  });

  it("S14: forged Reports neither take a device down nor give it a reason", async () => {
    agent.answer = (message) => [
      agent.report(message, USM_STATS.unknownUser, 0),
      agent.report(message, USM_STATS.notInTimeWindow, 0, { boots: 2 ** 31 - 1 }),
      ...agent.usual(message),
    ];
    agent.objects.set("1.3.6.1.2.1.1.5.0", octets("still here"));
    for (let i = 0; i < 3; i++) await bench.run(60_000);
    expect(bench.states.every((state) => state === "up")).toBe(true);
    expect(bench.reasons.at(-1)).toBeUndefined();
    expect(bench.counts.get("snmp.report")).toBeGreaterThan(0);
  });
});
