import type {
  DeviceRow,
  DeviceView,
  InterfaceView,
  SchoolView,
  SeriesView,
} from "../../src/api/schemas/campus.ts";
import { HOUR, REGIONS, type Rename, seeded } from "./world-base.ts";

const neighborOf = (n: number): string | null =>
  n < 2 ? "JB-EDU-AGG-01" : n >= 4 && n < 28 && n % 6 === 0 ? `S5130-${n}` : null;

function interfacesOf(seed: number, at: number, rename: Rename): InterfaceView[] {
  const random = seeded(seed + 99);
  return Array.from({ length: 52 }, (_, n) => {
    const uplink = n < 4;
    const name = uplink ? `XGigabitEthernet0/0/${n + 1}` : `GigabitEthernet0/0/${n - 3}`;
    const down = uplink ? n > 1 : n !== 9 && random() > 0.62;
    const shut = n === 50 || n === 51;
    const speed = uplink ? 1e10 : 1e9;
    const inRate = down ? 0 : n === 0 ? 962e6 : random() ** 3 * 3e8;
    const outRate = down ? 0 : n === 0 ? 163e6 : random() ** 3 * 9e8;
    const errors = n === 9 ? 3.2 : 0;
    return {
      ifIndex: n + 5,
      key: name,
      name: rename(name),
      alias: n === 0 ? rename("上联 县教育城域网") : n === 9 ? rename("致远楼 2 层弱电间") : null,
      type: "ethernetCsmacd",
      mac: `48:57:02:1c:aa:${(n + 16).toString(16)}`,
      mtu: 1500,
      speed,
      adminState: shut ? "down" : "up",
      operState: down || shut ? "down" : "up",
      inRate,
      outRate,
      inUse: (inRate / speed) * 100,
      outUse: (outRate / speed) * 100,
      inErrorRate: errors,
      outErrorRate: 0,
      inDiscardRate: n === 0 ? 0.4 : 0,
      outDiscardRate: 0,
      neighbor: neighborOf(n) === null ? null : rename(neighborOf(n)!),
      at: at - 8_000,
    };
  });
}

