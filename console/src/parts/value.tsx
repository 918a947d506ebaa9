import type { ComponentChildren } from "preact";
import { useConsole, useWords } from "../state/context.ts";
import type { Shown } from "../text/format.ts";
import { NOTHING } from "../text/format.ts";
import { plain } from "../text/name.ts";
import { ago, dateTime, dateTimeExact, moment, STALE } from "../text/time.ts";
import { Mark } from "./mark.tsx";

/** A number with its exact value on hover; a missing one is a dash that says so. */
export function Value({ shown }: { shown: Shown }) {
  const words = useWords();
  const missing = shown.text === NOTHING;
  return (
    <span class={missing ? "value missing" : "value"} title={missing ? words.unknown : shown.exact}>
      {shown.text}
    </span>
  );
}

/** A name from the wire or the inventory: text only, and its direction of writing stays its own. */
export function Name({ text }: { text: string }) {
  return <bdi class="name">{plain(text)}</bdi>;
}

/** `12 s ago`, ticking; amber with its shape when older than two intervals of its kind. */
export function AsOf({
  at,
  kind = "row",
  long,
}: {
  at: number | null;
  kind?: keyof typeof STALE;
  long?: boolean;
}) {
  const { words, now } = useConsole();
  const time = words.value.time;
  if (at === null) return <span class="as-of missing">{time.never}</span>;
  const old = now.value - at > STALE[kind];
  const text = ago(at, now.value, words.value);
  const zoned = `${dateTimeExact(at)} ${time.zone}`;
  return (
    <time
      class={old ? "as-of is-watch" : "as-of"}
      dateTime={new Date(at).toISOString()}
      title={old ? `${zoned}, ${time.stale}` : zoned}
    >
      {old && <Mark state="watch" small />}
      {long ? time.asOf(text) : text}
    </time>
  );
}

/** A moment that does not tick: `2026-11-22 08:10`, shorter when it is today. */
export function Moment({ at }: { at: number | null }) {
  const { words, minute } = useConsole();
  if (at === null) return <span class="value missing">{words.value.unknown}</span>;
  const day = minute.value;
  return (
    <time
      class="value"
      dateTime={new Date(at).toISOString()}
      title={`${dateTime(at)} ${words.value.time.zone}`}
    >
      {moment(at, day)}
    </time>
  );
}

interface FigureProps {
  readonly label: string;
  readonly children: ComponentChildren;
  readonly detail?: ComponentChildren;
}

/** One of at most five figures of a page. */
export function Figure({ label, children, detail }: FigureProps) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>
        <span class="figure-value">{children}</span>
        {detail !== undefined && <span class="figure-detail">{detail}</span>}
      </dd>
    </div>
  );
}

/** `41 / 44`, the whole one quieter. */
export function Share({ part, of }: { part: number; of: number }) {
  const format = (n: number) => n.toLocaleString("en-US");
  return (
    <span class="share">
      {format(part)}
      <span class="of">
        {"\u00a0/\u00a0"}
        {format(of)}
      </span>
    </span>
  );
}
