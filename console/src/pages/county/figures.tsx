import { Icon } from "../../parts/icon.tsx";
import { Figure, Share, Value } from "../../parts/value.tsx";
import { useWords } from "../../state/context.ts";
import { count, digits, prefixed, rate } from "../../text/format.ts";
import type { CountyView } from "../../views.ts";

/** In and out of the uplinks, with arrows that are read as words. */
export function InOut({ inRate, outRate }: { inRate: number | null; outRate: number | null }) {
  const words = useWords();
  return (
    <span class="in-out">
      <span>
        <Icon name="down" size={12} />
        <span class="hidden">{words.chart.in}</span>
        <Value shown={rate(inRate)} />
      </span>
      <span>
        <Icon name="up" size={12} />
        <span class="hidden">{words.chart.out}</span>
        <Value shown={rate(outRate)} />
      </span>
    </span>
  );
}

export function CountyFigures({ totals }: { totals: CountyView["totals"] }) {
  const { county } = useWords();
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
      <Figure label={county.uplink} detail={county.uplinkDetail(prefixed(totals.power, "W").text)}>
        <InOut inRate={totals.inRate} outRate={totals.outRate} />
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
