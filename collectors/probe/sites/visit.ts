import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Clock } from "../../../src/collection/contract.ts";
import type { Family } from "../plan.ts";
import type { AddressGuard } from "./address-guard.ts";
import type { Names } from "./names.ts";

/** Why a page was not had. */
export type VisitFailure =
  | "no-address"
  | "dns"
  | "refused-address"
  | "refused-port"
  | "connect"
  | "tls"
  | "timeout"
  | "too-many-redirects"
  | "bad-answer"
  | "status";

export interface Visit {
  readonly url: string;
  /** Where redirects ended. */
  readonly finalUrl: string;
  readonly ok: boolean;
  readonly failure?: VisitFailure;
  /** The error's code, or the HTTP status, for people. */
  readonly detail?: string;
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string;
  /** The body was longer than is read. */
  readonly cut: boolean;
  /** Of the last request: seconds. `tcp` is to the connection, `firstByte` from the request sent to the answer's head. */
  readonly dns: number | null;
  readonly tcp: number | null;
  readonly firstByte: number | null;
}

export interface VisitorOptions {
  readonly clock: Clock;
  readonly names: Names;
  readonly guard: AddressGuard;
  /** For one request with all that belongs to it, ms. */
  readonly timeoutMs: number;
  /** Octets of a body that are read. */
  readonly mostOctets: number;
  /** Ports besides 80 and 443. */
  readonly ports: ReadonlySet<number>;
  /** PEM, besides the system's authorities. */
  readonly ca?: string;
}

const MOST_REDIRECTS = 5;
const USER_AGENT = "campusd site audit";

/**
 * Fetches over one address family and never falls back to the other: the address is looked up here, checked, and the
 * only one that the socket is given. Every redirect is looked up and checked anew.
 */
