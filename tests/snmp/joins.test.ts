import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import type { CompiledProfile, SnmpTable } from "../../src/profiles/compiled.ts";
import { compileExpression } from "../../src/profiles/expression.ts";
import { Secret } from "../../src/settings/secret.ts";
import { gauge, integer, objectId, octets, ticks } from "./asn1.ts";
import { CollectorBench, shown } from "./bench-collector.ts";
import { FakeAgent } from "./fake-agent.ts";
import { Counts, clock } from "./harness.ts";
import { column, PROFILE, point, rule, template } from "./profile.ts";

const APS = "1.3.6.1.4.1.99999.20.1";
const RADIOS = "1.3.6.1.4.1.99999.21.1";
const GROUPS = "1.3.6.1.4.1.99999.22.1";

/** A wireless controller: access points by MAC address, and their radios by MAC address and number. */
const tables: SnmpTable[] = [
  {
    id: "radios",
    scalar: false,
    index: [
      { name: "apMac", type: "fixedMac" },
      {
        name: "radio",
        type: "integer",
        enumeration: new Map([
          [0, "2.4G"],
          [1, "5G"],
        ]),
      },
    ],
    tags: [
      ["ap", template("{aps.apName|#apMac}")],
      ["radio", template("{#radio}")],
    ],
    columns: [column("use", `${RADIOS}.2`), column("noise", `${RADIOS}.3`)],
    points: [
      point("use", "wifi.radio_use", "use", { rule: rule({ min: 0, max: 100 }) }),
      point("noise", "wifi.radio_noise", "noise", { rule: rule({ sentinels: [0], min: -130, max: 0 }) }),
    ],
  },
  {
    id: "aps",
    scalar: false,
    index: [{ name: "apMac", type: "fixedMac" }],
    tags: [["ap", template("{apName|#apMac}")]],
    columns: [
      column("apName", `${APS}.4`, { decode: "text", everyMs: 3_600_000 }),
      column("apGroup", `${APS}.5`, { everyMs: 3_600_000 }),
      column("apClients", `${APS}.6`),
    ],
    points: [point("clients", "wifi.ap_clients", "apClients")],
    fact: {
      kind: "ap",
      fields: [
        ["name", template("{apName}")],
        ["mac", template("{#apMac}")],
        [
          "location",
          {
            text: "{groups[apGroup].groupName}",
            parts: [
              { alternatives: [{ table: "groups", column: "groupName", by: [{ column: "apGroup" }] }] },
            ],
          },
        ],
      ],
    },
  },
  {
    id: "groups",
    scalar: false,
    index: [{ name: "group", type: "integer" }],
    tags: [],
    columns: [column("groupName", `${GROUPS}.2`, { decode: "text", everyMs: 3_600_000 })],
    points: [],
  },
  {
    id: "whole",
    scalar: true,
    index: [],
    tags: [],
    columns: [column("clock", "1.3.6.1.2.1.1.3.0")],
    points: [
      point("clients", "wifi.clients", "clock", {
        rule: rule({ expression: compileExpression("aps[sum *].apClients") }),
      }),
      point("busy", "wifi.aps_online", "clock", {
        rule: rule({ expression: compileExpression("aps[count apClients > 0].apClients") }),
      }),
    ],
  },
];
const quirks = { noBulk: [], maxRepetitions: 50, inFlight: 1 as const };
const profile: CompiledProfile = {
  ...PROFILE,
  snmp: { tables, identity: { model: [], version: [], serial: [] }, quirks },
};

