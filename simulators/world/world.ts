import { createProfiles } from "../behaviour/profile.ts";
import { placedFaults } from "../faults/placed.ts";
import { loadScenario, type PlacedFault, placeFaults, type Scenario } from "../faults/scenario.ts";
import { GbkEncoder } from "./gbk.ts";
import { type Endpoints, type InventoryInput, inventoryOf } from "./inventory.ts";
import type { School, WorldDevice, WorldSite } from "./model.ts";
import { CITY, COUNTY, PROVINCE, type RegionName } from "./names.ts";
import { createNode, farEnds, type NodePlan } from "./node.ts";
import { createSchool } from "./school.ts";
import { Seed } from "./seed.ts";
import { placeLines } from "./story.ts";

export interface WorldOptions {
  readonly seed: number | string;
  /** 1 to 2,000. About 50 devices each. */
  readonly schools?: number;
  readonly province?: RegionName;
  readonly city?: RegionName;
  readonly county?: RegionName;
  /** The A of 127.A.b.c. */
  readonly baseOctet?: number;
  /** A scenario, or the name of one of `scenarios/`. */
  readonly scenario?: Scenario | string;
  /** UTC ms before which the devices started and after which counters run; default 2026-09-01. */
  readonly epochMs?: number;
  /**
   * UTC ms from which the story is told back: "ten days ago" is ten days before it. The day begins at local
   * midnight. Default: eleven weeks after the epoch.
   */
  readonly anchorMs?: number;
}

/** A county: everything in it follows from the options and nothing else. */
export interface World {
  readonly province: RegionName;
  readonly city: RegionName;
  readonly county: RegionName;
  /** `province/city/county`. */
  readonly region: string;
  readonly scenario: Scenario;
  readonly schools: readonly School[];
  /** The county's node of the education network, where the schools' lines end. */
  readonly site: WorldSite;
  readonly devices: ReadonlyMap<string, WorldDevice>;
  readonly faults: readonly PlacedFault[];
  /**
   * An inventory document as campusd imports it; `endpoints` says where the devices listen, `credential` names the
   * entry of campusd.yaml that opens them.
   */
  inventory(endpoints: Endpoints, credential?: string): InventoryInput;
}

const DEFAULT_EPOCH = Date.UTC(2026, 8, 1);
const MAX_SCHOOLS = 2000;
const DAY = 86_400;
const LOCAL_OFFSET = 8 * 3600;

export function createWorld(options: WorldOptions): World {
  const count = options.schools ?? 20;
  if (!Number.isInteger(count) || count < 1 || count > MAX_SCHOOLS)
    throw new RangeError(`schools: ${count} is not a whole number from 1 to ${MAX_SCHOOLS}`);
  const seed = new Seed(options.seed);
  const scenario =
    typeof options.scenario === "object" ? options.scenario : loadScenario(options.scenario ?? "school-day");
  const province = options.province ?? PROVINCE;
  const city = options.city ?? CITY;
  const county = options.county ?? COUNTY;
  const region = `${province.path}/${city.path}/${county.path}`;
  const profiles = createProfiles();
  const encoder = new GbkEncoder();
  const epoch = Math.floor((options.epochMs ?? DEFAULT_EPOCH) / 1000);
  const given = options.anchorMs === undefined ? epoch + 78 * DAY : Math.floor(options.anchorMs / 1000);
  const anchor = Math.floor((given + LOCAL_OFFSET) / DAY) * DAY - LOCAL_OFFSET;
  const node: NodePlan = {
    county,
    region,
    city: `${province.path}/${city.path}`,
    baseOctet: options.baseOctet ?? 20,
    epoch,
    anchor,
    profiles,
    seed: seed.of("node"),
  };
  const faults = placeFaults(scenario, count, seed.of("faults"));
  const lines = placeLines(faults);
  const schools = Array.from({ length: count }, (_, index) =>
    createSchool({
      plan: {
        index,
        baseOctet: node.baseOctet,
        epoch,
        anchor,
        profiles,
        seed: seed.of(`school${index}`),
      },
      faults: faults[index]!,
      line: lines[index],
      quiet: scenario.faults.length === 0,
      farEnds: (school, name) => farEnds(school, name, node),
      alias: (text, gbk) => (gbk ? encoder.encode(text) : new Uint8Array(Buffer.from(text, "utf8"))),
    }),
  );
  const site = createNode(node, schools);
  const devices = new Map(
    [...schools.flatMap((school) => school.devices), ...site.devices].map((device) => [device.id, device]),
  );
  const world: World = {
    province,
    city,
    county,
    region,
    scenario,
    schools,
    site,
    devices,
    faults: schools.flatMap((school) => placedFaults(school, faults[school.index]!)),
    inventory: (endpoints, credential = "simulated") => inventoryOf(world, endpoints, credential),
  };
  return world;
}

/** The start of the school term (1 September or 15 February, UTC) that the moment lies in, UTC ms. */
export function termStart(timeMs: number): number {
  const year = new Date(timeMs).getUTCFullYear();
  const starts = [Date.UTC(year, 8, 1), Date.UTC(year, 1, 15), Date.UTC(year - 1, 8, 1)];
  // Six weeks in hand: no device has only just started, and a month of history lies after it.
  return starts.find((start) => start <= timeMs - 42 * 86_400_000) ?? Date.UTC(year - 1, 1, 15);
}
