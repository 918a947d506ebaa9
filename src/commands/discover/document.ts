import { stringify } from "yaml";
import type { DeviceRow, InventoryRows } from "../../inventory/rows.ts";
import type { Candidate, Proposals, ProposedDevice } from "./propose.ts";

const SNMP_PORT = 161;
const MAX_NAME = 120;

type DeviceEntry = Partial<Omit<DeviceRow, "school" | "addresses">> &
  Pick<DeviceRow, "id" | "role" | "protocol"> & { readonly addresses?: readonly string[] };

export interface InventoryDraft {
  /** A file for `campusd import`. */
  readonly yaml: string;
  /** Devices in it. */
  readonly count: number;
}

/**
 * What is new as an inventory document. The schools are written as they are, so that they do not change; devices
 * without a school stand in comments. Importing it twice changes nothing the second time.
 */
export function inventoryDraft(proposals: Proposals, rows: InventoryRows): InventoryDraft {
  const bySchool = new Map<string, DeviceEntry[]>();
  const homeless: DeviceEntry[] = [];
  const put = (school: string | undefined, entry: DeviceEntry): void => {
    if (school === undefined || !(rows.school.has(school) || rows.site.has(school))) homeless.push(entry);
    else bySchool.set(school, [...(bySchool.get(school) ?? []), entry]);
  };
  const taken = new Set(rows.device.keys());
  for (const device of proposals.devices) {
    if (device.known || device.found.look.viewTooSmall) continue;
    put(device.school?.school, deviceEntry(device));
    if (device.school) taken.add(device.id);
  }
  for (const candidate of proposals.candidates) {
    const entry = accessPointEntry(candidate);
    if (!entry) continue;
    // Without its controller it would hang behind nothing.
    put(taken.has(candidate.parent) ? candidate.school?.school : undefined, entry);
  }
  const listed = [...bySchool].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = (list: InventoryRows["school" | "site"]) =>
    listed.flatMap(([id, devices]) => (list.has(id) ? [{ ...list.get(id)!, devices }] : []));
  const [schools, sites] = [entries(rows.school), entries(rows.site)];
  const count = [...bySchool.values()].reduce((sum, devices) => sum + devices.length, 0);
  const head = comment([
    "Found by campusd discover; check it, then: campusd import FILE",
    "It holds new devices only: do not import it with --replace, which removes what a file does not name.",
  ]);
  const tail =
    homeless.length === 0
      ? ""
      : `\n${comment([
          `${homeless.length} without a school: put them under one, or run discover with --assign PREFIX=SCHOOL.`,
          ...stringify(homeless, { lineWidth: 0 }).trimEnd().split("\n"),
        ])}`;
  return {
    yaml: `${head}${stringify(sites.length > 0 ? { schools, sites } : { schools }, { lineWidth: 0 })}${tail}`,
    count,
  };
}

function deviceEntry({ found, id, role }: ProposedDevice): DeviceEntry {
  const { endpoints, look } = found;
  const { sysName, vendor, model } = look.snapshot.identity;
  const { port } = endpoints[0]!;
  const name = nameText(sysName);
  const maker = vendor === "generic" ? undefined : nameText(vendor);
  const kind = nameText(model);
  return {
    id,
    ...(name !== undefined && name !== id && { name }),
    role,
    ...(maker !== undefined && { vendor: maker }),
    ...(kind !== undefined && { model: kind }),
    // Addresses on other ports are other agents of the device: an entry has one port.
    addresses: endpoints.filter((one) => one.port === port).map(({ address }) => address),
    protocol: "snmp",
    ...(port !== SNMP_PORT && { port }),
    credential: look.credential,
  };
}

function accessPointEntry(candidate: Candidate): DeviceEntry | undefined {
  const { id, name, apName, model, parent, addresses } = candidate;
  if (id === undefined || apName === undefined) return undefined;
  const [title, kind, known] = [nameText(name), nameText(model), nameText(apName)];
  return {
    id,
    ...(title !== undefined && title !== id && { name: title }),
    role: "access-point",
    ...(kind !== undefined && { model: kind }),
    ...(addresses.length > 0 && { addresses }),
    protocol: "none",
    parent,
    ...(known !== undefined && known !== id && { apName: known }),
  };
}

/** A device's own words as the inventory takes them: one line, at most 120 characters. */
function nameText(text: string | undefined): string | undefined {
  const clean = text
    ?.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ")
    .trim()
    .slice(0, MAX_NAME)
    .trim();
  return clean === "" ? undefined : clean;
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${line}\n`).join("");
}
