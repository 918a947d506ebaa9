import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sanitise } from "../../collectors/snmp/capture/sanitiser.ts";
import { snmprecText } from "../../collectors/snmp/capture/snmprec.ts";
import type { RawVarbind } from "../../collectors/snmp/capture/walk.ts";
import { encodeOid } from "../../collectors/snmp/codec/oid.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { SHIPPED } from "../profiles/files.ts";

const PROFILE = loadProfiles([SHIPPED]).get("generic-snmp");
const arcs = (oid: string): number[] => oid.split(".").map(Number);
const octets = (oid: string, value: Uint8Array | string): RawVarbind => ({
  oid: arcs(oid),
  tag: 4,
  value: typeof value === "string" ? Buffer.from(value, "utf8") : value,
});
const integer = (oid: string, value: number): RawVarbind => ({
  oid: arcs(oid),
  tag: 2,
  value: Uint8Array.of(value & 0x7f),
});
const address = (oid: string, quad: string): RawVarbind => ({
  oid: arcs(oid),
  tag: 64,
  value: Uint8Array.from(arcs(quad)),
});
const bytesOf = (hex: string): Buffer => Buffer.from(hex, "hex");
const quadOf = (hex: string): string => [...bytesOf(hex)].join(".");
const colons = (hex: string): string => hex.match(/../g)!.join(":");
const groups = (hex: string): string => hex.match(/.{4}/g)!.join(":");

const octet = (min: number, max: number) => fc.integer({ min, max });
/** Addresses of the kinds that schools have, with octets that are no numbers of columns. */
const ipv4 = fc
  .tuple(
    fc.oneof(
      fc.tuple(fc.constant(10), octet(40, 250)),
      fc.tuple(fc.constant(172), octet(16, 31)),
      fc.constant([192, 168] as [number, number]),
      fc.tuple(fc.constantFrom(58, 111, 202, 210), octet(40, 250)),
    ),
    octet(40, 250),
    octet(1, 254),
  )
  .map(([[a, b], c, d]) => `${a}.${b}.${c}.${d}`);
const mac = fc
  .tuple(fc.constantFrom("00e0fc", "3cf5cc", "0c4b54"), fc.integer({ min: 0x100000, max: 0xffffff }))
  .map(([oui, low]) => oui + low.toString(16));
const ipv6 = fc
  .tuple(
    fc.constantFrom("240e0123", "20010da8", "fd12a4b5"),
    fc.integer({ min: 0x1000, max: 0xffff }),
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 0x1000_0000, max: 0xffff_ffff }),
  )
  .map(([head, third, subnet, id]) => {
    const part = (n: number, digits: number) => n.toString(16).padStart(digits, "0");
    return `${head}${part(third, 4)}${part(subnet, 4)}a7c4${part(id, 8)}b9d3`;
  });
const name = fc
  .tuple(
    fc.constantFrom("实验小学", "ZQX-Middle-School ", "wangxiaoming-", "Kunming No.7 "),
    fc.integer({ min: 100, max: 999_999 }),
  )
  .map(([text, n]) => `${text}${n}`);
const serial = fc.integer({ min: 1e9, max: 9e9 }).map((n) => `2102${n}ZQ`);

const secrets = fc.record({
  addresses: fc.uniqueArray(ipv4, { minLength: 2, maxLength: 8 }),
  macs: fc.uniqueArray(mac, { minLength: 2, maxLength: 6 }),
  long: fc.uniqueArray(ipv6, { minLength: 1, maxLength: 4 }),
  names: fc.uniqueArray(name, { minLength: 4, maxLength: 8 }),
  serials: fc.uniqueArray(serial, { minLength: 1, maxLength: 3 }),
});
type Secrets = typeof secrets extends fc.Arbitrary<infer T> ? T : never;

