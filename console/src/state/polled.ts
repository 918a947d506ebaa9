import { signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { asFailure, type Failure } from "./client.ts";
import { useConsole } from "./context.ts";
import type { StreamState } from "./live.ts";

export interface Polled<V> {
  readonly value: V | undefined;
  /** Set while there is nothing to show because the document could not be had. */
  readonly failure: Failure | undefined;
  /** UTC ms of the document, by the server's clock. */
  readonly at: number | null;
  retry(): void;
}

/** How often a page that has no stream asks again. A hidden page does not ask, and asks at once when it is seen. */
const EVERY_MS = 15_000;

/**
 * A document that is asked for again while it is shown. When it cannot be had any more, what is shown stays and
 * the banner says since when it stands still, as with a lost stream. A document `aside` is part of a page that has
 * a stream of its own: it leaves the banner to that.
 */
export function usePolled<V extends { at: number }>(
  path: string,
  everyMs = EVERY_MS,
  aside = false,
): Polled<V> {
  const { client, stream, onServerTime } = useConsole();
  const turn = useSignal(0);
  const state = useMemo(
    () => ({
      value: signal<V | undefined>(undefined),
      failure: signal<Failure | undefined>(undefined),
      follow: signal<StreamState>("connecting"),
    }),
    [path],
  );
  useEffect(() => {
    const life = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = (): void => {
      clearTimeout(timer);
      client
        .get<V>(path, life.signal)
        .then(
          (next) => {
            if (life.signal.aborted) return;
            state.value.value = next;
            state.failure.value = undefined;
            state.follow.value = "live";
            onServerTime(next.at);
          },
          (error) => {
            if (life.signal.aborted) return;
            state.follow.value = "lost";
            if (!state.value.value) state.failure.value = asFailure(error);
          },
        )
        .finally(() => {
          if (!life.signal.aborted && document.visibilityState === "visible")
            timer = setTimeout(ask, everyMs);
        });
    };
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.visibilityState === "visible") ask();
        else clearTimeout(timer);
      },
      { signal: life.signal },
    );
    ask();
    return () => {
      clearTimeout(timer);
      life.abort();
    };
  }, [path, everyMs, turn.value]);
  const at = state.value.value?.at ?? null;
  const follow = state.follow.value;
  const retry = (): void => {
    turn.value += 1;
  };
  useEffect(() => {
    if (!aside) stream.value = { state: follow, at, retry };
  }, [state, follow, at, aside]);
  return { value: state.value.value, failure: state.failure.value, at, retry };
}
