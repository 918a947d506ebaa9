import { describe, expect, it } from "vitest";
import { DeviceChanges, restartOf } from "../../src/collection/device-changes.ts";
import type { DeviceFacts, EntityFact, Identity } from "../../src/inventory/facts.ts";

function facts(identity: Identity, chassis: readonly string[] = [], device = "sw1"): DeviceFacts {
  const lists = { interfaces: [], addresses: [], hosts: [], neighbors: [], vlans: [], aps: [] };
  const entities = chassis.map((serial, i): EntityFact => ({ index: i + 1, class: "chassis", serial }));
  return { device, at: 1000, identity, entities, ...lists };
}

const BOX: Identity = {
  profile: "p",
  sysObjectID: "1.3.6.1.4.1.9.1",
  serial: "SN-A",
  engineId: "8000000903aa",
  version: "15.2",
};

/** What is told when a device that said `before` says `now`: kinds with `name=value` of each. */
function told(before: DeviceFacts, ...later: DeviceFacts[]): string[] {
  const changes = new DeviceChanges();
  expect(changes.note(before)).toEqual([]);
  return later
    .flatMap((one) => changes.note(one))
    .map(({ kind, values }) => [kind, ...values.map(({ name, value }) => `${name}=${value}`)].join(" "));
}

describe("changes of a device", () => {
  it("says nothing of a device that stays as it is, or that is met for the first time", () => {
    expect(told(facts(BOX), facts(BOX), facts({ ...BOX, sysName: "renamed", sysLocation: "moved" }))).toEqual(
      [],
    );
  });

  it("tells another serial number, with both", () => {
    expect(told(facts(BOX), facts({ ...BOX, serial: "SN-B", version: "16.1" }))).toEqual([
      "device-replaced serial before=SN-A serial=SN-B engineId before=8000000903aa engineId=8000000903aa " +
        "sysObjectID before=1.3.6.1.4.1.9.1 sysObjectID=1.3.6.1.4.1.9.1",
    ]);
  });

  it("tells another engine id where no serial number is known", () => {
    const { serial: _, ...mute } = BOX;
    const [first, ...more] = told(facts(mute), facts({ ...mute, engineId: "8000000903bb" }));
    expect(first).toMatch(/^device-replaced engineId before=8000000903aa engineId=8000000903bb /);
    expect(more).toEqual([]);
  });

  it("tells another model where neither is known, and a box of another maker with other rules", () => {
    const { serial: _, engineId: __, ...plain } = BOX;
    const other = { ...plain, sysObjectID: "1.3.6.1.4.1.2011.2.23" };
    expect(told(facts(plain), facts(other))[0]).toMatch(/^device-replaced sysObjectID before=/);
    const foreign = { ...BOX, profile: "q", sysObjectID: "1.3.6.1.4.1.2011.2.23", engineId: "800007db03cc" };
    expect(told(facts(BOX), facts({ ...foreign, serial: "X1" }))[0]).toMatch(
      /^device-replaced serial before=SN-A/,
    );
  });

  it("takes the same box with another engine id, and with other software, for what they are", () => {
    expect(told(facts(BOX), facts({ ...BOX, engineId: "8000000903bb" }))).toEqual([
      "device-engine-changed engineId before=8000000903aa engineId=8000000903bb",
    ]);
    expect(told(facts(BOX), facts({ ...BOX, version: "15.2(7)" }))).toEqual([
      "device-upgraded version before=15.2 version=15.2(7)",
    ]);
  });

  it("does not call it an upgrade or a replacement that another profile reads it", () => {
    const now = facts({ ...BOX, profile: "q", serial: "board 7", version: "Version 15.2" });
    expect(told(facts(BOX), now, now)).toEqual([]);
  });

  it("remembers what a poll that was cut short did not tell", () => {
    const { serial: _, version: __, ...cut } = BOX;
    expect(told(facts(BOX), facts(cut), facts({ ...BOX, serial: "SN-B" }))[0]).toMatch(
      /^device-replaced serial before=SN-A serial=SN-B/,
    );
    expect(told(facts(BOX), facts(cut), facts(BOX))).toEqual([]);
  });

  it("does not take a stack with another master for another box", () => {
    const stack = facts(BOX, ["SN-A", "SN-B"]);
    expect(told(stack, facts({ ...BOX, serial: "SN-B" }, ["SN-B", "SN-A"]))).toEqual([]);
    // The master died and its place is empty.
    expect(told(stack, facts({ ...BOX, serial: "SN-B" }, ["SN-B"]))).toEqual([]);
    expect(told(stack, facts({ ...BOX, serial: "SN-C" }, ["SN-C", "SN-D"]))).toHaveLength(1);
  });

  it("knows devices of an earlier run, and forgets those that left the inventory", () => {
    const changes = new DeviceChanges();
    changes.restore(new Map([["sw1", facts(BOX)]]));
    const replaced = facts({ ...BOX, serial: "SN-B" });
    expect(changes.note(replaced).map(({ kind }) => kind)).toEqual(["device-replaced"]);
    changes.forget("sw1");
    expect(changes.note(facts(BOX))).toEqual([]);
  });

  it("cleans what a device says of itself", () => {
    const [change] = told(facts(BOX), facts({ ...BOX, serial: `\u001b[31mSN\u202e${"x".repeat(500)}` }));
    const serial = /serial=(\S+)/.exec(change!)![1]!;
    expect(serial.length).toBeLessThanOrEqual(255);
    expect(serial).toMatch(/^SN\ufffdx+…$/);
  });

  it("says of a restart how long the device's clock runs", () => {
    expect(restartOf("sw1", 5, 14.6)).toEqual({
      device: "sw1",
      at: 5,
      kind: "device-restarted",
      values: [{ oid: "1.3.6.1.2.1.1.3.0", name: "sysUpTime.0", value: "15 s", type: "TimeTicks" }],
    });
  });
});
