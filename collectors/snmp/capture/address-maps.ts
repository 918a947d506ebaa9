import { keyedNumber, keyedOctets } from "./keyed.ts";

const MAX_ATTEMPTS = 4096;

/**
 * MAC addresses: the maker's half stays, the other becomes another that no device of the file has. Groups, broadcast
 * and zero stay.
 */
export class MacMap {
  readonly #key: Uint8Array;
  readonly #seen = new Set<string>();
  readonly #mapped = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Number of addresses that were replaced. */
  get size(): number {
    return this.#mapped.size;
  }

  /** Every address of the file is collected before the first is mapped. `hex`: 12 small digits. */
  collect(hex: string): void {
    if (isPersonalMac(hex)) this.#seen.add(hex);
  }

  knows(hex: string): boolean {
    return this.#seen.has(hex);
  }

  map(hex: string): string {
    if (!isPersonalMac(hex)) return hex;
    const known = this.#mapped.get(hex);
    if (known) return known;
    for (let attempt = 0; ; attempt++) {
      const low = keyedOctets(this.#key, `mac${attempt}`, hex, 3);
      const made = hex.slice(0, 6) + Buffer.from(low).toString("hex");
      if (attempt < MAX_ATTEMPTS && (this.#taken.has(made) || this.#seen.has(made) || made === hex)) continue;
      this.#taken.add(made);
      this.#mapped.set(hex, made);
      return made;
    }
  }
}

function isPersonalMac(hex: string): boolean {
  if (hex.length !== 12 || /^(?:0{12}|f{12})$/.test(hex)) return false;
  // Group addresses are of protocols; those of IPv6 groups end in a device's octets.
  return (Number.parseInt(hex.slice(0, 2), 16) & 1) === 0 || hex.startsWith("3333ff");
}

/**
 * IPv4 addresses: the first two octets become others that no address of the file has (of 192.168 the third), the rest
 * stays. So addresses of one network stay in one network, masks fit, and no address of the file is in the answer.
 */
export class Ipv4Map {
  readonly #key: Uint8Array;
  /** Blocks of the file: `10.1`, `192.168.7`. */
  readonly #seen = new Set<string>();
  readonly #addresses = new Set<string>();
  readonly #certain = new Set<string>();
  readonly #blocks = new Map<string, string>();
  readonly #taken = new Set<string>();
  #count = 0;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  get size(): number {
    return this.#count;
  }

  /** `isCertain`: it is no four numbers in a text, which may be the version of something. */
  collect(address: string, isCertain = true): void {
    if (!isPersonalIpv4(address)) return;
    this.#addresses.add(address);
    if (isCertain) this.#certain.add(address);
    for (const block of [blockOf(address), address.split(".").slice(0, 2).join(".")]) this.#seen.add(block);
  }

  knows(address: string): boolean {
    return this.#addresses.has(address);
  }

  isCertain(address: string): boolean {
    return this.#certain.has(address);
  }

  /** Whether some address of the file is of the same network. */
  isNear(address: string): boolean {
    return isPersonalIpv4(address) && this.#seen.has(blockOf(address));
  }

  map(address: string): string {
    if (!isPersonalIpv4(address)) return address;
    const block = blockOf(address);
    let made = this.#blocks.get(block);
    if (made === undefined) {
      made = this.#newBlock(block);
      this.#blocks.set(block, made);
      this.#taken.add(made);
    }
    this.#count++;
    return `${made}${address.slice(block.length)}`;
  }

  #newBlock(block: string): string {
    const [first] = block.split(".").map(Number) as [number];
    const free = (made: string): boolean => !this.#taken.has(made) && !this.#seen.has(made);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const n = keyedNumber(this.#key, "ipv4", block, 0x10000, attempt);
      const made = newBlock(block, first, n);
      if (free(made)) return made;
    }
    // A kind of network that is used up: 10.x has room for the rest.
    for (let n = 0; n < 0x10000; n++) {
      const made = block.split(".").length === 3 ? `10.${n >> 8}.${n & 255}` : `10.${n & 255}`;
      if (free(made) && !this.#seen.has(made.split(".").slice(0, 2).join("."))) return made;
    }
    return "0.0";
  }
}

function newBlock(block: string, first: number, n: number): string {
  const low = n & 0xff;
  if (block.startsWith("192.168.")) return `192.168.${low}`;
  if (first === 10) return `10.${low}`;
  if (first === 172) return `172.${16 + (low & 15)}`;
  if (first === 100) return `100.${64 + (low & 63)}`;
  if (first === 169) return `169.254.${low}`;
  // Public ones become public ones that are neither private nor special.
  const candidates = [
    11, 13, 17, 20, 23, 27, 36, 39, 42, 49, 58, 61, 66, 74, 81, 88, 95, 112, 119, 125, 133, 140,
  ];
  return `${candidates[(n >> 8) % candidates.length]}.${low}`;
}

/** 10.1 of 10.1.2.3, 192.168.7 of 192.168.7.3: what is replaced. */
function blockOf(address: string): string {
  const octets = address.split(".");
  return octets.slice(0, address.startsWith("192.168.") || address.startsWith("169.254.") ? 3 : 2).join(".");
}

/** Not a mask, not a group, not the device itself, not nothing. */
export function isPersonalIpv4(address: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  if (a === 0 || a === 127 || a >= 224) return false;
  return !(a === 128 && b === 0 && c === 0 && d === 0) && !(a === 192 && b === 0 && c === 0 && d === 0);
}

/**
 * IPv6 addresses: the first 48 bits become others of 2001:db8::/32 (of fd00::/8 for local ones) that no address of the
 * file has, the subnet stays, the interface's half follows the mapped MAC address where it holds one.
 */
export class Ipv6Map {
  readonly #key: Uint8Array;
  readonly #macs: MacMap;
  readonly #ipv4: Ipv4Map;
  /** 48 bits in hex. */
  readonly #seen = new Set<string>();
  readonly #addresses = new Set<string>();
  readonly #blocks = new Map<string, string>();
  readonly #taken = new Set<string>();
  #count = 0;

