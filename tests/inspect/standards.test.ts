import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import {
  type DeviceSnapshot,
  InspectionPlans,
  inspectDevice,
} from "../../collectors/snmp/inspection/inspect.ts";
import { openReplay, type Replay } from "../../simulators/replay/replay.ts";
import { systemClock } from "../../src/collection/clock.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { Secret } from "../../src/settings/secret.ts";
import { ROOT } from "./run.ts";

const IF = "1.3.6.1.2.1.2.2.1";
const IFX = "1.3.6.1.2.1.31.1.1.1";
const IP = "1.3.6.1.2.1.4";
const LLDP = "1.0.8802.1.1.2.1.4.1.1";
const STORAGE = "1.3.6.1.2.1.25.2.3.1";
const V6 = "32.1.13.184.0.0.0.0.0.0.0.0.0.0.0";

/** Made up: each line is a way in which agents bend the standards, or the standard's own case beside it. */
const AGENTS: Readonly<Record<string, readonly string[]>> = {
  interfaces: [
    `${IF}.2.1|4|as text`,
    `${IF}.5.1|4|1000000000`,
    `${IF}.2.2|4|ten gigabit`,
    `${IF}.5.2|66|4294967295`,
    `${IFX}.15.2|66|10000`,
    `${IF}.2.3|4|bit/s in ifHighSpeed`,
    `${IFX}.15.3|66|220000000`,
    `${IF}.2.4|4|exact below 2^32`,
    `${IF}.5.4|66|2488320000`,
    `${IFX}.15.4|66|2488`,
    `${IF}.2.5|4|dead 64-bit counters`,
    `${IF}.10.5|65|12345`,
    `${IFX}.6.5|70|0`,
    `${IF}.2.6|4|64-bit counters`,
    `${IF}.10.6|65|1`,
    `${IFX}.6.6|70|4294967297`,
    `${IF}.2.7|4|idle`,
    `${IF}.10.7|65|0`,
    `${IFX}.6.7|70|0`,
  ],
  addresses: [
    // a mask, no mask, and 0.0.0.0 for no mask
    `${IP}.20.1.2.10.1.1.1|2|1`,
    `${IP}.20.1.3.10.1.1.1|64|255.255.255.252`,
    `${IP}.20.1.2.10.1.2.1|2|2`,
    `${IP}.20.1.2.172.16.1.1|2|3`,
    `${IP}.20.1.3.172.16.1.1|64|0.0.0.0`,
    // RFC 4293, without the length in the index, spelt out, with a zone, and a broadcast address
    `${IP}.34.1.3.2.16.${V6}.1|2|4`,
    `${IP}.34.1.5.2.16.${V6}.1|6|1.3.6.1.2.1.4.32.1.5.4.2.16.${V6}.0.64`,
    `${IP}.34.1.3.2.${V6}.2|2|5`,
    `${IP}.34.1.5.2.${V6}.2|6|0.0`,
    `${IP}.34.1.3.2.${V6}.3.0.0.0.0|2|6`,
    `${IP}.34.1.3.2.11.${[..."2001:db8::4"].map((one) => one.charCodeAt(0)).join(".")}|2|7`,
    `${IP}.34.1.3.4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.5.0.0.0.9|2|9`,
    `${IP}.34.1.3.1.4.10.1.1.3|2|1`,
    `${IP}.34.1.4.1.4.10.1.1.3|2|3`,
    // networks of the interfaces 6 and 9: an address that points at none is in the longest that holds it
    `${IP}.32.1.5.6.2.16.${V6}.0.48|2|3`,
    `${IP}.32.1.5.6.2.16.${V6}.0.56|2|3`,
    `${IP}.32.1.5.9.4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.64|2|3`,
    // RFC 2465
    `1.3.6.1.2.1.55.1.8.1.2.8.${V6}.8|2|48`,
    // caches: RFC 1213, RFC 4293, an incomplete and an invalid entry
    `${IP}.22.1.2.1.10.1.1.2|4x|001122aabbcc`,
    `${IP}.35.1.4.4.2.16.${V6}.20|4x|001122aabbdd`,
    `${IP}.35.1.4.4.2.16.${V6}.21|4|`,
    `${IP}.35.1.6.4.2.16.${V6}.21|2|3`,
    `${IP}.22.1.2.1.10.1.1.9|4x|001122aabbee`,
    `${IP}.22.1.4.1.10.1.1.9|2|2`,
  ],
  links: [
    "1.3.6.1.2.1.17.1.4.1.2.3|2|1003",
    `${LLDP}.5.0.3.1|4x|001122334455`,
    `${LLDP}.7.0.3.1|4|Gi0/1`,
    `${LLDP}.9.0.3.1|4|core-1`,
    `${LLDP}.5.0.4.2|4x|001122334466`,
    `${LLDP}.9.0.4.2|4|`,
    `${LLDP}.10.0.4.2|4|Network card`,
    "1.3.6.1.2.1.17.7.1.4.3.1.1.10|4|staff",
    "1.3.6.1.2.1.17.7.1.4.5.1.1.1|66|10",
    "1.3.6.1.2.1.17.7.1.4.5.1.1.2|66|20",
    "1.3.6.1.2.1.17.7.1.4.5.1.1.3|66|0",
    "1.3.6.1.2.1.17.7.1.4.5.1.1.4|66|4095",
  ],
  readings: [
    "1.3.6.1.2.1.1.1.0|4|Example ES-2410, Software Version 4.2.1 (build 7), S/N: AB12345",
    `${STORAGE}.2.6|6|1.3.6.1.2.1.25.2.1.1`,
    `${STORAGE}.3.6|4|Memory buffers`,
    `${STORAGE}.5.6|2|1000`,
    `${STORAGE}.6.6|2|250`,
    `${STORAGE}.3.8|4|Cached memory`,
    `${STORAGE}.5.8|2|400`,
    `${STORAGE}.6.8|2|400`,
    `${STORAGE}.3.7|4|A swap file of no kind`,
    `${STORAGE}.5.7|2|1000`,
    `${STORAGE}.6.7|2|250`,
    "1.3.6.1.4.1.2021.11.11.0|2|88",
    "1.3.6.1.4.1.2021.13.16.3.1.2.1|4|fan1",
    "1.3.6.1.4.1.2021.13.16.3.1.3.1|66|4294944255",
    "1.3.6.1.2.1.33.1.2.1.0|2|2",
    "1.3.6.1.2.1.33.1.2.3.0|2|-1",
    "1.3.6.1.2.1.33.1.2.4.0|2|130",
    "1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.5",
    "1.3.6.1.2.1.25.3.2.1.5.1|2|3",
    "1.3.6.1.2.1.43.10.2.1.4.1.1|65|271871",
  ],
};

