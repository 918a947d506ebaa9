import type { z } from "zod";
import type {
  deviceSchema,
  linkSchema,
  regionSchema,
  roomSchema,
  schoolSchema,
  siteSchema,
} from "./document.ts";

/** Frozen, whole, with every reference resolved: what the rest of the program reads. */
export interface Region extends Readonly<z.infer<typeof regionSchema>> {
  readonly level: "province" | "city" | "county";
  /** Path of the region above; undefined for a province. */
  readonly parent?: string;
}

export interface School extends Omit<Readonly<z.infer<typeof schoolSchema>>, "buildings" | "devices"> {
  /** `region/id`: province/city/county/school. */
  readonly path: string;
}

/** A place that is no school: a node of the backbone, an office. Devices and links name it where they name a school. */
export interface Site extends Omit<Readonly<z.infer<typeof siteSchema>>, "buildings" | "devices"> {
  /** `region/id`; shorter than a school's where the region is a province or city. */
  readonly path: string;
  readonly setting?: undefined;
  readonly students?: undefined;
  readonly classes?: undefined;
}

/** Where devices stand. What counts schools reads `schools`; what follows a device reads `place`. */
export type Place = School | Site;

export interface Building {
  readonly id: string;
  readonly school: string;
  readonly name: string;
}

export interface Room extends Readonly<z.infer<typeof roomSchema>> {
  readonly school: string;
  readonly building: string;
  /** `school/building/room`: unique. The tag `room` holds `building/room`. */
  readonly path: string;
}

export interface Device extends Readonly<z.infer<typeof deviceSchema>> {
  readonly school: string;
  /** `province/city/county/school`; of a site `region/site`. */
  readonly path: string;
}

export interface Link extends Readonly<z.infer<typeof linkSchema>> {
  /** School or site of the measured device. */
  readonly school: string;
}

/** Lookups are maps by id (regions and rooms by path). Built once; replaced whole after an import. */
export interface Inventory {
  readonly regions: ReadonlyMap<string, Region>;
  /** Schools alone: populations, totals and targets are made of these. */
  readonly schools: ReadonlyMap<string, School>;
  readonly sites: ReadonlyMap<string, Site>;
  /** By `school/building`. */
  readonly buildings: ReadonlyMap<string, Building>;
  /** By `school/building/room`. */
  readonly rooms: ReadonlyMap<string, Room>;
  readonly devices: ReadonlyMap<string, Device>;
  readonly links: ReadonlyMap<string, Link>;
  schoolsIn(regionPath: string): readonly School[];
  /** Sites at or below a region; of "" all. */
  sitesIn(regionPath: string): readonly Site[];
  /** The school or site of that id: `Device.school`, `Link.school`, `Room.school` name one of the two. */
  place(id: string): Place | undefined;
  devicesOf(school: string): readonly Device[];
  roomsOf(school: string): readonly Room[];
  linksOf(school: string): readonly Link[];
  /** Direct children regions of a region path; of "" the provinces. */
  regionsIn(regionPath: string): readonly Region[];
}