  constructor(key: Uint8Array, macs: MacMap, ipv4: Ipv4Map) {
    this.#key = key;
    this.#macs = macs;
    this.#ipv4 = ipv4;
  }

  get size(): number {
    return this.#count;
  }

  /** `hex`: 32 small digits. */
  collect(hex: string): void {
    if (!isPersonalIpv6(hex)) return;
    this.#addresses.add(hex);
    this.#seen.add(hex.slice(0, 12));
    const mac = macOf(hex);
    if (mac !== undefined) this.#macs.collect(mac);
    const inner = ipv4Within(hex);
    if (inner !== undefined) this.#ipv4.collect(inner);
  }

  knows(hex: string): boolean {
    return this.#addresses.has(hex);
  }

  map(hex: string): string {
    if (!isPersonalIpv6(hex)) return hex;
    this.#count++;
    const inner = ipv4Within(hex);
    if (inner !== undefined) {
      const octets = this.#ipv4.map(inner).split(".").map(Number);
      return hex.slice(0, 24) + Buffer.from(octets).toString("hex");
    }
    // A group: the last octets of solicited-node groups are a device's.
    if (hex.startsWith("ff")) return hex.startsWith(SOLICITED) ? `${SOLICITED}000000` : hex;
    const id = this.#interfaceId(hex);
    if (/^fe[89ab]/.test(hex)) return hex.slice(0, 16) + id;
    const block = hex.slice(0, 12);
    let made = this.#blocks.get(block);
    if (made === undefined) {
      made = this.#newBlock(block);
      this.#blocks.set(block, made);
      this.#taken.add(made);
    }
    return made + hex.slice(12, 16) + id;
  }

  #newBlock(block: string): string {
    for (let attempt = 0; ; attempt++) {
      const n = keyedOctets(this.#key, `ipv6#${attempt}`, block, 5);
      const digits = Buffer.from(n).toString("hex");
      const made = /^f[cd]/.test(block) ? `fd${digits}` : `20010db8${digits.slice(0, 4)}`;
      if (attempt >= MAX_ATTEMPTS || (!this.#taken.has(made) && !this.#seen.has(made))) return made;
    }
  }

  #interfaceId(hex: string): string {
    const id = hex.slice(16);
    // `::1` and the like are written by hand and say nothing.
    if (/^0{12}/.test(id)) return id;
    const mac = macOf(hex);
    if (mac === undefined) return Buffer.from(keyedOctets(this.#key, "interface", id, 8)).toString("hex");
    const mapped = this.#macs.map(mac);
    const first = (Number.parseInt(mapped.slice(0, 2), 16) ^ 2).toString(16).padStart(2, "0");
    return `${first}${mapped.slice(2, 6)}fffe${mapped.slice(6)}`;
  }
}

/** ff02::1:ff00:0/104 (RFC 4291 section 2.7.1). */
const SOLICITED = "ff0200000000000000000001ff";

/** The MAC address within an EUI-64 interface identifier. */
function macOf(hex: string): string | undefined {
  if (hex.slice(22, 26) !== "fffe") return undefined;
  const first = (Number.parseInt(hex.slice(16, 18), 16) ^ 2).toString(16).padStart(2, "0");
  return first + hex.slice(18, 22) + hex.slice(26);
}

/** The IPv4 address within ::ffff:0:0/96 and 64:ff9b::/96. */
function ipv4Within(hex: string): string | undefined {
  if (!hex.startsWith("00000000000000000000ffff") && !hex.startsWith("0064ff9b0000000000000000"))
    return undefined;
  return [...Buffer.from(hex.slice(24), "hex")].join(".");
}

function isPersonalIpv6(hex: string): boolean {
  return hex.length === 32 && !/^0{30}/.test(hex);
}
