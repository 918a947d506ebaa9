import { Mark } from "../../parts/mark.tsx";
import { Failed, Skeleton } from "../../parts/notice.tsx";
import { SentenceView } from "../../parts/sentence.tsx";
import { AsOf, Figure, Name, Share, Value } from "../../parts/value.tsx";
import { useConsole, useLive } from "../../state/context.ts";
import { patchDevice } from "../../state/patches.ts";
import { count, quantity, type Shown, seconds } from "../../text/format.ts";
import { plain } from "../../text/name.ts";
import { portState } from "../../text/order.ts";
import { deviceSentence } from "../../text/sentence.ts";
import { moment } from "../../text/time.ts";
import type { DeviceView, ReadingView } from "../../views.ts";
import { term } from "../../words/term.ts";
import { usePlace } from "../title.ts";
import { Events } from "./events.tsx";
import { Identity } from "./identity.tsx";
import { Interfaces } from "./interfaces.tsx";
import { Neighborhood } from "./neighborhood.tsx";
import { Readings, tagsText } from "./readings.tsx";
import { Traffic } from "./traffic.tsx";

export function DevicePage({ id }: { id: string }) {
  const console = useConsole();
  const words = console.words.value;
  const query = encodeURIComponent(id);
  const live = useLive<DeviceView>({
    document: `/devices/${query}`,
    stream: `view=device&id=${query}`,
    patch: patchDevice,
  });
  const view = live.view.value;
  usePlace(
    view ? plain(view.device.name) : "",
    view && { regions: view.region, school: view.school, device: { id, name: view.device.name } },
  );
  if (live.failure.value) return <Failed failure={live.failure.value} retry={live.retry} />;
  if (!view) return <Skeleton tiles={12} />;

  const minute = console.minute.value;
  const { device } = view;
  const role = term(words.roles, device.role);
  const since = device.since === null ? "" : moment(device.since, minute);
  return (
    <>
      <div class="lead">
        <p class="overline">
          <Name text={device.name} />
          {!device.name.startsWith(role) && <span class="quiet">{role}</span>}
        </p>
        <SentenceView sentence={deviceSentence(view, words, minute)} />
        <div class="lead-foot">
          {device.up === "up" && (
            <p class="quiet state-since">
              <Mark state="good" />
              {words.device.stateSince(words.up.up, since)}
            </p>
          )}
          <AsOf at={live.at.value} kind="page" long />
        </div>
      </div>
      <DeviceFigures view={view} />
      {view.interfaces.length > 0 && <Traffic device={id} interfaces={view.interfaces} />}
      {view.interfaces.length > 0 && <Interfaces interfaces={view.interfaces} />}
      <Events device={id} />
      <Readings
        device={id}
        readings={view.readings}
        alone={view.interfaces.length === 0}
        isAp={device.role === "access-point"}
      />
      <div class="columns">
        <Identity view={view} />
        <Neighborhood view={view} />
      </div>
    </>
  );
}

/** The newest known value of a quantity; the highest where there are several, as that one tells of trouble. */
function highest(readings: readonly ReadingView[], ids: readonly string[]): ReadingView | undefined {
  const found = readings.filter((reading) => ids.includes(reading.quantity) && reading.value !== null);
  return found.sort((a, b) => b.value! - a.value!)[0];
}

/** Figures a kind of device is asked for, best first; at most four beside the first one. */
const TELLING: readonly (readonly string[])[] = [
  ["device.cpu"],
  ["device.memory"],
  ["wifi.clients"],
  ["wifi.aps_online"],
  ["wifi.ap_clients"],
  ["wifi.radio_use"],
  ["ups.charge"],
  ["ups.load"],
  ["ups.runtime"],
  ["electric.active_power"],
  ["electric.import_energy"],
  ["electric.voltage"],
  ["electric.current"],
  ["board.usage_today"],
  ["board.cpu", "board.memory"],
  ["board.temperature", "sensor.temperature", "wifi.ap_temperature"],
  ["sensor.humidity"],
  ["sensor.co2"],
  ["poe.consumption"],
  ["probe.rtt"],
];

function DeviceFigures({ view }: { view: DeviceView }) {
  const { words } = useConsole();
  const own = words.value.device;
  const { interfaces, readings } = view;
  const figures: { label: string; value: Shown; detail?: string }[] = [];
  for (const ids of TELLING) {
    const reading = highest(readings, ids);
    if (!reading) continue;
    figures.push({
      label: term(words.value.quantities, reading.quantity),
      value: quantity(reading.value, reading.unit, words.value),
      detail: plain(tagsText(reading, words.value, view.device.role === "access-point")),
    });
  }
  const up = interfaces.filter((port) => portState(port) !== "off").length;
  const shut = interfaces.filter((port) => port.adminState === "down").length;
  return (
    <dl class="figures">
      {view.uptime !== null && (
        <Figure label={own.uptime}>
          <Value shown={seconds(view.uptime, words.value)} />
        </Figure>
      )}
      {interfaces.length > 0 && (
        <Figure
          label={own.ports}
          detail={own.portsDetail(count(interfaces.length - up - shut).text, count(shut).text)}
        >
          <Share part={up} of={interfaces.length} />
        </Figure>
      )}
      {figures.slice(0, interfaces.length > 0 ? 3 : 4).map((figure) => (
        <Figure key={figure.label} label={figure.label} detail={figure.detail}>
          <Value shown={figure.value} />
        </Figure>
      ))}
    </dl>
  );
}