/** A device that says all of it, in every form that an agent knows. */
function device({ addresses, macs, long, names, serials }: Secrets): RawVarbind[] {
  const system = "1.3.6.1.2.1.1";
  const list: RawVarbind[] = [
    octets(`${system}.1.0`, `Linux ${names[0]} 6.1.0 #1 SMP`),
    { oid: arcs(`${system}.2.0`), tag: 6, value: encodeOid(arcs("1.3.6.1.4.1.99999.1")) },
    octets(`${system}.4.0`, `${names[1]} <admin@${names[2]!.replace(/[^A-Za-z0-9]/g, "")}.edu.cn>`),
    octets(`${system}.5.0`, names[0]!),
    octets(`${system}.6.0`, names[2]!),
  ];
  for (const [i, quad] of addresses.entries()) {
    const index = i + 1;
    list.push(
      address(`1.3.6.1.2.1.4.20.1.1.${quad}`, quad),
      integer(`1.3.6.1.2.1.4.20.1.2.${quad}`, index),
      address(`1.3.6.1.2.1.4.20.1.3.${quad}`, "255.255.255.0"),
      octets(`1.3.6.1.2.1.4.22.1.2.${index}.${quad}`, bytesOf(macs[i % macs.length]!)),
      integer(`1.3.6.1.2.1.4.34.1.3.1.4.${quad}`, index),
      octets(`1.3.6.1.4.1.99999.5.1.1.2.${quad}.1`, "a private table"),
      octets(`1.3.6.1.4.1.99999.6.${index}.0`, `uplink to ${quad}/24, gateway=${quad}; and ${quad}`),
      octets(`1.3.6.1.4.1.99999.7.${index}.0`, Buffer.from(arcs(quad))),
    );
  }
  for (const [i, hex] of macs.entries()) {
    const index = i + 1;
    const dotted = quadOf(hex);
    list.push(
      octets(`1.3.6.1.2.1.2.2.1.2.${index}`, `GigabitEthernet0/0/${index}`),
      octets(`1.3.6.1.2.1.2.2.1.6.${index}`, bytesOf(hex)),
      octets(`1.3.6.1.2.1.31.1.1.1.18.${index}`, names[i % names.length]!),
      octets(`1.3.6.1.2.1.17.2.5.${index}`, bytesOf(`8000${hex}`)),
      octets(`1.0.8802.1.1.2.1.4.1.1.5.0.${index}.1`, bytesOf(hex)),
      octets(`1.0.8802.1.1.2.1.4.1.1.9.0.${index}.1`, names[(i + 1) % names.length]!),
      octets(`1.3.6.1.4.1.99999.8.1.1.3.${dotted}`, colons(hex)),
      octets(`1.3.6.1.4.1.99999.8.1.1.4.${dotted}`, `${hex.match(/.{4}/g)!.join("-").toUpperCase()} up`),
      octets(`1.3.6.1.4.1.99999.8.1.1.5.6.${dotted}`, bytesOf(`ffff${hex}0000`)),
      octets(`1.3.6.1.4.1.99999.8.1.1.6.${dotted}`, hex),
      octets(`1.3.6.1.4.1.99999.8.1.1.7.${dotted}`, `8000${hex.toUpperCase()}`),
    );
  }
  for (const [i, hex] of long.entries()) {
    const dotted = quadOf(hex);
    list.push(
      integer(`1.3.6.1.2.1.4.34.1.3.2.16.${dotted}`, i + 1),
      {
        oid: arcs(`1.3.6.1.2.1.4.34.1.5.2.16.${dotted}`),
        tag: 6,
        value: encodeOid(arcs(`1.3.6.1.2.1.4.32.1.5.${i + 1}.2.16.${dotted}.64`)),
      },
      octets(`1.3.6.1.4.1.99999.9.${i + 1}.0`, `dns [${groups(hex)}]:53`),
      octets(`1.3.6.1.4.1.99999.10.${i + 1}.0`, bytesOf(hex)),
      octets(`1.3.6.1.4.1.99999.11.1.1.2.16.${dotted}`, "row"),
    );
  }
  for (const [i, text] of names.entries()) {
    const bytes = Buffer.from(text, "utf8");
    list.push(
      octets(`1.3.6.1.4.1.99999.12.${i + 1}.0`, `welcome to ${text}, room 3`),
      octets(`1.3.6.1.4.1.99999.13.1.1.2.${bytes.length}.${[...bytes].join(".")}`, text),
      octets(`1.3.6.1.2.1.17.7.1.4.3.1.1.${i + 2}`, text),
    );
  }
  for (const [i, text] of serials.entries())
    list.push(
      octets(`1.3.6.1.2.1.47.1.1.1.1.11.${i + 1}`, text),
      octets(`1.3.6.1.4.1.99999.14.${i + 1}.0`, `S/N: ${text}`),
    );
  return list;
}

