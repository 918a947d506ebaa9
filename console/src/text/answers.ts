import { monthText } from "../charts/ticks.ts";
import type {
  BackboneLinkView,
  BackboneView,
  LinkPageView,
  State,
  TargetRow,
  TargetsView,
} from "../views.ts";
import type { Words } from "../words/zh.ts";
import { count, percent, rate, ratio, speed } from "./format.ts";
import { nameIn } from "./name.ts";
import { type Clause, reasonText, type Sentence } from "./sentence.ts";

const MOST_CLAUSES = 3;
const needy = (state: State): boolean => state === "bad" || state === "watch";

/** "3 of 84 links need you: Yulin No. 2 runs at 96 % since 08:10; ..." */
export function backboneSentence(
  view: BackboneView,
  words: Words,
  now: number,
  nameOf: (link: BackboneLinkView) => string,
  drawer: (link: string) => string,
): Sentence {
  const { backbone: own } = words;
  const { total, unknown } = view.totals.links;
  const need = view.links.filter((link) => needy(link.state));
  if (need.length === 0) {
    return unknown > 0
      ? { lead: own.onlyUnknown(unknown, total) + words.stop, state: "unknown", clauses: [] }
      : { lead: own.good(total), state: "good", clauses: [] };
  }
  const clauses = need.slice(0, MOST_CLAUSES).map((link): Clause => {
    const name = nameOf(link);
    const reason = link.reasons[0];
    return {
      text: words.aboutPlace(
        name,
        reason ? reasonText(reason, words, now, link.name) : words.state[link.state],
      ),
      state: link.state,
      href: drawer(link.id),
    };
  });
  const rest = [
    need.length > MOST_CLAUSES ? own.more(need.length - MOST_CLAUSES) : "",
    unknown > 0 ? own.unknown(unknown) : "",
  ].filter(Boolean);
  return {
    lead: own.need(need.length, total),
    state: need[0]!.state,
    clauses,
    ...(rest.length > 0 ? { rest: rest.join(words.comma) } : {}),
  };
}

/** "962 Mbit/s of 1 Gbit/s (96 %) now; 95th percentile of the month 91 %; 80 % is reached already." */
export function linkSentence(
  view: LinkPageView,
  words: Words,
  now: number,
  p95: string,
  forecast: string,
): Sentence {
  const { backbone: own } = words;
  const { link } = view;
  const down = link.reasons.some((reason) => reason.code === "uplink-down");
  const larger = Math.max(link.inRate ?? 0, link.outRate ?? 0);
  const lead =
    down || link.use === null
      ? down
        ? own.linkDown
        : own.linkUnknown
      : own.linkRuns(rate(larger).text, speed(link.capacity).text, percent(link.use).text);
  const clauses: Clause[] = link.reasons
    .filter((reason) => !down || reason.code !== "uplink-down")
    .slice(0, MOST_CLAUSES)
    .map((reason) => ({ text: reasonText(reason, words, now, link.name), state: link.state }));
  clauses.push({
    text: words.about(own.p95Month, p95),
    state:
      link.p95.use === null
        ? "unknown"
        : link.p95.use >= 0.9
          ? "bad"
          : link.p95.use >= 0.7
            ? "watch"
            : "good",
  });
  const eighty = link.forecast.find((one) => one.limit === 80);
  clauses.push({
    text: forecast,
    state:
      !eighty || eighty.why !== null
        ? "unknown"
        : eighty.weeks === null
          ? "good"
          : eighty.weeks <= 12
            ? "watch"
            : "good",
  });
  return { lead, state: link.state, clauses };
}

export const targetName = (target: TargetRow, language: "zh" | "en"): string =>
  nameIn(language, { name: target.name, nameEn: target.nameEn });

/** The state that a target's course looks like: late is for somebody to act, not yet a failure. */
export function courseState(course: TargetRow["course"]): State {
  switch (course) {
    case "reached":
    case "on-track":
      return "good";
    case "late":
      return "bad";
    case "unknown":
    case "no-number":
      return "unknown";
  }
}

/**
 * "Wi-Fi coverage 84.9 % (18,940 of 22,310 schools met, 1,205 unknown); at this pace 100 % in March 2028, target
 * December 2027."
 */
export function targetText(target: TargetRow, words: Words, language: "zh" | "en"): string {
  const { targets: own } = words;
  const { tally, pace } = target;
  const counted = tally.total - tally.notApplicable;
  const name = targetName(target, language);
  if (tally.rate === null) return own.noSchool(name);
  if (tally.unknown === counted) return own.allUnknown(name, count(counted).text);
  const head = own.head(
    name,
    ratio(tally.rate).text,
    count(tally.met + tally.declared).text,
    count(counted).text,
    tally.unknown > 0 ? count(tally.unknown).text : "",
  );
  const wanted = target.wanted === null ? "" : ratio(target.wanted).text;
  const by = target.by === null ? "" : monthText(target.by.slice(0, 7), language);
  const course =
    target.course === "reached"
      ? own.reachedAlready
      : pace.reached !== null
        ? own.reachedAt(wanted, monthText(pace.reached, language))
        : target.wanted === null
          ? ""
          : pace.perMonth === null
            ? own.paceUnknown
            : own.reachedNever(wanted);
  const due = by && target.course !== "reached" ? own.due(by) : "";
  return [head, [course, due].filter(Boolean).join(words.comma)].filter(Boolean).join(words.between);
}

/** The rate as it is read; where nothing is known of any school it is not 0 but unknown. */
export const rateText = (
  { rate, unknown, total, notApplicable }: TargetRow["tally"],
  words: Words,
): string => (rate !== null && unknown === total - notApplicable ? words.unknown : ratio(rate).text);

/** A course in words; what is late and whose day has come is overdue. `today` is a local date. */
export const courseText = (target: TargetRow, words: Words, today: string): string =>
  target.course === "late" && target.by !== null && target.by < today
    ? words.targets.overdue
    : words.targets.courses[target.course];

/** Nothing is known of any school: such a target waits behind those of which something is. */
const silent = ({ tally }: TargetRow): boolean => tally.unknown === tally.total - tally.notApplicable;

const URGENCY: Readonly<Record<TargetRow["course"], number>> = {
  late: 0,
  unknown: 1,
  "on-track": 2,
  reached: 3,
  "no-number": 4,
};

/** Late ones first, then as the document orders them; those of which nothing is known come last. */
export const byUrgency = (targets: readonly TargetRow[]): TargetRow[] => {
  const rank = (target: TargetRow): number => URGENCY[target.course] + (silent(target) ? 10 : 0);
  return [...targets].sort((a, b) => rank(a) - rank(b));
};

/** The chosen target in full, then the other late ones. */
export function targetsSentence(
  view: TargetsView,
  chosen: TargetRow,
  words: Words,
  language: "zh" | "en",
  hrefOf: (target: string) => string,
): Sentence {
  const { targets: own } = words;
  const late = byUrgency(view.targets).filter(
    (target) => target.course === "late" && target.id !== chosen.id,
  );
  const clauses = late.slice(0, MOST_CLAUSES - 1).map(
    (target): Clause => ({
      text: own.lateBrief(
        targetName(target, language),
        rateText(target.tally, words),
        courseText(target, words, view.date),
      ),
      state: "bad",
      href: hrefOf(target.id),
    }),
  );
  const more = late.length - clauses.length;
  return {
    lead: targetText(chosen, words, language) + words.stop,
    state: courseState(chosen.course),
    clauses,
    ...(more > 0 ? { rest: own.moreLate(more) } : {}),
  };
}
