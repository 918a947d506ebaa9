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
import { SHIPPED } from "./files.ts";

/** A device that says of itself what it is. */
const device = (sysObjectID: string, sysDescr: string, ...lines: string[]): readonly string[] => [
  `1.3.6.1.2.1.1.1.0|4|${sysDescr}`,
  `1.3.6.1.2.1.1.2.0|6|${sysObjectID}`,
  "1.3.6.1.2.1.1.3.0|67|123456",
  ...lines,
];
const HUAWEI_OPTICS = "1.3.6.1.4.1.2011.5.25.31.1.1.3.1";
const RUIJIE_SUPPLY = "1.3.6.1.4.1.4881.1.1.10.2.1.1.41.1";
const H3C_ENTITY = "1.3.6.1.4.1.25506.2.6.1.1.1.1";
const ZXR10 = "1.3.6.1.4.1.3902.3.3.1.1";
const H3C_WLAN = "1.3.6.1.4.1.25506.2.75";
const HUAWEI_WLAN = "1.3.6.1.4.1.2011.6.139";
const ARUBA = "1.3.6.1.4.1.14823.2.3.3.1";
const DDM = "1.3.6.1.4.1.11863.6.96.1.7.1.1";
const IF = "1.3.6.1.2.1.2.2.1";
const IFX = "1.3.6.1.2.1.31.1.1.1";
const IP = "1.3.6.1.2.1.4";
const LAG = "1.2.840.10006.300.43.1.2.1.1.13";
const MAC = ["0.224.252.16.0.1", "0.224.252.16.0.2", "0.224.252.16.0.3"];

/** Made up, each with one trap: what devices were seen to send where the MIB text misleads. */
/** Received light of modules, as the device numbers it. */
function huaweiLight(raw: readonly number[]): string[] {
  return raw.flatMap((value, i) => [
    `1.3.6.1.2.1.47.1.1.1.1.7.${i + 1}|4|GigabitEthernet0/0/${i + 1}`,
    `${HUAWEI_OPTICS}.8.${i + 1}|2|${value}`,
  ]);
}