const KEY = new Uint8Array(32).fill(9);
const made = (input: Secrets, key = KEY) =>
  sanitise(device(input), { key, profile: PROFILE, secrets: ["kind-of-secret"] });

/** Every octet form of a line: as it is, and what its hex stands for. */
function forms(text: string): { readonly plain: string; readonly hex: string; readonly arcs: string } {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return {
    plain: text.toLowerCase(),
    hex: lines
      .map((line) => {
        const [, tag = "", value = ""] = /^[^|]*\|([^|]*)\|(.*)$/s.exec(line) ?? [];
        return tag.endsWith("x") ? value.toLowerCase() : Buffer.from(value, "latin1").toString("hex");
      })
      .join("\n"),
    arcs: lines
      .map((line) => `.${line.split("|")[0]}.${line.includes("|6|") ? `${line.split("|")[2]}.` : ""}`)
      .join("\n"),
  };
}

const aligned = (text: string, hex: string): boolean =>
  text.split("\n").some((line) => {
    for (let at = line.indexOf(hex); at >= 0; at = line.indexOf(hex, at + 1)) if (at % 2 === 0) return true;
    return false;
  });

describe("a sanitised recording", () => {
  it("has no original address, MAC address, name, serial number or mail in any form", () => {
    fc.assert(
      fc.property(secrets, (input) => {
        const { plain, hex, arcs: indexes } = forms(snmprecText(made(input).varbinds, []));
        for (const quad of input.addresses) {
          expect(plain).not.toMatch(new RegExp(`(?<![0-9])${quad.replaceAll(".", "\\.")}(?![0-9])`));
          expect(aligned(hex, Buffer.from(arcs(quad)).toString("hex")), quad).toBe(false);
        }
        for (const one of input.macs) {
          for (const form of [one, colons(one), one.match(/.{4}/g)!.join("-")])
            expect(plain).not.toContain(form);
          expect(aligned(hex, one), one).toBe(false);
          expect(indexes).not.toContain(`.${quadOf(one)}.`);
        }
        for (const one of input.long) {
          for (const form of [one, groups(one)]) expect(plain).not.toContain(form);
          expect(aligned(hex, one), one).toBe(false);
          expect(indexes).not.toContain(`.${quadOf(one)}.`);
        }
        for (const text of [...input.names, ...input.serials]) {
          const bytes = Buffer.from(text, "utf8");
          expect(plain).not.toContain(text.toLowerCase());
          expect(aligned(hex, bytes.toString("hex")), text).toBe(false);
          expect(indexes).not.toContain(`.${[...bytes].join(".")}.`);
        }
        expect(plain).not.toContain(".edu.cn");
      }),
      { numRuns: 60 },
    );
  });

  it("keeps what belongs together together: rows, networks, and addresses in text", () => {
    fc.assert(
      fc.property(secrets, (input) => {
        const { varbinds } = made(input);
        const rows = (column: string): readonly RawVarbind[] =>
          varbinds.filter(({ oid }) => oid.join(".").startsWith(`${column}.`));
        const own = rows("1.3.6.1.2.1.4.20.1.1");
        expect(own.length).toBe(input.addresses.length);
        const mapped = new Map<number, string>();
        for (const { oid, value } of own) {
          const quad = oid.slice(-4).join(".");
          expect([...value].join(".")).toBe(quad);
          const index = rows("1.3.6.1.2.1.4.20.1.2").find((one) => one.oid.slice(-4).join(".") === quad);
          mapped.set(index!.value[0]!, quad);
        }
        expect(new Set(mapped.values()).size).toBe(input.addresses.length);
        for (const [i, quad] of input.addresses.entries()) {
          const now = mapped.get(i + 1)!;
          expect(now.split(".").at(-1)).toBe(quad.split(".").at(-1));
          const text = rows(`1.3.6.1.4.1.99999.6.${i + 1}`)[0]!;
          expect(Buffer.from(text.value).toString()).toBe(`uplink to ${now}/24, gateway=${now}; and ${now}`);
          for (const [k, other] of input.addresses.entries()) {
            const network = (one: string): string => one.split(".").slice(0, 3).join(".");
            expect(network(now) === network(mapped.get(k + 1)!)).toBe(network(quad) === network(other));
          }
        }
        const macs = rows("1.3.6.1.2.1.2.2.1.6").map(({ value }) => Buffer.from(value).toString("hex"));
        expect(macs.map((one) => one.slice(0, 6))).toEqual(input.macs.map((one) => one.slice(0, 6)));
        expect(new Set(macs).size).toBe(input.macs.length);
        const chassis = rows("1.0.8802.1.1.2.1.4.1.1.5").map(({ value }) =>
          Buffer.from(value).toString("hex"),
        );
        expect(chassis).toEqual(macs);
        // A pointer to a prefix goes where the address is.
        for (const { oid, value } of rows("1.3.6.1.2.1.4.34.1.5"))
          expect(
            Buffer.from(value).includes(Buffer.from(encodeOid([1, 3, ...oid.slice(-16)]).subarray(1))),
          ).toBe(true);
        expect(rows("1.3.6.1.2.1.2.2.1.2").map(({ value }) => Buffer.from(value).toString())).toEqual(
          input.macs.map((_, i) => `GigabitEthernet0/0/${i + 1}`),
        );
        const sorted = varbinds.map(({ oid }) => oid);
        for (let i = 1; i < sorted.length; i++) expect(precedes(sorted[i - 1]!, sorted[i]!)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("is the same for one key, and has nothing in common for another", () => {
    fc.assert(
      fc.property(secrets, (input) => {
        const text = (key: typeof KEY) => snmprecText(made(input, key).varbinds, []);
        expect(text(KEY)).toBe(text(KEY));
        const name = (key: typeof KEY) => /^1\.3\.6\.1\.2\.1\.1\.5\.0\|.*$/m.exec(text(key))![0];
        expect(name(new Uint8Array(32).fill(1))).not.toBe(name(KEY));
      }),
      { numRuns: 10 },
    );
  });

  it("keeps masks, versions, groups, and the words of the maker", () => {
    const keep = [
      octets(
        "1.3.6.1.2.1.1.1.0",
        "Huawei Versatile Routing Platform Software Version 5.170.2.1 http://www.huawei.com",
      ),
      octets("1.3.6.1.2.1.47.1.1.1.1.10.1", "8.10.0.1"),
      octets("1.3.6.1.4.1.99999.1.1.0", "firmware 12.2.55.3, mask 255.255.255.0, 1 of 3 °C"),
      octets("1.3.6.1.4.1.99999.1.2.0", "01:00:5e:00:00:01 ff02::1 224.0.0.5 127.0.0.1 ::1"),
      octets("1.3.6.1.2.1.17.7.1.4.3.1.2.7", bytesOf("00e0fc123456")),
      address("1.3.6.1.4.1.99999.1.3.0", "0.0.0.0"),
    ];
    const kept = sanitise(keep, { key: KEY, profile: PROFILE }).varbinds;
    expect(snmprecText(kept, [])).toBe(
      snmprecText(
        [...keep].sort((a, b) => (precedes(a.oid, b.oid) ? -1 : 1)),
        [],
      ),
    );
  });

  it("leaves the community out, whatever text holds it", () => {
    const list = [
      octets("1.3.6.1.4.1.99999.1.1.0", "kind-of-secret"),
      octets("1.3.6.1.4.1.99999.1.2.0", "snmp-server community kind-of-secret ro"),
      octets("1.3.6.1.4.1.99999.1.3.0", Buffer.concat([bytesOf("0001"), Buffer.from("kind-of-secret")])),
    ];
    const { varbinds } = sanitise(list, { key: KEY, profile: PROFILE, secrets: ["kind-of-secret"] });
    const text = snmprecText(varbinds, []);
    expect(varbinds.length).toBe(3);
    expect(text).not.toContain("kind-of-secret");
    expect(text).not.toContain(Buffer.from("kind-of-secret").toString("hex"));
  });
});

function precedes(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return a.length < b.length;
}
