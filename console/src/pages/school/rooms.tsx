import { Icon, type IconName } from "../../parts/icon.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { byName } from "../../text/order.ts";
import type { RoomView, SchoolView, State } from "../../views.ts";
import { term } from "../../words/term.ts";
import { Legend } from "../county/wall.tsx";

interface Floor {
  readonly floor: number | null;
  readonly rooms: readonly RoomView[];
}

/** Floors from the top down, as a building stands; rooms of no floor at the end. */
function floorsOf(rooms: readonly RoomView[]): Floor[] {
  const floors = new Map<number | null, RoomView[]>();
  for (const room of rooms) {
    const list = floors.get(room.floor);
    if (list) list.push(room);
    else floors.set(room.floor, [room]);
  }
  return [...floors]
    .sort(([a], [b]) => (b ?? -100) - (a ?? -100))
    .map(([floor, list]) => ({ floor, rooms: list.sort(byName) }));
}

export function Rooms({ view, chosen }: { view: SchoolView; chosen: string | undefined }) {
  const console = useConsole();
  const words = console.words.value;
  const { rooms, buildings } = view;
  return (
    <section class="card">
      <header>
        <h2>{words.school.rooms}</h2>
        <p class="quiet">{words.school.roomsHint}</p>
        <Legend rows={rooms} />
      </header>
      {rooms.length === 0 && <Quiet>{words.empty.rooms}</Quiet>}
      {buildings.map((building) => {
        const inside = rooms.filter((room) => room.building === building.id);
        if (inside.length === 0) return null;
        return (
          <div key={building.id} class="building">
            <h3>
              <Name text={building.name} />
            </h3>
            {floorsOf(inside).map(({ floor, rooms: row }) => (
              <div key={floor ?? "none"} class="floor">
                <h4>{floor === null ? words.school.noFloor : words.school.floor(floor)}</h4>
                <ul class="rooms">
                  {row.map((room) => (
                    <li key={room.path}>
                      <RoomTile room={room} here={room.path === chosen} />
                    </li>
                  ))}
                </ul>
              </div>
            ))}
          </div>
        );
      })}
    </section>
  );
}

/** A room at a glance: its own state, then board, AP and sensor, each with a shape and its telling number. */
function RoomTile({ room, here }: { room: RoomView; here: boolean }) {
  const console = useConsole();
  const words = console.words.value;
  const { board, ap, sensor } = room;
  const degrees = (value: number | null | undefined): string =>
    value === null || value === undefined ? "" : `${Math.round(value)}°`;
  return (
    <a
      class={`room is-${room.state}`}
      href={console.router.with({ room: room.path })}
      aria-current={here ? "true" : undefined}
      title={term(words.roomTypes, room.type)}
    >
      <span class="tile-head">
        <Mark state={room.state} label />
        <Name text={room.name} />
      </span>
      <span class="room-parts">
        <Part icon="board" word={words.room.board} state={board?.state} text="" />
        <Part icon="ap" word={words.room.ap} state={ap?.state} text={String(ap?.clients ?? "")} />
        <Part
          icon="sensor"
          word={words.room.sensor}
          state={sensor?.state}
          text={degrees(sensor?.temperature)}
        />
      </span>
    </a>
  );
}

/** A part in good state is quiet; any other carries the shape of its state. */
function Part({
  icon,
  word,
  state,
  text,
}: {
  icon: IconName;
  word: string;
  state: State | undefined;
  text: string;
}) {
  if (state === undefined) return <span class="part absent" />;
  return (
    <span class={`part is-${state}`}>
      <span class="hidden">{word}</span>
      <span class="part-icon">
        <Icon name={icon} size={14} />
        <Mark state={state} small label />
      </span>
      {text}
    </span>
  );
}
