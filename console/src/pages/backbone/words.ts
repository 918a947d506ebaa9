import { NOTHING, rate, ratio } from "../../text/format.ts";
import type { BackboneLinkView, ForecastView, PercentileView } from "../../views.ts";
import { term } from "../../words/term.ts";
import type { Words } from "../../words/zh.ts";

/** `约 12 周后达到 80 %（9 至 16 周）`: how long until a link is full, or why nobody can say. */
export function forecastText(forecast: ForecastView | undefined, words: Words): string {
  if (!forecast) return NOTHING;
  const { backbone: own } = words;
  const limit = `${forecast.limit}\u00a0%`;
  if (forecast.why !== null) return term(words.why, forecast.why);
  if (forecast.weeks === null) return own.forecastNever(limit);
  if (forecast.weeks === 0) return own.forecastNow(limit);
  const weeks = String(Math.round(forecast.weeks));
  const low = forecast.low === null ? "" : String(Math.round(forecast.low));
  const high = forecast.high === null ? "" : String(Math.round(forecast.high));
  return own.forecast(limit, weeks, low, high);
}

/** The nearer of the two limits that lies ahead: 80 % unless it is never reached. */
export const forecastAt = (link: BackboneLinkView, limit: number): ForecastView | undefined =>
  link.forecast.find((one) => one.limit === limit);

/** `91.2 %`, or `数据不足：71 % 的时段` when there is not enough to judge by. */
export function percentileText(p95: PercentileView, words: Words): string {
  if (p95.value !== null) return p95.use === null ? rate(p95.value).text : ratio(p95.use).text;
  if (p95.why === "too-few-slots" && p95.slotsWanted > 0)
    return words.backbone.tooFewSlots(ratio(p95.slots / p95.slotsWanted).text);
  return p95.why === null ? NOTHING : term(words.why, p95.why);
}
