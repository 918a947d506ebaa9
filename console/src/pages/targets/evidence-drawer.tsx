import { plainDate } from "../../charts/ticks.ts";
import { Drawer } from "../../parts/drawer.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Failed } from "../../parts/notice.tsx";
import { Letter } from "../../parts/share.tsx";
import { AsOf, Name } from "../../parts/value.tsx";
import { useConsole, useDocument } from "../../state/context.ts";
import { toSchool, toSeries } from "../../state/router.ts";
import { count, NOTHING, quantity } from "../../text/format.ts";
import { plain } from "../../text/name.ts";
import type { EvidenceView, State, TargetEvidenceView } from "../../views.ts";
import { term } from "../../words/term.ts";
import { indicatorName } from "./conditions.tsx";
import { indicatorValue, limitText } from "./indicator.ts";
import { VerdictMark } from "./verdict.tsx";

type Condition = TargetEvidenceView["conditions"][number];

const stateOf = (met: boolean | null): State => (met === null ? "unknown" : met ? "good" : "bad");

/** A school's verdict opened: conditions, the numbers they were judged by, and the readings those were made of. */
export function EvidenceDrawer({
  document,
  name,
  school,
}: {
  /** Below /api/v1. */
  document: string;
  name: string;
  school: string;
}) {
  const { router, words } = useConsole();
  const { targets: own } = words.value;
  const answer = useDocument<TargetEvidenceView>(document);
  const view = answer.value;
  return (
    <Drawer
      close={router.with({ school: null })}
      title={
        <>
          {view && <VerdictMark verdict={view.verdict} label />}
          <Name text={name || (view?.schoolName ?? school)} />
        </>
      }
    >
      {answer.failure && <Failed failure={answer.failure} retry={answer.retry} />}
      {!view && !answer.failure && <div class="bone bone-block" />}
      {view && (
        <>
          <p>
            <b>{own.verdicts[view.verdict]}</b>{" "}
            <span class="quiet">
              {own.onDate(view.date)}
              {view.score !== null &&
                ` · ${own.score(String(Math.round(view.score.sure)), String(Math.round(view.score.least)))}`}
            </span>
          </p>
          {view.conditions.map((condition) => (
            <ConditionView key={condition.indicator} condition={condition} />
          ))}
          <a class="button" href={toSchool(school)}>
            {words.value.school.open}
          </a>
        </>
      )}
    </Drawer>
  );
}

function ConditionView({ condition }: { condition: Condition }) {
  const { words } = useConsole();
  const { targets: own, evidence, why } = words.value;
  const { numerator, denominator, unknown, readings } = condition;
  return (
    <section class="evidence">
      <h3>
        <Mark state={stateOf(condition.met)} label />
        {indicatorName(condition.indicator, condition.meaning, own.indicators)}
      </h3>
      <p class="evidence-value">
        <b>
          {condition.value === null
            ? condition.why === null
              ? NOTHING
              : term(why, condition.why)
            : indicatorValue(condition.value, condition.unit, words.value)}
        </b>{" "}
        <span class="quiet">{limitText(condition.op, condition.limit, condition.unit, words.value)}</span>
      </p>
      <ul class="share-facts quiet">
        {numerator !== null && denominator !== null && (
          <li>
            {count(numerator).text} / {count(denominator).text}
          </li>
        )}
        {unknown > 0 && <li>{evidence.unknownMembers(count(unknown).text)}</li>}
        <li>{term(evidence.classes, condition.evidence)}</li>
        {condition.confidence !== null && (
          <li>
            {evidence.confidence} <Letter of={condition.confidence} />
          </li>
        )}
        <li>{own.window(plainDate(condition.from), plainDate(condition.to - 1))}</li>
        {condition.at !== null && (
          <li>
            <AsOf at={condition.at} kind="day" long />
          </li>
        )}
      </ul>
      {readings.length > 0 && (
        <details class="fold">
          <summary>{own.readings(readings.length)}</summary>
          <ul class="evidence-readings">
            {readings.map((reading, n) => (
              <li key={n}>
                <ReadingLine reading={reading} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** One reading: whose it is, what was read, and for a series the way to its chart. */
function ReadingLine({ reading }: { reading: EvidenceView }) {
  const { words } = useConsole();
  const { targets: own, quantities } = words.value;
  const { value } = reading;
  const text =
    value === null
      ? NOTHING
      : typeof value === "number"
        ? reading.unit === undefined
          ? String(Number(value.toPrecision(6)))
          : indicatorValue(value, reading.unit, words.value)
        : typeof value === "boolean"
          ? value
            ? own.yes
            : own.no
          : plain(value);
  const about =
    reading.kind === "series"
      ? term(quantities, reading.quantity ?? "")
      : reading.kind === "declaration"
        ? [reading.source, reading.date]
            .filter(Boolean)
            .map((part) => plain(part!))
            .join(" · ")
        : term(own.objects, reading.object ?? "");
  return (
    <>
      <span class="reading-of">
        <Name text={reading.label} />
        <span class="quiet">
          {own.kinds[reading.kind]} · {about}
          {reading.samples !== undefined && ` · ${own.samples(count(reading.samples).text)}`}
        </span>
      </span>
      <span class="reading-is">
        <b
          title={
            typeof value === "number" && reading.unit
              ? quantity(value, reading.unit, words.value).exact
              : undefined
          }
        >
          <bdi>{text}</bdi>
        </b>
        {reading.kind === "series" && reading.quantity !== undefined && (
          <a
            href={toSeries({
              ...reading.tags,
              quantity: reading.quantity,
              label: plain(reading.label),
              ...(reading.from === undefined ? {} : { from: String(reading.from) }),
              ...(reading.to === undefined ? {} : { to: String(reading.to) }),
            })}
          >
            {own.raw}
          </a>
        )}
        {reading.kind !== "series" && reading.at !== null && <AsOf at={reading.at} kind="day" />}
      </span>
    </>
  );
}
