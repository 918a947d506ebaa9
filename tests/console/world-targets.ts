import type { CountyView, RegionView } from "../../src/api/schemas/campus.ts";
import type { EvidenceView } from "../../src/api/schemas/evidence.ts";
import type { SiteAuditsView } from "../../src/api/schemas/site-audits.ts";
import type {
  TallyView,
  TargetEvidenceView,
  TargetPageView,
  TargetRow,
  TargetsView,
  VerdictView,
} from "../../src/api/schemas/targets.ts";
import { HOUR, REGIONS, type Rename, seeded } from "./world-base.ts";

const DAY = 24 * HOUR;
const dateAt = (at: number): string => new Date(at + 8 * HOUR).toISOString().slice(0, 10);

/** A larger province than the one that is polled: 10 cities, 100 counties, 22,310 schools. */
const CITIES = [
  "西安市",
  "榆林市",
  "宝鸡市",
  "咸阳市",
  "渭南市",
  "汉中市",
  "安康市",
  "商洛市",
  "延安市",
  "铜川市",
] as const;
const CITIES_EN = [
  "Xi'an",
  "Yulin",
  "Baoji",
  "Xianyang",
  "Weinan",
  "Hanzhong",
  "Ankang",
  "Shangluo",
  "Yan'an",
  "Tongchuan",
];

function tally(
  total: number,
  metShare: number,
  unknownShare: number,
  at: number,
  declaredShare = 0,
): TallyView {
  const notApplicable = Math.round(total * 0.01);
  const counted = total - notApplicable;
  const met = Math.round(counted * metShare);
  const declared = Math.round(counted * declaredShare);
  const unknown = Math.min(counted - met - declared, Math.round(counted * unknownShare));
  const notMet = counted - met - declared - unknown;
  const rate = counted === 0 ? null : (met + declared) / counted;
  return {
    total,
    met,
    declared,
    notMet,
    unknown,
    notApplicable,
    rate,
    measuredShare: counted === 0 ? null : (met + notMet) / counted,
    oldest: at - 6.2 * DAY,
    unknownShare: counted === 0 ? null : unknown / counted,
    rates: {
      worst: rate,
      exclude: counted - unknown === 0 ? null : (met + declared) / (counted - unknown),
      best: counted === 0 ? null : (met + declared + unknown) / counted,
    },
    classes: {
      measured: { judged: met + notMet, met },
      inferred: { judged: 0, met: 0 },
      declared: { judged: declared, met: declared },
    },
  };
}

const TARGETS: readonly (Pick<
  TargetRow,
  "id" | "definition" | "name" | "nameEn" | "wanted" | "by" | "course"
> & {
  readonly met: number;
  readonly unknown: number;
  readonly declared?: number;
  readonly pace: TargetRow["pace"];
})[] = [
  {
    id: "sichuan-2027/wifi-coverage",
    definition: "TG-03",
    name: "校园无线全覆盖",
    nameEn: "Campus Wi-Fi coverage",
    wanted: 1,
    by: "2027-12-31",
    course: "late",
    met: 0.849,
    unknown: 0.054,
    pace: { perMonth: 0.0094, reached: "2028-03", days: 120 },
  },
  {
    id: "sichuan-2027/education-network",
    definition: "TG-01",
    name: "接入教育网",
    nameEn: "On the education network",
    wanted: 1,
    by: "2027-12-31",
    course: "on-track",
    met: 0.962,
    unknown: 0.012,
    pace: { perMonth: 0.006, reached: "2027-05", days: 120 },
  },
  {
    id: "sichuan-2027/ipv6",
    definition: "TG-04",
    name: "IPv6 部署应用",
    nameEn: "IPv6 in use",
    wanted: null,
    by: null,
    course: "no-number",
    met: 0.41,
    unknown: 0.16,
    pace: { perMonth: 0.021, reached: null, days: 120 },
  },
  {
    id: "sichuan-2027/town-5g",
    definition: "TG-05",
    name: "城镇学校 5G 信号",
    nameEn: "5G in town schools",
    wanted: 1,
    by: "2027-12-31",
    course: "unknown",
    met: 0,
    declared: 0.57,
    unknown: 0.43,
    pace: { perMonth: null, reached: null, days: 3 },
  },
  {
    id: "national/bandwidth",
    definition: "TG-02",
    name: "千兆到校、百兆到班",
    nameEn: "1 G to the school, 100 M to the classroom",
    wanted: 0.95,
    by: "2025-12-31",
    course: "reached",
    met: 0.971,
    unknown: 0.01,
    pace: { perMonth: 0.001, reached: "2026-08", days: 120 },
  },
];