const AGENTS: Readonly<Record<string, readonly string[]>> = {
  huaweiOptics: device(
    "1.3.6.1.4.1.2011.2.23.999",
    "S5720 Huawei Versatile Routing Platform Software",
    ...huaweiLight([604, -1, 0, 2147483647, -4000]),
  ),
  huaweiSignedOptics: device(
    "1.3.6.1.4.1.2011.2.23.999",
    "S6730 Huawei Versatile Routing Platform Software",
    ...huaweiLight([-131, 204, -1, -4000]),
  ),
  ruijieSupply: device(
    "1.3.6.1.4.1.4881.1.1.10.1.999",
    "Ruijie Switch(S6150)",
    `${RUIJIE_SUPPLY}.15.1.1|2|63472`,
    `${RUIJIE_SUPPLY}.15.1.2|2|56`,
    `${RUIJIE_SUPPLY}.15.1.3|2|0`,
  ),
  h3cThermometer: device(
    "1.3.6.1.4.1.25506.1.999",
    "H3C Comware Platform Software",
    `${H3C_ENTITY}.12.1|2|65535`,
    `${H3C_ENTITY}.12.2|2|38`,
    `${H3C_ENTITY}.8.2|2|41`,
    `${H3C_ENTITY}.10.2|66|4294967295`,
  ),
  zxr10Octets: device(
    "1.3.6.1.4.1.3902.3.100.999",
    "ZXR10 5960",
    `${ZXR10}.3.1|2|500000000`,
    `${ZXR10}.4.1|2|300000000`,
  ),
  zxr10Percent: device(
    "1.3.6.1.4.1.3902.3.100.999",
    "ZXR10 5960",
    `${ZXR10}.3.1|2|500000000`,
    `${ZXR10}.4.1|2|43`,
  ),
  h3cController: device(
    "1.3.6.1.4.1.25506.1.1299",
    "H3C WX3540 Comware Platform",
    `${H3C_WLAN}.1.1.2.1.0|66|3`,
    `${H3C_WLAN}.1.1.2.7.0|66|40`,
    `${H3C_WLAN}.1.1.2.21.0|66|38`,
  ),
  huaweiController: device(
    "1.3.6.1.4.1.2011.2.240.999",
    "AC6605 Huawei Versatile Routing Platform",
    `${HUAWEI_WLAN}.12.1.2.1.0|66|2`,
    `${HUAWEI_WLAN}.12.1.5.7.0|66|3`,
    ...MAC.flatMap((mac, i) => [
      `${HUAWEI_WLAN}.13.3.3.1.4.${mac}|4|AP-${i + 1}`,
      `${HUAWEI_WLAN}.13.3.3.1.6.${mac}|2|${[8, 8, 1][i]}`,
    ]),
    // Radios of the two that are there: who counts these loses the third.
    ...MAC.slice(0, 2).map((mac) => `${HUAWEI_WLAN}.16.1.2.1.6.${mac}.0|2|1`),
  ),
  arubaCluster: device(
    "1.3.6.1.4.1.14823.1.2.999",
    "ArubaOS (MODEL: 505), Version 8.10.0.1",
    ...MAC.flatMap((mac, i) => [
      `${ARUBA}.1.2.1.1.2.${mac}|4|AP-${i + 1}`.replace(`${ARUBA}.1`, ARUBA),
      `${ARUBA}.2.1.1.11.${mac}|2|${[1, 2, 1][i]}`,
    ]),
  ),
  arubaEmpty: device("1.3.6.1.4.1.14823.1.2.999", "ArubaOS (MODEL: 505), Version 8.10.0.1"),
  tplinkText: device(
    "1.3.6.1.4.1.11863.5.999",
    "JetStream 24-Port Gigabit",
    `${IF}.2.49|4|gigabitEthernet 1/0/49`,
    `${DDM}.2.49|4|36.460000`,
    `${DDM}.3.49|4|3.31`,
    `${DDM}.6.49|4|0.5012`,
  ),
  controlPlane: device(
    "1.3.6.1.4.1.99999.1",
    "a router whose fast path counts nothing",
    `${IP}.31.1.1.6.1|70|1000000`,
    `${IP}.31.1.1.33.1|70|2000000`,
    `${IP}.31.1.1.13.1|70|0`,
    `${IP}.31.1.1.24.1|70|0`,
    `${IP}.31.1.1.6.2|70|5000`,
    `${IP}.31.1.1.13.2|70|0`,
  ),
  bundle: device(
    "1.3.6.1.4.1.99999.1",
    "a switch with a bundle of two",
    ...[
      [1, "GE1", 600],
      [2, "GE2", 400],
      [3, "GE3", 50],
      [100, "Eth-Trunk1", 1000],
    ].flatMap(([index, name, octets]) => [
      `${IF}.2.${index}|4|${name}`,
      `${IFX}.1.${index}|4|${name}`,
      `${IFX}.6.${index}|70|${octets}`,
      `${IFX}.10.${index}|70|${octets}`,
    ]),
    `${LAG}.1|2|100`,
    `${LAG}.2|2|100`,
    `${LAG}.3|2|0`,
    `${LAG}.100|2|100`,
  ),
  zones: device(
    "1.3.6.1.4.1.99999.1",
    "a host with zones",
    `${IP}.34.1.3.3.8.10.1.2.3.0.0.0.7|2|4`,
    `${IP}.34.1.3.4.20.254.128.0.0.0.0.0.0.2.0.94.255.254.0.0.1.0.0.0.9|2|9`,
    `${IP}.34.1.3.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.9|2|9`,
  ),
};

