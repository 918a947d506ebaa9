import type {
  BackboneLinkView,
  BackboneView,
  ForecastView,
  LinkPageView,
  NodeView,
  OpticView,
  PercentileView,
} from "../../src/api/schemas/backbone.ts";
import type { CountyView, LinkView, RoomView } from "../../src/api/schemas/campus.ts";
import type { SchoolIpv6View, SchoolWifiView } from "../../src/api/schemas/coverage.ts";
import type { ShareView } from "../../src/api/schemas/evidence.ts";
import { HOUR, REGIONS, type Rename, seeded } from "./world-base.ts";

const DAY = 24 * HOUR;
const COUNTY = "sn/yl/jb";

function percentileOf(link: LinkView, at: number, share = 1): PercentileView {
  const enough = share >= 0.9;
  const use = link.use === null ? null : Math.min(0.99, (link.use / 100) * 0.95);
  const value = use === null || link.capacity === null ? null : use * link.capacity;
  const wanted = 21 * 288;
  return {
    value: enough ? value : null,
    inValue: enough ? value : null,
    outValue: enough && value !== null ? value * 0.17 : null,
    use: enough ? use : null,
    slots: Math.round(wanted * share),
    slotsWanted: wanted,
    from: at - 21 * DAY,
    to: at,
    why: enough ? (value === null ? "no-data" : null) : "too-few-slots",
  };
}

function forecastOf(use: number | null): ForecastView[] {
  return [70, 80].map((limit) => {
    const days = 42;
    if (use === null) return { limit, weeks: null, low: null, high: null, days: 0, why: "no-data" as const };
    if (use >= limit) return { limit, weeks: 0, low: 0, high: 0, days, why: null };
    if (use < 25) return { limit, weeks: null, low: null, high: null, days, why: null };
    const weeks = (limit - use) / 2.2;
    return { limit, weeks, low: weeks * 0.75, high: weeks * 1.4, days, why: null };
  });
}

function opticOf(link: LinkView, at: number, weak: boolean): OpticView {
  return {
    interface: link.interface,
    lane: null,
    rxPower: weak ? -17.9 : -7.4,
    txPower: -2.3,
    rxLow: -18,
    rxHigh: 0.5,
    limitOf: weak ? "kind" : "module",
    change: weak ? -4.6 : 0.1,
    state: weak ? "watch" : "good",
    at: at - 60_000,
  };
}

/** A link as the backbone sees it: the fourth is single, the ninth speaks IPv4 only, one has too few slots. */
function backboneLink(
  link: LinkView,
  n: number,
  from: string,
  to: string | null,
  at: number,
): BackboneLinkView {
  const dead = link.use === null;
  return {
    ...link,
    from,
    to,
    toBy: to === null ? null : n % 5 === 0 ? "both" : "register",
    speed: link.operState === "up" ? Math.max(1e9, link.capacity ?? 0) : null,
    speedWanted: 1e9,
    p95: percentileOf(link, at, n === 6 ? 0.71 : 1),
    errorShare: dead ? null : n === 5 ? 0.0004 : 0,
    discardShare: dead ? null : 0.00002,
    optic: n % 7 === 6 ? null : opticOf(link, at, n === 7),
    rtt4: dead ? null : 0.0021,
    rtt6: dead || n % 9 === 8 ? null : 0.0024,
    loss4: dead ? null : 0,
    loss6: dead || n % 9 === 8 ? null : 0.2,
    families: dead ? "unknown" : n % 9 === 8 ? "ipv4-only" : "dual",
    resilience: n < 8 ? "dual" : n % 4 === 0 ? "single" : dead ? "unknown" : "dual",
    forecast: forecastOf(link.use),
  };
}

