import { z } from "zod";
import { MEANINGS } from "../../measurements/legend.ts";

/**
 * The shapes the API answers with. The console reads these types (types only). Times are UTC ms; numbers
 * are in the unit the member's comment names; `null` is "not known", never 0.
 */
export const stateSchema = z.enum(["good", "watch", "bad", "unknown"]);
export type State = z.infer<typeof stateSchema>;

/** Why something is not good: a code for the glossary and its parameters, most serious first. */
export const reasonSchema = z.object({
  code: z.enum([
    "device-down",
    "device-unknown",
    "uplink-down",
    "uplink-saturated",
    "uplink-busy",
    "uplink-single",
    "optic-low",
    "uplink-elsewhere",
    "aps-offline",
    "board-silent",
    "board-fault",
    "board-hot",
    "ap-offline",
    "sensor-silent",
    "air-poor",
    "part-failed",
    "port-errors",
    "ups-on-battery",
    "ups-battery-low",
    "meter-silent",
    "no-data",
    "stale",
  ]),
  /** The thing it is about: a device id, a room path, a link id. */
  subject: z.string().optional(),
  /** Its name, for the sentence. */
  name: z.string().optional(),
  value: z.number().optional(),
  since: z.number().optional(),
  /** The part of it that the reason is about, in the device's own words. */
  part: z.string().optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

export const deviceCountsSchema = z.object({
  total: z.number(),
  up: z.number(),
  down: z.number(),
  unknown: z.number(),
});

export const healthSchema = z.object({
  status: z.enum(["ok", "degraded", "starting"]),
  devices: deviceCountsSchema,
  samples: z.object({ total: z.number(), perSecond: z.number() }),
  store: z.object({
    kind: z.string(),
    healthy: z.boolean(),
    reason: z.string().optional(),
    series: z.number(),
    spooled: z.number(),
    dropped: z.number(),
    bytes: z.number().optional(),
  }),
  startedAt: z.number(),
  version: z.string(),
  /** Set by `campusd demo`: the numbers come from bundled simulators. */
  simulated: z.boolean(),
});
export type Health = z.infer<typeof healthSchema>;

export const regionSchema = z.object({
  path: z.string(),
  level: z.enum(["province", "city", "county"]),
  name: z.string(),
  nameEn: z.string().optional(),
  parent: z.string().nullable(),
  schools: z.number(),
});
export type RegionView = z.infer<typeof regionSchema>;

export const linkSchema = z.object({
  id: z.string(),
  name: z.string(),
  school: z.string(),
  schoolName: z.string(),
  schoolNameEn: z.string().optional(),
  role: z.string(),
  device: z.string(),
  interface: z.string(),
  carrier: z.string().nullable(),
  /** bit/s: contracted where there is a contract, else the interface's speed. */
  capacity: z.number().nullable(),
  /** bit/s. */
  inRate: z.number().nullable(),
  outRate: z.number().nullable(),
  /** Percent of capacity, the larger direction. */
  use: z.number().nullable(),
  operState: z.string().nullable(),
  state: stateSchema,
  reasons: z.array(reasonSchema),
  at: z.number().nullable(),
});
export type LinkView = z.infer<typeof linkSchema>;

export const schoolRowSchema = z.object({
  id: z.string(),
  path: z.string(),
  name: z.string(),
  nameEn: z.string().optional(),
  kind: z.string(),
  setting: z.string(),
  students: z.number().nullable(),
  state: stateSchema,
  reasons: z.array(reasonSchema),
  devices: deviceCountsSchema,
  rooms: z.object({ total: z.number(), ready: z.number(), unknown: z.number() }),
  aps: z.object({ known: z.number(), online: z.number() }),
  clients: z.number().nullable(),
  /** W, sum of what the meters show as taken; one that feeds in counts as 0. */
  power: z.number().nullable(),
  uplink: linkSchema.nullable(),
  /** The newest sample of any of its devices. */
  at: z.number().nullable(),
});
export type SchoolRow = z.infer<typeof schoolRowSchema>;

export const countySchema = z.object({
  region: regionSchema,
  at: z.number(),
  totals: z.object({
    schools: z.object({
      total: z.number(),
      good: z.number(),
      watch: z.number(),
      bad: z.number(),
      unknown: z.number(),
    }),
    devices: deviceCountsSchema,
    rooms: z.object({ total: z.number(), ready: z.number(), unknown: z.number() }),
    aps: z.object({ known: z.number(), online: z.number() }),
    clients: z.number().nullable(),
    /** bit/s, sum over uplinks. */
    inRate: z.number().nullable(),
    outRate: z.number().nullable(),
    power: z.number().nullable(),
  }),
  /** Sorted by trouble: bad, watch, unknown, good; then by name. */
  schools: z.array(schoolRowSchema),
  links: z.array(linkSchema),
});
export type CountyView = z.infer<typeof countySchema>;

export const roomSchema = z.object({
  id: z.string(),
  path: z.string(),
  building: z.string(),
  buildingName: z.string(),
  name: z.string(),
  type: z.string(),
  floor: z.number().nullable(),
  seats: z.number().nullable(),
  /** A room is ready when nothing in it is bad and its board (if it has one) and its AP answer. */
  state: stateSchema,
  reasons: z.array(reasonSchema),
  board: z
    .object({
      device: z.string(),
      state: stateSchema,
      power: z.string().nullable(),
      temperature: z.number().nullable(),
      usageToday: z.number().nullable(),
      at: z.number().nullable(),
    })
    .nullable(),
  ap: z
    .object({
      device: z.string(),
      state: stateSchema,
      clients: z.number().nullable(),
      use: z.number().nullable(),
      at: z.number().nullable(),
    })
    .nullable(),
  sensor: z
    .object({
      device: z.string(),
      state: stateSchema,
      temperature: z.number().nullable(),
      humidity: z.number().nullable(),
      co2: z.number().nullable(),
      at: z.number().nullable(),
    })
    .nullable(),
  devices: z.array(z.string()),
  /** The switch port that the room's board or access point hangs on, where neighbours or port names tell. */
  port: z
    .object({
      device: z.string(),
      interface: z.string(),
      operState: z.string().nullable(),
      /** W drawn from the port; null where it feeds none. */
      power: z.number().nullable(),
    })
    .nullable()
    .optional(),
});
export type RoomView = z.infer<typeof roomSchema>;

export const deviceRowSchema = z.object({
  id: z.string(),
  name: z.string(),
  school: z.string(),
  schoolName: z.string(),
  role: z.string(),
  vendor: z.string().nullable(),
  model: z.string().nullable(),
  addresses: z.array(z.string()),
  room: z.string().nullable(),
  roomName: z.string().nullable(),
  protocol: z.string(),
  state: stateSchema,
  up: z.enum(["up", "down", "unknown"]),
  since: z.number().nullable(),
  reasons: z.array(reasonSchema),
  at: z.number().nullable(),
});
export type DeviceRow = z.infer<typeof deviceRowSchema>;

export const schoolSchema = z.object({
  school: schoolRowSchema,
  region: z.array(regionSchema),
  at: z.number(),
  buildings: z.array(z.object({ id: z.string(), name: z.string() })),
  rooms: z.array(roomSchema),
  devices: z.array(deviceRowSchema),
  links: z.array(linkSchema),
});
export type SchoolView = z.infer<typeof schoolSchema>;

export const interfaceSchema = z.object({
  ifIndex: z.number(),
  /** The series tag `interface`. */
  key: z.string(),
  name: z.string(),
  alias: z.string().nullable(),
  type: z.string().nullable(),
  mac: z.string().nullable(),
  mtu: z.number().nullable(),
  /** bit/s. */
  speed: z.number().nullable(),
  adminState: z.string().nullable(),
  operState: z.string().nullable(),
  inRate: z.number().nullable(),
  outRate: z.number().nullable(),
  inUse: z.number().nullable(),
  outUse: z.number().nullable(),
  /** Packets a second. */
  inErrorRate: z.number().nullable(),
  outErrorRate: z.number().nullable(),
  inDiscardRate: z.number().nullable(),
  outDiscardRate: z.number().nullable(),
  neighbor: z.string().nullable(),
  at: z.number().nullable(),
});
export type InterfaceView = z.infer<typeof interfaceSchema>;

export const readingSchema = z.object({
  quantity: z.string(),
  tags: z.record(z.string(), z.string()),
  unit: z.string(),
  value: z.number().nullable(),
  /** A state's name: of campusd's own, or as the device's maker calls it. */
  text: z.string().nullable(),
  /** What a maker's own state means; null where it is neither good nor bad. */
  meaning: z.enum(MEANINGS).nullable(),
  /** Name of the sample's status: `ok`, or why there is no value. */
  status: z.string(),
  at: z.number(),
});
export type ReadingView = z.infer<typeof readingSchema>;

export const deviceSchema = z.object({
  device: deviceRowSchema,
  school: z.object({ id: z.string(), name: z.string(), nameEn: z.string().optional() }),
  region: z.array(regionSchema),
  at: z.number(),
  identity: z.object({
    sysName: z.string().nullable(),
    sysDescr: z.string().nullable(),
    sysObjectID: z.string().nullable(),
    profile: z.string().nullable(),
    vendor: z.string().nullable(),
    os: z.string().nullable(),
    model: z.string().nullable(),
    version: z.string().nullable(),
    serial: z.string().nullable(),
  }),
  /** Seconds. */
  uptime: z.number().nullable(),
  interfaces: z.array(interfaceSchema),
  /** Everything but the interface group: newest sample of each series of the device. */
  readings: z.array(readingSchema),
  addresses: z.array(
    z.object({ address: z.string(), prefixLength: z.number().nullable(), interface: z.string().nullable() }),
  ),
  neighbors: z.array(
    z.object({
      protocol: z.string(),
      interface: z.string().nullable(),
      remoteName: z.string().nullable(),
      remotePort: z.string().nullable(),
    }),
  ),
});
export type DeviceView = z.infer<typeof deviceSchema>;

export const seriesSchema = z.object({
  from: z.number(),
  to: z.number(),
  /** ms; null for raw samples. */
  step: z.number().nullable(),
  series: z.array(
    z.object({
      quantity: z.string(),
      unit: z.string(),
      tags: z.record(z.string(), z.string()),
      /** [UTC ms, value]; where a slot has no value there is no point: gaps stay gaps. */
      points: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
});
export type SeriesView = z.infer<typeof seriesSchema>;

export const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    remedy: z.string(),
    context: z.record(z.string(), z.unknown()),
    id: z.string(),
  }),
});

export const searchSchema = z.object({
  hits: z.array(
    z.object({
      kind: z.enum(["region", "school", "room", "device"]),
      id: z.string(),
      name: z.string(),
      nameEn: z.string().optional(),
      detail: z.string(),
      path: z.string(),
    }),
  ),
});
export type SearchView = z.infer<typeof searchSchema>;

/** GET /api/v1/regions?parent=: ordered by path. */
export const regionsSchema = z.object({ regions: z.array(regionSchema) });
export type RegionsView = z.infer<typeof regionsSchema>;

/** GET /api/v1/schools?region=: sorted as in the county. */
export const schoolsSchema = z.object({ at: z.number(), schools: z.array(schoolRowSchema) });
export type SchoolsView = z.infer<typeof schoolsSchema>;

const pollingCost = {
  /** Means over the last quarter of an hour, a minute. */
  requests: z.number(),
  /** UDP payload of requests and answers, a minute. */
  octets: z.number(),
};
/**
 * GET /api/v1/polling?school=: what polling costs the devices and the schools' lines. `devices` are those of the
 * school that was asked for; most requests first.
 */
export const pollingSchema = z.object({
  at: z.number(),
  schools: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** Devices that are polled. */
      devices: z.number(),
      ...pollingCost,
      /** Devices of which less is asked because they suffered. */
      suffering: z.number(),
    }),
  ),
  devices: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      ...pollingCost,
      /** Requests in the busiest minute of the quarter of an hour. */
      mostRequests: z.number(),
      /** Limits: requests in flight, requests a second. */
      inFlight: z.number(),
      requestsPerSecond: z.number(),
      /** 0: all is read; 1: without optional groups; 2: half as often; 3: a quarter as often. */
      level: z.number(),
      reason: z.string().nullable(),
    }),
  ),
});
export type PollingView = z.infer<typeof pollingSchema>;

