import { createHash } from "node:crypto";
import type { DeviceFacts } from "../../inventory/facts.ts";
import type { Inventory } from "../../inventory/model.ts";
import type { Calendar } from "../calendar.ts";
import { ownMacs } from "./own-macs.ts";
import { routersOf, schoolHosts } from "./terminals.ts";

/** A school's terminals of one local day so far. */
export interface TerminalCount {
  readonly school: string;
  readonly seen: number;
  readonly ipv6: number;
  readonly dual: number;
}

export interface TerminalLedgerOptions {
  inventory(): Inventory;
  facts(device: string): DeviceFacts | undefined;
  readonly calendar: Calendar;
  /** So many random octets: the salt of a school's day. */
  random(octets: number): Uint8Array;
}

interface Day {
  readonly date: string;
  readonly salt: Uint8Array;
  /** Salted hash of the MAC to families: 1 IPv4, 2 IPv6. */
  readonly families: Map<string, number>;
}

const IPV4 = 1;
const IPV6 = 2;
const HASH_CHARACTERS = 16;
/** More is no school: a loop, or somebody who forges neighbours. */
const MOST_TERMINALS = 100_000;

/**
 * Counts the different terminals of each school and day. Neighbour caches forget within minutes to hours: what was
 * seen before is remembered as a hash with a salt of that school and day, in memory alone, and thrown away at midnight.
 */
export class TerminalLedger {
  readonly #options: TerminalLedgerOptions;
  readonly #days = new Map<string, Day>();

  constructor(options: TerminalLedgerOptions) {
    this.#options = options;
  }

  /** The count after these facts; undefined when they tell nothing of a school's terminals. */
  note(told: DeviceFacts): TerminalCount | undefined {
    const { inventory, facts, calendar, random } = this.#options;
    const campus = inventory();
    const device = campus.devices.get(told.device);
    const school = device && campus.schools.get(device.school);
    if (!device || !school || told.hosts.length === 0) return undefined;
    const links = campus.linksOf(school.id);
    const routers = routersOf([device], links, () => told);
    if (routers.length === 0) return undefined;
    const date = calendar.dateOf(told.at);
    let day = this.#days.get(school.id);
    if (day?.date !== date) {
      // Facts that come late do not bring yesterday back.
      if (day && day.date > date) return undefined;
      day = { date, salt: random(16), families: new Map() };
      this.#days.set(school.id, day);
    }
    const { salt, families } = day;
    schoolHosts(routers, links, ownMacs(campus.devicesOf(school.id), facts), (mac, { ipv4, ipv6 }) => {
      const key = createHash("sha256").update(salt).update(mac).digest("base64url").slice(0, HASH_CHARACTERS);
      const before = families.get(key);
      if (before === undefined && families.size >= MOST_TERMINALS) return;
      families.set(key, (before ?? 0) | (ipv4 ? IPV4 : 0) | (ipv6 ? IPV6 : 0));
    });
    let ipv6 = 0;
    let dual = 0;
    for (const has of families.values()) {
      if (has & IPV6) ipv6++;
      if (has === (IPV4 | IPV6)) dual++;
    }
    return { school: school.id, seen: families.size, ipv6, dual };
  }
}
