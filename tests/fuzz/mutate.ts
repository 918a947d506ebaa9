/** Answers a whole number from 0 to below `below`. */
export type Random = (below: number) => number;

/** xorshift32: the same mutations for the same seed. */
export function generator(seed: number): Random {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A TLV of a seed. The root contains all others. */
export interface Node {
  readonly start: number;
  readonly contentAt: number;
  readonly end: number;
  readonly parent: Node | undefined;
}

export interface Seed {
  readonly name: string;
  readonly bytes: Buffer;
  readonly nodes: readonly Node[];
}

/** A well-formed datagram with the places of all its TLVs, also those within an OCTET STRING (SNMPv3). */
export function seedOf(name: string, bytes: Buffer): Seed {
  const nodes: Node[] = [];
  const visit = (at: number, end: number, parent: Node | undefined): boolean => {
    while (at < end) {
      const length = lengthAt(bytes, at + 1, end);
      if (!length || length.contentAt + length.value > end) return false;
      const node = { start: at, contentAt: length.contentAt, end: length.contentAt + length.value, parent };
      nodes.push(node);
      const kept = nodes.length;
      const constructed = (bytes[at]! & 0x20) !== 0;
      const wraps = bytes[at] === 0x04 && bytes[node.contentAt] === 0x30;
      if ((constructed || wraps) && !visit(node.contentAt, node.end, node)) nodes.length = kept;
      at = node.end;
    }
    return true;
  };
  visit(0, bytes.length, undefined);
  return { name, bytes, nodes };
}

function lengthAt(bytes: Buffer, at: number, end: number): { value: number; contentAt: number } | undefined {
  const first = bytes[at];
  if (at >= end || first === undefined) return undefined;
  if (first < 0x80) return { value: first, contentAt: at + 1 };
  const octets = first - 0x80;
  if (octets === 0 || octets > 4 || at + 1 + octets > end) return undefined;
  return { value: bytes.readUIntBE(at + 1, octets), contentAt: at + 1 + octets };
}

const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x1f, 0x24, 0x30, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x80,
  0x81, 0x82, 0x9f, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xbf, 0xff,
];
const OCTETS = [0x00, 0x01, 0x02, 0x05, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x88, 0x8f, 0x90, 0xff];
/** Length fields in place of the right one: indefinite, far too long, not there, in too many octets. */
const LENGTHS = [
  "80",
  "81",
  "8100",
  "817f",
  "81ff",
  "820000",
  "82ffff",
  "83000001",
  "83ffffff",
  "8400000001",
  "847fffffff",
  "8480000000",
  "84ffffffff",
  "850000000001",
  "88ffffffffffffffff",
  "ff",
  "00",
  "01",
  "7f",
].map((hex) => Buffer.from(hex, "hex"));
/** Integers at every edge, too long, in more octets than it takes, or empty. */
const INTEGERS = [
  "",
  "00",
  "01",
  "7f",
  "80",
  "ff",
  "0080",
  "00ff",
  "ff7f",
  "8000",
  "0000",
  "00000001",
  "7fffffff",
  "80000000",
  "ffffffff",
  "00ffffffff",
  "0080000000",
  "0100000000",
  "ffffffffff",
  "007fffffffffffffff",
  "8000000000000000",
  "ffffffffffffffff",
  "00ffffffffffffffff",
  "01ffffffffffffffff",
  "001fffffffffffff",
  "0020000000000000",
  "000001",
  "000000000000000000000000000001",
  "ffffffffffffffffffffffffffffffff",
].map((hex) => Buffer.from(hex, "hex"));
/** Sub-identifiers over 32 bits, not minimal, without an end, too many; and the edges that are good. */
const OIDS = [
  "",
  "00",
  "2b",
  "2b06",
  "80",
  "2b80",
  "2b8001",
  "2b8f",
  "2bffffffff",
  "2b8fffffff7f",
  "2b9080808000",
  "2bffffffff7f",
  "ffffffff7f",
  "8fffffff7f",
  "9080808000",
  "90808080cf",
  "8fffffff7f2b",
  "78",
  "8837",
  "2b0680808001",
  "2bffffffffffffffff7f",
  `2b${"01".repeat(126)}`,
  `2b${"01".repeat(127)}`,
  `2b${"8fffffff7f".repeat(126)}`,
  `2b${"01".repeat(2000)}`,
  "ff".repeat(300),
  `2b${"81".repeat(200)}00`,
].map((hex) => Buffer.from(hex, "hex"));