describe("a wireless controller", () => {
  let agent: FakeAgent;
  let bench: CollectorBench;
  beforeEach(async () => {
    agent = await FakeAgent.listen();
    bench = new CollectorBench(agent, profile);
    const one = "172.1.2.3.4.5";
    const two = "172.1.2.3.4.6";
    agent.set({
      "1.3.6.1.2.1.1.2.0": objectId("1.3.6.1.4.1.99999.2"),
      "1.3.6.1.2.1.1.3.0": ticks(100_000),
      [`${APS}.4.${one}`]: octets("AP-1-101"),
      [`${APS}.5.${one}`]: integer(7),
      [`${APS}.6.${one}`]: gauge(12),
      [`${APS}.6.${two}`]: gauge(0),
      [`${RADIOS}.2.${one}.0`]: gauge(35),
      [`${RADIOS}.2.${one}.1`]: gauge(101),
      [`${RADIOS}.2.${two}.0`]: gauge(1),
      [`${RADIOS}.3.${one}.0`]: integer(-95),
      [`${RADIOS}.3.${two}.0`]: integer(0),
      [`${GROUPS}.2.7`]: octets("教学楼"),
    });
  });
  afterEach(async () => {
    await bench.collector.close();
    await agent.close();
  });

  it("names radios by their access point, and tells the access points", async () => {
    await bench.open();
    const samples = await bench.run("contact");
    const radio = (quantity: string) =>
      samples
        .filter((one) => one.quantity === quantity)
        .map(
          ({ tags, value, status }) => `${tags["ap"]}/${tags["radio"]}=${status === "ok" ? value : status}`,
        );
    expect(radio("wifi.radio_use")).toEqual([
      "AP-1-101/2.4G=35",
      "AP-1-101/5G=implausible",
      "ac:01:02:03:04:06/2.4G=1",
    ]);
    expect(radio("wifi.radio_noise")).toEqual(["AP-1-101/2.4G=-95", "ac:01:02:03:04:06/2.4G=sentinel"]);
    expect(shown(samples, "wifi.ap_clients", "ap")).toEqual(["AP-1-101=12", "ac:01:02:03:04:06=0"]);
    expect(bench.facts[0]!.aps).toEqual([
      { key: "AP-1-101", name: "AP-1-101", mac: "ac:01:02:03:04:05", location: "教学楼" },
      { key: "ac:01:02:03:04:06", mac: "ac:01:02:03:04:06" },
    ]);
  });

  it("counts and sums the rows of another table, as they are at each poll", async () => {
    await bench.open();
    const whole = (samples: Awaited<ReturnType<CollectorBench["run"]>>) => [
      ...shown(samples, "wifi.clients", "device"),
      ...shown(samples, "wifi.aps_online", "device"),
    ];
    expect(whole(await bench.run("contact"))).toEqual(["sw1=12", "sw1=1"]);
    agent.set({
      [`${APS}.6.172.1.2.3.4.5`]: gauge(3),
      [`${APS}.6.172.1.2.3.4.6`]: gauge(30),
    });
    const next = whole(await bench.run(60_000));
    expect(next).toEqual(["sw1=33", "sw1=2"]);
  });

  it("keeps what was read when the agent falls silent in the middle of a poll", async () => {
    await bench.open();
    await bench.run("contact");
    agent.answer = ({ message }, usual) =>
      message.varbinds.some(({ oid }) => oid.startsWith(`${APS}.6`)) ? undefined : usual();
    const samples = await bench.run(60_000);
    expect(shown(samples, "wifi.radio_noise", "radio")).toEqual(["2.4G=-95", "2.4G=sentinel"]);
    expect(shown(samples, "wifi.ap_clients", "ap")).toEqual([]);
    expect(shown(samples, "device.up", "device")).toEqual(["sw1=0"]);
  });
});

describe("transport", () => {
  it("has no more in flight than it may, and answers all that queue", async () => {
    const agent = await FakeAgent.listen();
    let open = 0;
    let most = 0;
    agent.set({ "1.3.6.1.2.1.1.3.0": ticks(1) });
    agent.answer = (request, usual) => {
      most = Math.max(most, ++open);
      const reply = usual();
      setTimeout(() => {
        open--;
        agent.send(reply, request.from);
      }, 5);
      return undefined;
    };
    const client = new SnmpClient({ clock, count: new Counts().add, maxInFlight: 4 });
    await client.open(new AbortController().signal);
    const targets = Array.from({ length: 40 }, () =>
      client.target({
        endpoint: { address: "127.0.0.1", port: agent.port },
        version: "v2c",
        community: new Secret("public"),
      }),
    );
    const answers = await Promise.all(targets.map((target) => target.get(["1.3.6.1.2.1.1.3.0"])));
    expect(answers.map(([value]) => value!.number)).toEqual(Array(40).fill(1));
    expect(most).toBe(4);
    const pending = targets[0]!.get(["1.3.6.1.2.1.1.3.0"]);
    const closed = expect(pending).rejects.toMatchObject({ code: "E_TIMEOUT" });
    targets[0]!.close();
    await closed;
    await client.close();
    await agent.close();
  });
});