/** The tree of a county: 20 schools and the county's own two ways up; with `many`, 480 schools more. */
export function backboneOf(county: CountyView, at: number, rename: Rename, many = 0): BackboneView {
  const nodes: NodeView[] = REGIONS.slice(1, 3).map((region) => ({
    id: region.path,
    kind: region.level,
    name: rename(region.name),
    ...(region.nameEn === undefined ? {} : { nameEn: region.nameEn }),
    path: region.path,
    state: "good",
    reasons: [],
    waysUp: 2,
    waysRegistered: 2,
  }));
  const site = "jb-edu";
  nodes.push({
    id: site,
    kind: "site",
    name: rename("靖边县教育局机房"),
    nameEn: "Jingbian education office",
    path: COUNTY,
    state: "good",
    reasons: [],
    waysUp: 2,
    waysRegistered: 2,
  });
  const links: BackboneLinkView[] = county.links.map((link, n) =>
    backboneLink(link, n, link.school, link.school === "jb-15" ? null : site, at),
  );
  for (const school of county.schools) {
    nodes.push({
      id: school.id,
      kind: "school",
      name: school.name,
      ...(school.nameEn === undefined ? {} : { nameEn: school.nameEn }),
      path: school.path,
      state: school.state,
      reasons: school.reasons,
      waysUp: 1,
      waysRegistered: 1,
    });
  }
  const random = seeded(many + 5);
  for (let n = 0; n < many; n += 1) {
    const like = county.links[n % county.links.length]!;
    const id = `more-${n}`;
    const use = random() * 69;
    nodes.push({
      ...nodes.at(-1)!,
      id,
      kind: "school",
      name: `第 ${n} 教学点`,
      nameEn: `Point ${n}`,
      path: `${COUNTY}/${id}`,
    });
    const link = {
      ...like,
      id: `${id}-up1`,
      school: id,
      use,
      state: "good" as const,
      reasons: [],
      operState: "up",
    };
    links.push(backboneLink(link, n + 30, id, site, at));
  }
  for (const [n, carrier] of ["中国电信", "中国移动"].entries()) {
    const base: LinkView = {
      ...county.links[0]!,
      id: `${site}-up${n + 1}`,
      name: rename(`县教育局 ${n === 0 ? "上联" : "备用上联"}`),
      school: "",
      schoolName: "",
      role: n === 0 ? "uplink" : "backup-uplink",
      device: "jb-edu-core",
      interface: `100GE1/0/${n + 1}`,
      carrier,
      capacity: 1e10,
      inRate: n === 0 ? 6.1e9 : 2e8,
      outRate: n === 0 ? 1.2e9 : 3e7,
      use: n === 0 ? 61 : 2,
      operState: "up",
      state: "good",
      reasons: [],
    };
    delete base.schoolNameEn;
    links.push({ ...backboneLink(base, 2, site, "sn/yl", at), speedWanted: 1e10, speed: 1e10 });
  }
  const order = { bad: 0, watch: 1, unknown: 2, good: 3 } as const;
  links.sort((a, b) => order[a.state] - order[b.state] || (b.use ?? -1) - (a.use ?? -1));
  const states = (state: keyof typeof order): number => links.filter((link) => link.state === state).length;
  return {
    region: { ...REGIONS[2]!, name: rename(REGIONS[2]!.name) },
    at,
    totals: {
      links: {
        total: links.length,
        good: states("good"),
        watch: states("watch"),
        bad: states("bad"),
        unknown: states("unknown"),
      },
      saturated: links.filter((link) => (link.use ?? 0) >= 90).length,
      single: links.filter((link) => link.resilience === "single").length,
      failing: links.filter((link) => link.reasons.some((reason) => reason.code === "uplink-down")).length,
      ipv4Only: links.filter((link) => link.families === "ipv4-only").length,
      capacity: links.reduce((sum, link) => sum + (link.capacity ?? 0), 0),
      inRate: links.reduce((sum, link) => sum + (link.inRate ?? 0), 0),
      outRate: links.reduce((sum, link) => sum + (link.outRate ?? 0), 0),
    },
    nodes,
    links,
  };
}

export function linkPageOf(backbone: BackboneView, id: string): LinkPageView | undefined {
  const link = backbone.links.find((one) => one.id === id);
  if (!link) return undefined;
  const { at } = backbone;
  const random = seeded(id.length + 3);
  const months = ["2026-11", "2026-10", "2026-09", "2026-08"].map((month, n) => ({
    ...percentileOf(
      { ...link, use: link.use === null ? null : link.use * (1 - n * 0.05) },
      at,
      n === 2 ? 0.71 : 0.99,
    ),
    month,
    to: n === 0 ? at : at - n * 30 * DAY,
  }));
  const base = (link.use ?? 0) / 100;
  const busyHours: [number, number][] = [];
  for (let day = 60; day > 0; day -= 1) {
    const time = Math.floor((at - day * DAY) / DAY) * DAY - 8 * HOUR;
    if (day % 7 < 2) continue;
    busyHours.push([time, Math.max(0, base * (1 - day * 0.004) + (random() - 0.5) * 0.06)]);
  }
  const optics: OpticView[] = link.optic
    ? [
        link.optic,
        {
          ...link.optic,
          lane: "2",
          rxPower: null,
          change: null,
          state: "unknown",
          rxLow: null,
          rxHigh: null,
          limitOf: null,
        },
      ]
    : [];
  return {
    at,
    region: REGIONS.slice(0, 3),
    link,
    months,
    optics,
    perClass: 12.4,
    perStudent: 0.27,
    busyHours: link.use === null ? [] : busyHours,
  };
}

