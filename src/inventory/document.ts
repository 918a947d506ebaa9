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

export const REGION_LEVELS = ["province", "city", "county"] as const;
export const SCHOOL_KINDS = [
  "primary",
  "secondary",
  "nine-year",
  "high",
  "vocational",
  "special",
  "teaching-point",
] as const;
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

export const regionSchema = z.strictObject({ path, name, nameEn: name.optional() });

export const roomSchema = z.strictObject({
  id,
  name,
  type: z.enum(ROOM_TYPES).default("classroom"),
  floor: z.int().min(-9).max(99).optional(),
  seats: z.int().min(0).max(10_000).optional(),
});

export const buildingSchema = z.strictObject({ id, name, rooms: z.array(roomSchema).default([]) });

export const deviceSchema = z.strictObject({
  /** Unique in the whole inventory. */
  id,
  name: name.optional(),
  role: z.enum(DEVICE_ROLES),
  vendor: name.optional(),
  model: name.optional(),
  /** Literal IPv4 or IPv6 addresses; the first is the one that is polled unless `endpoint` says otherwise. */
  addresses: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  protocol: z.enum(PROTOCOLS).default("snmp"),
  port: z.int().min(1).max(65535).optional(),
  /** Name of a credential in campusd.yaml. */
  credential: id.optional(),
  /** Id of a device profile; absent: matched when the device first answers. */
  profile: id.optional(),
  /** Modbus unit id. */
  unit: z.int().min(0).max(255).optional(),
  building: id.optional(),
  /** Room id within the building. */
  room: id.optional(),
  /** Rooms (`building/room`) an access point serves; default: the room it stands in. */
  serves: z.array(z.string()).optional(),
  /** Id of the controller that reports this access point, or the gateway this device hangs behind. */
  parent: id.optional(),
  /** For an access point: the name its controller knows it by; default: its id. */
  apName: name.optional(),
  installed: z.iso.date().optional(),
});

export const schoolSchema = z.strictObject({
  id,
  region: path,
  name,
  nameEn: name.optional(),
  kind: z.enum(SCHOOL_KINDS),
  setting: z.enum(SETTINGS),
  students: z.int().min(0).optional(),
  classes: z.int().min(0).optional(),
  buildings: z.array(buildingSchema).default([]),
  devices: z.array(deviceSchema).default([]),
});

export const linkSchema = z.strictObject({
  id,
  name: name.optional(),
  role: z.enum(LINK_ROLES),
  /** Device id and the name of its interface where the link is measured. */
  device: id,
  interface: z.string().min(1).max(120),
  /** What is at the other end: a device id, or a region path. */
  to: z.string().optional(),
  carrier: name.optional(),
  contractedMbps: z.number().positive().optional(),
});

export const inventoryDocumentSchema = z.strictObject({
  regions: z.array(regionSchema).default([]),
  schools: z.array(schoolSchema).default([]),
  links: z.array(linkSchema).default([]),
});

export type InventoryDocument = z.infer<typeof inventoryDocumentSchema>;
export type InventoryDocumentInput = z.input<typeof inventoryDocumentSchema>;
