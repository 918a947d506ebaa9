import { type ReadonlySignal, type Signal, signal, useSignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect, useMemo } from "preact/hooks";
import type { Health, RegionView } from "../views.ts";
import type { Words } from "../words/zh.ts";
import { asFailure, type Client, type Failure } from "./client.ts";
import { createLive, type Live, type LiveSource, type StreamState } from "./live.ts";
import type { Preferences } from "./preferences.ts";
import type { Router } from "./router.ts";

/** Where the page stands in the tree of regions, for the breadcrumb. */
export interface Trail {
  readonly regions: readonly RegionView[];
  readonly school?: { readonly id: string; readonly name: string; readonly nameEn?: string | undefined };
  readonly device?: { readonly id: string; readonly name: string };
}

/** Everything the parts of the page read; made once in main.tsx and handed down. */
export interface Console {
  readonly client: Client;
  readonly router: Router;
  readonly preferences: Preferences;
  readonly words: ReadonlySignal<Words>;
  /** The server's time in UTC ms, moving each second: a reader's wrong clock makes nothing look old. */
  readonly now: ReadonlySignal<number>;
  /** The same at the whole minute: for whatever does not tick, as a page that reads `now` is made anew each second. */
  readonly minute: ReadonlySignal<number>;
  readonly health: Signal<Health | undefined>;
  readonly trail: Signal<Trail>;
  /** Of the page that is shown. */
  readonly stream: Signal<{ readonly state: StreamState; readonly at: number | null; retry(): void }>;
  onServerTime(at: number): void;
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const value = useContext(ConsoleContext);
  if (!value) throw new Error("a part of the page is rendered outside of ConsoleContext");
  return value;
}

export const useWords = (): Words => useConsole().words.value;

/** Follows one document as long as the component is shown. */
export function useLive<V extends { at: number }>(source: LiveSource<V>): Live<V> {
  const { client, stream, onServerTime } = useConsole();
  const live = useMemo(() => createLive(client, source, onServerTime), [source.document, source.stream]);
  useEffect(() => {
    const life = new AbortController();
    live.open(life.signal);
    return () => life.abort();
  }, [live]);
  const state = live.stream.value;
  const at = live.at.value;
  useEffect(() => {
    stream.value = { state, at, retry: live.retry };
  }, [live, state, at]);
  return live;
}

export interface Answer<T> {
  readonly value: T | undefined;
  readonly failure: Failure | undefined;
  retry(): void;
}

/** A document that is asked for once, and again when `path` changes; null asks for nothing. */
export function useDocument<T>(path: string | null): Answer<T> {
  const { client } = useConsole();
  const turn = useSignal(0);
  const state = useMemo(
    () => ({ value: signal<T | undefined>(undefined), failure: signal<Failure | undefined>(undefined) }),
    [path],
  );
  useEffect(() => {
    if (path === null) return;
    const life = new AbortController();
    client.get<T>(path, life.signal).then(
      (document) => {
        if (life.signal.aborted) return;
        state.value.value = document;
        state.failure.value = undefined;
      },
      (error) => {
        if (!life.signal.aborted) state.failure.value = asFailure(error);
      },
    );
    return () => life.abort();
  }, [path, turn.value]);
  return { value: state.value.value, failure: state.failure.value, retry: () => (turn.value += 1) };
}
