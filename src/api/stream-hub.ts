import type { ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import type { CampusEvent } from "../collection/events.ts";
import { CampusError } from "../errors/campus-error.ts";
import type { Log } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Caller, notFound } from "./access.ts";
import type { Campus } from "./campus.ts";
import type { StreamEvent } from "./schemas/campus.ts";
import { StreamChannel } from "./stream-channel.ts";
import { eventView, maySeeEvent } from "./views/event.ts";

/** What a browser watches. */
export interface Watched {
  readonly view: "county" | "school" | "device";
  /** A region path for a county, else an id. */
  readonly key: string;
}

export interface StreamLimits {
  /** Open streams at most. */
  readonly connections: number;
  /** ms between two looks, and so between two patches. */
  readonly tickMs: number;
  /** A browser that reads nothing for so long is let go, ms. */
  readonly stuckMs: number;
}

export const STREAM_LIMITS: StreamLimits = { connections: 200, tickMs: 2000, stuckMs: 30_000 };

interface Connection {
  readonly response: ServerResponse;
  readonly caller: Caller;
  readonly watched: Watched;
  readonly channelKey: string;
  readonly channel: StreamChannel;
  readonly still: () => boolean;
  revision: number;
  /** Monotonic ms since when the socket takes no more; undefined while it does. */
  blockedSince: number | undefined;
  /** Ticks since the last `alive`. */
  quiet: number;
}

/** `alive` goes out at every second tick: every 4 s. */
const ALIVE_TICKS = 2;
/** Events told at one tick at most; a page that wants all of them asks /api/v1/events. */
const MOST_EVENTS = 200;

/**
 * The open live streams. Browsers that watch the same document share one channel. A browser that reads slowly
 * gets no patches meanwhile and then one with all that changed, so that nothing piles up here.
 */
export class StreamHub {
  readonly #campus: Campus;
  readonly #telemetry: Telemetry;
  readonly #log: Log;
  readonly #limits: StreamLimits;
  readonly #connections = new Set<Connection>();
  readonly #channels = new Map<string, StreamChannel>();
  #timer: NodeJS.Timeout | undefined;
  /** The newest event that was told. */
  #toldEvent = 0;
  #closed = false;

  constructor(campus: Campus, telemetry: Telemetry, limits: StreamLimits) {
    this.#campus = campus;
    this.#telemetry = telemetry;
    this.#log = telemetry.log;
    this.#limits = limits;
  }

  /** How many streams are open. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * Takes the reply over and sends the view. E_NOT_FOUND when there is nothing to watch, E_BUSY when too many
   * watch. `still` says at each tick whether the caller may still see what was granted.
   */
  watch(reply: FastifyReply, caller: Caller, watched: Watched, still: () => boolean): void {
    if (this.#closed || this.#connections.size >= this.#limits.connections)
      throw new CampusError("E_BUSY", "Too many live streams are open.");
    const channelKey = JSON.stringify([watched.view, watched.key, caller.subtree]);
    const channel =
      this.#channels.get(channelKey) ?? new StreamChannel(() => this.#read(caller, watched) as never);
    if (!channel.refresh()) throw notFound();
    this.#channels.set(channelKey, channel);
    channel.watchers++;
    reply.hijack();
    const response = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) response.setHeader(name, value);
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // nginx would otherwise keep events back until its buffer is full.
      "x-accel-buffering": "no",
    });
    const connection: Connection = {
      response,
      caller,
      watched,
      channelKey,
      channel,
      still,
      revision: channel.revision,
      blockedSince: undefined,
      quiet: 0,
    };
    this.#connections.add(connection);
    response.on("close", () => this.#drop(connection));
    response.on("error", () => this.#drop(connection));
    response.on("drain", () => {
      connection.blockedSince = undefined;
    });
    this.#telemetry.count("streams");
    this.#send(connection, "view", channel.view());
    if (this.#timer === undefined) this.#toldEvent = this.#campus.live.events?.newest ?? 0;
    this.#timer ??= setInterval(() => this.#tick(), this.#limits.tickMs).unref();
  }

  /** Ends every stream; none can be opened any more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const connection of [...this.#connections]) {
      connection.response.end();
      this.#drop(connection);
    }
  }

  #read(caller: Caller, watched: Watched): unknown {
    if (watched.view === "county") return this.#campus.county(caller, watched.key);
    if (watched.view === "school") return this.#campus.schoolView(caller, watched.key);
    return this.#campus.device(caller, watched.key);
  }

  #tick(): void {
    const present = new Map<StreamChannel, boolean>();
    for (const channel of this.#channels.values()) {
      try {
        present.set(channel, channel.refresh());
      } catch (error) {
        this.#log.error({ err: error }, "a live view could not be made");
        present.set(channel, true);
      }
    }
    const counters = this.#campus.live.counters();
    const alive = JSON.stringify({
      at: this.#campus.live.clock.now(),
      perSecond: counters.samplesPerSecond,
    });
    const monotonic = this.#campus.live.clock.monotonic();
    const events = this.#campus.live.events?.since(this.#toldEvent, MOST_EVENTS) ?? [];
    this.#toldEvent = events.at(-1)?.id ?? this.#toldEvent;
    for (const connection of [...this.#connections]) {
      if (present.get(connection.channel) !== true || !connection.still()) {
        connection.response.end();
        this.#drop(connection);
      } else if (connection.blockedSince !== undefined) {
        this.#telemetry.count("patches_skipped");
        if (monotonic - connection.blockedSince > this.#limits.stuckMs) connection.response.destroy();
      } else {
        this.#update(connection, alive);
        if (events.length > 0) this.#tellEvents(connection, events);
      }
    }
  }

  #update(connection: Connection, alive: string): void {
    const { channel } = connection;
    if (connection.revision < channel.whole) this.#send(connection, "view", channel.view());
    else {
      const patch = channel.patch(connection.revision);
      if (patch !== undefined) this.#send(connection, "patch", patch);
    }
    connection.revision = channel.revision;
    if (++connection.quiet >= ALIVE_TICKS && connection.blockedSince === undefined) {
      connection.quiet = 0;
      this.#send(connection, "alive", alive);
    }
  }

  #tellEvents(connection: Connection, events: readonly CampusEvent[]): void {
    const { caller, watched } = connection;
    const { inventory, live } = this.#campus;
    const own = events.filter((event) => isAbout(watched, event) && maySeeEvent(inventory, caller, event));
    if (own.length > 0)
      this.#send(connection, "event", JSON.stringify({ at: live.clock.now(), events: own.map(eventView) }));
  }

  #send(connection: Connection, event: StreamEvent, json: string): void {
    if (!connection.response.write(`event: ${event}\ndata: ${json}\n\n`))
      connection.blockedSince ??= this.#campus.live.clock.monotonic();
  }

  #drop(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    const { channel, channelKey } = connection;
    if (--channel.watchers === 0 && this.#channels.get(channelKey) === channel)
      this.#channels.delete(channelKey);
    if (this.#connections.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}

function isAbout({ view, key }: Watched, event: CampusEvent): boolean {
  if (view === "device") return event.device === key;
  if (view === "school") return event.school === key;
  return event.path === key || event.path.startsWith(`${key}/`);
}
