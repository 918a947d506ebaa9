import type { School } from "../../inventory/model.ts";
import type { IndicatorMaker, IndicatorSources, IndicatorValue, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import type { IndicatorId } from "../list.ts";
import { indicatorValue } from "../share.ts";
import { type JudgedAp, judgeWifi, WIFI_DEFAULTS, type WifiJudgement, type WifiOptions } from "./judge.ts";
import type { ReadSeries } from "./readings.ts";
import { reportOf } from "./reports.ts";

const LAYERS = {
  "wifi.presence": "presence",
  "wifi.service": "service",
  "wifi.signal": "signal",
  "wifi.capacity": "capacity",
} as const satisfies Partial<Record<IndicatorId, keyof WifiJudgement>>;

const MAKES = Object.keys(LAYERS) as (keyof typeof LAYERS)[];

/** Entries of an answer of `evidence`. */
const MOST_EVIDENCE = 500;

export interface WifiMaker extends IndicatorMaker {
  /** Everything at once, for pages. */
  judge(school: School, window: Window): Promise<WifiJudgement>;
}

/** Wi-Fi of a school against its register of rooms, in four layers (docs/wifi.md). */
export function createWifiMaker(sources: IndicatorSources, options: Partial<WifiOptions> = {}): WifiMaker {
  const all: WifiOptions = { ...WIFI_DEFAULTS, ...options };
  const judge = (school: School, window: Window): Promise<WifiJudgement> =>
    judgeWifi(sources, all, school, window);
  return {
    makes: MAKES,
    judge,
    async evaluate(school, window) {
      const judged = await judge(school, window);
      return MAKES.map((id): IndicatorValue => indicatorValue(id, school.id, window, judged[LAYERS[id]]));
    },
    async evidence(school, indicator, window) {
      return evidenceFor(await judge(school, window), indicator).slice(0, MOST_EVIDENCE);
    },
  };
}

function evidenceFor(judged: WifiJudgement, indicator: IndicatorId): readonly Evidence[] {
  switch (indicator) {
    case "wifi.presence":
      return presenceEvidence(judged);
    case "wifi.service":
      return serviceEvidence(judged);
    case "wifi.signal":
      return radioEvidence(judged, ["signal", "snr", "weak"]);
    case "wifi.capacity":
      return radioEvidence(judged, ["clients", "use"]);
    default:
      return [];
  }
}

/** Rooms without an access point come first. */
function presenceEvidence({ rooms, window }: WifiJudgement): Evidence[] {
  return [...rooms]
    .sort((a, b) => a.aps.length - b.aps.length)
    .map((room) => ({
      kind: "register",
      subject: room.path,
      label: room.name,
      object: "serves",
      value: room.aps.map(({ ap }) => ap.device.name ?? ap.device.id).join(", ") || null,
      at: window.to,
    }));
}

function covering({ rooms }: WifiJudgement): JudgedAp[] {
  return [...new Set(rooms.flatMap((room) => room.aps))];
}

/** The ones that served least come first; one that nobody told of has no series. */
function serviceEvidence(judged: WifiJudgement): Evidence[] {
  const part = ({ served, unserved }: JudgedAp): number =>
    served + unserved === 0 ? 2 : served / (served + unserved);
  return covering(judged)
    .sort((a, b) => part(a) - part(b))
    .map((one): Evidence => {
      const { ap, reporter, served, unserved } = one;
      const subject = ap.device.id;
      const label = ap.device.name ?? subject;
      const value = served + unserved === 0 ? null : served / (served + unserved);
      const state = reportOf(ap, reporter)?.state;
      if (state) return series(judged, { subject, label, state, value });
      return { kind: "register", subject, label, object: "access-point", value, at: judged.window.to };
    });
}

function radioEvidence(
  judged: WifiJudgement,
  parts: readonly ("signal" | "snr" | "weak" | "clients" | "use")[],
) {
  return covering(judged).flatMap(({ ap, reporter, radios }): Evidence[] => {
    const report = reportOf(ap, reporter);
    return [...(report?.radios.values() ?? [])].flatMap((radio) =>
      parts.flatMap((part): Evidence[] => {
        const state = radio[part];
        if (!state) return [];
        const load = radios.find((one) => one.radio === radio.radio)?.load;
        const value =
          part === "clients"
            ? (load?.clients ?? null)
            : part === "use"
              ? (load?.use ?? null)
              : meanInTerm(judged, state);
        return [
          series(judged, {
            subject: ap.device.id,
            label: `${ap.device.name ?? ap.device.id} ${radio.radio}`,
            state,
            value,
          }),
        ];
      }),
    );
  });
}

function meanInTerm({ slots }: WifiJudgement, { lane }: ReadSeries): number | null {
  let sum = 0;
  let count = 0;
  for (let slot = 0; slot < slots.slots; slot++)
    if (slots.inTerm[slot] && !Number.isNaN(lane[slot]!)) {
      sum += lane[slot]!;
      count++;
    }
  return count === 0 ? null : sum / count;
}

function series(
  { window }: WifiJudgement,
  one: {
    readonly subject: string;
    readonly label: string;
    readonly state: ReadSeries;
    readonly value: number | null;
  },
): Evidence {
  const { subject, label, state, value } = one;
  const { quantity, tags, times } = state.result;
  return {
    kind: "series",
    subject,
    label,
    quantity,
    tags,
    from: window.from,
    to: window.to,
    value,
    samples: times.length,
  };
}
