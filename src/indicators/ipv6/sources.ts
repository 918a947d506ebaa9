import type { DeviceFacts } from "../../inventory/facts.ts";
import type { Device, Link } from "../../inventory/model.ts";
import type { Tags } from "../../measurements/series.ts";
import type { SeriesResult } from "../../stores/contract.ts";
import type { IndicatorSources, UnknownReason, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import type { Confidence } from "../share.ts";
import { type OctetSlots, octetSlots, SLOT_MS, slotRange } from "./octet-slots.ts";

/**
 * Where octets by version come from, best first:
 * A `ip-if-stats` the egress interface (RFC 4293 ipIfStats); B `vendor` the maker's own counters of each version;
 * C `stations` what the Wi-Fi controllers count of their stations; D `ip-system-stats` the gateway as a whole,
 * if it forwards what it counts.
 */
export type SourceName = "ip-if-stats" | "vendor" | "stations" | "ip-system-stats";

export interface Octets {
  readonly source: SourceName;
  readonly confidence: Confidence;
  /** Both directions together, in the slots that are no gaps. */
  readonly ipv6: number;
  readonly all: number;
  readonly ipv6In: number;
  readonly ipv6Out: number;
  readonly slots: OctetSlots;
  readonly evidence: readonly Evidence[];
}

export interface Refusal {
  readonly why: UnknownReason;
  readonly evidence: readonly Evidence[];
}

/** Directions and families of one subject, as quantity ids. */
interface Counters {
  readonly in: string;
  readonly out: string;
}

const IP: Counters = { in: "ip.in_octets", out: "ip.out_octets" };
const VENDOR: Counters = { in: "ip.vendor_in_octets", out: "ip.vendor_out_octets" };
const STATIONS: Counters = { in: "wifi.station_in_octets", out: "wifi.station_out_octets" };
const WHOLE: Counters = { in: "interface.in_octets", out: "interface.out_octets" };

/** ifType of interfaces whose speed is that of a line and so the most that can be. */
const LINE_TYPES: ReadonlySet<string> = new Set([
  "ethernetCsmacd",
  "fastEther",
  "gigabitEthernet",
  "ieee8023adLag",
]);
const SERIES_OF_DEVICE = 2000;

/** Reads the counters of one window. One an evaluation: it remembers what several sources ask for. */
export class OctetReader {
  readonly #sources: IndicatorSources;
  readonly #window: Window;
  readonly #uptimes = new Map<string, Promise<SeriesResult | undefined>>();
  /** Whether any counter of IPv6 was found: what could not be used then was read too seldom. */
  found = false;

  constructor(sources: IndicatorSources, window: Window) {
    this.#sources = sources;
    this.#window = window;
  }

  /** A and B: the interface of a link. */
  async link(link: Link): Promise<Octets | undefined> {
    const tags = { device: link.device, interface: link.interface };
    const ceiling = lineOctets(this.#sources.facts(link.device), link.interface);
    const own = (result: SeriesResult): boolean => result.tags.interface === link.interface;
    return (
      (await this.#octets(IP, tags, own, { source: "ip-if-stats", confidence: "A" }, link, ceiling)) ??
      (await this.#octets(VENDOR, tags, own, { source: "vendor", confidence: "B" }, link, ceiling))
    );
  }

  /** B where the maker counts for the device as a whole (a broadband gateway's subscribers). */
  async device(device: Device): Promise<Octets | undefined> {
    const as = { source: "vendor", confidence: "B" } as const;
    return await this.#octets(VENDOR, { device: device.id }, noInterface, as, device, 0);
  }

  /** C: the stations of one Wi-Fi controller. */
  async stations(controller: Device): Promise<Octets | undefined> {
    const as = { source: "stations", confidence: "C" } as const;
    return await this.#octets(STATIONS, { device: controller.id }, noInterface, as, controller, 0);
  }

  /** D: the gateway as a whole; refused when it does not forward what it counts (snmp: ForwDatagrams). */
  async system(device: Device): Promise<Octets | Refusal | undefined> {
    const as = { source: "ip-system-stats", confidence: "D" } as const;
    const octets = await this.#octets(IP, { device: device.id }, noInterface, as, device, 0);
    if (!octets) return undefined;
    const [forwardedIn, forwardedOut] = await Promise.all(
      ["ip.in_forwarded", "ip.out_forwarded"].map((quantity) =>
        this.#read(quantity, { device: device.id }, noInterface),
      ),
    );
    const evidence: Evidence[] = [];
    let refused = false;
    for (const family of ["ipv4", "ipv6"] as const) {
      const amount = family === "ipv6" ? octets.ipv6 : octets.all - octets.ipv6;
      let forwarded = 0;
      for (const result of [...forwardedIn!, ...forwardedOut!]) {
        if (result.tags.family !== family) continue;
        const { octets: counted, samples } = octetSlots({ counters: [result] }, this.#window);
        forwarded += counted[0]!;
        evidence.push(this.#evidence(device, result, counted[0]!, samples));
      }
      if (amount > 0 && forwarded === 0) refused = true;
    }
    if (refused) return { why: "control-plane-counter", evidence: [...octets.evidence, ...evidence] };
    return { ...octets, evidence: [...octets.evidence, ...evidence] };
  }

  /** Whether the device was read at all in the window. */
  async answered(device: string): Promise<boolean> {
    return ((await this.#uptime(device))?.times.length ?? 0) > 0;
  }

  async #octets(
    { in: input, out: output }: Counters,
    tags: Tags,
    own: (result: SeriesResult) => boolean,
    as: { readonly source: SourceName; readonly confidence: Confidence },
    subject: Device | Link,
    ceiling: number,
  ): Promise<Octets | undefined> {
    const [ins, outs] = await Promise.all([this.#read(input, tags, own), this.#read(output, tags, own)]);
    const in6 = family(ins, "ipv6");
    const out6 = family(outs, "ipv6");
    if (!in6 || !out6) return undefined;
    this.found = true;
    let in4 = family(ins, "ipv4");
    let out4 = family(outs, "ipv4");
    let { confidence } = as;
    // Makers that count IPv6 alone: the whole is the interface's octets, which have the headers of the link in them.
    const whole = !in4 || !out4;
    if (whole) {
      if (tags.interface === undefined) return undefined;
      [in4, out4] = (
        await Promise.all([this.#read(WHOLE.in, tags, own), this.#read(WHOLE.out, tags, own)])
      ).map((list) => list[0]);
      if (confidence === "A") confidence = "B";
    }
    if (!in4 || !out4) return undefined;
    const counters = [in6, out6, in4, out4];
    const uptime = tags.device === undefined ? undefined : await this.#uptime(tags.device);
    const slots = octetSlots({ counters, uptime, ceiling }, this.#window);
    if (slots.gaps === slots.slots) return undefined;
    const [ipv6In, ipv6Out, restIn, restOut] = slots.octets as [number, number, number, number];
    const ipv6 = ipv6In + ipv6Out;
    const rest = restIn + restOut;
    return {
      source: as.source,
      confidence,
      ipv6,
      all: whole ? Math.max(ipv6, rest) : ipv6 + rest,
      ipv6In,
      ipv6Out,
      slots,
      evidence: counters.map((result, i) => this.#evidence(subject, result, slots.octets[i]!, slots.samples)),
    };
  }

  async #read(quantity: string, tags: Tags, own: (result: SeriesResult) => boolean): Promise<SeriesResult[]> {
    const results = await this.#sources.store.query({
      quantity,
      tags,
      ...slotRange(this.#window),
      stepMs: SLOT_MS,
      aggregate: "last",
      limit: SERIES_OF_DEVICE,
    });
    return results.filter((result) => own(result) && result.times.length > 0);
  }

  #uptime(device: string): Promise<SeriesResult | undefined> {
    let asked = this.#uptimes.get(device);
    if (!asked) {
      asked = this.#read("device.uptime", { device }, () => true).then((results) => results[0]);
      this.#uptimes.set(device, asked);
    }
    return asked;
  }

  #evidence(subject: Device | Link, result: SeriesResult, value: number, samples: number): Evidence {
    return {
      kind: "series",
      subject: subject.id,
      label: subject.name ?? subject.id,
      quantity: result.quantity,
      tags: result.tags,
      from: this.#window.from,
      to: this.#window.to,
      value,
      samples,
    };
  }
}

function noInterface(result: SeriesResult): boolean {
  return result.tags.interface === undefined;
}

function family(results: readonly SeriesResult[], name: "ipv4" | "ipv6"): SeriesResult | undefined {
  return results.find((result) => result.tags.family === name);
}

/** Octets a second that the interface can carry, 0 where its speed is no line's. */
function lineOctets(facts: DeviceFacts | undefined, key: string): number {
  const found = facts?.interfaces.find((one) => one.key === key);
  if (!found?.speed || (found.type !== undefined && !LINE_TYPES.has(found.type))) return 0;
  return found.speed / 8;
}
