import { toDevice, toSchool } from "../state/router.ts";
import type { CountyView, DeviceView, Reason, RoomView, SchoolRow, SchoolView, State } from "../views.ts";
import { term } from "../words/term.ts";
import type { Words } from "../words/zh.ts";
import { count, seconds as duration, percent, quantity } from "./format.ts";
import { nameIn, plain } from "./name.ts";
import { byTrouble, portState, SERIOUSNESS } from "./order.ts";
import { moment } from "./time.ts";

/** One thing the sentence says: a link where there is something to look at. */
export interface Clause {
  readonly text: string;
  readonly state: State;
  readonly href?: string;
}

/** `lead` answers the question; the clauses say why, most serious first. */
export interface Sentence {
  readonly lead: string;
  readonly state: State;
  readonly clauses: readonly Clause[];
  /** "2 more", when not all is said. */
  readonly rest?: string;
}

const MOST_CLAUSES = 3;

function readable(reason: Reason, words: Words): string {
  const { value, part } = reason;
  if (value === undefined) return "";
  switch (reason.code) {
    case "uplink-saturated":
    case "uplink-busy":
    case "ups-battery-low":
      return percent(value).text;
    case "board-hot":
      return quantity(value, "degC", words).text;
    case "air-poor":
      return quantity(value, "ppm", words).text;
    case "optic-low":
      return quantity(value, "dBm", words).text;
    case "part-failed":
      // How many they are says little beside a part without a name.
      if (!part) return "";
      return value > 1 ? words.partAndMore(plain(part), value - 1) : plain(part);
    case "port-errors":
      return String(Number(value.toPrecision(3)));
    default:
      return count(value).text;
  }
}

/** Poor air is either too much CO₂ or a room too hot or cold; no outdoor air has as few ppm as a room has degrees. */
const COLDEST_PPM = 200;

/** What is wrong, without saying with what: `自 07:52 起失联`. */
function predicate(reason: Reason, words: Words, now: number): string {
  const since = reason.since === undefined ? "" : moment(reason.since, now);
  if (reason.code === "air-poor" && reason.value !== undefined && reason.value < COLDEST_PPM) {
    return words.roomTemperature(quantity(reason.value, "degC", words).text);
  }
  return words.reason[reason.code](readable(reason, words), since);
}

/** `大屏自 07:52 起失联`; without the kind of thing when `name` says it already (`302 大屏`). */
function withSubject(reason: Reason, words: Words, now: number, name = ""): string {
  const what = predicate(reason, words, now);
  const subject = term(words.subject, reason.code);
  if (subject === reason.code || name.toLowerCase().includes(subject.toLowerCase())) return what;
  return words.about(subject, what);
}

/** Reasons that name their thing themselves, so that its name before them would say it twice. */
const SELF_EVIDENT: ReadonlySet<string> = new Set([
  "uplink-down",
  "uplink-saturated",
  "uplink-busy",
  "uplink-single",
  "uplink-elsewhere",
  "aps-offline",
  "no-data",
  "stale",
]);

/** What is wrong with what, for a reader who knows the place already (`known` is its name). */
export function reasonText(reason: Reason, words: Words, now: number, known = ""): string {
  const name = reason.name ? plain(reason.name) : "";
  if (!name || name === known || SELF_EVIDENT.has(reason.code)) return withSubject(reason, words, now, known);
  return words.about(name, withSubject(reason, words, now, name));
}

const needy = (state: State): boolean => state === "bad" || state === "watch";

export function countySentence(
  view: CountyView,
  words: Words,
  language: "zh" | "en",
  now: number,
  drawer: (school: string) => string,
): Sentence {
  const total = view.schools.length;
  const need = view.schools.filter((row) => needy(row.state)).sort((a, b) => byTrouble(a, b));
  const unknown = view.schools.filter((row) => row.state === "unknown").length;
  if (need.length === 0 && unknown === 0)
    return { lead: words.county.good(total), state: "good", clauses: [] };
  if (need.length === 0) {
    return { lead: words.county.needOnlyUnknown(unknown, total) + words.stop, state: "unknown", clauses: [] };
  }
  const clauses = need.slice(0, MOST_CLAUSES).map((row) => {
    const name = nameIn(language, row);
    const reason = row.reasons[0];
    return {
      text: reason ? words.aboutPlace(name, reasonText(reason, words, now, row.name)) : name,
      state: row.state,
      href: drawer(row.id),
    };
  });
  const rest = [
    need.length > MOST_CLAUSES ? words.county.moreSchools(need.length - MOST_CLAUSES) : "",
    unknown > 0 ? words.county.unknown(unknown) : "",
  ].filter(Boolean);
  return {
    lead: words.county.need(need.length, total),
    state: need[0]!.state,
    clauses,
    ...(rest.length > 0 ? { rest: rest.join(words.comma) } : {}),
  };
}

