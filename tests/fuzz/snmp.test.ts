import { describe, expect, it } from "vitest";
import { ResponseView } from "../../collectors/snmp/codec/message.ts";
import { TrapView } from "../../collectors/snmp/traps/message.ts";
import { ScopedPdu } from "../../collectors/snmp/usm/message.ts";
import { integer, octets } from "../snmp/asn1.ts";
import { responseSeeds, trapSeeds } from "./corpus.ts";
import { fuzz } from "./fuzzer.ts";
import { tlv } from "./mutate.ts";

/** 10,000,000 are `npm run bench -- fuzz`. */
const COUNT = 200_000;

describe("mutated datagrams", () => {
  it(`S10: ${COUNT} through responses, SNMPv3 and traps: nothing thrown, slow, leaked, or read otherwise elsewhere`, async () => {
    const report = await fuzz({ count: COUNT, seed: 20_261_122 });
    expect(report.findings).toEqual([]);
    expect(report.found).toBe(0);
    expect(report.slow).toBe(0);
    expect(report.heapGrowth).toBeLessThan(64 * 1024 * 1024);
    // It gets deep: every decoder has both taken and refused many.
    for (const name of ["response", "v3", "trap"]) {
      expect(report.taken[name], `${name} taken`).toBeGreaterThan(1000);
      expect(report.refused[name], `${name} refused`).toBeGreaterThan(1000);
    }
    expect(report.verified).toBeGreaterThan(1000);
    expect(report.byNetSnmp).toBeGreaterThan(1000);
  }, 240_000);

  it("refuses a tag whose number stands in the octets behind it, which others read otherwise", () => {
    const view = new ResponseView();
    const [seed] = responseSeeds().filter(({ name }) => name === "values 0");
    const bytes = Buffer.from(seed!.bytes);
    expect(view.readHeader(bytes) && view.readBody()).toBe(true);
    const at = view.oidEnd[0]!;
    for (const tag of [0x1f, 0x5f, 0x9f, 0xbf, 0xff]) {
      bytes[at] = tag;
      expect(view.readHeader(bytes) && view.readBody(), tag.toString(16)).toBe(false);
    }
    const trap = new TrapView();
    const told = Buffer.from(trapSeeds().find(({ name }) => name === "no time")!.bytes);
    expect(trap.readHeader(told) && trap.readPdu(told, trap.pduAt)).toBe(true);
    told[trap.oidEnd[0]!] = 0x1f;
    expect(trap.readHeader(told) && trap.readPdu(told, trap.pduAt)).toBe(false);
  });

  it("refuses a context engine id that no answer could carry", () => {
    const pdu = tlv(0xa6, Buffer.concat([integer(1), integer(0), integer(0), tlv(0x30, Buffer.alloc(0))]));
    const read = (length: number) => {
      const scoped = tlv(0x30, Buffer.concat([octets(Buffer.alloc(length, 1)), octets("lab"), pdu]));
      return new ScopedPdu().read(scoped, 0, 0);
    };
    expect([0, 5, 32].map(read)).toEqual([true, true, true]);
    expect([33, 127, 128, 4096].map(read)).toEqual([false, false, false, false]);
  });
});