/** GET /api/v1/rooms?path=: a room, or every room of a building, school or region. */
export const roomsSchema = z.object({ at: z.number(), rooms: z.array(roomSchema) });
export type RoomsView = z.infer<typeof roomsSchema>;

/** GET /api/v1/devices: ordered by id. `total` counts all that match; `next` is the cursor of the next page. */
export const devicesSchema = z.object({
  at: z.number(),
  total: z.number(),
  devices: z.array(deviceRowSchema),
  next: z.string().nullable(),
});
export type DevicesView = z.infer<typeof devicesSchema>;

/** GET /api/v1/quantities: the closed list. */
export const quantitiesSchema = z.object({
  quantities: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(["gauge", "counter", "rate", "state"]),
      unit: z.string(),
      symbol: z.string(),
      meaning: z.string(),
      /** Value to name, for states. */
      states: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
export type QuantitiesView = z.infer<typeof quantitiesSchema>;

/**
 * Events of GET /api/v1/stream?view=county&path=P | view=school&id=S | view=device&id=D
 * - `view`: the whole document (CountyView, SchoolView, DeviceView), at the start and when rows went away.
 * - `patch`: `{at, totals?, schools?, links?, rooms?, devices?, interfaces?, readings?, school?, device?, uptime?}`: rows that changed,
 *   whole, keyed by id (rooms by path, interfaces by key, readings by quantity + tags). At most one in 2 s.
 * - `alive`: `{at, perSecond}` at least every 5 s.
 */
export type StreamEvent = "view" | "patch" | "alive" | "event";

/** Something that happened, as a device told it. Texts are the device's, cleaned, 255 characters at most. */
export const eventSchema = z.object({
  /** Grows with each event. */
  id: z.number(),
  /** When it was received, and its last repeat. */
  at: z.number(),
  lastAt: z.number(),
  /** null: several devices send from this address. */
  device: z.string().nullable(),
  school: z.string().nullable(),
  /** The address it came from. */
  source: z.string(),
  /** `linkDown`, `coldStart` ..., or the OID of a notification that is not known. */
  kind: z.string(),
  oid: z.string(),
  severity: z.enum(["info", "warning", "critical", "unknown"]),
  /** Key of the interface it is about. */
  interface: z.string().nullable(),
  /** How often it came within ten seconds of the first. */
  count: z.number(),
  varbinds: z.array(
    z.object({ oid: z.string(), name: z.string().optional(), value: z.string(), type: z.string() }),
  ),
  /** Values that came with it and are not kept. */
  more: z.number(),
});
export type EventView = z.infer<typeof eventSchema>;

export const eventsSchema = z.object({
  at: z.number(),
  events: z.array(eventSchema),
  /** `before` of the next page; null on the last. */
  next: z.number().nullable(),
});
export type EventsView = z.infer<typeof eventsSchema>;
