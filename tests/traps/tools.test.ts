import { afterEach, expect, it } from "vitest";
import { binary, describeWith } from "../support/servers.ts";
import { droppedOf, type Hall, openHall, tool, until } from "./harness.ts";

const LINK_DOWN = "1.3.6.1.6.3.1.1.5.3";
const FACTS = {
  sw: { interfaces: [{ ifIndex: 12, name: "GE0/0/12", key: "GE0/0/12", operStatus: "up" }] },
};
const LINK_VARBINDS = [
  ["1.3.6.1.2.1.2.2.1.1.12", "i", "12"],
  ["1.3.6.1.2.1.2.2.1.7.12", "i", "1"],
  ["1.3.6.1.2.1.2.2.1.8.12", "i", "2"],
].flat();

describeWith(["snmptrap", "snmpinform"], "Debian's snmptrap and snmpinform", () => {
  let hall: Hall;
  afterEach(() => hall.close());
  const trap = binary("snmptrap") ?? "";
  const inform = binary("snmpinform") ?? "";
  const open = (options?: Parameters<typeof openHall>[1]) =>
    openHall([{ id: "sw", addresses: ["127.0.0.1", "::1"] }], { facts: FACTS, ...options });
  const community = ["-v", "2c", "-c", "s3cret-lab"];

  it("brings a v2c trap over IPv4 to the log, with names, interface and a poll", async () => {
    hall = await open();
    await tool(trap, [...community, `udp:127.0.0.1:${hall.port}`, "4711", LINK_DOWN, ...LINK_VARBINDS]);
    await until(() => hall.all().length > 0, "the event");
    expect(hall.all()).toEqual([
      {
        id: 1,
        at: expect.closeTo(Date.now(), -5),
        lastAt: hall.all()[0]!.at,
        device: "sw",
        school: "s1",
        path: "sc/gy/jg/s1",
        source: "127.0.0.1",
        kind: "linkDown",
        oid: LINK_DOWN,
        severity: "warning",
        interface: "GE0/0/12",
        varbinds: [
          { oid: "1.3.6.1.2.1.2.2.1.1.12", name: "ifIndex.12", type: "INTEGER", value: "12" },
          { oid: "1.3.6.1.2.1.2.2.1.7.12", name: "ifAdminStatus.12", type: "INTEGER", value: "up(1)" },
          { oid: "1.3.6.1.2.1.2.2.1.8.12", name: "ifOperStatus.12", type: "INTEGER", value: "down(2)" },
        ],
        more: 0,
        count: 1,
      },
    ]);
    expect(hall.nudged).toEqual(["sw"]);
  });

  it("brings traps over IPv6", async () => {
    hall = await open();
    await tool(trap, [...community, `udp6:[::1]:${hall.port6}`, "1", "1.3.6.1.6.3.1.1.5.1"]);
    await until(() => hall.all().length > 0, "the event");
    expect(hall.all()[0]).toMatchObject({
      kind: "coldStart",
      source: "::1",
      device: "sw",
      path: "sc/gy/jg/s1",
    });
  });

  it("puts v1 traps into the form of v2, generic and of an enterprise (RFC 3584)", async () => {
    hall = await open();
    const to = `udp:127.0.0.1:${hall.port}`;
    const v1 = ["-v", "1", "-c", "s3cret-lab", to];
    await tool(trap, [...v1, "1.3.6.1.4.1.2011.2.23", "10.9.8.7", "2", "0", "99", ...LINK_VARBINDS]);
    await tool(trap, [...v1, "1.3.6.1.4.1.318", "0.0.0.0", "6", "5", "99"]);
    await tool(trap, [...v1, "1.3.6.1.4.1.2011.5.25.219.2.5", "0.0.0.0", "6", "3", "99"]);
    await tool(trap, [...v1, "1.3.6.1.4.1.99999.7", "0.0.0.0", "6", "42", "99"]);
    await until(() => hall.all().length === 4, "four events");
    const [own, power, ups, link] = hall.all();
    expect(link).toMatchObject({ kind: "linkDown", oid: LINK_DOWN, interface: "GE0/0/12" });
    expect(link!.varbinds.slice(3)).toEqual([
      { oid: "1.3.6.1.6.3.18.1.3.0", name: "snmpTrapAddress.0", type: "IpAddress", value: "10.9.8.7" },
      {
        oid: "1.3.6.1.6.3.1.1.4.3.0",
        name: "snmpTrapEnterprise.0",
        type: "OBJECT IDENTIFIER",
        value: "1.3.6.1.4.1.2011.2.23",
      },
    ]);
    expect(ups).toMatchObject({ kind: "upsOnBattery", oid: "1.3.6.1.4.1.318.0.5", severity: "critical" });
    expect(power).toMatchObject({ kind: "hwPowerFail", oid: "1.3.6.1.4.1.2011.5.25.219.2.5.0.3" });
    expect(own).toMatchObject({ kind: "1.3.6.1.4.1.99999.7.0.42", severity: "unknown" });
  });

  it("answers an inform after its event is on disk, over IPv4 and IPv6", async () => {
    hall = await open();
    for (const to of [`udp:127.0.0.1:${hall.port}`, `udp6:[::1]:${hall.port6}`]) {
      const before = hall.all().length;
      const { code, output } = await tool(inform, [...community, "-r", "1", "-t", "5", to, "1", LINK_DOWN]);
      // The tool ends when it has its answer: the event must be there by then.
      expect({ code, output, events: hall.all().length }).toEqual({
        code: 0,
        output: "",
        events: before + 1,
      });
    }
    const counters = await hall.counters();
    expect(counters).toMatchObject({ received: 2, accepted: 2, answered: 2 });
  });

  it("does not answer an inform with a wrong community, and keeps no text of it (S13)", async () => {
    hall = await open();
    const wrong = ["-v", "2c", "-c", "<b>guess</b>", "-r", "0", "-t", "1"];
    const { code } = await tool(inform, [
      ...wrong,
      `udp:127.0.0.1:${hall.port}`,
      "1",
      LINK_DOWN,
      "1.3.6.1.2.1.31.1.1.1.18.12",
      "s",
      "<script>alert(1)</script>",
    ]);
    expect(code).not.toBe(0);
    const counters = await hall.counters();
    expect(counters).toMatchObject({ received: 1, accepted: 0, answered: 0, dropped: { community: 1 } });
    expect(hall.all()).toEqual([]);
    expect(hall.logged.join("\n")).not.toMatch(/guess|script/);
  });

  it("takes a credential that every device may send with, and no other", async () => {
    hall = await open({ traps: { credentials: ["other"] } });
    const to = `udp:127.0.0.1:${hall.port}`;
    await tool(trap, ["-v", "2c", "-c", "s3cret-other", to, "1", LINK_DOWN]);
    await tool(trap, ["-v", "2c", "-c", "public", to, "1", LINK_DOWN]);
    await until(async () => (await hall.counters()).received === 2, "both");
    const counters = await hall.counters();
    expect(counters).toMatchObject({ accepted: 1, dropped: { community: 1 } });
    expect(counters.received).toBe(counters.accepted + droppedOf(counters));
  });

  for (const [auth, priv] of [
    ["SHA", "AES"],
    ["SHA-256", "AES"],
    ["SHA-512", "AES-256"],
    ["MD5", "DES"],
  ] as const)
    it(`takes SNMPv3 traps and informs, ${auth} with ${priv}`, async () => {
      hall = await open({ credentials: { lab: v3("sha-user", auth, priv) } });
      const user = [
        "-v",
        "3",
        "-l",
        "authPriv",
        "-u",
        "sha-user",
        "-a",
        auth,
        "-A",
        "authpass-1",
        "-x",
        priv,
      ];
      const login = [...user, "-X", "privpass-1"];
      const to = `udp:127.0.0.1:${hall.port}`;
      await tool(trap, [...login, "-e", "0x8000000001020304", to, "1", LINK_DOWN, ...LINK_VARBINDS]);
      await until(() => hall.all().length === 1, "the trap's event");
      const answer = await tool(inform, [...login, "-r", "1", "-t", "5", to, "1", "1.3.6.1.6.3.1.1.5.4"]);
      expect(answer).toEqual({ code: 0, output: "" });
      expect(hall.all().map((event) => event.kind)).toEqual(["linkUp", "linkDown"]);
      const counters = await hall.counters();
      expect(counters).toMatchObject({
        accepted: 2,
        answered: 1,
        dropped: { user: 0, replay: 0, malformed: 0 },
      });
      expect(counters.received).toBe(counters.accepted + droppedOf(counters));
    });

  it("drops SNMPv3 with a wrong password, an unknown user, and less security than the user has", async () => {
    hall = await open({ credentials: { lab: v3("sha-user", "SHA", "AES") } });
    const to = [`udp:127.0.0.1:${hall.port}`, "1", LINK_DOWN];
    const engine = ["-v", "3", "-e", "0x8000000001020304"];
    const priv = ["-x", "AES", "-X", "privpass-1"];
    const authPriv = [...engine, "-l", "authPriv", "-a", "SHA"];
    await tool(trap, [...authPriv, "-u", "sha-user", "-A", "wrongpass-1", ...priv, ...to]);
    await tool(trap, [...authPriv, "-u", "nobody", "-A", "authpass-1", ...priv, ...to]);
    await tool(trap, [
      ...engine,
      "-l",
      "authNoPriv",
      "-u",
      "sha-user",
      "-a",
      "SHA",
      "-A",
      "authpass-1",
      ...to,
    ]);
    await tool(trap, [...engine, "-l", "noAuthNoPriv", "-u", "sha-user", ...to]);
    await until(async () => droppedOf(await hall.counters()) === 4, "four drops");
    expect(await hall.counters()).toMatchObject({ received: 4, accepted: 0, dropped: { user: 4 } });
    expect(hall.all()).toEqual([]);
  });
});

function v3(user: string, auth: string, priv: string): object {
  const hash = { SHA: "sha1", MD5: "md5", "SHA-256": "sha256", "SHA-512": "sha512" }[auth];
  const cipher = { AES: "aes128", DES: "des", "AES-256": "aes256" }[priv];
  return {
    protocol: "snmp",
    version: "v3",
    user,
    auth: { protocol: hash, password: "authpass-1" },
    privacy: { protocol: cipher, password: "privpass-1" },
  };
}
