import type {
  CountyView,
  DeviceRow,
  DeviceView,
  LinkView,
  Reason,
  RoomView,
  SchoolRow,
  SchoolView,
  SeriesView,
  State,
} from "../../src/api/schemas/campus.ts";
import { HOUR, REGIONS, type Rename, seeded } from "./world-base.ts";
import { deviceView, seriesView } from "./world-device.ts";

const PLACES: readonly (readonly [string, string])[] = [
  ["第一中学", "No. 1 High School"],
  ["第二中学", "No. 2 Secondary School"],
  ["第三中学", "No. 3 Secondary School"],
  ["职业教育中心", "Vocational Centre"],
  ["第一小学", "No. 1 Primary School"],
  ["第二小学", "No. 2 Primary School"],
  ["第三小学", "No. 3 Primary School"],
  ["第五小学", "No. 5 Primary School"],
  ["东坑中学", "Dongkeng Secondary School"],
  ["东坑小学", "Dongkeng Primary School"],
  ["红墩界九年制学校", "Hongdunjie Nine-year School"],
  ["杨桥畔中学", "Yangqiaopan Secondary School"],
  ["杨桥畔小学", "Yangqiaopan Primary School"],
  ["宁条梁中学", "Ningtiaoliang Secondary School"],
  ["宁条梁小学", "Ningtiaoliang Primary School"],
  ["龙洲小学", "Longzhou Primary School"],
  ["天赐湾小学", "Tianciwan Primary School"],
  ["王渠则九年制学校", "Wangquze Nine-year School"],
  ["特殊教育学校", "Special School"],
  ["小河教学点", "Xiaohe Teaching Point"],
];
const KINDS = ["high", "secondary", "secondary", "vocational", "primary"] as const;
const CARRIERS = ["中国电信", "中国移动", "中国联通"] as const;

/** The school with 44 rooms and all the trouble. */
export const SCHOOL = "jb-02";
/** A 52-port switch of it. */
export const SWITCH = "jb-02-core";

export interface World {
  readonly at: number;
  readonly county: CountyView;
  school(id: string): SchoolView | undefined;
  device(id: string): DeviceView | undefined;
  series(query: URLSearchParams): SeriesView;
}

export function makeWorld(seed: number, at: number, rename: Rename = (name) => name): World {
  const schools = PLACES.map((place, n) => schoolRow(seed, at, n, place, rename));
  const links: LinkView[] = schools.flatMap((school, n) => linksOf(seed, at, school, n, rename));
  for (const school of schools) school.uplink = links.find((link) => link.school === school.id) ?? null;
  const order: Record<State, number> = { bad: 0, watch: 1, unknown: 2, good: 3 };
  schools.sort((a, b) => order[a.state] - order[b.state] || a.name.localeCompare(b.name));
  const sum = (pick: (school: SchoolRow) => number): number =>
    schools.reduce((all, one) => all + pick(one), 0);
  const states = (state: State): number => schools.filter((school) => school.state === state).length;
  const uplinks = schools.map((school) => school.uplink);
  const county: CountyView = {
    region: { ...REGIONS[2]!, name: rename(REGIONS[2]!.name) },
    at,
    totals: {
      schools: {
        total: 20,
        good: states("good"),
        watch: states("watch"),
        bad: states("bad"),
        unknown: states("unknown"),
      },
      devices: {
        total: sum((one) => one.devices.total),
        up: sum((one) => one.devices.up),
        down: sum((one) => one.devices.down),
        unknown: sum((one) => one.devices.unknown),
      },
      rooms: {
        total: sum((one) => one.rooms.total),
        ready: sum((one) => one.rooms.ready),
        unknown: sum((one) => one.rooms.unknown),
      },
      aps: { known: sum((one) => one.aps.known), online: sum((one) => one.aps.online) },
      clients: sum((one) => one.clients ?? 0),
      inRate: uplinks.reduce((all, link) => all + (link?.inRate ?? 0), 0),
      outRate: uplinks.reduce((all, link) => all + (link?.outRate ?? 0), 0),
      power: sum((one) => one.power ?? 0),
    },
    schools,
    links,
  };
  return {
    at,
    county,
    school: (id) => {
      const row = schools.find((one) => one.id === id);
      return row && schoolView(seed, at, row, links, rename);
    },
    device: (id) => {
      const row = schools.find((one) => id.startsWith(`${one.id}-`));
      if (!row) return undefined;
      const view = schoolView(seed, at, row, links, rename);
      const device = view.devices.find((one) => one.id === id);
      return device && deviceView(seed, at, device, view, rename);
    },
    series: (query) => seriesView(seed, at, query),
  };
}

const TROUBLE: Readonly<
  Record<number, (at: number) => { state: State; use: number | null; reasons: Reason[] }>
