import { expect, it } from "vitest";
import type { DeviceSnapshot } from "../../collectors/snmp/inspection/inspect.ts";
import { jsonLine } from "../../src/commands/inspect/json.ts";
import { parseTarget } from "../../src/commands/inspect/target.ts";

it("a snapshot's line says 0 for a prefix that the agent does not give, and that it is not one", () => {
  const addresses = [
    { address: "2001:db8::1", prefixLength: 64, ifIndex: 1 },
    { address: "fe80::1%2", ifIndex: 2 },
  ];
  const snapshot = { addresses } as unknown as DeviceSnapshot;
  const target = parseTarget("snmp://public@192.0.2.1", "target 1");
  const line = jsonLine({ target, snapshot });
  expect(line.endsWith("\n")).toBe(true);
  expect(JSON.parse(line)).toEqual({
    target: "snmp://public@192.0.2.1",
    addresses: [
      { address: "2001:db8::1", prefixLength: 64, ifIndex: 1 },
      { address: "fe80::1%2", prefixLength: 0, prefixUnknown: true, ifIndex: 2 },
    ],
  });
  expect(addresses[1]).toEqual({ address: "fe80::1%2", ifIndex: 2 });
});

it("a target that failed has its error and nothing else", () => {
  const target = parseTarget("snmp://public@192.0.2.1", "target 1");
  const error = { code: "E_TIMEOUT", message: "no answer" } as const;
  expect(JSON.parse(jsonLine({ target, error }))).toEqual({ target: "snmp://public@192.0.2.1", error });
});