const STRINGS = [
  Buffer.alloc(0),
  Buffer.alloc(1),
  Buffer.alloc(5000, 0x41),
  Buffer.alloc(5000, 0xe4),
  Buffer.alloc(4097, "中"),
  Buffer.from("\u001b[2J\u202e\u0000 x\u0007", "utf8"),
  Buffer.from("bdccd1a7c2a5", "hex"),
  Buffer.from("fffe0041", "hex"),
  Buffer.from("edb080f4908080c080", "hex"),
  Buffer.from("9f780441200000", "hex"),
  Buffer.from("9f7908ff", "hex"),
  Buffer.from("9f7a80", "hex"),
  Buffer.from("07ea0b1602363b00", "hex"),
  Buffer.alloc(300, "3080", "hex"),
  Buffer.from("1e".repeat(200) + "5", "latin1"),
];

export function tlv(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

/** The seed with `replacement` in the place of a node, and the lengths of all around it made right. */
function replaced({ bytes }: Seed, node: Node, replacement: Uint8Array): Buffer {
  let inner: Buffer = Buffer.from(replacement);
  let child = node;
  for (let { parent } = node; parent; parent = parent.parent) {
    const before = bytes.subarray(parent.contentAt, child.start);
    const behind = bytes.subarray(child.end, parent.end);
    inner = tlv(bytes[parent.start]!, Buffer.concat([before, inner, behind]));
    child = parent;
  }
  return inner;
}

/** One mutation that knows where a TLV begins and ends. */
function structural(seed: Seed, seeds: readonly Seed[], random: Random): Buffer {
  const { bytes, nodes } = seed;
  const one = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const node = one(nodes);
  const tag = bytes[node.start]!;
  const whole = bytes.subarray(node.start, node.end);
  const content = bytes.subarray(node.contentAt, node.end);
  switch (random(11)) {
    case 0:
      return replaced(seed, node, Buffer.concat([Buffer.of(one(TAGS)), whole.subarray(1)]));
    case 1:
      return replaced(seed, node, Buffer.concat([Buffer.of(tag), one(LENGTHS), content]));
    case 2: {
      const wrong = content.length + one([-2, -1, 1, 2, 128]);
      return replaced(
        seed,
        node,
        Buffer.concat([Buffer.of(tag, 0x82, (wrong >> 8) & 0xff, wrong & 0xff), content]),
      );
    }
    case 3:
      return replaced(seed, node, tlv(one([0x02, 0x02, 0x41, 0x42, 0x43, 0x46, tag]), one(INTEGERS)));
    case 4:
      return replaced(seed, node, tlv(tag === 0x06 || random(4) === 0 ? 0x06 : tag, one(OIDS)));
    case 5:
      return replaced(seed, node, tlv(random(2) === 0 ? tag : 0x04, one(STRINGS)));
    case 6: {
      const other = one(seeds);
      const donor = one(other.nodes);
      return replaced(seed, node, other.bytes.subarray(donor.start, donor.end));
    }
    case 7:
      return replaced(seed, node, Buffer.concat([whole, whole]));
    case 8:
      return replaced(seed, node, Buffer.alloc(0));
    case 9: {
      let nested: Buffer = Buffer.from(whole);
      for (let depth = 1 + random(60); depth > 0; depth--) nested = tlv(one([0x30, 0x24, 0xa2, tag]), nested);
      return replaced(seed, node, nested);
    }
    default: {
      // The same length, in more octets than it takes: good BER.
      const long = Buffer.from([tag, 0x84, 0, 0, content.length >> 8, content.length & 0xff]);
      return replaced(seed, node, Buffer.concat([long, content]));
    }
  }
}

/** One mutation that knows nothing. */
function blind(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return Buffer.of(random(256));
  const at = random(bytes.length);
  switch (random(6)) {
    case 0: {
      const out = Buffer.from(bytes);
      out[at]! ^= 1 << random(8);
      return out;
    }
    case 1: {
      const out = Buffer.from(bytes);
      out[at] = OCTETS[random(OCTETS.length)]!;
      return out;
    }
    case 2:
      return Buffer.from(bytes.subarray(0, at));
    case 3:
      return Buffer.concat([bytes.subarray(0, at), LENGTHS[random(LENGTHS.length)]!, bytes.subarray(at)]);
    case 4:
      return Buffer.concat([bytes, bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(4))]);
  }
}

const MOST_OCTETS = 65_507;

/** A datagram made of a seed by one to four mutations. It is the caller's. */
export function mutate(seed: Seed, seeds: readonly Seed[], random: Random): Buffer {
  let bytes: Buffer = random(3) === 0 ? Buffer.from(seed.bytes) : structural(seed, seeds, random);
  // Now and then a second one in the tree that the first has made.
  if (random(6) === 0) {
    const again = seedOf(seed.name, bytes);
    if (again.nodes.length > 0) bytes = structural(again, seeds, random);
  }
  for (let n = bytes.equals(seed.bytes) ? 1 + random(3) : random(5) === 0 ? 1 : 0; n > 0; n--)
    bytes = blind(bytes, random);
  return bytes.length > MOST_OCTETS ? bytes.subarray(0, MOST_OCTETS) : bytes;
}
