import type { ComponentChildren } from "preact";
import { Drawer, Fact, Facts } from "../../parts/drawer.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Reasons } from "../../parts/reasons.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toDevice } from "../../state/router.ts";
import { count, quantity } from "../../text/format.ts";
import { plain } from "../../text/name.ts";
import type { RoomView, SchoolView, State } from "../../views.ts";
import { term } from "../../words/term.ts";
import { Cause } from "./cause.tsx";

function Part({
  title,
  device,
  state,
  children,
}: {
  title: string;
  device: string;
  state: State;
  children: ComponentChildren;
}) {
  return (
    <section>
      <h3>
        <Mark state={state} label />
        <a href={toDevice(device)}>{title}</a>
      </h3>
      <Facts>{children}</Facts>
    </section>
  );
}

export function RoomDrawer({ room, view }: { room: RoomView; view: SchoolView }) {
  const console = useConsole();
  const words = console.words.value;
  const { columns, room: own, roomTypes, school, texts, roles } = words;
  const { board, ap, sensor } = room;
  const inside = view.devices.filter((device) => room.devices.includes(device.id));
  const about = [plain(room.buildingName), term(roomTypes, room.type)];
  if (room.floor !== null) about.splice(1, 0, school.floor(room.floor));
  if (room.seats !== null) about.push(own.seats(count(room.seats).text));
  const show = (value: number | null, unit: string) => <Value shown={quantity(value, unit, words)} />;
  return (
    <Drawer
      close={console.router.with({ room: null })}
      title={
        <>
          <Mark state={room.state} label />
          <Name text={room.name} />
        </>
      }
    >
      <p class="quiet">{about.join(" · ")}</p>
      {(room.state === "good" || room.reasons.length > 1) && (
        <Reasons reasons={room.reasons} state={room.state} known={room.name} />
      )}
      {room.state !== "good" && <Cause room={room} view={view} />}
      {board && (
        <Part title={own.board} device={board.device} state={board.state}>
          <Fact label={own.power}>{board.power ? term(texts, board.power) : words.unknown}</Fact>
          <Fact label={own.temperature}>{show(board.temperature, "degC")}</Fact>
          <Fact label={own.usageToday}>{show(board.usageToday, "s")}</Fact>
          <Fact label={columns.fresh}>
            <AsOf at={board.at} />
          </Fact>
        </Part>
      )}
      {ap && (
        <Part title={own.ap} device={ap.device} state={ap.state}>
          <Fact label={own.clients}>{show(ap.clients, "count")}</Fact>
          <Fact label={own.channelUse}>{show(ap.use, "percent")}</Fact>
          <Fact label={columns.fresh}>
            <AsOf at={ap.at} />
          </Fact>
        </Part>
      )}
      {sensor && (
        <Part title={own.sensor} device={sensor.device} state={sensor.state}>
          <Fact label={own.temperature}>{show(sensor.temperature, "degC")}</Fact>
          <Fact label={own.humidity}>{show(sensor.humidity, "percentRH")}</Fact>
          {sensor.co2 !== null && <Fact label={own.co2}>{show(sensor.co2, "ppm")}</Fact>}
          <Fact label={columns.fresh}>
            <AsOf at={sensor.at} />
          </Fact>
        </Part>
      )}
      <section>
        <h3>{own.devices}</h3>
        {inside.length === 0 && <p class="quiet">{own.nothing}</p>}
        <ul class="device-list">
          {inside.map((device) => (
            <li key={device.id}>
              <Mark state={device.state} label />
              <a href={toDevice(device.id)}>
                <Name text={device.name} />
              </a>
              <span class="quiet">{term(roles, device.role)}</span>
            </li>
          ))}
        </ul>
      </section>
    </Drawer>
  );
}
