/** Names of the county that does not exist. */
export type SchoolKind = "primary" | "secondary" | "nine-year" | "high" | "vocational" | "teaching-point";
export type Setting = "urban" | "town" | "rural";

export interface SchoolName {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string;
  readonly kind: SchoolKind;
  readonly setting: Setting;
}

const URBAN: readonly (readonly [string, string, string, SchoolKind])[] = [
  ["no1-high", "青禾县第一中学", "Qinghe No. 1 High School", "high"],
  ["shiyan-primary", "青禾县实验小学", "Qinghe Experimental Primary School", "primary"],
  ["no2-secondary", "青禾县第二中学", "Qinghe No. 2 Secondary School", "secondary"],
  ["chengguan-primary", "青禾县城关小学", "Qinghe Chengguan Primary School", "primary"],
  ["vocational", "青禾县职业技术学校", "Qinghe Vocational and Technical School", "vocational"],
  ["binjiang-nineyear", "青禾县滨江学校", "Qinghe Riverside School", "nine-year"],
];

const TOWNS: readonly (readonly [string, string, string])[] = [
  ["liuxi", "柳溪", "Liuxi"],
  ["baiyun", "白云", "Baiyun"],
  ["shiqiao", "石桥", "Shiqiao"],
  ["taohua", "桃花", "Taohua"],
  ["qingshan", "青山", "Qingshan"],
  ["longtan", "龙潭", "Longtan"],
  ["songlin", "松林", "Songlin"],
  ["heping", "和平", "Heping"],
  ["xinhe", "新河", "Xinhe"],
  ["zhulin", "竹林", "Zhulin"],
  ["meiling", "梅岭", "Meiling"],
  ["sanjiang", "三江", "Sanjiang"],
  ["yangliu", "杨柳", "Yangliu"],
  ["huangtu", "黄土", "Huangtu"],
  ["shuangliu", "双柳", "Shuangliu"],
  ["gaoping", "高坪", "Gaoping"],
  ["hongxing", "红星", "Hongxing"],
  ["dongba", "东坝", "Dongba"],
  ["nanshan", "南山", "Nanshan"],
  ["yunfeng", "云峰", "Yunfeng"],
];

const TOWN_KINDS: readonly (readonly [string, string, string, SchoolKind, Setting])[] = [
  ["primary", "镇中心小学", "Central Primary School", "primary", "town"],
  ["secondary", "镇初级中学", "Secondary School", "secondary", "town"],
  ["nineyear", "乡九年一贯制学校", "Nine-Year School", "nine-year", "rural"],
  ["point", "村教学点", "Village Teaching Point", "teaching-point", "rural"],
];

/** The name of the n-th school (from 0); ids are unique for any n. */
export function schoolName(n: number): SchoolName {
  // Two of five are in the county town while there are names for them.
  const urban = Math.floor(n / 3);
  if (n % 3 === 0 && urban < URBAN.length) {
    const [id, name, nameEn, kind] = URBAN[urban]!;
    return { id, name, nameEn, kind, setting: "urban" };
  }
  const m = n - Math.min(URBAN.length, Math.floor((n + 2) / 3));
  const town = TOWNS[m % TOWNS.length]!;
  const round = Math.floor(m / TOWNS.length);
  const form = TOWN_KINDS[(m + round) % TOWN_KINDS.length]!;
  const series = Math.floor(round / TOWN_KINDS.length);
  const number = series === 0 ? "" : `-${series + 1}`;
  return {
    id: `${town[0]}-${form[0]}${number}`,
    name: `青禾县${town[1]}${form[1]}${series === 0 ? "" : `第${series + 1}校区`}`,
    nameEn: `${town[2]} ${form[2]}${series === 0 ? "" : ` Campus ${series + 1}`}`,
    kind: form[3],
    setting: form[4],
  };
}

export interface RegionName {
  readonly path: string;
  readonly name: string;
  readonly nameEn: string;
}

export const PROVINCE: RegionName = { path: "sichuan", name: "四川省", nameEn: "Sichuan" };
export const CITY: RegionName = { path: "linjiang", name: "临江市", nameEn: "Linjiang" };
export const COUNTY: RegionName = { path: "qinghe", name: "青禾县", nameEn: "Qinghe County" };

export const CARRIERS = ["电信", "移动", "联通"] as const;
