import type { Verdict } from "../judge.ts";
import type { Course } from "../pace.ts";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

type Both = Readonly<Record<Language, string>>;

export const COURSE_WORDS: Readonly<Record<Course, Both>> = {
  reached: { zh: "已达到", en: "reached" },
  "on-track": { zh: "按期", en: "on track" },
  late: { zh: "滞后", en: "late" },
  unknown: { zh: "未知", en: "unknown" },
  "no-number": { zh: "无数字目标", en: "no number" },
};

export const VERDICT_WORDS: Readonly<Record<Verdict, Both>> = {
  met: { zh: "达标", en: "met" },
  declared: { zh: "申报达标", en: "declared" },
  "not-met": { zh: "未达标", en: "not met" },
  unknown: { zh: "未知", en: "unknown" },
  "not-applicable": { zh: "不适用", en: "not applicable" },
};

export const CLASS_WORDS = {
  measured: { zh: "实测", en: "measured" },
  inferred: { zh: "推断", en: "inferred" },
  declared: { zh: "申报", en: "declared" },
  unknown: { zh: "未知", en: "unknown" },
} as const;

export const TITLES = {
  targets: { zh: "目标", en: "Targets" },
  regions: { zh: "地区", en: "Regions" },
  schools: { zh: "学校", en: "Schools" },
  id: { zh: "编号", en: "Id" },
  name: { zh: "名称", en: "Name" },
  set: { zh: "目标集", en: "Set" },
  definition: { zh: "定义", en: "Definition" },
  document: { zh: "文件", en: "Document" },
  clause: { zh: "条款", en: "Clause" },
  region: { zh: "地区", en: "Region" },
  path: { zh: "路径", en: "Path" },
  date: { zh: "日期", en: "Date" },
  total: { zh: "学校数", en: "Schools" },
  counted: { zh: "应计", en: "Counted" },
  met: { zh: "达标", en: "Met" },
  declared: { zh: "申报达标", en: "Declared" },
  notMet: { zh: "未达标", en: "Not met" },
  unknown: { zh: "未知", en: "Unknown" },
  notApplicable: { zh: "不适用", en: "Not applicable" },
  rate: { zh: "达标率", en: "Rate" },
  rateKnown: { zh: "达标率（不计未知）", en: "Rate without unknown" },
  rateBest: { zh: "达标率（未知计达标）", en: "Rate with unknown as met" },
  byMeasured: { zh: "实测判定", en: "Judged by measurement" },
  byInferred: { zh: "推断判定", en: "Judged by inference" },
  byDeclared: { zh: "申报判定", en: "Judged by declaration" },
  wanted: { zh: "目标值", en: "Wanted" },
  by: { zh: "期限", en: "By" },
  amount: { zh: "数量", en: "Amount" },
  perMonth: { zh: "月进度", en: "Pace a month" },
  reached: { zh: "预计达到", en: "Reached at this pace" },
  course: { zh: "进展", en: "Course" },
  oldest: { zh: "最旧数据", en: "Oldest reading" },
  changed: { zh: "已调整", en: "Changed" },
  revised: { zh: "已修订", en: "Revised" },
  verdict: { zh: "判定", en: "Verdict" },
  evidence: { zh: "证据", en: "Evidence" },
  since: { zh: "起始日期", en: "Since" },
  newest: { zh: "最新数据", en: "Newest reading" },
} as const satisfies Record<string, Both>;

export const YES: Both = { zh: "是", en: "yes" };