> = {
  1: (at) => ({
    state: "bad",
    use: 96.2,
    reasons: [
      {
        code: "uplink-saturated",
        subject: "jb-02-up1",
        name: "第二中学 上联",
        value: 96.2,
        since: at - 3 * HOUR,
      },
      { code: "board-silent", subject: "jb-02/b/302", name: "302", since: at - 3.3 * HOUR },
    ],
  }),
  8: (at) => ({
    state: "bad",
    use: null,
    reasons: [{ code: "uplink-down", subject: "jb-09-up1", name: "东坑中学 上联", since: at - 0.4 * HOUR }],
  }),
  13: () => ({ state: "watch", use: 41, reasons: [{ code: "aps-offline", value: 4 }] }),
  17: (at) => ({
    state: "watch",
    use: 22,
    reasons: [{ code: "ups-on-battery", subject: "jb-18-ups", name: "机房 UPS", since: at - 0.2 * HOUR }],
  }),
  19: () => ({ state: "unknown", use: null, reasons: [{ code: "no-data" }] }),
};

function schoolRow(
  seed: number,
  at: number,
  n: number,
  [name, nameEn]: readonly [string, string],
  rename: Rename,
): SchoolRow {
  const random = seeded(seed + n);
  const id = `jb-${String(n + 1).padStart(2, "0")}`;
  const trouble = TROUBLE[n]?.(at);
  const state = trouble?.state ?? "good";
  const size = n === 1 ? 44 : n === 19 ? 3 : 14 + Math.floor(random() * 34);
  const dead = state === "unknown";
  const off = n === 13 ? 4 : n === 1 ? 1 : 0;
  const total = size * 2 + 9;
  return {
    id,
    path: `sn/yl/jb/${id}`,
    name: rename(name),
    nameEn: rename(nameEn),
    kind:
      n === 19 ? "teaching-point" : n === 10 || n === 17 ? "nine-year" : n === 18 ? "special" : KINDS[n % 5]!,
    setting: n < 8 ? "urban" : n % 3 === 0 ? "town" : "rural",
    students: n === 19 ? 23 : size * 41,
    state,
    reasons: (trouble?.reasons ?? []).map((reason) =>
      reason.name === undefined ? reason : { ...reason, name: rename(reason.name) },
    ),
    devices: dead
      ? { total: 7, up: 0, down: 0, unknown: 7 }
      : { total, up: total - off - (n === 1 ? 2 : 0), down: off + (n === 1 ? 2 : 0), unknown: 0 },
    rooms: dead
      ? { total: 3, ready: 0, unknown: 3 }
      : { total: size, ready: n === 1 ? 40 : size - off, unknown: n === 1 ? 1 : 0 },
    aps: dead ? { known: 2, online: 0 } : { known: size, online: size - off },
    clients: dead ? null : Math.round(size * (8 + random() * 14)),
    power: dead ? null : Math.round(size * (420 + random() * 300)),
    uplink: null,
    at: dead ? at - 9 * HOUR : at - Math.floor(random() * 25_000),
  };
}

function linksOf(seed: number, at: number, school: SchoolRow, n: number, rename: Rename): LinkView[] {
  const random = seeded(seed * 7 + n);
  const capacity = n < 5 ? 1e9 : n === 19 ? 1e8 : 5e8;
  const trouble = TROUBLE[n]?.(at);
  const use = trouble ? trouble.use : 6 + random() * 58;
  const up = school.reasons.find((reason) => reason.code.startsWith("uplink"));
  const link = (suffix: string, role: string, percent: number | null): LinkView => ({
    id: `${school.id}-${suffix}`,
    name: rename(`${PLACES[n]![0]} ${role === "uplink" ? "上联" : "备用上联"}`),
    school: school.id,
    schoolName: school.name,
    schoolNameEn: school.nameEn,
    role,
    device: `${school.id}-core`,
    interface: role === "uplink" ? "XGigabitEthernet0/0/1" : "XGigabitEthernet0/0/2",
    carrier: CARRIERS[n % 3]!,
    capacity,
    inRate: percent === null ? null : (percent / 100) * capacity,
    outRate: percent === null ? null : (percent / 100) * capacity * 0.17,
    use: percent,
    operState: up?.code === "uplink-down" && role === "uplink" ? "down" : "up",
    state: role === "uplink" ? (up ? "bad" : school.state === "unknown" ? "unknown" : "good") : "good",
    reasons: role === "uplink" && up ? [up] : [],
    at: school.at,
  });
  return n < 4
    ? [link("up1", "uplink", use), link("up2", "backup-uplink", 0.8 + random() * 4)]
    : [link("up1", "uplink", use)];
}

