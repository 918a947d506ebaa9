import { z } from "zod";
import { stateSchema } from "./campus.ts";
import { shareSchema, unknownReasonSchema } from "./evidence.ts";

/** What the answer is made over, UTC ms, [from, to). */
const windowSchema = z.object({ from: z.number(), to: z.number() });

/** GET /api/v1/schools/{id}/ipv6. */
export const schoolIpv6Schema = z.object({
  at: z.number(),
  school: z.string(),
  window: windowSchema.optional(),
  /** 0..5, the highest step that is met with all below it; null: not even the first can be judged. */
  level: z.number().nullable(),
  steps: z.array(
    z.object({
      /** 0..5. */
      step: z.number(),
      met: z.boolean().nullable(),
      why: unknownReasonSchema.nullable(),
      /** What was compared: the value (share or count) and the limit; null where a step has no number. */
      value: z.number().nullable(),
      limit: z.number().nullable(),
    }),
  ),
  share: shareSchema.extend({
    /** Which source of the ladder: `ip-if-stats`, `vendor`, `stations`, `ip-system-stats`; null without one. */
    source: z.string().nullable(),
    linksMeasured: z.number(),
    linksRegistered: z.number(),
    /** 5-minute slots without a value, of those in the window. */
    gaps: z.number(),
    slots: z.number(),
  }),
  /** Terminals seen in neighbour caches: never published as a traffic share. */
  terminals: z.object({
    seen: z.number(),
    ipv6: z.number(),
    dualStack: z.number(),
    share: shareSchema,
    prefixes: z.array(z.object({ prefix: z.string(), terminals: z.number() })),
  }),
  vlans: z.array(
    z.object({
      interface: z.string(),
      device: z.string(),
      ipv4: z.boolean(),
      ipv6: z.boolean(),
      /** Whether a router advertises there; null: nothing tells. */
      advertised: z.boolean().nullable(),
      /** What told it: `ipv6RouterAdvertTable`, or `neighbours` that have formed addresses, or have not. */
      told: z.string().nullable().optional(),
      /** Whether terminals were seen in it; others are not counted. */
      used: z.boolean().optional(),
      terminals4: z.number(),
      terminals6: z.number(),
      kind: z.enum(["dual", "ipv4-only", "ipv6-only", "silent-ipv6"]),
    }),
  ),
});
export type SchoolIpv6View = z.infer<typeof schoolIpv6Schema>;

/** GET /api/v1/schools/{id}/wifi: the four layers are shown apart and never as one number. */
export const schoolWifiSchema = z.object({
  at: z.number(),
  school: z.string(),
  window: windowSchema.optional(),
  /** Rooms of the register that need coverage. */
  rooms: z.number(),
  presence: shareSchema,
  service: shareSchema,
  signal: shareSchema,
  capacity: shareSchema,
  /** Access points: planned (registered), known to the controller, online, serving (a radio is up). */
  aps: z.object({
    planned: z.number(),
    known: z.number(),
    online: z.number(),
    serving: z.number(),
    /** Known to the controller and in no register: their own bar. */
    notRegistered: z.number(),
    /** Registered, and the controller does not name them: hidden or gone. */
    hidden: z.number(),
  }),
  clients: z.number().nullable(),
  list: z.array(
    z.object({
      room: z.string(),
      roomName: z.string(),
      ap: z.string().nullable(),
      apName: z.string().nullable(),
      stage: z.enum(["not-registered", "planned", "known", "online", "serving", "good"]),
      state: stateSchema,
      clients: z.number().nullable(),
      /** Percent of airtime of its busiest radio. */
      use: z.number().nullable(),
      /** dBm, mean of its clients. */
      signal: z.number().nullable(),
      at: z.number().nullable(),
    }),
  ),
});
export type SchoolWifiView = z.infer<typeof schoolWifiSchema>;

/** GET /api/v1/coverage?region=: IPv6 and Wi-Fi of the schools under a region, and their roll-up. */
export const coverageSchema = z.object({
  at: z.number(),
  region: z.string(),
  /** Schools under the region, and those that were judged so far: of a province not all at once. */
  schools: z.object({ total: z.number(), judged: z.number() }).optional(),
  ipv6: z.object({
    share: shareSchema,
    linksMeasured: z.number(),
    linksRegistered: z.number(),
    /** 5-minute slots without a value, of those of all measured links. */
    gaps: z.number().optional(),
    slots: z.number().optional(),
    /** Schools by level 0..5, and those not known. */
    levels: z.array(z.number()),
    levelUnknown: z.number(),
  }),
  wifi: z.object({ presence: shareSchema, service: shareSchema, signal: shareSchema, capacity: shareSchema }),
});
export type CoverageView = z.infer<typeof coverageSchema>;
