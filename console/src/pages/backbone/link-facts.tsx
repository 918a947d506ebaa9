import type { ComponentChildren } from "preact";
import { Fact, Facts } from "../../parts/drawer.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toDevice } from "../../state/router.ts";
import { NOTHING, percent, quantity, rate, ratio, speed } from "../../text/format.ts";
import { plain } from "../../text/name.ts";
import type { BackboneLinkView, OpticView } from "../../views.ts";
import { term } from "../../words/term.ts";
import { forecastAt, forecastText, percentileText } from "./words.ts";

/** `1 Gbit/s`, and what the 10G/1G/100M rule wants when it is less. */
function Negotiated({ link }: { link: BackboneLinkView }) {
  const { words } = useConsole();
  const { backbone: own } = words.value;
  const slow = link.speed !== null && link.speedWanted !== null && link.speed < link.speedWanted;
  return (
    <>
      <Value shown={speed(link.speed)} />
      {link.speedWanted !== null && (
        <span class={slow ? "under is-watch" : "under"}>
          {slow && <Mark state="watch" small />}
          {slow
            ? own.speedShort(speed(link.speedWanted).text)
            : own.speedEnough(speed(link.speedWanted).text)}
        </span>
      )}
    </>
  );
}

/** Round trip and loss of one family; without an address of it there is nothing to probe. */
function Family({ rtt, loss }: { rtt: number | null; loss: number | null }) {
  const { words } = useConsole();
  if (rtt === null && loss === null) return <span class="missing">{words.value.backbone.notProbed}</span>;
  return (
    <>
      {quantity(rtt, "s", words.value).text} · {words.value.backbone.loss} {percent(loss).text}
    </>
  );
}

export const opticText = (optic: OpticView | null, text: (value: number) => string): string =>
  optic === null || optic.rxPower === null ? NOTHING : text(optic.rxPower);

/** What is known of a link besides what it carries: for the drawer and for its page. */
export function LinkState({
  link,
  told = false,
  children,
}: {
  link: BackboneLinkView;
  /** The page tells the 95th percentile, the forecast and the latency already. */
  told?: boolean;
  children?: ComponentChildren;
}) {
  const { words } = useConsole();
  const { columns, backbone: own, linkRoles } = words.value;
  return (
    <Facts>
      {!told && (
        <>
          <Fact label={own.p95Month}>
            {percentileText(link.p95, words.value)}
            {link.p95.value !== null && <span class="under">{rate(link.p95.value).text}</span>}
          </Fact>
          <Fact label={own.forecastOf(70)}>{forecastText(forecastAt(link, 70), words.value)}</Fact>
          <Fact label={own.forecastOf(80)}>{forecastText(forecastAt(link, 80), words.value)}</Fact>
        </>
      )}
      <Fact label={columns.capacity}>
        <Value shown={speed(link.capacity)} />
      </Fact>
      <Fact label={own.negotiated}>
        <Negotiated link={link} />
      </Fact>
      <Fact label={own.resilienceHead}>{term(own.resilience, link.resilience)}</Fact>
      <Fact label={own.familiesHead}>{term(own.families, link.families)}</Fact>
      {!told && (
        <>
          <Fact label={own.rtt4}>
            <Family rtt={link.rtt4} loss={link.loss4} />
          </Fact>
          <Fact label={own.rtt6}>
            <Family rtt={link.rtt6} loss={link.loss6} />
          </Fact>
        </>
      )}
      <Fact label={own.errorShare}>
        {ratioText(link.errorShare)} · {own.discardShare} {ratioText(link.discardShare)}
      </Fact>
      <Fact label={own.optics}>
        {link.optic && <Mark state={link.optic.state} small label />}{" "}
        {opticText(link.optic, (value) => quantity(value, "dBm", words.value).text)}
      </Fact>
      <Fact label={columns.role}>{term(linkRoles, link.role)}</Fact>
      <Fact label={columns.carrier}>{link.carrier ? <Name text={link.carrier} /> : NOTHING}</Fact>
      <Fact label={own.otherEnd}>
        {link.toBy === null ? own.otherEndUnknown : term(own.toBy, link.toBy)}
        {link.toDevice && (
          <a class="under" href={toDevice(link.toDevice)}>
            {own.otherDevice}
          </a>
        )}
      </Fact>
      <Fact label={columns.port}>
        <a href={toDevice(link.device, link.interface)}>
          <Name text={plain(link.interface)} />
        </a>
      </Fact>
      {children}
    </Facts>
  );
}

/** Errors are rare: a share below a tenth of a percent is told in parts of a million. */
export function ratioText(value: number | null): string {
  if (value === null) return NOTHING;
  if (value === 0) return "0";
  return value < 0.001 ? `${Number((value * 1e6).toPrecision(2))}\u00a0ppm` : ratio(value).text;
}
