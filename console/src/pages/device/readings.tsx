import { useSignal } from "@preact/signals";
import { Mark } from "../../parts/mark.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { Spark } from "../../parts/spark.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { readingKey } from "../../state/patches.ts";
import { quantity } from "../../text/format.ts";
import type { ReadingView, State } from "../../views.ts";
import { makerState, term } from "../../words/term.ts";
import type { Words } from "../../words/zh.ts";

/** Tags that tell readings of one quantity apart; the rest say what the page says already. */
const TELLING = ["sensor", "interface", "lane", "ap", "radio", "ssid", "phase", "family"] as const;
type Telling = (typeof TELLING)[number];

/** `AP-12`, `radio 0`, `l1`; an access point's own page need not repeat its name at each reading. */
export function tagsText(reading: ReadingView, words: Words, isAp: boolean): string {
  const say = (tag: Telling, value: string): string => {
    if (tag === "radio") return `${words.tags.radio} ${value}`;
    if (tag === "phase") return value === "total" ? words.device.phaseTotal : value.toUpperCase();
    if (tag === "family") return value === "ipv4" ? "IPv4" : value === "ipv6" ? "IPv6" : value;
    return value;
  };
  return TELLING.filter((tag) => Object.hasOwn(reading.tags, tag) && !(isAp && tag === "ap"))
    .map((tag) => say(tag, reading.tags[tag]!))
    .join(" ");
}
const isTelling = (tag: string): tag is Telling => (TELLING as readonly string[]).includes(tag);

/** What a maker's own state means, as the states of things are shown. */
const STATE_OF: Readonly<Record<NonNullable<ReadingView["meaning"]>, State>> = {
  ok: "good",
  warning: "watch",
  failed: "bad",
  unknown: "unknown",
};

/** States of this quantity are numbered and named by the device's maker. */
const MAKERS_OWN = "sensor.state";
/** Shown before "show all"; a Wi-Fi controller has hundreds. */
const FIRST = 8;
/** The page's head says these. */
const SAID: ReadonlySet<string> = new Set(["device.up", "device.uptime"]);

interface Props {
  readonly device: string;
  readonly readings: readonly ReadingView[];
  /** Whether a device without readings should say so: not when it has ports. */
  readonly alone: boolean;
  readonly isAp: boolean;
}

export function Readings({ device, readings, alone, isAp }: Props) {
  const { words } = useConsole();
  const own = words.value.device;
  const groups = new Map<string, ReadingView[]>();
  for (const reading of readings) {
    // Raw counters have no word: they mean nothing until two of them make a rate.
    if (SAID.has(reading.quantity) || !Object.hasOwn(words.value.quantities, reading.quantity)) continue;
    const group = reading.quantity.split(".")[0]!;
    const list = groups.get(group);
    if (list) list.push(reading);
    else groups.set(group, [reading]);
  }
  if (groups.size === 0 && !alone) return null;
  return (
    <section class="card">
      <header>
        <h2>{own.readings}</h2>
      </header>
      {groups.size === 0 && <Quiet>{words.value.empty.readings}</Quiet>}
      {[...groups].map(([group, list]) => (
        <Group
          key={group}
          title={term(words.value.groups, group)}
          device={device}
          readings={list}
          isAp={isAp}
        />
      ))}
    </section>
  );
}

interface GroupProps extends Omit<Props, "alone"> {
  readonly title: string;
}

function Group({ title, device, readings, isAp }: GroupProps) {
  const { words } = useConsole();
  const all = useSignal(false);
  const shown = all.value ? readings : readings.slice(0, FIRST);
  return (
    <div class="reading-group">
      <h3>{title}</h3>
      <ul class="readings">
        {shown.map((reading) => (
          <li key={readingKey(reading)}>
            <Reading device={device} reading={reading} isAp={isAp} />
          </li>
        ))}
      </ul>
      {shown.length < readings.length && (
        <button
          type="button"
          class="button"
          onClick={() => {
            all.value = true;
          }}
        >
          {words.value.device.allReadings(readings.length)}
        </button>
      )}
    </div>
  );
}

function Reading({ device, reading, isAp }: { device: string; reading: ReadingView; isAp: boolean }) {
  const { words } = useConsole();
  const { quantities, statuses, texts, makerStates } = words.value;
  const own = reading.quantity === MAKERS_OWN;
  const tags = Object.entries(reading.tags).filter(([tag]) => isTelling(tag));
  const about = tagsText(reading, words.value, isAp);
  const label = term(quantities, reading.quantity);
  const known = reading.status === "ok";
  return (
    <>
      <span class="reading-label">
        {label}
        {about && (
          <span class="quiet">
            <Name text={about} />
          </span>
        )}
      </span>
      {reading.text === null ? (
        <Spark
          series={{ quantity: reading.quantity, device, ...Object.fromEntries(tags) }}
          label={label}
          width={80}
          height={22}
          fromZero={false}
        />
      ) : (
        <span />
      )}
      <span class="reading-value">
        {!known ? (
          <span class="quiet">{term(statuses, reading.status)}</span>
        ) : reading.text !== null || reading.meaning !== null ? (
          <>
            {reading.meaning !== null && <Mark state={STATE_OF[reading.meaning]} label small />}{" "}
            {reading.text === null
              ? reading.value
              : own
                ? makerState(makerStates, reading.text)
                : term(texts, reading.text)}
          </>
        ) : (
          <Value shown={quantity(reading.value, reading.unit, words.value)} />
        )}
        <AsOf at={reading.at} kind="reading" />
      </span>
    </>
  );
}