export function deviceView(
  seed: number,
  at: number,
  device: DeviceRow,
  school: SchoolView,
  rename: Rename,
): DeviceView {
  const isSwitch = device.role.endsWith("switch");
  const interfaces = isSwitch ? interfacesOf(seed, at, rename) : [];
  const reading = (
    quantity: string,
    unit: string,
    value: number | null,
    tags: Record<string, string> = {},
    more = {},
  ) => ({
    quantity,
    tags: { device: device.id, ...tags },
    unit,
    value,
    text: null,
    meaning: null,
    status: "ok",
    at: at - 12_000,
    ...more,
  });
  return {
    device,
    school: { id: school.school.id, name: school.school.name, nameEn: school.school.nameEn },
    region: REGIONS.slice(0, 3),
    at,
    identity: {
      sysName: rename("JB-EZ-CORE-01"),
      sysDescr: rename(
        "S5735-L48T4X-A Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170",
      ),
      sysObjectID: "1.3.6.1.4.1.2011.2.23.809",
      profile: "huawei-vrp-switch",
      vendor: device.vendor,
      os: "VRP",
      model: device.model === null ? null : rename(device.model),
      version: "V200R021C00SPC600",
      serial: rename("2102353GHK10N1000123"),
    },
    uptime: 43 * 86_400 + 7_300,
    interfaces,
    readings: isSwitch
      ? [
          reading("device.up", "", 1, {}, { text: "up" }),
          reading("device.cpu", "%", 17, { sensor: rename("MPU Board 0") }),
          reading("device.memory", "%", 41.6, { sensor: rename("MPU Board 0") }),
          reading("device.poll_duration", "s", 0.184),
          reading("sensor.temperature", "°C", 46, { sensor: rename("MPU Board 0") }),
          reading("sensor.fan_speed", "rpm", 4200, { sensor: "FAN 1" }),
          reading("sensor.power", "W", 38.2, { sensor: "PWR 1" }),
          reading("sensor.state", "", 3, { sensor: "FAN 2" }, { text: "abnormal", meaning: "warning" }),
          reading("sensor.state", "", 2, { sensor: "PWR 1" }, { text: "supply", meaning: "ok" }),
          reading("sensor.state", "", null, { sensor: "PWR 2" }, { status: "absent" }),
          reading("optics.rx_power", "dBm", -7.42, { interface: "XGigabitEthernet0/0/1" }),
          reading("optics.tx_power", "dBm", -2.31, { interface: "XGigabitEthernet0/0/1" }),
          reading("optics.bias", "A", 0.0064, { interface: "XGigabitEthernet0/0/1" }),
          reading("probe.rtt", "s", 0.0021, { family: "ipv4" }),
          reading("probe.reachable", "", 1, { family: "ipv6" }, { text: "yes" }),
        ]
      : [
          reading("board.power", "", 2, {}, { text: "on" }),
          reading("board.temperature", "°C", 41.2),
          reading("board.cpu", "%", 23.4),
          reading("board.usage_today", "s", 8460),
          reading("board.touch", "", 1, {}, { text: "ok" }),
        ],
    addresses: [
      { address: device.addresses[0]!, prefixLength: 24, interface: "Vlanif82" },
      { address: "2001:db8:82::1", prefixLength: 64, interface: "Vlanif82" },
    ],
    neighbors: isSwitch
      ? [
          {
            protocol: "lldp",
            interface: "XGigabitEthernet0/0/1",
            remoteName: rename("JB-EDU-AGG-01"),
            remotePort: "XGE1/0/14",
          },
          {
            protocol: "lldp",
            interface: "GigabitEthernet0/0/3",
            remoteName: "S5130-6",
            remotePort: "GE1/0/52",
          },
        ]
      : [],
  };
}

/** A day of a school: quiet nights, two humps, and nothing at all for an hour and a half in the morning. */
export function seriesView(seed: number, at: number, query: URLSearchParams): SeriesView {
  const from = Number(query.get("from"));
  const to = Number(query.get("to"));
  const asked = Number(query.get("step"));
  const step = asked > 0 ? asked : 60_000;
  const quantity = query.get("quantity") ?? "";
  const device = query.get("device") ?? "";
  const iface = query.get("interface") ?? "";
  let hash = seed;
  for (const char of quantity + device + iface) hash = (Math.imul(hash, 31) + char.codePointAt(0)!) | 0;
  const random = seeded(hash);
  const isRate = quantity.endsWith("_rate");
  const scale = isRate
    ? (iface.startsWith("X") ? 9.2e8 : 6e8) * (quantity.includes("out") ? 0.22 : 1)
    : 10 + random() * 30;
  const gap: readonly [number, number] = [at - 7 * HOUR, at - 5.5 * HOUR];
  const points: [number, number][] = [];
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const noise = random();
    if (time >= gap[0] && time < gap[1]) continue;
    const hour = ((time + 8 * HOUR) % (24 * HOUR)) / HOUR;
    const hump =
      Math.exp(-((hour - 10) ** 2) / 6) +
      0.85 * Math.exp(-((hour - 15.5) ** 2) / 5) +
      0.3 * Math.exp(-((hour - 20) ** 2) / 3);
    points.push([
      time,
      isRate ? scale * (0.03 + hump * 0.8) * (0.8 + noise * 0.4) : scale * (0.9 + hump * 0.3 + noise * 0.05),
    ]);
  }
  return {
    from,
    to,
    step: asked > 0 ? asked : null,
    series: [
      {
        quantity,
        unit: isRate ? "bit/s" : "percent",
        tags: { device, ...(iface ? { interface: iface } : {}) },
        points,
      },
    ],
  };
}
