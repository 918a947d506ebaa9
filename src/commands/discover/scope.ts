import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { Endpoint } from "../../collection/contract.ts";
import { CampusError } from "../../errors/campus-error.ts";

/** First to last address of one family, as numbers. */
interface Span {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  /** As it was given. */
  readonly text: string;
}

/** IPv6 prefixes up to this many addresses are asked address by address; wider ones only say what is allowed. */
const MOST_SWEPT_IPV6 = 256n;
const FORMS =
  "10.1.0.0/22, 10.1.0.1-10.1.0.50, 10.1.0.1-50, 10.1.0.7, 10.1.0.7:1161, 2001:db8::/64 or [2001:db8::7]:161";

const REFUSED: readonly (Span & { readonly why: string })[] = [
  { ...spanOf("0.0.0.0/8"), why: "0.0.0.0/8 is this network, no address of a device (RFC 1122)" },
  { ...spanOf("224.0.0.0/4"), why: "224.0.0.0/4 is multicast: one packet would be answered by many" },
  { ...spanOf("240.0.0.0/4"), why: "240.0.0.0/4 is reserved, and 255.255.255.255 is broadcast" },
  { ...spanOf("::/128"), why: ":: is no address of a device" },
  { ...spanOf("::ffff:0:0/96"), why: "IPv4 in IPv6 form; write it as IPv4" },
  { ...spanOf("fe80::/10"), why: "fe80::/10 is link-local: it means another network on every interface" },
  { ...spanOf("ff00::/8"), why: "ff00::/8 is multicast: one packet would be answered by many" },
];

export interface ScopeOptions {
  /** Port of addresses given without one. */
  readonly port: number;
  /** Most addresses of a run. */
  readonly max: number;
  /** False: prefixes and ranges only say what is allowed. */
  readonly sweep: boolean;
}

/**
 * What a run may send packets to: an allowlist. Nothing outside is ever asked, whatever a device says of its
 * neighbours.
 */
export class DiscoverScope {
  /** The arguments. */
  readonly texts: readonly string[];
  /** Single addresses, in order. */
  readonly singles: readonly Endpoint[];
  /** IPv6 prefixes that only say what is allowed. */
  readonly notSwept: readonly string[];
  readonly #spans: readonly Span[];
  readonly #swept: readonly Span[];
  readonly #port: number;