function rowOf(n: number, total: number, at: number, rename: Rename): TargetRow {
  const { met, unknown, declared, ...one } = TARGETS[n]!;
  const [set] = one.id.split("/");
  return {
    ...one,
    name: rename(one.name),
    set: set!,
    setName: set === "national" ? "国家" : "四川 2025—2027",
    document: rename("四川省教育数字化行动方案（2025—2027 年）"),
    documentEn: "Sichuan, plan of action for digital education, 2025 to 2027",
    clause: "校园网络：无线",
    clauseEn: "Campus network: wireless",
    statement: "到 2027 年，校园无线网络全覆盖。",
    statementEn: "By 2027 campus wireless covers all schools in full.",
    owner: "county",
    restsOn: ["measured", "inferred"],
    tally: tally(total, met, unknown, at, declared),
    amount: null,
    changed: n === 0,
    revised: n === 1,
  };
}

const regionOf = (path: string): RegionView | undefined =>
  REGIONS.find((region) => region.path === path) ?? moreRegions().find((region) => region.path === path);

function moreRegions(): RegionView[] {
  return CITIES.flatMap((name, n): RegionView[] => {
    const city: RegionView = {
      path: `big/${n}`,
      level: "city",
      name,
      nameEn: CITIES_EN[n]!,
      parent: "big",
      schools: 2231,
    };
    const counties = Array.from(
      { length: 10 },
      (_, at): RegionView => ({
        path: `big/${n}/${at}`,
        level: "county",
        name: `${name.slice(0, 2)}第 ${at + 1} 区`,
        nameEn: `${CITIES_EN[n]} district ${at + 1}`,
        parent: city.path,
        schools: 120 + ((n * 37 + at * 71) % 190),
      }),
    );
    return [city, ...counties];
  });
}
/** Province of the targets' own tests; the polled county stays small. */
export const BIG: RegionView = {
  path: "big",
  level: "province",
  name: "大省",
  nameEn: "Large province",
  parent: null,
  schools: 22_535,
};

const regionFor = (path: string): RegionView | undefined => (path === "big" ? BIG : regionOf(path));

export function targetsOf(path: string, at: number, rename: Rename): TargetsView | undefined {
  const region = regionFor(path);
  if (!region) return undefined;
  return {
    at,
    date: dateAt(at),
    final: false,
    judgedAt: at - 400_000,
    region: { ...region, name: rename(region.name) },
    targets: TARGETS.map((_, n) => rowOf(n, region.schools, at, rename)),
  };
}

export function targetPageOf(
  id: string,
  path: string,
  county: CountyView,
  at: number,
  rename: Rename,
): TargetPageView | undefined {
  const region = regionFor(path);
  const n = TARGETS.findIndex((target) => target.id === id);
  if (!region || n < 0) return undefined;
  const target = rowOf(n, region.schools, at, rename);
  const random = seeded(path.length + n);
  const rowsFor = (list: readonly RegionView[]): TargetPageView["regions"] =>
    list.map((one) => ({
      region: { ...one, name: rename(one.name) },
      tally: tally(one.schools, Math.min(0.99, 0.6 + random() * 0.4), random() * 0.12, at),
      pace: { perMonth: random() * 0.02, reached: "2028-03", days: 120 },
    }));
  const all = [...REGIONS, ...moreRegions()];
  const below = all.filter((one) => one.parent === path);
  const counties = below.flatMap((one) => all.filter((other) => other.parent === one.path));
  const verdicts: VerdictView[] = ["not-met", "unknown", "met", "declared", "not-applicable"];
  const history: TargetPageView["history"] = [];
  for (let day = 119; day >= 0; day -= 1) {
    const rate = (target.tally.rate ?? 0) - day * 0.0003 + (random() - 0.5) * 0.004;
    history.push([
      dateAt(at - day * DAY),
      day === 60 ? null : Math.max(0, Math.min(1, rate)),
      target.tally.unknown + Math.round(day / 3),
    ]);
  }
  return {
    at,
    date: dateAt(at),
    final: false,
    judgedAt: at - 400_000,
    region: [region],
    target,
    conditions: [
      {
        indicator: "wifi.presence",
        meaning: "rooms with an access point assigned",
        unit: "ratio",
        op: ">=",
        limit: 0.95,
        shipped: 1,
        reason: rename("山区教学点单独统计"),
        reasonEn: "Remote teaching points are counted apart",
        days: 1,
        whenKnown: false,
        required: false,
        part: null,
        weight: null,
      },
      {
        indicator: "wifi.service",
        meaning: "slots in which it served",
        unit: "ratio",
        op: ">=",
        limit: 0.98,
        shipped: null,
        reason: null,
        reasonEn: null,
        days: 30,
        whenKnown: true,
        required: false,
        part: null,
        weight: null,
      },
    ],
    meaning: "每间需要覆盖的房间都有 AP，并且在教学时段内在服务。",
    meaningEn: "Every room that needs it has an access point, and it serves in term hours.",
    rule: { kind: "all", failing: null, least: null },
    changes: [
      {
        field: "wifi.presence",
        from: 1,
        to: 0.95,
        reason: "山区教学点单独统计",
        reasonEn: "Remote teaching points are counted apart",
        who: "省教育厅信息中心",
        date: "2026-09-01",
      },
    ],
    revisions: [],
    regions: rowsFor(below),
    ...(counties.length > 0 ? { counties: rowsFor(counties) } : {}),
    schools:
      path === county.region.path
        ? county.schools.map((school, at_) => ({
            id: school.id,
            path: school.path,
            name: school.name,
            ...(school.nameEn === undefined ? {} : { nameEn: school.nameEn }),
            verdict: verdicts[Math.min(4, Math.floor(at_ / (at_ < 8 ? 3 : 4)))]!,
            evidence: at_ < 3 ? "measured" : "inferred",
            values: [
              { indicator: "wifi.presence", value: at_ < 3 ? 0.81 : 1, why: null },
              {
                indicator: "wifi.service",
                value: at_ >= 3 && at_ < 6 ? null : 0.991,
                why: at_ >= 3 && at_ < 6 ? "stale" : null,
              },
            ],
            at: school.at,
            since: "2026-09-14",
          }))
        : [],
    history,
  };
}