export class Visitor {
  readonly #options: VisitorOptions;

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  async visit(start: string, family: Family, signal: AbortSignal, mostOctets?: number): Promise<Visit> {
    let url = start;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const { visit, next } = await this.#once(start, url, family, signal, mostOctets);
      if (next === undefined) return visit;
      url = next;
    }
    return failed(start, url, "too-many-redirects");
  }

  /** The address that a name has in the family, or one made by the NAT64; a failure where there is none. */
  async addressOf(
    host: string,
    family: Family,
  ): Promise<
    | { readonly address: string; readonly seconds: number }
    | { readonly failure: VisitFailure; readonly detail?: string }
  > {
    const literal = host.startsWith("[") ? host.slice(1, -1) : host;
    const version = isIP(literal);
    if (version !== 0) {
      if ((version === 6) !== (family === "ipv6")) return { failure: "no-address" };
      return this.#checked(literal, 0);
    }
    const found = await this.#options.names.addresses(literal, family);
    if (found.failure !== undefined) return { failure: "dns", detail: found.failure };
    const [first] = found.addresses;
    if (first === undefined) return { failure: "no-address" };
    return this.#checked(
      found.addresses.find((one) => this.#options.guard.allows(one)) ?? first,
      found.seconds,
    );
  }

  #checked(address: string, seconds: number) {
    return this.#options.guard.allows(address)
      ? { address, seconds }
      : ({ failure: "refused-address", detail: address } as const);
  }

  async #once(
    start: string,
    url: string,
    family: Family,
    signal: AbortSignal,
    mostOctets = this.#options.mostOctets,
  ): Promise<{ readonly visit: Visit; readonly next?: string }> {
    const target = URL.canParse(url) ? new URL(url) : undefined;
    if (!target || (target.protocol !== "http:" && target.protocol !== "https:"))
      return { visit: failed(start, url, "bad-answer", "no web address") };
    const port = Number(target.port) || (target.protocol === "https:" ? 443 : 80);
    if (port !== 80 && port !== 443 && !this.#options.ports.has(port))
      return { visit: failed(start, url, "refused-port", String(port)) };
    const found = await this.addressOf(target.hostname, family);
    if ("failure" in found) return { visit: failed(start, url, found.failure, found.detail) };
    const answer = await this.#request(target, found.address, family, signal, mostOctets);
    if ("failure" in answer) return { visit: failed(start, url, answer.failure, answer.detail) };
    const { status, location } = answer;
    if (status >= 300 && status < 400 && location !== undefined) {
      if (!URL.canParse(location, url)) return { visit: failed(start, url, "bad-answer", "Location") };
      return { visit: failed(start, url, "too-many-redirects"), next: new URL(location, url).href };
    }
    const ok = status >= 200 && status < 300;
    return {
      visit: {
        url: start,
        finalUrl: url,
        ok,
        ...(ok ? {} : { failure: "status", detail: String(status) }),
        status,
        ...(answer.contentType === undefined ? {} : { contentType: answer.contentType }),
        body: answer.body,
        cut: answer.cut,
        dns: found.seconds,
        tcp: answer.tcp,
        firstByte: answer.firstByte,
      },
    };
  }

  #request(
    target: URL,
    address: string,
    family: Family,
    signal: AbortSignal,
    mostOctets: number,
  ): Promise<Answer | Failed> {
    const { clock, timeoutMs, ca } = this.#options;
    const version = family === "ipv6" ? 6 : 4;
    // The socket gets this address and no other, whatever name it asks for.
    const lookup: LookupFunction = (_host, options, done) =>
      options.all ? done(null, [{ address, family: version }]) : done(null, address, version);
    const secure = target.protocol === "https:";
    return new Promise((resolve) => {
      const started = clock.monotonic();
      let tcp: number | null = null;
      let sentAt = started;
      const end = (answer: Answer | Failed): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        resolve(answer);
        call.destroy();
      };
      const call = (secure ? httpsRequest : httpRequest)(
        target,
        {
          agent: false,
          family: version,
          lookup,
          headers: { "user-agent": USER_AGENT, accept: "text/html,*/*;q=0.5", "accept-encoding": "identity" },
          ...(secure && ca !== undefined ? { ca: [ca] } : {}),
        },
        (response) => {
          const firstByte = (clock.monotonic() - sentAt) / 1000;
          readBody(response, mostOctets).then(
            ({ body, cut }) =>
              end({
                status: response.statusCode ?? 0,
                location: response.headers.location,
                contentType: response.headers["content-type"],
                body,
                cut,
                tcp,
                firstByte,
              }),
            (error: unknown) => end({ failure: "bad-answer", detail: codeOf(error) }),
          );
        },
      );
      const timer = setTimeout(() => end({ failure: "timeout" }), timeoutMs);
      const abort = () => end({ failure: "timeout" });
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
      call.on("socket", (socket) => {
        socket.once("connect", () => {
          tcp = (clock.monotonic() - started) / 1000;
          sentAt = clock.monotonic();
        });
        socket.once("secureConnect", () => (sentAt = clock.monotonic()));
      });
      call.on("error", (error) =>
        end({ failure: tcp === null ? "connect" : kindOf(error), detail: codeOf(error) }),
      );
      call.end();
    });
  }
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
  readonly cut: boolean;
  readonly tcp: number | null;
  readonly firstByte: number;
}

interface Failed {
  readonly failure: VisitFailure;
  readonly detail?: string;
}

/** GB18030 pages are read as such: a comparison of garbage with garbage would still be one. */
async function readBody(response: IncomingMessage, most: number): Promise<{ body: string; cut: boolean }> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    octets += chunk.length;
    if (octets >= most) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, most);
  return { body: new TextDecoder(charsetOf(response, bytes)).decode(bytes), cut: octets >= most };
}

function charsetOf(response: IncomingMessage, bytes: Buffer): string {
  const said =
    /charset=["']?([\w-]+)/i.exec(response.headers["content-type"] ?? "") ??
    /<meta[^>]+charset=["']?([\w-]+)/i.exec(bytes.subarray(0, 2048).toString("latin1"));
  return /^(gb|x-gbk)/i.test(said?.[1] ?? "") ? "gb18030" : "utf-8";
}

function kindOf(error: Error): VisitFailure {
  return /^(ERR_TLS|CERT|UNABLE|SELF_SIGNED|DEPTH_ZERO|ERR_SSL|EPROTO)/.test(codeOf(error))
    ? "tls"
    : "bad-answer";
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : "EUNKNOWN");
}

function failed(url: string, finalUrl: string, failure: VisitFailure, detail?: string): Visit {
  return {
    url,
    finalUrl,
    ok: false,
    failure,
    ...(detail === undefined ? {} : { detail }),
    body: "",
    cut: false,
    dns: null,
    tcp: null,
    firstByte: null,
  };
}
