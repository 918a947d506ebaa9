import { useWords } from "../state/context.ts";
import { count } from "../text/format.ts";
import { Figure, Share } from "./value.tsx";

interface Props {
  readonly devices: {
    readonly total: number;
    readonly up: number;
    readonly down: number;
    readonly unknown: number;
  };
  readonly rooms: { readonly total: number; readonly ready: number; readonly unknown: number };
  readonly aps: { readonly known: number; readonly online: number };
}

/** The three shares that a county and a school are both asked for; what there is none of is not said. */
export function useShares({ devices, rooms, aps }: Props) {
  const { county, comma } = useWords();
  const say = (n: number, word: (text: string) => string): string => (n > 0 ? word(count(n).text) : "");
  const join = (...parts: string[]): string => parts.filter(Boolean).join(comma);
  return {
    devices: (
      <Figure
        label={county.devices}
        detail={join(say(devices.down, county.down), say(devices.unknown, county.notKnown))}
      >
        <Share part={devices.up} of={devices.total} />
      </Figure>
    ),
    rooms: (
      <Figure label={county.rooms} detail={say(rooms.unknown, county.notKnown)}>
        <Share part={rooms.ready} of={rooms.total} />
      </Figure>
    ),
    aps: (
      <Figure label={county.aps} detail={say(aps.known - aps.online, county.down)}>
        <Share part={aps.online} of={aps.known} />
      </Figure>
    ),
  };
}
