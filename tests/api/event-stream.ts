/** One event of a stream, with its data parsed. */
export interface ReceivedEvent {
  readonly event: string;
  readonly data: unknown;
}

export interface OpenStream {
  readonly status: number;
  readonly headers: Headers;
  /** Every event so far. */
  readonly events: readonly ReceivedEvent[];
  /** Resolves when the other side ends the stream. */
  readonly ended: Promise<void>;
  /** The next event of that name that was not handed out before. */
  next(event: string): Promise<ReceivedEvent>;
  close(): void;
}

/** Opens a server-sent event stream as a browser does. */
export async function openStream(url: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  const abort = new AbortController();
  const response = await fetch(url, {
    signal: abort.signal,
    headers: { accept: "text/event-stream", ...headers },
  });
  const events: ReceivedEvent[] = [];
  const taken = new Map<string, number>();
  let wake: () => void = () => {};
  let over = false;
  const ended = (async () => {
    let buffer = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body!) {
        buffer += decoder.decode(chunk as Uint8Array, { stream: true });
        for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
          const lines = buffer.slice(0, end).split("\n");
          buffer = buffer.slice(end + 2);
          const event = lines.find((line) => line.startsWith("event: "))?.slice(7) ?? "message";
          const data = lines.find((line) => line.startsWith("data: "))?.slice(6) ?? "null";
          events.push({ event, data: JSON.parse(data) });
          wake();
        }
      }
    } catch {
      // closed here, or cut off there
    }
    over = true;
    wake();
  })();
  return {
    status: response.status,
    headers: response.headers,
    events,
    ended,
    async next(event) {
      for (;;) {
        const before = taken.get(event) ?? 0;
        const found = events.filter((one) => one.event === event)[before];
        if (found) {
          taken.set(event, before + 1);
          return found;
        }
        if (over) throw new Error(`the stream ended before an event ${event}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => abort.abort(),
  };
}
