import { createHash } from "node:crypto";
import type { Region } from "../../inventory/model.ts";
import type { AnsweredDay, TargetState } from "../query.ts";
import { counted, rateOf, ratesOf, type Tally } from "../tally.ts";
import { percent, regionName } from "./tables.ts";
import { CLASS_WORDS, type Language } from "./words.ts";

/** The line of a report about one target in one region. */
export function reportLine(state: TargetState, date: string, language: Language): string {
  return language === "zh" ? chinese(state, date) : english(state, date);
}

function english({ target, tally, pace, course, revised }: TargetState, date: string): string {
  const met =
    tally.declared > 0
      ? `${whole(tally.met)} met and ${whole(tally.declared)} declared`
      : `${whole(tally.met)} met`;
  const parts = [
    `${met} of ${whole(counted(tally))}, ${whole(tally.unknown)} unknown`,
    `${rateText(tally, "en")} on ${date}${revised ? " (revised)" : ""}`,
  ];
  if (target.amount !== null)
    parts.push(
      `${tally.amount === null ? "none declared" : whole(tally.amount)} of ${whole(target.amount)} wanted`,
    );
  if (target.wanted !== null)
    parts.push(`target ${percent(target.wanted)}${target.by ? ` by ${target.by}` : ""}`);
  else if (target.by !== null) parts.push(`by ${target.by}`);
  if (course === "reached") parts.push("reached");
  else if (pace.reached !== null) parts.push(`at this pace reached ${pace.reached}`);
  else if (target.wanted !== null)
    parts.push(
      pace.perMonth === null
        ? `no pace yet (${pace.days} ${pace.days === 1 ? "day" : "days"})`
        : "at this pace never reached",
    );
  return `${target.name.en}: ${parts.join("; ")} [${target.document.en}, ${target.clause.en}]`;
}

function chinese({ target, tally, pace, course, revised }: TargetState, date: string): string {
  const met =
    tally.declared > 0
      ? `达标 ${whole(tally.met)} 所、申报达标 ${whole(tally.declared)} 所`
      : `达标 ${whole(tally.met)} 所`;
  const parts = [
    `应计 ${whole(counted(tally))} 所，${met}，未知 ${whole(tally.unknown)} 所`,
    `${date} ${rateText(tally, "zh")}${revised ? "（已修订）" : ""}`,
  ];
  if (target.amount !== null)
    parts.push(
      `${tally.amount === null ? "尚无申报" : `已有 ${whole(tally.amount)}`}，目标 ${whole(target.amount)}`,
    );
  if (target.wanted !== null)
    parts.push(`目标${target.by ? ` ${target.by} 前` : ""}达到 ${zh(target.wanted)}`);
  else if (target.by !== null) parts.push(`期限 ${target.by}`);
  if (course === "reached") parts.push("已达到");
  else if (pace.reached !== null) parts.push(`按此进度 ${pace.reached} 达到`);
  else if (target.wanted !== null)
    parts.push(pace.perMonth === null ? `进度未知（${pace.days} 天数据）` : "按此进度无法达到");
  return `${target.name.zh}：${parts.join("；")}〔${target.document.zh}，${target.clause.zh}〕`;
}

/** `84.9 % measured`; where classes meet, each by its own number: they share no percentage. */
function rateText(tally: Tally, language: Language): string {
  const rate = rateOf(tally);
  if (rate === null) return language === "zh" ? "无应计学校" : "no school counts";
  const classes = [
    ["measured", tally.metMeasured] as const,
    ["inferred", tally.metInferred] as const,
    ["declared", tally.declared] as const,
  ].filter(([, met]) => met > 0);
  const shown = language === "zh" ? zh(rate) : percent(rate);
  if (classes.length === 0) return shown;
  if (classes.length === 1) {
    const word = CLASS_WORDS[classes[0]![0]][language];
    return language === "zh" ? `${word} ${shown}` : `${shown} ${word}`;
  }
  const each = classes.map(([name, met]) => `${CLASS_WORDS[name][language]} ${whole(met)}`);
  return language === "zh"
    ? `${percent(rate)}（${each.join("、")}）`
    : `${percent(rate)} (${each.join(", ")})`;
}

/** `84.9%`: Chinese sets no space. */
function zh(share: number): string {
  return percent(share).replace(" ", "");
}

/** `22,310`. */
function whole(count: number): string {
  return String(Number(count.toFixed(2))).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

export interface Report {
  /** JSON with its keys in order and nothing that changes between two runs over the same day. */
  readonly content: string;
  /** Of the content's UTF-8 octets. */
  readonly sha256: string;
}

/** A day's numbers of a region as they are frozen. The same judged day is the same content. */
export function freezeReport(day: AnsweredDay, region: Region, states: readonly TargetState[]): Report {
  const content = `${JSON.stringify(
    ordered({
      form: "campusd-targets-1",
      date: day.date,
      final: day.record?.final ?? false,
      region: { path: region.path, name: region.name, nameEn: region.nameEn ?? null },
      book: day.record?.book ?? null,
      targets: states.map((state) => ({
        ...state.target,
        tally: state.tally,
        rates: ratesOf(state.tally),
        pace: state.pace,
        course: state.course,
        revised: state.revised,
        lines: { zh: reportLine(state, day.date, "zh"), en: reportLine(state, day.date, "en") },
      })),
    }),
    undefined,
    1,
  )}\n`;
  return { content, sha256: createHash("sha256").update(content).digest("hex") };
}

/** The same value with the keys of every object in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, ordered(one)]));
}

/** The report for a person: a heading, a line a target by set, and the seal. */
export function reportText(
  day: AnsweredDay,
  region: Region,
  states: readonly TargetState[],
  report: Report,
  language: Language,
): string {
  const heading = `${regionName(region, language)} ${day.date}`;
  const state = day.record?.final ? "" : language === "zh" ? "（当日未结束）" : " (the day still runs)";
  const lines = [`${heading}${state}`];
  let set = "";
  for (const one of states) {
    if (one.target.set !== set) {
      set = one.target.set;
      lines.push("", one.target.setName[language]);
    }
    lines.push(`  ${reportLine(one, day.date, language)}`);
  }
  lines.push("", `sha256 ${report.sha256}`);
  return `${lines.join("\n")}\n`;
}
