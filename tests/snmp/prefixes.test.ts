import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { withPrefixes } from "../../collectors/snmp/polling/prefixes.ts";

describe("the prefixes of a device's addresses", () => {
  it("an address without one has the longest of its interface that holds it", () => {
    const prefixes = [
      { address: "2001:db8:1::", prefixLength: 48, ifIndex: 4 },
      { address: "2001:db8:1:2::", prefixLength: 64, ifIndex: 4 },
      { address: "2001:db8:1:2::", prefixLength: 127, ifIndex: 5 },
      { address: "fe80::%4", prefixLength: 64, ifIndex: 4 },
      { address: "10.0.0.0", prefixLength: 8, ifIndex: 4 },
      { address: "10.1.0.0", prefixLength: 33, ifIndex: 4 },
    ];
    const addresses = [
      { address: "2001:db8:1:2::9", ifIndex: 4 },
      { address: "2001:db8:1:3::9", ifIndex: 4 },
      { address: "2001:db8:2::9", ifIndex: 4 },
      { address: "2001:db8:1:2::9" },
      { address: "fe80::9%4", ifIndex: 4 },
      { address: "10.1.2.3", ifIndex: 4 },
      { address: "2001:db8:1:2::8", prefixLength: 128, ifIndex: 4 },
    ];
    expect(withPrefixes(addresses, prefixes).map(({ prefixLength }) => prefixLength)).toEqual([
      64,
      48,
      undefined,
      undefined,
      64,
      8,
      128,
    ]);
  });

  it("never gives a length whose network does not hold the address", () => {
    const address = fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((octets) => new ipaddr.IPv6([...octets]));
    const prefix = fc.record({
      near: fc.boolean(),
      other: address,
      length: fc.integer({ min: 0, max: 128 }),
    });
    fc.assert(
      fc.property(address, fc.array(prefix, { minLength: 1, maxLength: 6 }), (own, list) => {
        const prefixes = list.map(({ near, other, length }) => ({
          address: ipaddr.IPv6.networkAddressFromCIDR(`${near ? own : other}/${length}`).toString(),
          prefixLength: length,
          ifIndex: 1,
        }));
        const [{ prefixLength } = {}] = withPrefixes([{ address: own.toString(), ifIndex: 1 }], prefixes);
        const holding = prefixes
          .filter(
            ({ address, prefixLength }) =>
              prefixLength > 0 && own.match(ipaddr.IPv6.parse(address), prefixLength),
          )
          .map(({ prefixLength }) => prefixLength);
        expect(prefixLength).toBe(holding.length > 0 ? Math.max(...holding) : undefined);
      }),
    );
  });
});
