import { beforeEach, expect, it } from "vitest";
import { Campus } from "../../src/api/campus.ts";
import type { RoomView } from "../../src/api/schemas/campus.ts";
import { DOCUMENT, FakeCampus, makeWell } from "./campus.ts";

let fake: FakeCampus;
let campus: Campus;

beforeEach(() => {
  fake = new FakeCampus(DOCUMENT);
  makeWell(fake, "s1");
  campus = new Campus(fake);
  const port = (ifIndex: number, key: string, alias?: string) => ({
    ifIndex,
    key,
    operStatus: "up",
    ...(alias === undefined ? {} : { alias }),
  });
  fake.tell("s1-acc", {
    interfaces: [
      port(1, "GE0/0/1", "上联"),
      port(2, "GE0/0/2", "一年级一班-无线AP"),
      port(4, "GE0/0/4", "一年级一班2-智慧黑板"),
      port(3, "GE0/0/3", "一年级一班-智慧黑板"),
      port(5, "GE0/0/5"),
    ],
    neighbors: [{ protocol: "lldp", ifIndex: 5, remoteName: "ap-102" }],
  });
});

const room = (id: string): RoomView => {
  fake.pass();
  return campus.schoolView({ subtree: "" }, "s1")!.rooms.find((one) => one.path === `s1/a/${id}`)!;
};

it("tells no port of a room that is well: nobody asks for it", () => {
  expect(room("101").port).toBeUndefined();
});

it("tells the board's port by its description, whole names alone, as it is now", () => {
  fake.set("s1-board-101", "down");
  expect(room("101").port).toEqual({ device: "s1-acc", interface: "GE0/0/3", operState: "up", power: null });
  fake.sample("s1-acc", "interface.oper_state", 2, { interface: "GE0/0/3" });
  expect(room("101").port?.operState).toBe("down");
});

it("tells the access point's port by the neighbour that the switch sees, else by the description", () => {
  fake.sample("s1-ac", "wifi.ap_state", 2, { ap: "AP-102" });
  fake.sample("s1-acc", "poe.port_power", 11.5, { interface: "GE0/0/5" });
  expect(room("102").port).toEqual({ device: "s1-acc", interface: "GE0/0/5", operState: "up", power: 11.5 });
  fake.sample("s1-ac", "wifi.ap_state", 2, { ap: "AP-101" });
  expect(room("101").port).toMatchObject({ interface: "GE0/0/2" });
});

it("says that no port is known where nothing tells one", () => {
  fake.set("s1-board-102", "down");
  expect(room("102").port).toBeNull();
});