let folder: string;
let replay: Replay;
const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
const plans = new InspectionPlans(loadProfiles([SHIPPED]));
const seen = new Map<string, DeviceSnapshot>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "traps-"));
  for (const [name, lines] of Object.entries(AGENTS))
    writeFileSync(join(folder, `${name}.snmprec`), lines.join("\n"));
  const bad: string[] = [];
  replay = await openReplay({
    dir: folder,
    host: "127.0.0.1",
    port: 0,
    badLine: (_, line, why) => bad.push(`${line} ${why}`),
  });
  await client.open(AbortSignal.timeout(60_000));
  for (const name of Object.keys(AGENTS)) {
    const target = client.target({
      endpoint: { address: "127.0.0.1", port: replay.port },
      version: "v2c",
      community: new Secret(name),
      requestsPerSecond: 2000,
    });
    seen.set(name, await inspectDevice(target.session, plans));
    target.close();
  }
  expect(bad).toEqual([]);
});
afterAll(async () => {
  await client.close();
  await replay.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Values of a quantity, by the last arcs of the object that they are of. */
function values(name: string, quantity: string, arcs = 1): Readonly<Record<string, number>> {
  return Object.fromEntries(
    seen
      .get(name)!
      .readings.filter((one) => one.quantity === quantity)
      .map(({ oid, value }) => [oid.split(".").slice(-arcs).join("."), value]),
  );
}

describe("traps of the field", () => {
  it("Huawei's optics send microwatts, or hundredths of dBm where any is negative, and four numbers for none", () => {
    expect(seen.get("huaweiOptics")!.identity.profile).toBe("huawei-vrp-switch");
    const power = values("huaweiOptics", "optics.rx_power");
    expect(Object.keys(power)).toEqual(["1"]);
    expect(power["1"]).toBeCloseTo(-2.19, 2);
    expect(values("huaweiSignedOptics", "optics.rx_power")).toEqual({ 1: -1.31, 2: 2.04 });
  });

  it("Ruijie's supply sends milliwatts, some firmware watts, and 0 for none", () => {
    expect(values("ruijieSupply", "sensor.power", 2)).toEqual({ "1.1": 63.472, "1.2": 56 });
  });

  it("H3C's 65535 degrees are no temperature; its memory comes from the share, not from the size that saturates", () => {
    expect(values("h3cThermometer", "sensor.temperature")).toEqual({ 2: 38 });
    expect(seen.get("h3cThermometer")!.rejected.filter(({ reason }) => reason === "implausible")).toEqual([]);
    expect(values("h3cThermometer", "device.memory")).toEqual({ 2: 41 });
  });

  it("ZXR10's memory is octets of octets, or percent where it is at most 100", () => {
    expect(values("zxr10Octets", "device.memory")).toEqual({ 1: 60 });
    expect(values("zxr10Percent", "device.memory")).toEqual({ 1: 43 });
  });

  it("H3C's connecting access points are not the connected ones", () => {
    expect(values("h3cController", "wifi.aps_online", 2)).toEqual({ "21.0": 38 });
    expect(values("h3cController", "wifi.aps_known", 2)).toEqual({ "7.0": 40 });
    const all = seen.get("h3cController")!.readings.flatMap(({ oid, oids = [] }) => [oid, ...oids]);
    expect(all).not.toContain(`${H3C_WLAN}.1.1.2.1.0`);
  });

  it("an access point that is away stays known to Huawei's controller, and is offline", () => {
    const snapshot = seen.get("huaweiController")!;
    expect(snapshot.identity.profile).toBe("huawei-ac");
    expect(Object.values(values("huaweiController", "wifi.aps_online"))).toEqual([2]);
    expect(Object.values(values("huaweiController", "wifi.aps_known"))).toEqual([3]);
    expect(snapshot.aps.map(({ name }) => name)).toEqual(["AP-1", "AP-2", "AP-3"]);
  });

  it("a cluster without a counter of access points has its rows counted, and none where it has no rows", () => {
    const snapshot = seen.get("arubaCluster")!;
    expect(snapshot.identity.profile).toBe("aruba-instant");
    const of = (quantity: string) => snapshot.readings.find((one) => one.quantity === quantity);
    expect(of("wifi.aps_known")!.value).toBe(3);
    expect(of("wifi.aps_online")).toMatchObject({ value: 2 });
    expect(of("wifi.aps_online")!.oids).toEqual(
      expect.arrayContaining([`${ARUBA}.2.1.1.11.${MAC[0]}`, `${ARUBA}.2.1.1.11.${MAC[2]}`]),
    );
    expect(of("wifi.aps_online")!.oids).not.toContain(`${ARUBA}.2.1.1.11.${MAC[1]}`);
    expect(
      seen.get("arubaEmpty")!.readings.filter(({ quantity }) => quantity.startsWith("wifi.aps")),
    ).toEqual([]);
  });

  it("numbers written as text are read as the numbers that they are", () => {
    expect(values("tplinkText", "optics.temperature")).toEqual({ 49: 36.46 });
    expect(values("tplinkText", "optics.voltage")).toEqual({ 49: 3.31 });
    expect(values("tplinkText", "optics.rx_power")["49"]).toBeCloseTo(-3, 2);
  });

  it("IPv6 that the control plane counts alone comes with the forwarded datagrams that say so", () => {
    const plan = loadProfiles([SHIPPED]).get("generic-snmp")!;
    const points = plan.snmp!.tables.find(({ id }) => id === "ipSystemStats")!.points;
    expect(points.map(({ quantity }) => quantity.id)).toEqual(
      expect.arrayContaining(["ip.in_octets", "ip.in_forwarded", "ip.out_forwarded"]),
    );
    // tests/indicators judge by them; here they are there to be judged by, zeros and all.
    const lacking = seen.get("controlPlane")!.lacking.find(({ table }) => table === "ipSystemStats");
    expect(lacking?.objects).toBeDefined();
    for (const object of ["ipSystemStatsHCInOctets", "ipSystemStatsHCInForwDatagrams"])
      expect(lacking!.objects).not.toContain(object);
  });

  it("members of a bundle say so, and without them the sum of octets is the device's", () => {
    const { interfaces } = seen.get("bundle")!;
    expect(interfaces.map(({ name, bundle }) => [name, bundle])).toEqual([
      ["GE1", 100],
      ["GE2", 100],
      ["GE3", undefined],
      ["Eth-Trunk1", undefined],
    ]);
    const sum = (list: typeof interfaces) => list.reduce((all, { inOctets }) => all + Number(inOctets), 0);
    expect(sum(interfaces.filter(({ bundle }) => bundle === undefined))).toBe(1050);
    expect(sum(interfaces)).toBe(2050);
  });

  it("the four octets of a zone are behind the address, and none of it", () => {
    expect(
      seen
        .get("zones")!
        .addresses.map(({ address, ifIndex }) => `${address}#${ifIndex}`)
        .sort(),
    ).toEqual(["10.1.2.3%7#4", "2001:db8::9#9", "fe80::200:5eff:fe00:1%9#9"]);
  });
});

describe("counts and sums over rows", () => {
  const profile = (value: string) => `title: { zh: 试, en: Trial }
vendor: Acme
os: acme
role: wifi-controller
match: [{ sysObjectID: 1.3.6.1.4.1.99999.7 }]
snmp:
  scalars:
    all:
      entry: 1.3.6.1.2.1.1
      columns: { clock: .3 sysUpTime ticks }
      points:
        made: { quantity: sensor.count, column: clock, value: "${value}", label: Made, source: Trial }
  tables:
    aps:
      entry: 1.3.6.1.4.1.99999.70.1
      index: [ap]
      columns: { state: .1 apState, clients: .2 apClients, name: .3 apName text }
`;
  const rows = [
    [1, 12],
    [1, 0],
    [2, 7],
    [1, undefined],
  ];
  const agent = device(
    "1.3.6.1.4.1.99999.7",
    "trial",
    ...rows.flatMap(([state, clients], i) => [
      `1.3.6.1.4.1.99999.70.1.1.${i + 1}|2|${state}`,
      ...(clients === undefined ? [] : [`1.3.6.1.4.1.99999.70.1.2.${i + 1}|66|${clients}`]),
      `1.3.6.1.4.1.99999.70.1.3.${i + 1}|4|ap ${i + 1}`,
    ]),
  );

  async function made(value: string, text = profile(value), lines = agent): Promise<number | undefined> {
    const dir = mkdtempSync(join(tmpdir(), "rows-"));
    try {
      writeFileSync(join(dir, "trial.yaml"), text);
      writeFileSync(join(folder, "rows.snmprec"), lines.join("\n"));
      const own = await openReplay({ dir: folder, host: "127.0.0.1", port: 0 });
      const target = client.target({
        endpoint: { address: "127.0.0.1", port: own.port },
        version: "v2c",
        community: new Secret("rows"),
        requestsPerSecond: 2000,
      });
      const { readings } = await inspectDevice(target.session, new InspectionPlans(loadProfiles([dir])));
      target.close();
      await own.close();
      return readings.find(({ label }) => label === "Made")?.value;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }

  it("a number of 64 bits within an OCTET STRING is that number, shorter too, and a longer one is none", async () => {
    const text = profile("raw").replace(
      "entry: 1.3.6.1.2.1.1\n      columns: { clock: .3 sysUpTime ticks }",
      "entry: 1.3.6.1.4.1.99999.71\n      columns: { clock: .1 apUpTraffic octets64 }",
    );
    const of = (hex: string) => device("1.3.6.1.4.1.99999.7", "trial", `1.3.6.1.4.1.99999.71.1.0|4x|${hex}`);
    expect(await made("raw", text, of("0000010000000007"))).toBe(2 ** 40 + 7);
    expect(await made("raw", text, of("0000000000000000"))).toBe(0);
    expect(await made("raw", text, of("000001"))).toBe(1);
    expect(await made("raw", text, of("000000000000000001"))).toBeUndefined();
  });

  it.each<[string, number | undefined]>([
    ["aps[count *].state", 4],
    ["aps[count *].clients", 3],
    ["aps[count *].name", 4],
    ["aps[count state == 1].state", 3],
    ["aps[count state == 1 && clients > 0].clients", 1],
    ["aps[count state == 9].state", 0],
    ["aps[sum *].clients", 19],
    ["aps[sum state != 2].clients", 12],
    ["aps[max *].clients", 12],
    ["aps[min state == 1].clients", 0],
    ["aps[max state == 9].clients", undefined],
    ["aps[sum *].clients / aps[count state == 1].state", 19 / 3],
  ])("%s", async (value, want) => {
    const got = await made(value);
    if (want === undefined) expect(got).toBeUndefined();
    else expect(got).toBeCloseTo(want, 9);
  });

  it.each([
    ["aps[count state = 1].state", "is no condition on rows"],
    ["aps[sum *].name", "which is no number"],
    ["aps[count height > 1].state", 'no column "height"'],
    ["stations[count *].state", 'no table "stations"'],
  ])("%s is refused with a reason", (value, message) => {
    const dir = mkdtempSync(join(tmpdir(), "rows-"));
    try {
      writeFileSync(join(dir, "trial.yaml"), profile(value));
      expect(() => loadProfiles([dir])).toThrow(message);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
