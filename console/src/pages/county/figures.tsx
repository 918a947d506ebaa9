import { useShares } from "../../parts/figures.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Figure, Value } from "../../parts/value.tsx";
import { useWords } from "../../state/context.ts";
import { count, digits, prefixed, rate } from "../../text/format.ts";
import type { CountyView } from "../../views.ts";

export function CountyFigures({ totals }: { totals: CountyView["totals"] }) {
  const { county, chart } = useWords();
  const { aps, clients } = totals;
  const shares = useShares(totals);
  return (
    <dl class="figures">
      {shares.devices}
      {shares.rooms}
      {shares.aps}
      <Figure
        label={county.uplink}
        detail={
          <>
            <Icon name="up" size={12} />
            <span class="hidden">{chart.out}</span>
            <Value shown={rate(totals.outRate)} /> · {county.power(prefixed(totals.power, "W").text)}
          </>
        }
      >
        <Icon name="down" size={16} />
        <span class="hidden">{chart.in}</span>
        <Value shown={rate(totals.inRate)} />
      </Figure>
      <Figure
        label={county.clients}
        detail={county.clientsDetail(
          clients === null || aps.online === 0 ? "–" : digits(clients / aps.online),
        )}
      >
        <Value shown={count(clients)} />
      </Figure>
    </dl>
  );
}
