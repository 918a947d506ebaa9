import type { ComponentChildren } from "preact";
import { Figure, Share, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { rate, ratio } from "../../text/format.ts";
import type { BackboneView } from "../../views.ts";
import type { Trouble } from "./trouble.ts";

/** What needs somebody, each figure a filter of the table below, and how full the whole is. */
export function BackboneFigures({ totals }: { totals: BackboneView["totals"] }) {
  const { router, words } = useConsole();
  const { backbone: own, chart } = words.value;
  const { total } = totals.links;
  const filter = (trouble: Trouble, count: number, label: string, detail: string): ComponentChildren => (
    <Figure
      label={label}
      detail={count > 0 ? <a href={router.with({ only: trouble, link: null })}>{detail}</a> : own.noneOfThem}
    >
      <Share part={count} of={total} />
    </Figure>
  );
  const larger = Math.max(totals.inRate ?? 0, totals.outRate ?? 0);
  const used =
    totals.capacity === null || totals.capacity === 0 || (totals.inRate === null && totals.outRate === null)
      ? null
      : larger / totals.capacity;
  return (
    <dl class="figures">
      {filter("saturated", totals.saturated, own.saturated, own.saturatedDetail)}
      {filter("single", totals.single, own.single, own.singleDetail)}
      {filter("failing", totals.failing, own.failing, own.failingDetail)}
      {filter("ipv4-only", totals.ipv4Only, own.ipv4Only, own.ipv4OnlyDetail)}
      <Figure
        label={own.capacityInUse}
        detail={`${chart.in} ${rate(totals.inRate).text} · ${chart.capacity} ${rate(totals.capacity).text}`}
      >
        <Value shown={ratio(used)} />
      </Figure>
    </dl>
  );
}
