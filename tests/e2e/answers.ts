import type { CountyView, QuantitiesView, RegionsView, SeriesView } from "../../src/api/schemas/campus.ts";
import { getJson } from "../support/process.ts";

export interface StoredSeries {
  readonly quantity: string;
  readonly device: string;
  readonly tags: Readonly<Record<string, string>>;
  /** [UTC ms, value], ascending. */
  readonly points: readonly (readonly [number, number])[];
}

/** Tags that tell the series of one device apart. */
const OWN_TAGS = ["interface", "ap", "radio", "ssid", "sensor", "phase", "lane", "family"] as const;
const MOST_SERIES = 1000;

export function keyOf(device: string, quantity: string, tags: Readonly<Record<string, string>>): string {
  const own = OWN_TAGS.flatMap((tag) => (tags[tag] === undefined ? [] : [`${tag}=${tags[tag]}`]));
  return [device, quantity, ...own].join(" ");
}

/**
 * What is stored in `[from, to)` of the quantity in the school, as a reader of the API gets it: the last sample of
 * each second, or with `device` every sample of that device as it is.
 */
export async function stored(
  url: string,
  quantity: string,
  where: { readonly school: string } | { readonly device: string },
  from: number,
  to: number,
): Promise<StoredSeries[]> {
  const raw = "device" in where;
  const parameters = new URLSearchParams({
    quantity,
    ...where,
    from: `${from}`,
    to: `${to}`,
    ...(raw ? { step: "raw" } : { step: "1s", aggregate: "last", limit: `${MOST_SERIES}` }),
  });
  const { series } = await getJson<SeriesView>(`${url}/api/v1/series?${parameters}`);
  if (series.length >= MOST_SERIES) throw new Error(`${quantity}: more series than one answer holds`);
  return series.map(({ tags, points }) => ({ quantity, device: tags["device"]!, tags, points }));
}

export interface Quantity {
  readonly id: string;
  readonly kind: "gauge" | "counter" | "rate" | "state";
}

export async function quantities(url: string): Promise<readonly Quantity[]> {
  return (await getJson<QuantitiesView>(`${url}/api/v1/quantities`)).quantities;
}

/** Everything that is stored of the schools in `[from, to)`. */
export async function everything(
  url: string,
  schools: readonly string[],
  from: number,
  to: number,
  only = /./,
): Promise<StoredSeries[]> {
  const found: StoredSeries[] = [];
  for (const { id } of (await quantities(url)).filter(({ id }) => only.test(id)))
    for (const school of schools) found.push(...(await stored(url, id, { school }, from, to)));
  return found;
}

/** The page of the one county that an inventory has. */
export async function county(url: string): Promise<CountyView> {
  const { regions } = await getJson<RegionsView>(`${url}/api/v1/regions`);
  const { path } = regions.find((region) => region.level === "county")!;
  return getJson<CountyView>(`${url}/api/v1/county?path=${path}`);
}
