import { Icon } from "../../parts/icon.tsx";
import { Figure, Share, Value } from "../../parts/value.tsx";
import { useWords } from "../../state/context.ts";
import { count, digits, prefixed, rate } from "../../text/format.ts";
import type { CountyView } from "../../views.ts";

export function CountyFigures({ totals }: { totals: CountyView["totals"] }) {
  const { county, chart } = useWords();
  const { devices, rooms, aps, clients } = totals;
  const number = (n: number): string => count(n).text;
  return (
    <dl class="figures">
      <Figure
        label={county.devices}
        detail={county.devicesDetail(number(devices.down), number(devices.unknown))}
      >
        <Share part={devices.up} of={devices.total} />
      </Figure>
      <Figure label={county.rooms} detail={county.roomsDetail(number(rooms.unknown))}>
        <Share part={rooms.ready} of={rooms.total} />
      </Figure>
      <Figure label={county.aps} detail={county.apsDetail(number(aps.known - aps.online))}>
        <Share part={aps.online} of={aps.known} />
      </Figure>
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
