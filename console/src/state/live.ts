import { type ReadonlySignal, signal } from "@preact/signals";
import { asFailure, type Client, type Failure } from "./client.ts";
import type { Patch } from "./patches.ts";

/** `lost` means that what is shown no longer follows the devices. */
export type StreamState = "connecting" | "live" | "lost";

export interface Live<V> {
  readonly view: ReadonlySignal<V | undefined>;
  /** Set while there is nothing to show because the document could not be had. */
  readonly failure: ReadonlySignal<Failure | undefined>;
  readonly stream: ReadonlySignal<StreamState>;
  /** UTC ms at which the server last said that what is shown is how things are. */
  readonly at: ReadonlySignal<number | null>;
  /** Tries again now instead of waiting for the next attempt. */
  retry(): void;
  /** Connects, and follows until the signal aborts; nothing changes after that. */
  open(until: AbortSignal): void;
}

export interface LiveSource<V> {
  /** The document below /api/v1, `/schools/x`. */
  readonly document: string;
  /** The query of the stream, `view=school&id=x`. */
  readonly stream: string;
  readonly patch: (view: V, patch: Patch<V>) => V;
}

/** The server says something at least each 5 s; three times that in silence is a lost stream. */
const SILENCE_MS = 15_000;
/** A page nobody sees lets go of its stream after a while: a browser allows few connections to one server. */
const HIDDEN_MS = 30_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/**
 * A document that follows its devices by server-sent events. An EventSource cannot tell why it failed, so when
 * it does the document itself is asked for: it brings either the API's error or numbers to show meanwhile.
 */
export function createLive<V extends { at: number }>(
  client: Client,
  source: LiveSource<V>,
  onServerTime: (at: number) => void,
): Live<V> {
  const view = signal<V | undefined>(undefined);
  const failure = signal<Failure | undefined>(undefined);
  const stream = signal<StreamState>("connecting");
  const at = signal<number | null>(null);
  let retryNow = (): void => {};

  function open(until: AbortSignal): void {
    let events: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait = FIRST_RETRY_MS;

    const told = (time: number): void => {
      at.value = time;
      onServerTime(time);
    };
    const show = (next: V): void => {
      if (until.aborted) return;
      view.value = next;
      failure.value = undefined;
      told(next.at);
    };
    const arm = (ms: number, then: () => void): void => {
      clearTimeout(timer);
      if (!until.aborted) timer = setTimeout(then, ms);
    };
    const heard = (): void => {
      stream.value = "live";
      wait = FIRST_RETRY_MS;
      arm(SILENCE_MS, lost);
    };

    function lost(): void {
      events?.close();
      events = undefined;
      if (until.aborted) return;
      stream.value = "lost";
      client.get<V>(source.document, until).then(show, (error) => {
        if (!until.aborted && !view.value) failure.value = asFailure(error);
      });
      // A little chance keeps a hundred browsers from coming back in the same instant.
      arm(wait * (0.8 + Math.random() * 0.4), connect);
      wait = Math.min(wait * 2, LAST_RETRY_MS);
    }

    function connect(): void {
      events?.close();
      events = new EventSource(`/api/v1/stream?${source.stream}`);
      arm(SILENCE_MS, lost);
      const on = (name: string, use: (data: unknown) => void): void => {
        events?.addEventListener(name, (event) => {
          if (until.aborted) return;
          let data: unknown;
          try {
            data = JSON.parse((event as MessageEvent<string>).data);
          } catch {
            return lost();
          }
          heard();
          use(data);
        });
      };
      on("view", (data) => show(data as V));
      on("patch", (data) => {
        const patch = data as Patch<V>;
        if (view.value) show(source.patch(view.value, patch));
      });
      on("alive", (data) => told((data as { at: number }).at));
      events.onerror = lost;
    }

    retryNow = () => {
      if (until.aborted) return;
      failure.value = undefined;
      wait = FIRST_RETRY_MS;
      if (stream.value === "lost") connect();
    };
    let hiding: ReturnType<typeof setTimeout> | undefined;
    document.addEventListener(
      "visibilitychange",
      () => {
        clearTimeout(hiding);
        if (document.visibilityState === "visible") {
          if (!events) connect();
          return;
        }
        hiding = setTimeout(() => {
          clearTimeout(timer);
          events?.close();
          events = undefined;
        }, HIDDEN_MS);
      },
      { signal: until },
    );
    until.addEventListener("abort", () => {
      clearTimeout(timer);
      clearTimeout(hiding);
      events?.close();
    });
    connect();
  }

  return { view, failure, stream, at, retry: () => retryNow(), open };
}