const share = (numerator: number, denominator: number, unknown: number, at: number): ShareView => ({
  value: denominator === 0 ? null : numerator / denominator,
  numerator,
  denominator,
  unknown,
  evidence: "measured",
  confidence: null,
  why: denominator === 0 ? "no-data" : null,
  at: at - 120_000,
});

export function ipv6Of(school: string, at: number, rename: Rename): SchoolIpv6View {
  const step = (n: number, met: boolean | null, value: number | null, limit: number | null) => ({
    step: n,
    met,
    why: met === null ? ("no-counter" as const) : null,
    value,
    limit,
  });
  return {
    at,
    school,
    level: 3,
    steps: [
      step(0, true, null, null),
      step(1, true, null, null),
      step(2, true, 0.92, 0.9),
      step(3, true, 0.641, 0.6),
      step(4, false, 0.213, 0.27),
      step(5, null, null, 1),
    ],
    share: {
      ...share(8.3e11, 3.9e12, 1, at),
      confidence: "B",
      source: "vendor",
      linksMeasured: 1,
      linksRegistered: 2,
      gaps: 212,
      slots: 8640,
    },
    terminals: {
      seen: 1204,
      ipv6: 772,
      dualStack: 741,
      share: { ...share(772, 1204, 0, at), confidence: "D" },
      prefixes: [
        { prefix: "2001:db8:82:10::/64", terminals: 402 },
        { prefix: "2001:db8:82:20::/64", terminals: 351 },
        { prefix: "2001:db8:82:30::/64", terminals: 19 },
      ],
    },
    vlans: [
      {
        interface: rename("Vlanif10 教学"),
        device: `${school}-core`,
        ipv4: true,
        ipv6: true,
        advertised: true,
        terminals4: 640,
        terminals6: 402,
        kind: "dual",
      },
      {
        interface: "Vlanif20",
        device: `${school}-core`,
        ipv4: true,
        ipv6: true,
        advertised: false,
        terminals4: 88,
        terminals6: 0,
        kind: "silent-ipv6",
      },
      {
        interface: "Vlanif30",
        device: `${school}-core`,
        ipv4: true,
        ipv6: false,
        advertised: null,
        terminals4: 21,
        terminals6: 0,
        kind: "ipv4-only",
      },
    ],
  };
}

export function wifiOf(
  school: string,
  rooms: readonly RoomView[],
  at: number,
  rename: Rename,
): SchoolWifiView {
  const n = rooms.length;
  return {
    at,
    school,
    rooms: n,
    presence: { ...share(n - 3, n, 0, at), evidence: "inferred" },
    service: share((n - 4) * 1000, (n - 3) * 1000, 2, at),
    signal: share(Math.floor(n * 0.6), Math.floor(n * 0.7), n - Math.floor(n * 0.7), at),
    capacity: {
      ...share(0, 0, 0, at),
      value: null,
      numerator: null,
      denominator: null,
      why: "too-few-samples",
    },
    aps: { planned: n, known: n - 2, online: n - 3, serving: n - 4, notRegistered: 2, hidden: 2 },
    clients: 640,
    list: rooms.map((room, at_) => ({
      room: room.path,
      roomName: room.name,
      ap: at_ % 11 === 10 ? null : (room.ap?.device ?? null),
      apName: at_ % 11 === 10 ? null : rename(`${room.id} AP`),
      stage: at_ % 11 === 10 ? "not-registered" : room.ap?.state === "bad" ? "known" : "good",
      state: at_ % 11 === 10 ? "watch" : (room.ap?.state ?? "unknown"),
      clients: room.ap?.clients ?? null,
      use: room.ap?.use ?? null,
      signal: room.ap?.clients ? -58 - (at_ % 9) : null,
      at: room.ap?.at ?? null,
    })),
  };
}
