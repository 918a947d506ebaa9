import { z } from "zod";
import { linkSchema, reasonSchema, regionSchema, stateSchema } from "./campus.ts";
import { unknownReasonSchema } from "./evidence.ts";

/**
 * 95th percentile of a link: 5-minute means from counters, larger direction of each slot, nearest rank
 * (rank = ceil(0.95 n)), no interpolation, local month. Not answered under 90 % of the slots.
 */
export const percentileSchema = z.object({
  /** bit/s. */
  value: z.number().nullable(),
  /** The same, each direction by itself, as some contracts count. bit/s. */
  inValue: z.number().nullable(),
  outValue: z.number().nullable(),
  /** Share of capacity, 0..1. */
  use: z.number().nullable(),
  slots: z.number(),
  slotsWanted: z.number(),
  from: z.number(),
  to: z.number(),
  why: unknownReasonSchema.nullable(),
});
export type PercentileView = z.infer<typeof percentileSchema>;

/** Weeks until the busy-hour use of school days reaches a share of capacity; with a 90 % interval. */
export const forecastSchema = z.object({
  /** Percent of capacity: 70 or 80. */
  limit: z.number(),
  /** null with why null: not within two years at this pace. 0: it is there already. */
  weeks: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Daily points it rests on. */
  days: z.number(),
  why: unknownReasonSchema.nullable(),
});
export type ForecastView = z.infer<typeof forecastSchema>;

export const opticSchema = z.object({
  interface: z.string(),
  lane: z.string().nullable(),
  /** dBm. */
  rxPower: z.number().nullable(),
  txPower: z.number().nullable(),
  /** dBm below which the module alarms: its own limit, else that of its kind. */
  rxLow: z.number().nullable(),
  rxHigh: z.number().nullable(),
  limitOf: z.enum(["module", "kind"]).nullable(),
  /** dB against the median of the last seven days. */
  change: z.number().nullable(),
  state: stateSchema,
  at: z.number().nullable(),
});
export type OpticView = z.infer<typeof opticSchema>;

export const backboneLinkSchema = linkSchema.extend({
  /** Ids of nodes; `to` is null where the other end is not registered and no neighbour tells it. */
  from: z.string(),
  to: z.string().nullable(),
  /** How the other end is known: `register`, `lldp` or both agree. */
  toBy: z.enum(["register", "lldp", "both"]).nullable(),
  /** The device at the other end, where it is known and may be seen. */
  toDevice: z.string().nullable().optional(),
  /** The node that a neighbour tells where the register says another one: one of the two is wrong. */
  toSeen: z.string().nullable().optional(),
  /** bit/s that the interface negotiated, and what the 10G/1G/100M rule wants of it. */
  speed: z.number().nullable(),
  speedWanted: z.number().nullable(),
  p95: percentileSchema,
  /** Share of packets with errors, and discarded, of the last hour, larger direction. 0..1. */
  errorShare: z.number().nullable(),
  discardShare: z.number().nullable(),
  optic: opticSchema.nullable(),
  /** The far end of the link as seen by probes: seconds and percent; null without an address of that family. */
  rtt4: z.number().nullable(),
  rtt6: z.number().nullable(),
  loss4: z.number().nullable(),
  loss6: z.number().nullable(),
  /** Address families that the link carries, by addresses and neighbours of the interface or traffic counters. */
  families: z.enum(["dual", "ipv4-only", "ipv6-only", "unknown"]),
  /** Whether the node that hangs on this link has another way up. */
  resilience: z.enum(["dual", "single", "unknown"]),
  forecast: z.array(forecastSchema),
});
export type BackboneLinkView = z.infer<typeof backboneLinkSchema>;

export const nodeSchema = z.object({
  /** A region's path, or a school's or site's id. */
  id: z.string(),
  kind: z.enum(["province", "city", "county", "site", "school"]),
  name: z.string(),
  nameEn: z.string().optional(),
  path: z.string(),
  state: stateSchema,
  reasons: z.array(reasonSchema),
  /** Ways up that work now, of those registered. */
  waysUp: z.number(),
  waysRegistered: z.number(),
});
export type NodeView = z.infer<typeof nodeSchema>;

/** GET /api/v1/backbone?region=: links sorted by trouble, then use. */
export const backboneSchema = z.object({
  region: regionSchema,
  at: z.number(),
  totals: z.object({
    links: z.object({
      total: z.number(),
      good: z.number(),
      watch: z.number(),
      bad: z.number(),
      unknown: z.number(),
    }),
    saturated: z.number(),
    single: z.number(),
    failing: z.number(),
    ipv4Only: z.number(),
    /** bit/s. */
    capacity: z.number().nullable(),
    inRate: z.number().nullable(),
    outRate: z.number().nullable(),
  }),
  nodes: z.array(nodeSchema),
  links: z.array(backboneLinkSchema),
  /** Schools' links that were left out (and are in no total): a region of so many lists its backbone alone. */
  left: z.number().optional(),
  /** Links of the register whose months were read since campusd started; while it is under `of`, p95 may be missing. */
  read: z.object({ links: z.number(), of: z.number() }).optional(),
  /** Nodes whose devices see each other on a port without a link in the register. */
  unregistered: z
    .array(
      z.object({
        from: z.string(),
        device: z.string(),
        interface: z.string(),
        to: z.string(),
        toDevice: z.string(),
      }),
    )
    .optional(),
});
export type BackboneView = z.infer<typeof backboneSchema>;

/** GET /api/v1/links/{id}: the link, its months, its optics; its curves come from GET /api/v1/series. */
export const linkPageSchema = z.object({
  at: z.number(),
  region: z.array(regionSchema),
  link: backboneLinkSchema,
  /** Newest first; the running month is the first and says so by its `to`. */
  months: z.array(percentileSchema.extend({ month: z.string() })),
  optics: z.array(opticSchema),
  /** Mbit/s of the contract a class, and a pupil. */
  perClass: z.number().nullable(),
  perStudent: z.number().nullable(),
  /** [UTC ms of a day, share of capacity 0..1]: busy-hour use of school days, what the forecast rests on. */
  busyHours: z.array(z.tuple([z.number(), z.number()])),
});
export type LinkPageView = z.infer<typeof linkPageSchema>;
