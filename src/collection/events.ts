/**
 * Events: what happened at a moment, as opposed to samples, which say how things stand. The first source are
 * SNMP notifications (docs/traps.md).
 */

/** `unknown`: campusd does not know what the event means, so it does not guess how serious it is. */
export const EVENT_SEVERITIES = ["info", "warning", "critical", "unknown"] as const;
export type EventSeverity = (typeof EVENT_SEVERITIES)[number];

/** One named value that came with an event. Texts are cleaned (`cleanEventText`). */
export interface EventVarbind {
  /** Dotted, with its index: `1.3.6.1.2.1.2.2.1.8.12`. */
  readonly oid: string;
  /** `ifOperStatus.12`; absent when the object is not known. */
  readonly name?: string;
  /** At most 255 characters. */
  readonly value: string;
  /** The SMI type's name: `INTEGER`, `OCTET STRING`, `TimeTicks` ... */
  readonly type: string;
}

/** An event before it has its number. */
export interface EventDraft {
  /** UTC ms when it was received. */
  readonly at: number;
  /** The inventory's device; absent when several devices send from this address. */
  readonly device?: string;
  /** The school's id; absent when devices of several schools send from this address. */
  readonly school?: string;
  /**
   * `province/city/county/school`: who may see it. Shorter where devices of several schools send from this
   * address, "" when they have nothing in common.
   */
  readonly path: string;
  /** The address it came from. */
  readonly source: string;
  /** `linkDown`, `coldStart` ...: the notification's name, or its OID when it has none here. */
  readonly kind: string;
  readonly oid: string;
  readonly severity: EventSeverity;
  /** The series tag `interface` of the interface it is about, where it is about one that is known. */
  readonly interface?: string;
  readonly varbinds: readonly EventVarbind[];
  /** Values that came with it and are not kept, because there were too many. */
  readonly more: number;
  /** Events with the same text here, close in time, are one event that counts. */
  readonly fold: string;
}

export interface CampusEvent extends Omit<EventDraft, "fold"> {
  /** Grows with each event; never used again. */
  readonly id: number;
  /** UTC ms of the last repeat; `at` when there was none. */
  readonly lastAt: number;
  /** How often it came, 1 or more. */
  readonly count: number;
}

export interface EventQuery {
  /** Only events whose path is this or lies below it; "" for all. */
  readonly subtree: string;
  readonly device?: string;
  readonly school?: string;
  readonly kind?: string;
  readonly severity?: EventSeverity;
  /** UTC ms, inclusive. */
  readonly from?: number;
  /** UTC ms, exclusive. */
  readonly to?: number;
  /** Only events with a smaller id: the next page. */
  readonly before?: number;
  readonly limit: number;
}

/** What pages read events through. Synchronous and bounded by `limit`. */
export interface EventReader {
  /** Newest first. Throws E_STATE when the log cannot be read. */
  query(query: EventQuery): CampusEvent[];
  /** The newest events with an id over `id`, oldest first, from memory. */
  since(id: number, limit: number): CampusEvent[];
  /** Id of the newest event; 0 when there is none. */
  readonly newest: number;
}

/** Most characters of one text of an event. */
export const EVENT_TEXT_MOST = 255;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/g;

/**
 * A device's text made fit for pages, logs and terminals: no terminal sequences, no control, direction or
 * invisible characters (they become U+FFFD), line ends and tabs as spaces, at most 255 characters.
 */
export function cleanEventText(text: string): string {
  const clean = text
    .slice(0, 16 * EVENT_TEXT_MOST)
    .replace(ANSI, "")
    .replace(/[\t\r\n\u2028\u2029]+/g, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, "\ufffd")
    .trim();
  if (clean.length <= EVENT_TEXT_MOST) return clean;
  const cut = clean.slice(0, EVENT_TEXT_MOST - 1);
  // Half of a character is none.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
