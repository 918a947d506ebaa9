import { PortTraffic } from "../../charts/port-traffic.tsx";
import { Failed, Skeleton } from "../../parts/notice.tsx";
import { SentenceView } from "../../parts/sentence.tsx";
import { AsOf, Figure, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { usePolled } from "../../state/polled.ts";
import { toBackbone, toSchool } from "../../state/router.ts";
import { linkSentence } from "../../text/answers.ts";
import { digits, NOTHING, percent, quantity, rate, ratio } from "../../text/format.ts";
import { nameIn, plain } from "../../text/name.ts";
import type { LinkPageView } from "../../views.ts";
import { LinkState } from "../backbone/link-facts.tsx";
import { forecastAt, forecastText, percentileText } from "../backbone/words.ts";
import { usePlace } from "../title.ts";
import { Forecast } from "./forecast.tsx";
import { Months } from "./months.tsx";
import { Optics } from "./optics.tsx";
import "../../styles/backbone.css";

/** How is this link, how was it, and how long will it do? */
export function LinkPage({ id }: { id: string }) {
  const console = useConsole();
  const words = console.words.value;
  const language = console.preferences.language.value;
  const { value: view, failure, at, retry } = usePolled<LinkPageView>(`/links/${encodeURIComponent(id)}`);
  usePlace(
    view ? plain(view.link.name) : "",
    view && {
      regions: view.region,
      ...(view.link.schoolName
        ? {
            school: {
              id: view.link.school,
              name: view.link.schoolName,
              nameEn: view.link.schoolNameEn,
            },
          }
        : {}),
    },
  );
  if (failure) return <Failed failure={failure} retry={retry} />;
  if (!view) return <Skeleton tiles={12} />;
  const { link } = view;
  const { backbone: own, columns, pages, school } = words;
  const minute = console.minute.value;
  const region = view.region.at(-1);
  return (
    <>
      <div class="lead">
        <p class="overline">
          {link.schoolName && (
            <a href={toSchool(link.school)} title={school.open}>
              <Name text={nameIn(language, { name: link.schoolName, nameEn: link.schoolNameEn })} />
            </a>
          )}
          <Name text={link.name} />
          {region && (
            <a href={toBackbone(region.path)}>
              {nameIn(language, region)} · {pages.backbone}
            </a>
          )}
        </p>
        <SentenceView
          sentence={linkSentence(
            view,
            words,
            minute,
            percentileText(link.p95, words),
            words.aboutPlace(own.forecastHead, forecastText(forecastAt(link, 80), words)),
          )}
        />
        <AsOf at={at} kind="page" long />
      </div>
      <dl class="figures">
        <Figure
          label={columns.use}
          detail={`${columns.in} ${rate(link.inRate).text} · ${columns.out} ${rate(link.outRate).text}`}
        >
          <Value shown={percent(link.use)} />
        </Figure>
        <Figure
          label={own.p95Month}
          detail={link.p95.value === null ? percentileText(link.p95, words) : rate(link.p95.value).text}
        >
          <Value shown={ratio(link.p95.use)} />
        </Figure>
        <Figure label={own.rtt4} detail={`${own.loss} ${percent(link.loss4).text}`}>
          <Value shown={quantity(link.rtt4, "s", words)} />
        </Figure>
        <Figure
          label={own.rtt6}
          detail={
            link.rtt6 === null && link.loss6 === null
              ? own.notProbed
              : `${own.loss} ${percent(link.loss6).text}`
          }
        >
          <Value shown={quantity(link.rtt6, "s", words)} />
        </Figure>
        <Figure label={own.perClass} detail={own.perStudent(each(view.perStudent))}>
          {each(view.perClass)}
        </Figure>
      </dl>
      <PortTraffic
        device={link.device}
        port={link.interface}
        name={plain(link.name)}
        capacity={link.capacity}
        percentiles={{ in: link.p95.inValue, out: link.p95.outValue, note: own.p95Note }}
        title={words.device.traffic}
        hint={own.p95Note}
      />
      <div class="columns">
        <div class="stack">
          <Months link={link.id} months={view.months} />
          <Forecast points={view.busyHours} link={link} />
        </div>
        <div class="stack">
          <section class="card padded">
            <header>
              <h2>{own.state}</h2>
            </header>
            <LinkState link={link} told />
          </section>
          <Optics optics={view.optics} />
        </div>
      </div>
    </>
  );
}

const each = (mbps: number | null): string => (mbps === null ? NOTHING : `${digits(mbps)}\u00a0Mbit/s`);