/** `302：大屏自 07:52 起失联` */
export function roomClause(room: RoomView, words: Words, now: number): string {
  const name = plain(room.name);
  const reason = room.reasons[0];
  return reason
    ? words.aboutPlace(name, withSubject(reason, words, now))
    : words.aboutPlace(name, words.state[room.state]);
}

/** Where to look at what a school's reason is about: the port of its link, or its device. */
function hrefOf(subject: string | undefined, view: SchoolView): string | undefined {
  const link = view.links.find((one) => one.id === subject);
  if (link) return toDevice(link.device, link.interface);
  return view.devices.some((one) => one.id === subject) ? toDevice(subject!) : undefined;
}

const worstRoom = (a: RoomView, b: RoomView): number => SERIOUSNESS[a.state] - SERIOUSNESS[b.state];

export function schoolSentence(view: SchoolView, words: Words, now: number): Sentence {
  const { school } = view;
  const own = school.reasons.filter((reason) => !isOfRoom(reason.code)).slice(0, 2);
  // A room whose worst trouble the school's own clauses say already is not said again.
  const told = new Set(own.map((reason) => `${reason.code} ${reason.subject}`));
  const need = view.rooms
    .filter((room) => needy(room.state) && !told.has(`${room.reasons[0]?.code} ${room.reasons[0]?.subject}`))
    .sort(worstRoom);
  const ofSchool: Clause[] = own.map((reason) => {
    const href = hrefOf(reason.subject, view);
    return {
      text: reasonText(reason, words, now, school.name),
      state: school.state,
      ...(href === undefined ? {} : { href }),
    };
  });
  const clauses = need.slice(0, MOST_CLAUSES - Math.min(1, ofSchool.length)).map((room) => ({
    text: roomClause(room, words, now),
    state: room.state,
    href: toSchool(school.id, room.path),
  }));
  const { ready, total } = school.rooms;
  const lead =
    total === 0
      ? words.school.noRooms(school.devices.up, school.devices.total)
      : ready === total
        ? words.school.allReady(total)
        : words.school.ready(ready, total);
  const said = [...ofSchool.slice(0, 1), ...clauses, ...ofSchool.slice(1)];
  const left = need.length - clauses.length;
  const full = said.length === 0 && !lead.endsWith(words.stop) ? lead + words.stop : lead;
  return {
    lead: full,
    state: said.length === 0 ? school.state : said.some((c) => c.state === "bad") ? "bad" : school.state,
    clauses: said,
    ...(left > 0 ? { rest: words.school.moreRooms(left) } : {}),
  };
}

const ROOM_CODES: ReadonlySet<string> = new Set([
  "board-silent",
  "board-fault",
  "board-hot",
  "ap-offline",
  "sensor-silent",
  "air-poor",
]);
const isOfRoom = (code: string): boolean => ROOM_CODES.has(code);

/** What the lead says already of a device that does not answer. */
const SAYS_DOWN: ReadonlySet<string> = new Set([
  "device-down",
  "device-unknown",
  "board-silent",
  "ap-offline",
  "sensor-silent",
  "meter-silent",
  "no-data",
  "stale",
]);

/** "S5735 in building B, up 43 days, 2 of 52 ports with errors." */
export function deviceSentence(view: DeviceView, words: Words, now: number): Sentence {
  const { device } = view;
  const what = plain(
    view.identity.model ?? device.model ?? words.roles[device.role as keyof Words["roles"]] ?? device.role,
  );
  const head = device.roomName ? `${what}${words.comma}${words.device.inRoom(plain(device.roomName))}` : what;
  const bad = view.interfaces.filter((port) => ["bad", "watch"].includes(portState(port))).length;
  const parts: string[] = [head];
  if (device.up === "down")
    parts.push(words.device.down(device.since === null ? "" : moment(device.since, now)));
  else if (device.up === "unknown") parts.push(words.device.upUnknown);
  else {
    if (view.uptime === null && view.interfaces.length === 0) parts.push(words.device.answering);
    if (view.uptime !== null) parts.push(words.device.upFor(duration(view.uptime, words).text));
    if (view.interfaces.length > 0) {
      parts.push(
        bad > 0
          ? words.device.portsBad(bad, view.interfaces.length)
          : words.device.portsGood(view.interfaces.length),
      );
    }
  }
  const clauses: Clause[] = device.reasons
    .filter((reason) =>
      device.up === "up" ? reason.code !== "port-errors" || bad === 0 : !SAYS_DOWN.has(reason.code),
    )
    .slice(0, MOST_CLAUSES)
    .map((reason) => ({ text: reasonText(reason, words, now, device.name), state: device.state }));
  const lead = parts.join(words.comma);
  return { lead: clauses.length === 0 ? lead + words.stop : lead, state: device.state, clauses };
}

/** All reasons of a row, as words. */
export const reasonsOf = (row: Pick<SchoolRow, "reasons" | "name">, words: Words, now: number): string[] =>
  row.reasons.map((reason) => reasonText(reason, words, now, row.name));
