import { useEffect } from "preact/hooks";
import { useShares } from "../../parts/figures.tsx";
import { Lazy } from "../../parts/lazy.tsx";
import { Failed, Skeleton } from "../../parts/notice.tsx";
import { SentenceView } from "../../parts/sentence.tsx";
import { AsOf, Figure, Name, Value } from "../../parts/value.tsx";
import { useConsole, useLive } from "../../state/context.ts";
import { patchSchool } from "../../state/patches.ts";
import { count, prefixed, quantity } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import { schoolSentence } from "../../text/sentence.ts";
import type { RoomView, SchoolView } from "../../views.ts";
import { SchoolKind } from "../county/school-drawer.tsx";
import { usePlace } from "../title.ts";
import { DevicesTable } from "./devices-table.tsx";
import { RoomDrawer } from "./room-drawer.tsx";
import { Rooms } from "./rooms.tsx";
import { Uplinks } from "./uplinks.tsx";

const mean = (values: (number | null | undefined)[]): number | null => {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

export function SchoolPage({ id }: { id: string }) {
  const console = useConsole();
  const { router, minute: minutes, preferences } = console;
  const words = console.words.value;
  const query = encodeURIComponent(id);
  const live = useLive<SchoolView>({
    document: `/schools/${query}`,
    stream: `view=school&id=${query}`,
    patch: patchSchool,
  });
  const view = live.view.value;
  const name = view ? nameIn(preferences.language.value, view.school) : "";
  usePlace(
    name,
    view && {
      regions: view.region,
      school: { id: view.school.id, name: view.school.name, nameEn: view.school.nameEn },
    },
  );
  useEffect(() => {
    if (view) preferences.places.value = { ...preferences.places.peek(), school: id };
  }, [view === undefined, id]);
  if (live.failure.value) return <Failed failure={live.failure.value} retry={live.retry} />;
  if (!view) return <Skeleton tiles={30} />;

  const minute = minutes.value;
  const { query: params } = router.place.value;
  const tab = params.get("tab");
  const onDevices = tab === "devices";
  const onNetwork = tab === "network";
  const room = view.rooms.find((one) => one.path === params.get("room"));
  return (
    <>
      <div class="lead">
        <p class="overline">
          <Name text={name} />
        </p>
        <SentenceView sentence={schoolSentence(view, words, minute)} />
        <div class="lead-foot">
          <SchoolKind school={view.school} />
          <AsOf at={live.at.value} kind="page" long />
        </div>
      </div>
      <SchoolFigures view={view} rooms={view.rooms} />
      {!onDevices && !onNetwork && (
        <>
          <Rooms view={view} chosen={room?.path} />
          <Uplinks links={view.links} />
        </>
      )}
      {!onDevices && (
        <Lazy
          key="network"
          bones={<div class="bone bone-block" />}
          load={() => import("./network.tsx").then((file) => file.Network)}
          render={(Network) => <Network school={id} full={onNetwork} />}
        />
      )}
      {!onNetwork && <DevicesTable devices={view.devices} all={onDevices} />}
      {room && <RoomDrawer key={room.path} room={room} view={view} />}
    </>
  );
}

function SchoolFigures({ view, rooms }: { view: SchoolView; rooms: readonly RoomView[] }) {
  const console = useConsole();
  const words = console.words.value;
  const { county, school: own, room } = words;
  const { school } = view;
  const shares = useShares(school);
  const co2 = mean(rooms.map((one) => one.sensor?.co2));
  const temperature = mean(rooms.map((one) => one.sensor?.temperature));
  return (
    <dl class="figures">
      {shares.rooms}
      {shares.devices}
      {shares.aps}
      <Figure label={county.clients} detail={`${own.power} ${prefixed(school.power, "W").text}`}>
        <Value shown={count(school.clients)} />
      </Figure>
      <Figure
        label={own.environment}
        detail={`${room.co2} ${quantity(co2 === null ? null : Math.round(co2), "ppm", words).text}`}
      >
        <Value shown={quantity(temperature, "degC", words)} />
      </Figure>
    </dl>
  );
}