describe("the standards, as agents keep them", () => {
  let folder: string;
  let replay: Replay;
  let client: SnmpClient;
  const seen = new Map<string, DeviceSnapshot>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "inspect-"));
    for (const [name, lines] of Object.entries(AGENTS))
      writeFileSync(join(folder, `${name}.snmprec`), `${lines.join("\n")}\n`);
    replay = await openReplay({ dir: folder, host: "127.0.0.1", port: 0 });
    client = new SnmpClient({ clock: systemClock(), count: () => undefined });
    await client.open(new AbortController().signal);
    const plans = new InspectionPlans(loadProfiles([join(ROOT, "device-profiles")]));
    for (const name of Object.keys(AGENTS)) {
      const { session } = client.target({
        endpoint: { address: "127.0.0.1", port: replay.port },
        version: "v2c",
        community: new Secret(name),
      });
      seen.set(name, await inspectDevice(session, plans));
    }
  });
  afterAll(async () => {
    await client?.close();
    await replay?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("line rates and counters of interfaces", () => {
    const byName = new Map(seen.get("interfaces")!.interfaces.map((one) => [one.descr, one]));
    expect(byName.get("as text")!.speed).toBe(1e9);
    expect(byName.get("ten gigabit")!.speed).toBe(1e10);
    expect(byName.get("bit/s in ifHighSpeed")!.speed).toBe(220e6);
    expect(byName.get("exact below 2^32")!.speed).toBe(2_488_320_000);
    expect(byName.get("dead 64-bit counters")!.inOctets).toBe(12345);
    expect(byName.get("64-bit counters")!.inOctets).toBe(4294967297);
    expect(byName.get("idle")!.inOctets).toBe(0);
    expect(byName.get("as text")!.inOctets).toBeUndefined();
  });

  it("addresses: a prefix is pointed at, found among its networks, inferred and said so, or absent", () => {
    expect(seen.get("addresses")!.addresses).toEqual([
      { address: "10.1.1.1", prefixLength: 30, ifIndex: 1 },
      { address: "10.1.2.1", prefixLength: 8, prefixInferred: true, ifIndex: 2 },
      { address: "172.16.1.1", prefixLength: 16, prefixInferred: true, ifIndex: 3 },
      { address: "2001:db8::4", ifIndex: 7 },
      { address: "2001:db8::1", prefixLength: 64, ifIndex: 4 },
      { address: "2001:db8::2", ifIndex: 5 },
      { address: "2001:db8::3", prefixLength: 56, ifIndex: 6 },
      { address: "fe80::5%9", prefixLength: 64, ifIndex: 9 },
      { address: "2001:db8::8", prefixLength: 48, ifIndex: 8 },
    ]);
  });

  it("caches: complete entries, incomplete ones without a MAC address, and no invalid ones", () => {
    expect(seen.get("addresses")!.hosts).toEqual([
      { address: "10.1.1.2", mac: "00:11:22:aa:bb:cc", ifIndex: 1 },
      { address: "2001:db8::14", mac: "00:11:22:aa:bb:dd", ifIndex: 4 },
      { address: "2001:db8::15", ifIndex: 4 },
    ]);
  });

  it("neighbours by their name or by what they are, VLANs by table or by their ports", () => {
    const { neighbors, vlans } = seen.get("links")!;
    expect(neighbors).toMatchObject([
      { protocol: "lldp", ifIndex: 1003, remoteName: "core-1", remotePort: "Gi0/1" },
      { protocol: "lldp", ifIndex: 4, remoteName: "Network card" },
    ]);
    expect(vlans).toEqual([{ id: 10, name: "staff" }, { id: 20 }]);
  });

  it("readings: their objects, states as the device numbers them, and what is refused with why", () => {
    const { readings, rejected, identity } = seen.get("readings")!;
    expect(identity).toMatchObject({ model: "Example ES-2410", version: "4.2.1", serial: "AB12345" });
    const byOid = new Map(readings.map((one) => [one.oid, one]));
    expect(byOid.get(`${STORAGE}.6.6`)).toMatchObject({
      kind: "memory",
      value: 25,
      unit: "percent",
      label: "Memory buffers",
      oids: [`${STORAGE}.6.6`, `${STORAGE}.5.6`],
    });
    expect(byOid.has(`${STORAGE}.6.7`)).toBe(false);
    expect(byOid.has(`${STORAGE}.6.8`)).toBe(false);
    expect(byOid.get("1.3.6.1.4.1.2021.11.11.0")).toMatchObject({ kind: "cpu", value: 12 });
    expect(byOid.get("1.3.6.1.4.1.2021.13.16.3.1.3.1")).toMatchObject({ kind: "fanspeed", value: 23041 });
    expect(byOid.get("1.3.6.1.2.1.33.1.2.1.0")).toMatchObject({ kind: "state", value: 2, state: "normal" });
    expect(byOid.get("1.3.6.1.2.1.25.3.2.1.5.1")).toMatchObject({ kind: "state", value: 3 });
    expect(byOid.get("1.3.6.1.2.1.43.10.2.1.4.1.1")).toMatchObject({ kind: "count", value: 271871 });
    expect(rejected).toContainEqual(
      expect.objectContaining({ oid: "1.3.6.1.2.1.33.1.2.3.0", raw: -1, reason: "sentinel" }),
    );
    expect(rejected).toContainEqual(
      expect.objectContaining({ oid: "1.3.6.1.2.1.33.1.2.4.0", raw: 130, reason: "implausible" }),
    );
  });
});
