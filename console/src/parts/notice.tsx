import type { ComponentChildren } from "preact";
import type { Failure } from "../state/client.ts";
import { useWords } from "../state/context.ts";
import { plain } from "../text/name.ts";
import { Mark } from "./mark.tsx";

/** Why there is nothing to show, and what to do about it. */
export function Failed({ failure, retry }: { failure: Failure; retry: () => void }) {
  const words = useWords();
  if (failure.status === 404) return <Missing />;
  const offline = failure.code === "offline";
  return (
    <section class="notice" role="alert">
      <h1>
        <Mark state="bad" /> {words.failed.title}
      </h1>
      <p>{offline ? words.failed.offline : plain(failure.message)}</p>
      {failure.remedy && <p>{plain(failure.remedy)}</p>}
      <button type="button" class="button" onClick={retry}>
        {words.failed.retry}
      </button>
      {failure.id && <p class="quiet">{words.failed.trace(plain(failure.id))}</p>}
    </section>
  );
}

export function Missing() {
  const words = useWords();
  return (
    <section class="notice">
      <h1>{words.missing.title}</h1>
      <p>{words.missing.body}</p>
      <a class="button" href="/">
        {words.missing.back}
      </a>
    </section>
  );
}

/** A console without a single device says how to get the first one. */
export function Welcome() {
  const { empty } = useWords();
  const ways = [
    [empty.demo, "campusd demo"],
    [empty.import, "campusd import inventory.yaml"],
    [empty.discover, "campusd inspect 192.0.2.1"],
  ] as const;
  return (
    <section class="notice">
      <h1>{empty.title}</h1>
      <p>{empty.body}</p>
      <dl class="ways">
        {ways.map(([what, command]) => (
          <div key={command}>
            <dt>{what}</dt>
            <dd>
              <code>{command}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function Quiet({ children }: { children: ComponentChildren }) {
  return <p class="quiet empty">{children}</p>;
}

/** The layout of a page before its numbers are there. */
export function Skeleton({ tiles }: { tiles: number }) {
  const words = useWords();
  return (
    <div class="skeleton" role="status" aria-label={words.loading}>
      <div class="bone bone-lead" />
      <div class="bone bone-line" />
      <div class="figures">
        {[0, 1, 2, 3, 4].map((n) => (
          <div key={n} class="bone bone-figure" />
        ))}
      </div>
      <div class="card wall">
        {Array.from({ length: tiles }, (_, n) => (
          <div key={n} class="bone bone-tile" />
        ))}
      </div>
    </div>
  );
}
