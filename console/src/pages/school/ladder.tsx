import { Mark } from "../../parts/mark.tsx";
import { Failed, Quiet } from "../../parts/notice.tsx";
import { SegmentsBar } from "../../parts/segments-bar.tsx";
import { ShareFacts, ShareLine } from "../../parts/share.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import type { Polled } from "../../state/polled.ts";
import { count, prefixed, ratio } from "../../text/format.ts";
import type { SchoolIpv6View, State } from "../../views.ts";
import { term } from "../../words/term.ts";

type Step = SchoolIpv6View["steps"][number];

const stepState = (met: boolean | null): State => (met === null ? "unknown" : met ? "good" : "watch");

/** Steps whose value is a share; the others compare counts. */
const SHARES: ReadonlySet<number> = new Set([2, 3, 4]);

/** How far a school is with IPv6: six steps drawn as a ladder, the highest on top. */
export function Ladder({ answer, full }: { answer: Polled<SchoolIpv6View>; full: boolean }) {
  const { words } = useConsole();
  const { ipv6: own } = words.value;
  const view = answer.value;
  return (
    <section class="card" id="ipv6">
      <header>
        <h2>{own.title}</h2>
        <p class="quiet">
          {view &&
            (view.level === null
              ? own.levelUnknown
              : own.level(String(view.level), term(own.steps, `L${view.level}`)))}
        </p>
      </header>
      {answer.failure && !view && <Failed failure={answer.failure} retry={answer.retry} />}
      {!view && !answer.failure && <div class="bone bone-block" />}
      {view && (
        <>
          <ol class="ladder">
            {[...view.steps]
              .sort((a, b) => b.step - a.step)
              .map((step) => (
                <Rung
                  key={step.step}
                  step={step}
                  here={step.step === view.level}
                  below={step.step <= (view.level ?? -1)}
                />
              ))}
          </ol>
          <Share view={view} />
          {full && <Vlans view={view} />}
        </>
      )}
    </section>
  );
}

function Rung({ step, here, below }: { step: Step; here: boolean; below: boolean }) {
  const { words } = useConsole();
  const { ipv6: own, why } = words.value;
  const say = (value: number | null): string =>
    value === null ? "–" : SHARES.has(step.step) ? ratio(value).text : count(value).text;
  return (
    <li class={below ? "reached" : undefined} aria-current={here ? "step" : undefined}>
      <Mark state={stepState(step.met)} label />
      <b>L{step.step}</b>
      <span class="rung-what">{term(own.steps, `L${step.step}`)}</span>
      <span class="rung-value quiet">
        {step.met === null && step.why !== null
          ? term(why, step.why)
          : step.limit !== null
            ? own.compared(say(step.value), say(step.limit))
            : ""}
      </span>
    </li>
  );
}

/** The share of octets with all that it takes to defend it; terminals under their own name, never as a share of traffic. */
function Share({ view }: { view: SchoolIpv6View }) {
  const { words } = useConsole();
  const { ipv6: own } = words.value;
  const { share, terminals } = view;
  const octets = (value: number): string => prefixed(value, "B").text;
  return (
    <div class="shares">
      <ShareLine label={own.share} share={share} format={octets} />
      <ShareFacts share={share}>
        {share.source !== null && <li>{own.source(term(own.sources, share.source))}</li>}
        <li>{own.links(count(share.linksMeasured).text, count(share.linksRegistered).text)}</li>
        <li>{own.gaps(count(share.gaps).text, count(share.slots).text)}</li>
      </ShareFacts>
      <ShareLine label={own.terminals} share={terminals.share} />
      <ShareFacts share={terminals.share}>
        <li>{own.dualStack(count(terminals.dualStack).text, count(terminals.seen).text)}</li>
      </ShareFacts>
    </div>
  );
}

type Vlan = SchoolIpv6View["vlans"][number];

const vlanState = (vlan: Vlan): State =>
  vlan.kind === "silent-ipv6" ? "bad" : vlan.kind === "ipv4-only" ? "watch" : "good";

function Vlans({ view }: { view: SchoolIpv6View }) {
  const { words } = useConsole();
  const { ipv6: own } = words.value;
  const { prefixes } = view.terminals;
  const list: Column<Vlan>[] = [
    {
      key: "vlan",
      head: own.vlan,
      class: "main",
      cell: (row) => (
        <>
          <Mark state={vlanState(row)} label /> <Name text={row.interface} />
        </>
      ),
    },
    { key: "kind", head: own.kind, cell: (row) => term(own.kinds, row.kind) },
    {
      key: "advertised",
      head: own.advertised,
      class: "short",
      cell: (row) => (row.advertised === null ? words.value.unknown : row.advertised ? own.yes : own.no),
    },
    { key: "v4", head: "IPv4", number: true, cell: (row) => <Value shown={count(row.terminals4)} /> },
    { key: "v6", head: "IPv6", number: true, cell: (row) => <Value shown={count(row.terminals6)} /> },
  ];
  const most = Math.max(0, ...prefixes.map((one) => one.terminals));
  return (
    <>
      <h3 class="sub">{own.vlans}</h3>
      {view.vlans.length === 0 ? (
        <Quiet>{own.noVlans}</Quiet>
      ) : (
        <Table
          caption={own.vlans}
          columns={list}
          rows={view.vlans}
          keyOf={(row) => `${row.device} ${row.interface}`}
        />
      )}
      {prefixes.length > 0 && (
        <>
          <h3 class="sub">{own.prefixes}</h3>
          <ul class="prefixes">
            {prefixes.slice(0, 24).map((one) => (
              <li key={one.prefix}>
                <code>
                  <Name text={one.prefix} />
                </code>
                <SegmentsBar segments={[{ key: "t", tone: "plain", size: one.terminals }]} of={most} />
                <span class="value">{own.terminalCount(one.terminals)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
