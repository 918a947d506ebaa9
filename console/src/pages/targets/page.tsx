import { useEffect } from "preact/hooks";
import { dateOf, plainDate } from "../../charts/ticks.ts";
import { Icon } from "../../parts/icon.tsx";
import { Failed, Missing, Quiet, Skeleton, Welcome } from "../../parts/notice.tsx";
import { SentenceView } from "../../parts/sentence.tsx";
import { AsOf, Figure, Name, Share, Value } from "../../parts/value.tsx";
import { useConsole, useDocument } from "../../state/context.ts";
import { usePolled } from "../../state/polled.ts";
import { byUrgency, targetsSentence } from "../../text/answers.ts";
import { count, ratio } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import { ancestors } from "../../text/regions.ts";
import type { RegionsView, TargetRow, TargetsView } from "../../views.ts";
import { usePlace } from "../title.ts";
import { TargetsList } from "./list.tsx";
import { Target } from "./target.tsx";
import { countedOf } from "./verdict.tsx";
import "../../styles/targets.css";

/** Verdicts are made of days: asking each minute is plenty. */
const EVERY_MS = 60_000;

/** Are we on the way? */
export function TargetsPage({ path }: { path: string }) {
  const { router, words, preferences } = useConsole();
  const { pages, targets: own } = words.value;
  const language = preferences.language.value;
  const { query } = router.place.value;
  const asked = query.get("date");
  const date = asked !== null && /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : null;
  const {
    value: view,
    failure,
    retry,
  } = usePolled<TargetsView>(
    `/targets?region=${encodeURIComponent(path)}${date === null ? "" : `&date=${date}`}`,
    EVERY_MS,
  );
  const regions = useDocument<RegionsView>("/regions").value?.regions;
  usePlace(
    view ? `${pages.targets} ${nameIn(language, view.region)}` : pages.targets,
    view && regions && { regions: ancestors(view.region, regions) },
  );
  const level = view?.region.level;
  useEffect(() => {
    if (level === "province") preferences.places.value = { ...preferences.places.peek(), province: path };
  }, [level, path]);
  if (failure) {
    if (failure.status === 404) return <Missing />;
    return (
      <>
        <Failed failure={failure} retry={retry} />
        {date !== null && (
          <p>
            <a class="button" href={router.with({ date: null })}>
              {own.newestDay}
            </a>
          </p>
        )}
      </>
    );
  }
  if (!view) return <Skeleton tiles={12} />;
  const chosen =
    view.targets.find((target) => target.id === query.get("target")) ?? byUrgency(view.targets)[0];
  if (!chosen) return regions?.length === 0 ? <Welcome /> : <Quiet>{own.empty}</Quiet>;
  return (
    <>
      <div class="lead">
        <p class="overline">
          <Name text={nameIn(language, view.region)} />
          <span class="quiet">{pages.targets}</span>
        </p>
        <SentenceView
          sentence={targetsSentence(view, chosen, words.value, language, (target) =>
            router.with({ target, school: null }),
          )}
        />
        <div class="lead-foot">
          <Dates date={view.date} />
          <AsOf at={view.judgedAt} kind="day" long />
          {!view.final && <span class="quiet">{own.running}</span>}
        </div>
      </div>
      <Figures target={chosen} />
      <TargetsList targets={view.targets} chosen={chosen.id} region={path} date={date} today={view.date} />
      <Target key={chosen.id} target={chosen} region={view.region} date={date} />
    </>
  );
}

const DAY = 86_400_000;

/** The day that is answered, and the way to the days before and after it. */
function Dates({ date }: { date: string }) {
  const { router, words, minute } = useConsole();
  const { targets: own } = words.value;
  const at = dateOf(date);
  const next = plainDate(at + DAY * 1.5);
  const today = plainDate(minute.value);
  return (
    <span class="dates">
      <a
        class="icon-button"
        href={router.with({ date: plainDate(at - DAY / 2) })}
        aria-label={own.dayBefore}
        title={own.dayBefore}
      >
        <Icon name="back" size={12} />
      </a>
      <b>{date}</b>
      {date < today && (
        <a
          class="icon-button"
          href={router.with({ date: next >= today ? null : next })}
          aria-label={own.dayAfter}
          title={own.dayAfter}
        >
          <Icon name="next" size={12} />
        </a>
      )}
    </span>
  );
}

/** The numbers behind the rate of the chosen target; unknown is one of them, never hidden. */
function Figures({ target }: { target: TargetRow }) {
  const { words } = useConsole();
  const { targets: own } = words.value;
  const { tally } = target;
  const counted = countedOf(tally);
  return (
    <dl class="figures">
      <Figure
        label={own.verdicts.met}
        detail={
          tally.declared > 0
            ? own.ofThemDeclared(count(tally.declared).text)
            : tally.classes.inferred.met > 0
              ? own.ofThemInferred(count(tally.classes.inferred.met).text)
              : tally.met > 0
                ? own.measuredOnly
                : ""
        }
      >
        <Share part={tally.met + tally.declared} of={counted} />
      </Figure>
      <Figure label={own.verdicts["not-met"]}>
        <Value shown={count(tally.notMet)} />
      </Figure>
      <Figure label={own.verdicts.unknown} detail={own.unknownWhy}>
        <Value shown={count(tally.unknown)} />
      </Figure>
      <Figure label={own.measuredShare} detail={own.measuredShareWhy}>
        <Value shown={ratio(tally.measuredShare)} />
      </Figure>
      <Figure label={own.oldest} detail={own.notApplicable(count(tally.notApplicable).text)}>
        <AsOf at={tally.oldest} kind="day" />
      </Figure>
    </dl>
  );
}
