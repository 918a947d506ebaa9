import type { JudgedRoom, WifiJudgement } from "../../indicators/wifi/judge.ts";
import { type ApNow, apsNow } from "../../indicators/wifi/now.ts";
import type { PlannedAp } from "../../indicators/wifi/plan.ts";
import type { SchoolWifiView } from "../schemas/coverage.ts";
import { shareView } from "./share.ts";

type Row = SchoolWifiView["list"][number];
type Stage = Row["stage"];

const STAGES: readonly Stage[] = ["not-registered", "planned", "known", "online", "serving", "good"];

/** The page of a school's Wi-Fi: layers over the window, and access points as they are now. */
export function wifiView(judged: WifiJudgement, now: number): SchoolWifiView {
  const aps = new Map(apsNow(judged, now).map((one) => [one.ap, one]));
  const all = [...aps.values()];
  const reached = (stage: Stage): number => all.filter((one) => rank(one.stage) >= rank(stage)).length;
  return {
    at: now,
    school: judged.school,
    window: { from: judged.window.from, to: judged.window.to },
    rooms: judged.rooms.length,
    presence: shareView(judged.presence),
    service: shareView(judged.service),
    signal: shareView(judged.signal),
    capacity: shareView(judged.capacity),
    aps: {
      planned: all.length,
      known: reached("known"),
      online: reached("online"),
      serving: reached("serving"),
      notRegistered: judged.strangers.length,
      hidden: all.filter((one) => one.answered && one.stage === "planned").length,
    },
    clients: clientsOf(judged, all),
    list: judged.rooms.map((room) => rowOf(room, aps)),
  };
}

/** Stations of the school: what each controller counts, else the sum over its access points, and the others'. */
function clientsOf({ reporters }: WifiJudgement, aps: readonly ApNow[]): number | null {
  let sum: number | null = null;
  for (const reporter of reporters.values())
    if (reporter.controller && reporter.clients !== undefined) sum = (sum ?? 0) + reporter.clients;
  for (const { ap, clients } of aps) {
    const reporter = reporters.get(ap.reporter);
    if (clients === null || (reporter?.controller && reporter.clients !== undefined)) continue;
    sum = (sum ?? 0) + clients;
  }
  return sum;
}

/** A room is as far as the best of its access points; the first is the one that stands in it. */
function rowOf(room: JudgedRoom, aps: ReadonlyMap<PlannedAp, ApNow>): Row {
  const its = room.aps.map((one) => ({ ...aps.get(one.ap)!, judged: one }));
  const best = its.reduce<(typeof its)[number] | undefined>(
    (found, one) => (found === undefined || rank(one.stage) > rank(found.stage) ? one : found),
    undefined,
  );
  const base = { room: room.path, roomName: room.name };
  if (!best)
    return {
      ...base,
      ap: null,
      apName: null,
      stage: "not-registered",
      state: "unknown",
      clients: null,
      use: null,
      signal: null,
      at: null,
    };
  const loads = best.judged.radios.map(({ load }) => load.within);
  const full = loads.includes(false);
  const good = best.stage === "serving" && room.signalGood === true && loads.includes(true) && !full;
  const poor = room.signalGood === false || full;
  return {
    ...base,
    ap: best.ap.device.id,
    apName: best.ap.device.name ?? best.ap.device.id,
    stage: good ? "good" : best.stage,
    state: !best.answered ? "unknown" : best.stage !== "serving" ? "bad" : poor ? "watch" : "good",
    clients: best.clients,
    use: best.use,
    signal: best.signal,
    at: best.at,
  };
}

function rank(stage: Stage): number {
  return STAGES.indexOf(stage);
}
