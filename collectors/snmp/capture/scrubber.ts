import { isIPv6 } from "node:net";
import type { Maps } from "./sanitiser.ts";

const MAC =
  /(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}([:\-. ]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z])|(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{4}([.:-]))(?:[0-9A-Fa-f]{4}\2)[0-9A-Fa-f]{4}(?![0-9A-Za-z])|(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{12}(?![0-9A-Za-z])/g;
const LONG_HEX = /(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}){7,32}(?![0-9A-Za-z])/g;
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/g;
const IPV6 =
  /(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])/g;
const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const HOST =
  /\b(?:https?:\/\/|www\.)[^\s"'<>]+|\b(?:[a-z0-9-]+\.)+(?:edu|gov|com|net|org|local|lan|internal|cn)(?:\.cn)?\b/gi;
const PRIVATE = /^(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168)\./;
const VERSION =
  /(?:v|ver|version|release|rel|software|firmware|build|image|sw|fw|kernel|rev|revision|patch|bootrom|cpld|fpga)\W{0,3}$/i;
/** Pages of makers stand in what their devices say of themselves. */
const MAKERS_HOST =
  /(?:huawei|h3c|hpe?|ruijie|zte|cisco|aruba|juniper|tp-?link|d-?link|netgear|zyxel|mikrotik|ubnt|ui|ruckus|fortinet|moxa|apc|eaton|hikvision|dahuasecurity|net-snmp|sourceforge)\.(?:com|net|org|cn)/i;
/** A model's form: many devices have it as their name until they get another. */
const MODEL = /^(?=.*\d)(?=.*[A-Z])[A-Z0-9][A-Za-z0-9./-]{3,24}$/;
/** What is behind it is the name of a host. */
const UNAME = /^(?:Linux|FreeBSD|OpenBSD|NetBSD|Darwin|SunOS|AIX) /;
/** Names that devices have before anybody gives them one. */
const MAKERS =
  /^(?:huawei|h3c|hpe?|ruijie|zte|cisco|aruba|juniper|tp-?link|d-?link|netgear|zyxel|mikrotik|ubnt|ubiquiti|ruckus|fortinet|switch|router|localhost|linux)$/i;

/** Takes addresses, names and serial numbers out of texts of any kind. */
export class Scrubber {
  readonly #maps: Maps;
  readonly #secrets: readonly string[];
  #names: readonly string[] = [];
  #serials: readonly string[] = [];

  constructor(maps: Maps, secrets: readonly string[]) {
    this.#maps = maps;
    // `public` is a word of many texts; as the whole text it is found all the same.
    this.#secrets = secrets
      .filter((secret) => secret.length >= 3)
      .map((secret) => Buffer.from(secret, "utf8").toString("latin1"));
  }

  /** `isProduct`: four numbers with dots are a version, unless they are a private address. */
  collect(text: string, isProduct: boolean): void {
    const { macs, ipv4, ipv6 } = this.#maps;
    for (const match of text.matchAll(MAC)) {
      const hex = macHex(match[0]);
      if (isMacText(match[0])) macs.collect(hex);
    }
    for (const match of text.matchAll(IPV6)) {
      const hex = hexOfIpv6(match[0]);
      if (hex !== undefined) ipv6.collect(hex);
    }
    for (const match of text.matchAll(IPV4))
      if (isQuad(match[0]) && !(isProduct ? !PRIVATE.test(match[0]) : isVersion(text, match.index)))
        ipv4.collect(match[0], false);
  }

  /** `products`: texts with models and makers in them: what is a name and stands there too is a model. */
  ready(products: readonly string[]): void {
    const isProductWord = (name: string): boolean => {
      if (MAKERS.test(name)) return true;
      const within = products.filter((text) => text.includes(name));
      return within.length > 1 || (MODEL.test(name) && within.some((text) => !UNAME.test(text)));
    };
    this.#names = this.#maps.names.searched.filter((name) => !isProductWord(name));
    this.#serials = this.#maps.serials.searched;
  }

  scrub(text: string, isProduct: boolean): string {
    const { macs, ipv4, ipv6, names, serials } = this.#maps;
    let made = text;
    for (const secret of this.#secrets)
      if (made === secret || (secret.length >= 7 && made.includes(secret)))
        made = made.replaceAll(secret, "x".repeat(secret.length));
    for (const name of this.#names) if (made.includes(name)) made = made.replaceAll(name, names.map(name));
    for (const serial of this.#serials)
      if (made.includes(serial)) made = made.replaceAll(serial, serials.map(serial));
    made = made.replace(MAIL, (mail) => names.map(mail));
    made = made.replace(HOST, (host) => (MAKERS_HOST.test(host) ? host : names.map(host)));
    made = made.replace(MAC, (mac) => {
      const hex = macHex(mac);
      return isMacText(mac) || macs.knows(hex) ? sameForm(mac, macs.map(hex)) : mac;
    });
    // A bridge's identifier written in hex: priority and address.
    made = made.replace(LONG_HEX, (digits) => {
      const lower = digits.toLowerCase();
      const mapped = this.scrubHex(lower);
      return mapped === lower ? digits : mapped;
    });
    made = made.replace(IPV6, (address) => {
      const hex = hexOfIpv6(address);
      return hex === undefined ? address : ipv6OfHex(ipv6.map(hex));
    });
    return made.replace(IPV4, (quad, at: number, whole: string) => {
      if (!isQuad(quad)) return quad;
      const isAddress = isProduct
        ? PRIVATE.test(quad) || ipv4.isCertain(quad)
        : ipv4.knows(quad) || !isVersion(whole, at);
      return isAddress ? ipv4.map(quad) : quad;
    });
  }

  /** Octets that are no text: known addresses within them. */
  scrubHex(hex: string): string {
    let made = hex;
    const { macs, ipv6 } = this.#maps;
    for (let at = 0; at + 12 <= made.length; at += 2) {
      const mac = made.slice(at, at + 12);
      if (macs.knows(mac)) {
        made = made.slice(0, at) + macs.map(mac) + made.slice(at + 12);
        at += 10;
        continue;
      }
      const long = made.slice(at, at + 32);
      if (long.length === 32 && ipv6.knows(long)) {
        made = made.slice(0, at) + ipv6.map(long) + made.slice(at + 32);
        at += 30;
      }
    }
    for (const secret of [...this.#secrets.filter((one) => one.length >= 7), ...this.#names]) {
      const octets = Buffer.from(secret, "latin1").toString("hex");
      for (let at = made.indexOf(octets); at >= 0; at = made.indexOf(octets, at + 2))
        if (at % 2 === 0)
          made = made.slice(0, at) + "78".repeat(octets.length / 2) + made.slice(at + octets.length);
    }
    return made;
  }
}

function macHex(text: string): string {
  return text
    .replace(/^0x(?=[0-9A-Fa-f]{12}$)/, "")
    .replace(/[^0-9A-Fa-f]/g, "")
    .toLowerCase();
}

/** With separators, or twelve digits of which some are letters: a number of twelve digits is no address. */
function isMacText(text: string): boolean {
  return /[:\-. ]/.test(text) || text.startsWith("0x") || /[A-Fa-f]/.test(text);
}

/** The mapped address with the separators and the case of the text it stands for. */
function sameForm(text: string, hex: string): string {
  const isUpper = /[A-F]/.test(text) && !/[a-f]/.test(text);
  const digits = isUpper ? hex.toUpperCase() : hex;
  const prefix = text.startsWith("0x") && text.length === 14 ? "0x" : "";
  let at = 0;
  return prefix + text.slice(prefix.length).replace(/[0-9A-Fa-f]/g, () => digits[at++]!);
}

function isQuad(text: string): boolean {
  return text.split(".").every((octet) => Number(octet) <= 255);
}

/** Whether the four numbers are the version of something. */
function isVersion(text: string, at: number): boolean {
  return VERSION.test(text.slice(Math.max(0, at - 24), at));
}

/** 32 hex digits; undefined when the text is no IPv6 address. */
export function hexOfIpv6(text: string): string | undefined {
  if (!isIPv6(text)) return undefined;
  const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const octet = (i: number): string => Number(v4![i]).toString(16).padStart(2, "0");
  const plain = v4 ? `${v4[1]}${octet(2)}${octet(3)}:${octet(4)}${octet(5)}` : text;
  const [left = "", right] = plain.toLowerCase().split("::");
  const groups = (part: string | undefined): string[] => (part ? part.split(":") : []);
  const front = groups(left);
  const back = groups(right);
  const fill = right === undefined ? [] : Array<string>(8 - front.length - back.length).fill("0");
  return [...front, ...fill, ...back].map((group) => group.padStart(4, "0")).join("");
}

export function ipv6OfHex(hex: string): string {
  const groups = hex.match(/.{4}/g)!.map((group) => group.replace(/^0{1,3}/, ""));
  const text = groups.join(":");
  const run = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (!run) return text;
  const head = text.slice(0, run.index);
  const tail = text.slice(run.index + run[0].length).replace(/^:/, "");
  return `${head}::${tail}`;
}
