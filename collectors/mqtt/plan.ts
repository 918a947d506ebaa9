import type { DeviceAssignment } from "../../src/collection/contract.ts";
import type { SeriesTable, TagKey, Tags } from "../../src/measurements/series.ts";
import type { MqttPlan, MqttPoint, MqttTopic } from "../../src/profiles/compiled.ts";
import { constantText } from "../../src/profiles/constant-text.ts";

/** A topic of one device: what its messages mean, and what came last. */
export interface BoundTopic {
  readonly topic: MqttTopic;
  readonly device: BoundDevice;
  readonly points: readonly { readonly point: MqttPoint; readonly series: number }[];
  /** Fingerprint of the last payload, and the device's own time in it. */
  lastPayload: string;
  lastTime: number | undefined;
}

export interface BoundDevice {
  readonly assignment: DeviceAssignment;
  readonly silentAfterMs: number;
  readonly upSeries: number;
  readonly topics: readonly BoundTopic[];
  readonly routes: readonly Route[];
  /** Monotonic ms of the last sign of life, or of the assignment. */
  since: number;
  /** The connection that brought it; undefined before the first. */
  heardOn: string | undefined;
  /** The device, or its last will, said that it is offline. */
  offline: boolean;
  /** Monotonic ms of the last sample of device.up. */
  toldAt: number;
  /** Identity members as last told. */
  identity: Readonly<Record<string, string>>;
  told: boolean;
}

/** A topic template as the broker and the look-up need it. */
export interface Route {
  readonly template: string;
  /** Placeholders are `+`. */
  readonly filter: string;
  /** Literal levels; undefined stands for a placeholder. */
  readonly levels: readonly (string | undefined)[];
  readonly deviceLevel: number;
  /** -1 when the template does not name the school. */
  readonly schoolLevel: number;
  readonly devices: Map<string, BoundTopic>;
}

export type Found =
  | { readonly kind: "bound"; readonly bound: BoundTopic }
  /** The device is known, and the topic places it in another school. */
  | { readonly kind: "misplaced" }
  | { readonly kind: "unknown" };

const UNKNOWN: Found = { kind: "unknown" };
const MISPLACED: Found = { kind: "misplaced" };
const MOST_LEVELS = 64;

/** From topic to device: templates by their number of levels, devices by their id. */
export class RouteTable {
  readonly #routes = new Map<string, Route>();
  readonly #byLevels = new Map<number, Route[]>();

  /** The subscription filters that are needed now. */
  filters(): Set<string> {
    return new Set([...this.#routes.values()].map((route) => route.filter));
  }

  /** The route of a template, a new one if it was not there. */
  enter(template: string): Route {
    const known = this.#routes.get(template);
    if (known) return known;
    const route = compileTemplate(template);
    this.#routes.set(template, route);
    const list = this.#byLevels.get(route.levels.length);
    if (list) list.push(route);
    else this.#byLevels.set(route.levels.length, [route]);
    return route;
  }

  /** Takes a device out of a route; a route without devices is dropped. */
  leave(route: Route, device: string): void {
    route.devices.delete(device);
    if (route.devices.size > 0 || this.#routes.get(route.template) !== route) return;
    this.#routes.delete(route.template);
    const list = this.#byLevels.get(route.levels.length)!;
    list.splice(list.indexOf(route), 1);
  }

  /**
   * Whose topic this is. The device comes from the topic, and where the topic names a school it must be the
   * school of the inventory: a gateway of one school cannot speak for a device of another.
   */
  find(topic: string): Found {
    const levels = topic.split("/", MOST_LEVELS + 1);
    let found = UNKNOWN;
    for (const route of this.#byLevels.get(levels.length) ?? []) {
      if (!route.levels.every((level, i) => level === undefined || level === levels[i])) continue;
      const bound = route.devices.get(levels[route.deviceLevel]!);
      if (!bound) continue;
      const { school } = bound.device.assignment.tags;
      if (route.schoolLevel >= 0 && levels[route.schoolLevel] !== school) {
        found = MISPLACED;
        continue;
      }
      return { kind: "bound", bound };
    }
    return found;
  }
}

function compileTemplate(template: string): Route {
  const names = template.split("/").map((level) => /^\{(\w+)\}$/.exec(level)?.[1]);
  const levels = template.split("/").map((level, i) => (names[i] === undefined ? level : undefined));
  return {
    template,
    levels,
    filter: levels.map((level) => level ?? "+").join("/"),
    deviceLevel: names.indexOf("device"),
    schoolLevel: names.indexOf("school"),
    devices: new Map(),
  };
}

/** Makes the series of a device and enters its topics. */
export function bindDevice(
  assignment: DeviceAssignment,
  plan: MqttPlan,
  table: SeriesTable,
  routes: RouteTable,
  now: number,
): BoundDevice {
  const topics: BoundTopic[] = [];
  const entered: Route[] = [];
  const device: BoundDevice = {
    assignment,
    silentAfterMs: plan.silentAfterMs,
    upSeries: table.intern("device.up", assignment.tags),
    topics,
    routes: entered,
    since: now,
    heardOn: undefined,
    offline: false,
    toldAt: Number.NEGATIVE_INFINITY,
    identity: {},
    told: false,
  };
  for (const topic of plan.topics) {
    const bound: BoundTopic = {
      topic,
      device,
      points: topic.points.map((point) => ({
        point,
        series: table.intern(point.quantity.id, pointTags(assignment.tags, point.tags)),
      })),
      lastPayload: "",
      lastTime: undefined,
    };
    const route = routes.enter(topic.template);
    route.devices.set(assignment.device, bound);
    topics.push(bound);
    entered.push(route);
  }
  return device;
}

function pointTags(device: Tags, own: MqttPoint["tags"]): Tags {
  const tags: Partial<Record<TagKey, string>> = { ...device };
  for (const [key, template] of own) {
    const text = constantText(template);
    if (text) tags[key] = text;
  }
  return tags;
}
