import { z } from "zod";

/**
 * The form of an inventory file (YAML; CSV rows become the same). Everything in it is what there SHOULD be.
 * Ids are short and stable: letters, digits, `-`, `_`, `.`; they become tags.
 */
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "an id is 1 to 64 letters, digits, '.', '_' or '-'");
const path = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,2}$/,
    "a region path is province[/city[/county]]",
  );
const name = z.string().trim().min(1).max(120);

export const SCHOOL_KINDS = [
  "primary",
  "secondary",
  "nine-year",
  "high",
  "vocational",
  "special",
  "teaching-point",
] as const;
export const SITE_KINDS = ["node", "bureau", "other"] as const;
export const SETTINGS = ["urban", "town", "rural"] as const;
export const ROOM_TYPES = [
  "classroom",
  "laboratory",
  "computer-room",
  "multimedia",
  "library",
  "office",
  "meeting",
  "hall",
  "sports",
  "dormitory",
  "canteen",
  "machine-room",
  "other",
] as const;
export const DEVICE_ROLES = [
  "router",
  "core-switch",
  "access-switch",
  "wifi-controller",
  "access-point",
  "board",
  "meter",
  "sensor",
  "ups",
  "gateway",
  "server",
  "camera",
  "recorder",
  "olt",
  "onu",
  "firewall",
  "printer",
  "other",
] as const;
export const PROTOCOLS = ["snmp", "mqtt", "modbus", "probe", "none"] as const;
export const LINK_ROLES = ["uplink", "backup-uplink", "backbone", "internal"] as const;

export const regionSchema = z.strictObject({
  path: path.describe("Path of the region; the region above must be listed too."),
  name: name.describe("Name in Chinese."),
  nameEn: name.optional().describe("Name in English."),
});

export const roomSchema = z.strictObject({
  id: id.describe("Unique in its building."),
  name: name.describe("Name of the room."),
  type: z.enum(ROOM_TYPES).default("classroom").describe("What the room is used for."),
  floor: z.int().min(-9).max(99).optional().describe("Floor; the ground floor is 1."),
  seats: z.int().min(0).max(10_000).optional().describe("Seats."),
});

export const buildingSchema = z.strictObject({
  id: id.describe("Unique in its school."),
  name: name.describe("Name of the building."),
  rooms: z.array(roomSchema).default([]).describe("Its rooms."),
});

export const deviceSchema = z.strictObject({
  id: id.describe("Unique in the whole inventory."),
  name: name.optional().describe("Name of the device."),
  role: z.enum(DEVICE_ROLES).describe("What the device is for."),
  vendor: name.optional().describe("Vendor."),
  model: name.optional().describe("Model."),
  addresses: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .default([])
    .describe("Literal IPv4 or IPv6 addresses; the first is polled."),
  protocol: z.enum(PROTOCOLS).default("snmp").describe("How the device is read."),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe("Port; without one that of the protocol (161 for SNMP, 502 for Modbus)."),
  credential: id.optional().describe("Name of a credential in campusd.yaml."),
  profile: id
    .optional()
    .describe("Id of a device profile; without one it is matched when the device first answers."),
  unit: z.int().min(0).max(255).optional().describe("Modbus unit id."),
  building: id.optional().describe("Id of the building it stands in."),
  room: id.optional().describe("Id of the room within the building."),
  serves: z
    .array(z.string())
    .optional()
    .describe("Rooms (building/room) that an access point serves; without it the room it stands in."),
  parent: id
    .optional()
    .describe(
      "Id of the controller that reports this access point, or of the gateway this device hangs behind.",
    ),
  apName: name
    .optional()
    .describe("The name that the controller knows an access point by; without it its id."),
  installed: z.iso.date().optional().describe("Date of installation."),
});

export const schoolSchema = z.strictObject({
  id: id.describe("Unique in the whole inventory."),
  region: path.describe("Path of the region the school lies in."),
  name: name.describe("Name in Chinese."),
  nameEn: name.optional().describe("Name in English."),
  kind: z.enum(SCHOOL_KINDS).describe("Kind of school."),
  setting: z.enum(SETTINGS).describe("City, town or countryside."),
  students: z.int().min(0).optional().describe("Pupils."),
  classes: z.int().min(0).optional().describe("Classes."),
  buildings: z.array(buildingSchema).default([]).describe("Its buildings."),
  devices: z.array(deviceSchema).default([]).describe("Its devices."),
});

export const siteSchema = z.strictObject({
  id: id.describe("Unique in the whole inventory, among schools too."),
  region: path.describe("Path of the region it belongs to, of any level: a province, a city or a county."),
  name: name.describe("Name in Chinese."),
  nameEn: name.optional().describe("Name in English."),
  kind: z
    .enum(SITE_KINDS)
    .describe(
      "What it is: the network node of its region (a core, an exchange), an education bureau's office, or another place.",
    ),
  buildings: z.array(buildingSchema).default([]).describe("Its buildings."),
  devices: z.array(deviceSchema).default([]).describe("Its devices."),
});

export const linkSchema = z.strictObject({
  id: id.describe("Unique in the whole inventory."),
  name: name.optional().describe("Name of the link."),
  role: z.enum(LINK_ROLES).describe("What the link is for."),
  device: id.describe("Id of the device where the link is measured."),
  interface: z.string().min(1).max(120).describe("Name of the interface where it is measured."),
  to: z
    .string()
    .optional()
    .describe("What is at the other end: a device id, a school's or site's id, or a region path."),
  carrier: name.optional().describe("Who provides the line."),
  contractedMbps: z.number().positive().optional().describe("Contracted Mbit/s."),
  duct: name
    .optional()
    .describe(
      "Cable or duct that the line runs in: lines of one duct break together, and count as one way up.",
    ),
});

export const inventoryDocumentSchema = z.strictObject({
  regions: z.array(regionSchema).default([]).describe("Provinces, cities and counties."),
  schools: z.array(schoolSchema).default([]).describe("Schools with their buildings, rooms and devices."),
  sites: z
    .array(siteSchema)
    .default([])
    .describe(
      "Places that are no schools: nodes of the backbone, offices. They have buildings and devices like a school, and no count of schools has them.",
    ),
  links: z.array(linkSchema).default([]).describe("Lines whose load and state matter."),
});

export type InventoryDocument = z.infer<typeof inventoryDocumentSchema>;
export type InventoryDocumentInput = z.input<typeof inventoryDocumentSchema>;
