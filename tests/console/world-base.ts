import type { RegionView } from "../../src/api/schemas/campus.ts";

export const HOUR = 3_600_000;

/** mulberry32: the same seed, the same picture. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const REGIONS: RegionView[] = [
  { path: "sn", level: "province", name: "陕西省", nameEn: "Shaanxi", parent: null, schools: 20 },
  { path: "sn/yl", level: "city", name: "榆林市", nameEn: "Yulin", parent: "sn", schools: 20 },
  { path: "sn/yl/jb", level: "county", name: "靖边县", nameEn: "Jingbian", parent: "sn/yl", schools: 20 },
  { path: "sn/yl/hs", level: "county", name: "横山区", nameEn: "Hengshan", parent: "sn/yl", schools: 0 },
];

/** What a hostile or careless device could call itself; undefined keeps the ordinary names. */
export type Rename = (name: string) => string;