  /** Throws E_USAGE naming the argument. */
  constructor(given: readonly string[], options: ScopeOptions) {
    const { port, max, sweep } = options;
    const singles: Endpoint[] = [];
    const spans: Span[] = [];
    const wide: Span[] = [];
    for (const text of given) {
      const single = parseEndpoint(text, port);
      const span = single ? spanOf(single.address) : parseSpan(text);
      refuse(span, text);
      if (single) singles.push(single);
      else wide.push({ ...span, text });
      spans.push({ ...span, text });
    }
    this.texts = given;
    this.singles = singles;
    this.#spans = spans;
    this.#port = port;
    this.#swept = sweep ? wide.filter(isSwept) : [];
    this.notSwept = wide.filter((span) => !isSwept(span)).map((span) => span.text);
    const count = this.#swept.reduce((sum, span) => sum + size(usable(span)), 0n) + BigInt(singles.length);
    if (count > BigInt(max)) throw tooWide(this.#swept, count, max);
  }

  /** Whether the address (canonical text) may be asked. */
  allows(address: string): boolean {
    if (isIP(address) === 0 || address.includes("%")) return false;
    const { family, first } = spanOf(address);
    const inside = (span: Span): boolean =>
      span.family === family && span.first <= first && first <= span.last;
    // A network's own and its broadcast address are no device's.
    return this.#spans.some((span) => inside(usable(span))) && !REFUSED.some(inside);
  }

  /** Whether a part of the prefix is in scope. */
  touches(prefix: string): boolean {
    const { family, first, last } = spanOf(prefix);
    return this.#spans.some((span) => span.family === family && span.first <= last && first <= span.last);
  }

  /** Addresses of prefixes and ranges, each once, without network and broadcast addresses. */
  *sweep(): Generator<Endpoint> {
    const seen = new Set<bigint>();
    const overlap = this.#swept.length > 1;
    for (const span of this.#swept) {
      const { first, last } = usable(span);
      for (let at = first; at <= last; at++) {
        if (overlap) {
          const key = at * 2n + (span.family === 6 ? 1n : 0n);
          if (seen.has(key)) continue;
          seen.add(key);
        }
        yield { address: addressText(span.family, at), port: this.#port };
      }
    }
  }
}

/** `ADDRESS`, `ADDRESS:PORT` or `[IPV6]:PORT`; undefined when the text is something else. */
export function parseEndpoint(text: string, port: number): Endpoint | undefined {
  if (isIP(text) !== 0) return { address: canonical(text), port };
  const match = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? /^\[([^\]]+)\]$/.exec(text);
  const address = match?.[1] ?? match?.[2];
  if (!match || address === undefined || isIP(address) !== (match[1] === undefined ? 4 : 6)) return undefined;
  const own = match[3] === undefined ? port : Number(match[3]);
  return own >= 1 && own <= 65_535 ? { address: canonical(address), port: own } : undefined;
}

/** A prefix with its owner, for `--assign`. Throws E_USAGE. */
export function parsePrefix(text: string): { contains(address: string): boolean; readonly size: bigint } {
  const span = isIP(text) !== 0 ? spanOf(text) : parseSpan(text);
  return {
    contains: (address) => {
      const { family, first } = spanOf(address);
      return family === span.family && span.first <= first && first <= span.last;
    },
    size: size(span),
  };
}

/** Where an address lies when addresses are put in order: IPv4 first. */
export function addressOrder(a: Endpoint, b: Endpoint): number {
  const [x, y] = [spanOf(a.address), spanOf(b.address)];
  if (x.family !== y.family) return x.family - y.family;
  return x.first < y.first ? -1 : x.first > y.first ? 1 : a.port - b.port;
}

/** `10.1.0.7` or `10.1.0.7:1161`, `2001:db8::7` or `[2001:db8::7]:1161`. */
export function endpointText({ address, port }: Endpoint, usual: number): string {
  if (port === usual) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The canonical text of a literal address. */
export function canonical(address: string): string {
  return address.includes(":") && !address.includes("%")
    ? ipaddr.IPv6.parse(address).toRFC5952String()
    : address;
}

function parseSpan(text: string): Span {
  const prefix = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (prefix && isIP(prefix[1]!) !== 0 && Number(prefix[2]) <= (isIP(prefix[1]!) === 4 ? 32 : 128))
    return spanOf(text);
  const range = /^(\d+\.\d+\.\d+\.)(\d+)-(?:(\d+\.\d+\.\d+\.)?(\d{1,3}))$/.exec(text);
  const first = range ? `${range[1]}${range[2]}` : "";
  const last = range ? `${range[3] ?? range[1]}${range[4]}` : "";
  if (isIP(first) !== 4 || isIP(last) !== 4)
    throw usage(text, `is neither a prefix nor a range nor an address; write ${FORMS}`);
  const span: Span = { family: 4, first: numberOf(first), last: numberOf(last), text };
  if (span.last < span.first) throw usage(text, "ends before it begins");
  return span;
}

/** An address, or `ADDRESS/LENGTH` whose host bits are left out. */
function spanOf(text: string): Span {
  const [address, length] = text.split("/");
  const family = address!.includes(":") ? 6 : 4;
  const bits = family === 4 ? 32 : 128;
  const host = BigInt(bits - (length === undefined ? bits : Number(length)));
  const first = (numberOf(address!) >> host) << host;
  return { family, first, last: first + (1n << host) - 1n, text };
}

function numberOf(address: string): bigint {
  return ipaddr
    .parse(address)
    .toByteArray()
    .reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function addressText(family: 4 | 6, number: bigint): string {
  const octets: number[] = [];
  for (let i = family === 4 ? 24n : 120n; i >= 0n; i -= 8n) octets.push(Number((number >> i) & 255n));
  return family === 4 ? octets.join(".") : new ipaddr.IPv6(octets).toRFC5952String();
}

/** Without the network's own and the broadcast address; /31 and /32 have neither (RFC 3021). */
function usable(span: Span): Span {
  if (span.family === 6 || !span.text.includes("/") || size(span) <= 2n) return span;
  return { ...span, first: span.first + 1n, last: span.last - 1n };
}

function isSwept(span: Span): boolean {
  return span.family === 4 || size(span) <= MOST_SWEPT_IPV6;
}

function size(span: Span): bigint {
  return span.last - span.first + 1n;
}

function refuse(span: Span, text: string): void {
  for (const { family, first, last, why } of REFUSED)
    if (family === span.family && span.first <= last && first <= span.last)
      throw usage(text, `cannot be asked: ${why}`);
}

function tooWide(swept: readonly Span[], count: bigint, max: number): CampusError {
  const widest = swept.reduce((a, b) => (size(b) > size(a) ? b : a), swept[0]!);
  const what = swept.length === 1 ? "it holds" : "with the others it makes";
  return usage(
    widest?.text ?? "the list of addresses",
    `is too wide: ${what} ${count} addresses, and a run asks at most ${max}; give smaller prefixes, raise --max, or --no-sweep with a --seed to follow neighbours inside it`,
  );
}

function usage(text: string, why: string): CampusError {
  return new CampusError("E_USAGE", `${text.slice(0, 80)} ${why}`, { key: text.slice(0, 80) });
}
