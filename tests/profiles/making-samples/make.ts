import type { CompiledProfile, SnmpTable } from "../../../src/profiles/compiled.ts";
import type { MibLibrary } from "../../../src/profiles/laboratory/mib-library.ts";
import type { ProfileSet } from "../../../src/profiles/profile-set.ts";
import { type InventedDevice, inventDevice } from "./device.ts";
import { type Judgement, judge } from "./judge.ts";
import { lookAt } from "./look.ts";

export interface MadeSample {
  readonly profile: string;
  /** Absent where no sysObjectID and sysDescr lead to the profile. */
  readonly recording?: string;
  readonly judgement?: Judgement;
  readonly left: readonly string[];
}

/** A sample is to be read by people. */
const MOST_OBJECTS = 150;
/** A part that more profiles include is every family's, not this one's. */
const MOST_SHARING = 12;
/** The same for a family with objects enough in its own file. */
const MOST_SHARING_OF_RICH = 3;
const RICH = 4;

/** Invents a device of each profile and looks at it as campusd would. */
export async function makeSamples(
  profiles: readonly CompiledProfile[],
  set: ProfileSet,
  library: MibLibrary | undefined,
  signal: AbortSignal,
): Promise<readonly MadeSample[]> {
  const shared = sharingOf(set);
  const devices = new Map<string, InventedDevice>();
  for (const profile of profiles) {
    const device = invent(profile, set, library, shared);
    if (device) devices.set(profile.id, device);
  }
  const texts = new Map([...devices].map(([id, { recording }]) => [id, recording.toString()]));
  const seen = await lookAt(texts, set, signal);
  return profiles.map(({ id }): MadeSample => {
    const device = devices.get(id);
    const snapshot = seen.get(id);
    if (!device) return { profile: id, left: ["no sysObjectID and sysDescr were found that lead to it"] };
    if (!snapshot) return { profile: id, left: ["the invented device did not answer"] };
    const judgement = judge(id, device, snapshot);
    return { profile: id, recording: texts.get(id)!, judgement, left: judgement.left };
  });
}

/** With one row a table where two make too much of it, and without the tables that several families share. */
function invent(
  profile: CompiledProfile,
  set: ProfileSet,
  library: MibLibrary | undefined,
  shared: ReadonlyMap<string, number>,
): InventedDevice | undefined {
  const sharedBy = (table: SnmpTable): number => shared.get(table.columns[0]?.file ?? "") ?? 1;
  const readingsOf = (most: number): number =>
    (profile.snmp?.tables ?? [])
      .filter((table) => sharedBy(table) <= most)
      .reduce((sum, { points }) => sum + points.filter(({ quantity }) => quantity.reading).length, 0);
  const readings = readingsOf(MOST_SHARING);
  const tables = new Set((profile.snmp?.tables ?? []).map(({ id }) => id));
  const common = COMMON.find((ids) => tables.has(ids[0]!)) ?? [];
  const isShown = (table: SnmpTable): boolean => common.includes(table.id);
  let device: InventedDevice | undefined;
  const sharing = readingsOf(1) >= RICH ? MOST_SHARING_OF_RICH : MOST_SHARING;
  const all = readings > 0 ? sharing : Number.POSITIVE_INFINITY;
  const own = readingsOf(1) > 0 ? 1 : all;
  const tries = [
    { most: all, rows: 2 },
    { most: all, rows: 1 },
    { most: own, rows: 2 },
    { most: own, rows: 1 },
    { most: own, rows: 1, objects: MOST_OBJECTS },
  ] as const;
  for (const { most, rows, ...rest } of tries) {
    const isCommon = (table: SnmpTable): boolean =>
      sharedBy(table) > most || (readings === 0 && !isShown(table));
    const objects = "objects" in rest ? rest.objects : Number.POSITIVE_INFINITY;
    device = inventDevice(profile, set, { library, isCommon, rows, most: objects });
    if (!device || device.recording.size <= MOST_OBJECTS) return device;
  }
  return device;
}

/** Tables of the standards that a family without objects of its own is shown by. */
const COMMON: readonly (readonly string[])[] = [
  ["upsBattery", "upsInput", "upsOutput"],
  ["prtMarker", "hrProcessor"],
  ["entitySensor", "hrProcessor", "ucdLoad"],
  ["hrProcessor", "ucdLoad"],
];

/** How many profiles read what a file has. */
function sharingOf(set: ProfileSet): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  for (const profile of set.list())
    for (const file of new Set((profile.snmp?.tables ?? []).map((table) => table.columns[0]?.file ?? "")))
      count.set(file, (count.get(file) ?? 0) + 1);
  return count;
}
