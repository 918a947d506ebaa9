import type { Building, School, WorldDevice, WorldLink, WorldSite } from "./model.ts";
import type { RegionName } from "./names.ts";

/** Where devices listen: device id to port. Devices that are not in it are listed without a port. */
export type Endpoints = ReadonlyMap<string, number>;

/** The form of an inventory file of campusd, written down here a second time: the simulators share no code with it. */
export interface InventoryInput {
  regions: { path: string; name: string; nameEn: string }[];
  schools: {
    id: string;
    region: string;
    name: string;
    nameEn: string;
    kind: School["kind"];
    setting: School["setting"];
    students: number;
    classes: number;
    buildings: InventoryBuilding[];
    devices: InventoryDevice[];
  }[];
  sites: {
    id: string;
    region: string;
    name: string;
    nameEn: string;
    kind: WorldSite["kind"];
    buildings: InventoryBuilding[];
    devices: InventoryDevice[];
  }[];
  links: WorldLink[];
}

interface InventoryBuilding {
  id: string;
  name: string;
  rooms: {
    id: string;
    name: string;
    type: School["buildings"][number]["rooms"][number]["type"];
    floor: number;
    seats: number;
  }[];
}

type Role =
  | "router"
  | "core-switch"
  | "access-switch"
  | "wifi-controller"
  | "access-point"
  | "board"
  | "meter"
  | "sensor"
  | "ups"
  | "gateway"
  | "server";

/** Device profile by model, for what cannot tell by itself. */
const PROFILES: Readonly<Record<string, string>> = {
  "IWB-86": "smart-board-mqtt",
  SDM630: "eastron-sdm630",
  DDSU666: "chint-ddsu666",
  ADL400: "acrel-adl400",
  "XY-MD02": "xy-md02",
};

export interface InventoryDevice {
  id: string;
  name: string;
  role: Role;
  vendor: string;
  model: string;
  addresses?: string[];
  protocol: WorldDevice["protocol"];
  port?: number;
  credential?: string;
  /** SNMP tells what a device is; Modbus and MQTT cannot, so that somebody has to say it. */
  profile?: string;
  unit?: number;
  building?: string;
  room?: string;
  serves?: string[];
  parent?: string;
  apName?: string;
  installed: string;
}

export function inventoryOf(
  world: {
    readonly province: RegionName;
    readonly city: RegionName;
    readonly county: RegionName;
    readonly region: string;
    readonly schools: readonly School[];
    readonly site: WorldSite;
  },
  endpoints: Endpoints,
  credential: string,
): InventoryInput {
  const { province, city, county } = world;
  return {
    regions: [
      { path: province.path, name: province.name, nameEn: province.nameEn },
      { path: `${province.path}/${city.path}`, name: city.name, nameEn: city.nameEn },
      { path: world.region, name: county.name, nameEn: county.nameEn },
    ],
    schools: world.schools.map((school) => ({
      id: school.id,
      region: world.region,
      name: school.name,
      nameEn: school.nameEn,
      kind: school.kind,
      setting: school.setting,
      students: school.students,
      classes: school.classes,
      buildings: school.buildings.map(buildingOf),
      devices: school.devices.map((device) => deviceOf(device, endpoints, credential)),
    })),
    sites: [
      {
        id: world.site.id,
        region: world.region,
        name: world.site.name,
        nameEn: world.site.nameEn,
        kind: world.site.kind,
        buildings: world.site.buildings.map(buildingOf),
        devices: world.site.devices.map((device) => deviceOf(device, endpoints, credential)),
      },
    ],
    links: [...world.site.links, ...world.schools.flatMap((school) => school.links)].map((link) => ({
      ...link,
    })),
  };
}

function buildingOf(building: Building): InventoryBuilding {
  return {
    id: building.id,
    name: building.name,
    rooms: building.rooms.map(({ id, name, type, floor, seats }) => ({ id, name, type, floor, seats })),
  };
}

function deviceOf(device: WorldDevice, endpoints: Endpoints, credential: string): InventoryDevice {
  const port = endpoints.get(device.id);
  return {
    id: device.id,
    name: device.name,
    role: device.role as Role,
    vendor: device.vendor,
    model: device.model,
    protocol: device.protocol,
    installed: device.installed,
    ...(device.address === undefined ? {} : { addresses: [device.address] }),
    ...(port === undefined ? {} : { port }),
    ...(device.protocol === "snmp" ? { credential } : {}),
    ...(PROFILES[device.model] === undefined ? {} : { profile: PROFILES[device.model] }),
    ...(device.unit === undefined ? {} : { unit: device.unit }),
    ...(device.building === undefined ? {} : { building: device.building }),
    ...(device.room === undefined ? {} : { room: device.room }),
    ...(device.serves === undefined ? {} : { serves: [...device.serves] }),
    ...(device.parent === undefined ? {} : { parent: device.parent }),
    ...(device.apName === undefined ? {} : { apName: device.apName }),
  };
}
