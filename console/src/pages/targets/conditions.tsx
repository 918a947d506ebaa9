import { Icon } from "../../parts/icon.tsx";
import { Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { nameIn, plain } from "../../text/name.ts";
import type { TargetPageView } from "../../views.ts";
import { indicatorValue, limitText } from "./indicator.ts";

/** What the document says, and what a school has to fulfil for it: with the limits that hold, and who changed them. */
export function Conditions({ view }: { view: TargetPageView }) {
  const { words, preferences } = useConsole();
  const { targets: own } = words.value;
  const { target, conditions, rule, changes } = view;
  const language = preferences.language.value;
  const inWords = (zh: string, en: string): string => nameIn(language, { name: zh, nameEn: en });
  return (
    <section class="card">
      <header>
        <h2>{own.conditions}</h2>
        <p class="quiet">
          {rule.kind === "all"
            ? own.ruleAll
            : rule.kind === "tolerate"
              ? own.ruleTolerate(String(rule.failing ?? 0))
              : own.ruleScore(String(rule.least ?? 0))}
        </p>
      </header>
      {target.statement && (
        <blockquote class="statement">
          <p>{inWords(target.statement, target.statementEn)}</p>
          <footer class="quiet">
            <Icon name="file" size={14} />
            <Name text={inWords(target.document, target.documentEn)} />
            {target.clause && <span> · {inWords(target.clause, target.clauseEn)}</span>}
          </footer>
        </blockquote>
      )}
      <p class="meaning">
        {inWords(view.meaning, view.meaningEn)} <span class="quiet">{plain(target.definition)}</span>
      </p>
      <ul class="conditions">
        {conditions.map((condition) => (
          <li key={`${condition.indicator} ${condition.op}`}>
            <span>
              {indicatorName(condition.indicator, condition.meaning, own.indicators)}
              <span class="quiet">
                {[
                  condition.weight === null ? "" : own.points(String(condition.weight)),
                  condition.required ? own.required : "",
                  condition.whenKnown ? own.whenKnown : "",
                  own.overDays(condition.days),
                ]
                  .filter(Boolean)
                  .map((part) => ` · ${part}`)
                  .join("")}
              </span>
            </span>
            <b>{limitText(condition.op, condition.limit, condition.unit, words.value)}</b>
            {condition.shipped !== null && condition.shipped !== condition.limit && (
              <p class="changed">
                {own.changedFrom(indicatorValue(condition.shipped, condition.unit, words.value))}
                {condition.reason !== null && (
                  <>
                    {words.value.afterLead}
                    <Name text={inWords(condition.reason, condition.reasonEn ?? "")} />
                  </>
                )}
              </p>
            )}
          </li>
        ))}
      </ul>
      {changes.length > 0 && (
        <details class="fold changes">
          <summary>{own.changes(changes.length)}</summary>
          <ul>
            {changes.map((change) => (
              <li key={`${change.field} ${change.date}`}>
                {change.date} <Name text={change.who} />
                {words.value.afterLead}
                <code>{plain(change.field)}</code> {String(change.from ?? "–")} → {String(change.to)}
                {words.value.comma}
                <Name text={inWords(change.reason, change.reasonEn)} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** The console's own words for an indicator; one it does not know keeps the meaning that the server gave. */
export const indicatorName = (
  id: string,
  meaning: string,
  names: Readonly<Record<string, string>>,
): string => (Object.hasOwn(names, id) ? names[id]! : plain(meaning));