function schoolView(
  seed: number,
  at: number,
  school: SchoolRow,
  links: LinkView[],
  rename: Rename,
): SchoolView {
  const random = seeded(seed + school.id.length + Number(school.id.slice(3)));
  const count = school.rooms.total;
  const buildings = [
    { id: "a", name: rename("明德楼") },
    { id: "b", name: rename("致远楼") },
  ];
  const rooms: RoomView[] = [];
  const devices: DeviceRow[] = [];
  const device = (id: string, name: string, role: string, more: Partial<DeviceRow>): string => {
    devices.push({
      id: `${school.id}-${id}`,
      name: rename(name),
      school: school.id,
      schoolName: school.name,
      role,
      vendor: null,
      model: null,
      addresses: [`10.82.${Number(school.id.slice(3))}.${(devices.length % 250) + 1}`],
      room: null,
      roomName: null,
      protocol: "snmp",
      state: "good",
      up: "up",
      since: at - (2 + random() * 900) * HOUR,
      reasons: [],
      at: at - Math.floor(random() * 40_000),
      ...more,
    });
    return `${school.id}-${id}`;
  };
  device("core", "弱电间核心", "core-switch", {
    vendor: "Huawei",
    model: "S5735-L48T4X-A",
    state: school.id === SCHOOL ? "watch" : "good",
    reasons: school.id === SCHOOL ? [{ code: "port-errors", name: rename("弱电间核心"), value: 3.2 }] : [],
  });
  device("ac", "无线控制器", "wifi-controller", { vendor: "Huawei", model: "AC6508" });
  for (const [n, building] of buildings.entries()) {
    device(`sw-${building.id}`, `接入交换机 ${n + 1}`, "access-switch", {
      vendor: "H3C",
      model: "S5130S-52S",
    });
  }
  device("ups", "机房 UPS", "ups", { vendor: "APC", model: "SMT2200" });
  device("meter", "总电表", "meter", { vendor: "Eastron", model: "SDM630", protocol: "modbus" });
  for (let n = 0; n < count; n += 1) {
    const building = buildings[n < Math.ceil(count / 2) ? 0 : 1]!;
    const place = n < Math.ceil(count / 2) ? n : n - Math.ceil(count / 2);
    const floor = 1 + Math.floor(place / 6);
    const id = `${floor}0${(place % 6) + 1}`;
    const path = `${school.id}/${building.id}/${id}`;
    const key = `${building.id}-${id}`;
    const troubled = school.id === SCHOOL && building.id === "b";
    const silent = troubled && id === "302";
    const dark = troubled && id === "205";
    const stuffy = troubled && id === "401";
    const noAp = troubled && id === "103";
    const state: State =
      silent || noAp ? "bad" : stuffy ? "watch" : dark || school.state === "unknown" ? "unknown" : "good";
    const within = { room: `${school.id}/${building.id}/${id}`, roomName: rename(id), protocol: "mqtt" };
    const reasons: Reason[] = silent
      ? [{ code: "board-silent", subject: path, name: rename(id), since: at - 3.3 * HOUR }]
      : noAp
        ? [{ code: "ap-offline", subject: path, name: rename(id), since: at - 1.1 * HOUR }]
        : stuffy
          ? [{ code: "air-poor", subject: path, name: rename(id), value: 1840 }]
          : state === "unknown"
            ? [{ code: "no-data", subject: path }]
            : [];
    const board = device(`board-${key}`, `${id} 大屏`, "board", {
      ...within,
      vendor: "Seewo",
      model: "E86",
      state: silent ? "bad" : state === "unknown" ? "unknown" : "good",
      up: silent ? "down" : state === "unknown" ? "unknown" : "up",
      reasons: silent ? reasons : [],
    });
    const ap = device(`ap-${key}`, `${id} AP`, "access-point", {
      ...within,
      vendor: "Huawei",
      model: "AirEngine 5761",
      state: noAp ? "bad" : "good",
      up: noAp ? "down" : "up",
      reasons: noAp ? reasons : [],
    });
    const sensor = n % 4 === 3 ? null : `${school.id}-sensor-${key}`;
    const fresh = at - Math.floor(random() * 50_000);
    rooms.push({
      id,
      path,
      building: building.id,
      buildingName: building.name,
      name: rename(n === 20 ? "物理实验室" : n === 21 ? "计算机教室" : id),
      type: n === 20 ? "laboratory" : n === 21 ? "computer-room" : "classroom",
      floor,
      seats: 48,
      state,
      reasons,
      board: {
        device: board,
        state: silent ? "bad" : state === "unknown" ? "unknown" : "good",
        power: silent || state === "unknown" ? null : random() > 0.2 ? "on" : "standby",
        temperature: silent || state === "unknown" ? null : 34 + random() * 12,
        usageToday: silent ? null : Math.round(random() * 14_000),
        at: silent ? at - 3.3 * HOUR : fresh,
      },
      ap: {
        device: ap,
        state: noAp ? "bad" : "good",
        clients: noAp ? null : Math.floor(random() * 46),
        use: noAp ? null : 8 + random() * 40,
        at: fresh,
      },
      sensor:
        sensor === null
          ? null
          : {
              device: sensor,
              state: stuffy ? "watch" : state === "unknown" ? "unknown" : "good",
              temperature: state === "unknown" ? null : 19.5 + random() * 4,
              humidity: state === "unknown" ? null : 28 + random() * 18,
              co2: state === "unknown" ? null : stuffy ? 1840 : 520 + random() * 600,
              at: fresh,
            },
      devices: [board, ap],
    });
  }
  return {
    school,
    region: REGIONS.slice(0, 3),
    at,
    buildings,
    rooms,
    devices,
    links: links.filter((link) => link.school === school.id),
  };
}