export function evidenceOf(school: string, name: string, at: number, rename: Rename): TargetEvidenceView {
  const readings: EvidenceView[] = [
    {
      kind: "series",
      subject: `${school}-ac`,
      label: rename("103 AP"),
      quantity: "wifi.ap_state",
      tags: { device: `${school}-ac`, ap: `${school}-ap-a-103` },
      unit: "",
      from: at - 30 * DAY,
      to: at,
      samples: 8412,
      value: 0.62,
      at: at - 60_000,
    },
    {
      kind: "register",
      subject: `${school}/a/104`,
      label: rename("104"),
      object: "rooms",
      value: null,
      at: at - 3 * DAY,
    },
    {
      kind: "declaration",
      subject: school,
      label: rename(name),
      source: rename("县教育局验收表"),
      date: "2026-06-30",
      value: true,
      at: null,
    },
  ];
  const common = { part: null, weight: null, whenKnown: false, required: false } as const;
  return {
    at,
    date: dateAt(at),
    school,
    schoolName: rename(name),
    verdict: "not-met",
    evidence: "measured",
    since: "2026-09-14",
    score: null,
    conditions: [
      {
        ...common,
        indicator: "wifi.presence",
        meaning: "rooms",
        unit: "ratio",
        op: ">=",
        limit: 0.95,
        met: false,
        value: 0.8125,
        numerator: 26,
        denominator: 32,
        unknown: 0,
        evidence: "inferred",
        confidence: null,
        why: null,
        from: at - DAY,
        to: at,
        at: at - 3600_000,
        readings,
      },
      {
        ...common,
        indicator: "wifi.service",
        meaning: "slots",
        unit: "ratio",
        op: ">=",
        limit: 0.98,
        met: null,
        value: null,
        numerator: null,
        denominator: null,
        unknown: 26,
        evidence: "unknown",
        confidence: "D",
        why: "too-few-samples",
        from: at - 30 * DAY,
        to: at,
        at: null,
        readings: [],
      },
    ],
  };
}

export function sitesOf(at: number, rename: Rename): SiteAuditsView {
  return {
    at,
    sites: [
      {
        domain: rename("www.jb-edu.example"),
        owner: "sn/yl/jb",
        audit: {
          domain: "www.jb-edu.example",
          at: at - 5 * HOUR,
          verdict: "partly",
          checks: [
            { check: "aaaa", met: true, value: 1, limit: 1, detail: null },
            { check: "home-page", met: true, value: 1, limit: 1, detail: null },
            {
              check: "second-level",
              met: false,
              value: 0.4,
              limit: 0.85,
              detail: rename("6 of 15 links answer over IPv6"),
            },
            { check: "single-stack", met: null, value: null, limit: null, detail: "no DNS64" },
          ],
          latency: {
            ipv4: { dns: 0.012, tcp: 0.02, firstByte: 0.09 },
            ipv6: { dns: 0.013, tcp: 0.022, firstByte: 0.12 },
          },
        },
      },
      { domain: "new.example", owner: null, audit: null },
    ],
  };
}
