import { useSignal } from "@preact/signals";
import { Quiet } from "../../parts/notice.tsx";
import { Spark } from "../../parts/spark.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { readingKey } from "../../state/patches.ts";
import { quantity } from "../../text/format.ts";
import type { ReadingView } from "../../views.ts";
import { term } from "../../words/term.ts";

/** Tags that tell readings of one quantity apart; the rest say what the page says already. */
const TELLING = ["sensor", "interface", "lane", "ap", "radio", "ssid", "phase", "family"] as const;
/** Shown before "show all"; a Wi-Fi controller has hundreds. */
const FIRST = 8;
/** The page's head says these. */
const SAID: ReadonlySet<string> = new Set(["device.up", "device.uptime"]);

interface Props {
  readonly device: string;
  readonly readings: readonly ReadingView[];
  /** Whether a device without readings should say so: not when it has ports. */
  readonly alone: boolean;
}

export function Readings({ device, readings, alone }: Props) {
  const { words } = useConsole();
  const own = words.value.device;
  const groups = new Map<string, ReadingView[]>();
  for (const reading of readings) {
    if (SAID.has(reading.quantity)) continue;
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
        <Group key={group} title={term(words.value.groups, group)} device={device} readings={list} />
      ))}
    </section>
  );
}

function Group({
  title,
  device,
  readings,
}: {
  title: string;
  device: string;
  readings: readonly ReadingView[];
}) {
  const { words } = useConsole();
  const all = useSignal(false);
  const shown = all.value ? readings : readings.slice(0, FIRST);
  return (
    <div class="reading-group">
      <h3>{title}</h3>
      <ul class="readings">
        {shown.map((reading) => (
          <li key={readingKey(reading)}>
            <Reading device={device} reading={reading} />
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

function Reading({ device, reading }: { device: string; reading: ReadingView }) {
  const { words } = useConsole();
  const { quantities, statuses, texts } = words.value;
  const tags = TELLING.flatMap((tag) =>
    Object.hasOwn(reading.tags, tag) ? [[tag, reading.tags[tag]!] as const] : [],
  );
  const label = term(quantities, reading.quantity);
  const known = reading.status === "ok";
  return (
    <>
      <span class="reading-label">
        {label}
        {tags.length > 0 && (
          <span class="quiet">
            <Name text={tags.map(([, value]) => value).join(" ")} />
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
        ) : reading.text !== null ? (
          term(texts, reading.text)
        ) : (
          <Value shown={quantity(reading.value, reading.unit, words.value)} />
        )}
        <AsOf at={reading.at} kind="reading" />
      </span>
    </>
  );
}
