import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { StateDatabase } from "../../src/inventory/state-database.ts";
import { campusd } from "../support/process.ts";

/** Input that is wrong, as people get it wrong: what is said, how it ends, and that nothing is lost or changed. */

const folder = mkdtempSync(join(tmpdir(), "campusd-bad-"));
const GOOD = {
  http: { port: 0 },
  credentials: { switches: { protocol: "snmp", community: "community-canary" } },
};
const INVENTORY = {
  regions: [
    { path: "p", name: "省" },
    { path: "p/c", name: "市" },
    { path: "p/c/q", name: "县" },
  ],
  schools: [
    {
      id: "s1",
      region: "p/c/q",
      name: "第一小学",
      kind: "primary",
      setting: "rural",
      devices: [{ id: "s1-sw", role: "access-switch", addresses: ["127.39.1.1"], credential: "switches" }],
    },
  ],
};
const COLUMNS = "设备编码,学校编码,角色,管理地址,协议,凭据";

function write(name: string, content: string | object): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, undefined, 1));
  return file;
}

async function run(...args: string[]): Promise<{ code: number; output: string }> {
  const running = campusd(args);
  // Should it start after all: that is for the assertions to say, not for the clock.
  running.seen(/^console: /m, 30_000).then(
    () => running.end("SIGTERM"),
    () => {},
  );
  const code = await running.exited;
  const output = running.output();
  expect(output).not.toMatch(/community-canary|\n {4}at |fault of its own/);
  return { code, output };
}

/** The inventory that is kept, read beside campusd. */
async function kept(): Promise<string> {
  const state = new StateDatabase({ file: join(folder, "data/state.db") });
  await state.open();
  try {
    return JSON.stringify([await state.version(), await state.inventory()]);
  } finally {
    await state.close();
  }
}

describe("bad input", () => {
  let config = "";
  let before = "";

  beforeAll(async () => {
    config = write("campusd.yaml", GOOD);
    const { code, output } = await run("import", "-c", config, write("inventory.yaml", INVENTORY));
    expect(output).toContain("s1-sw");
    expect(code).toBe(0);
    before = await kept();
    expect(before).toContain("s1-sw");
  });

  afterEach(async () => {
    expect(await kept()).toBe(before);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("an unknown key: file, line, column and key, and what was meant", async () => {
    const file = write("key.yaml", "data:\n  dir: data\nhttp:\n  prot: 8080\n");
    const { code, output } = await run("serve", "--config", file);
    expect(output).toContain(`${file}:4:3 http.prot: unknown key "prot"; did you mean "port"?`);
    expect(code).toBe(2);
    expect(await run("check", "settings", file)).toMatchObject({ code: 2 });
  });

  it("no settings file: which one, and where to find one to start from", async () => {
    const file = join(folder, "nowhere.yaml");
    for (const args of [["serve"], ["import", "inventory.yaml"]]) {
      const { code, output } = await run(...args, "--config", file);
      expect(output).toContain(
        `there is no settings file ${file}; examples/campusd.yaml is one to start from`,
      );
      expect(code).toBe(2);
    }
  });

  it("a profile with a wrong unit: file, line, column, key, and the units there are", async () => {
    mkdirSync(join(folder, "unit"));
    const file = write(
      "unit/acme.yaml",
      `title: { zh: 一, en: One }
vendor: Acme
os: acme
role: sensor
match:
  - sysObjectID: 1.3.6.1.4.1.55555.1.7
parts: [system]
snmp:
  scalars:
    acme:
      entry: 1.3.6.1.4.1.55555.3
      every: 60s
      columns:
        heat: .1 acmeHeat
      points:
        heat:
          quantity: sensor.temperature
          unit: furlong
          tags: { sensor: heat }
          label: Heat
          source: Acme manual
`,
    );
    const settings = write("unit.yaml", { ...GOOD, profiles: { dirs: ["unit"] } });
    const place = `${file}:18:11 snmp.scalars.acme.points.heat.unit: "furlong"`;
    for (const args of [
      ["serve", "-c", settings],
      ["check", "profiles", join(folder, "unit")],
    ]) {
      const { code, output } = await run(...args);
      expect(output).toContain(place);
      expect(output).toMatch(/degC/);
      expect(code).toBe(2);
    }
  });

  it("two profiles for one device: both files, both lines", async () => {
    mkdirSync(join(folder, "two"));
    const profile =
      "title: { zh: 一, en: One }\nvendor: Acme\nos: acme\nrole: sensor\nmatch:\n  - sysObjectID: 1.3.6.1.4.1.55555.1.7\nparts: [system]\n";
    const first = write("two/a.yaml", profile);
    const second = write("two/b.yaml", `# the same again\n${profile}`);
    const settings = write("two.yaml", { ...GOOD, profiles: { dirs: ["two"] } });
    const { code, output } = await run("serve", "-c", settings);
    expect(output).toContain(`${second}:7`);
    expect(output).toContain(`${first}:6`);
    expect(output).toContain("E_PROFILE_CONFLICT");
    expect(code).toBe(2);
  });

  it("a broken row among good ones: row and column of each fault, and nothing is imported", async () => {
    const rows = [
      COLUMNS,
      "s1-good,s1,接入交换机,127.39.1.2,snmp,switches",
      "s1-also,s1,接入交换机,127.39.1.3,snmp,switches",
      "s1-what,s1,烤面包机,127.39.1.4,snmp,switches",
      "s1-addr,s1,接入交换机,127.39.1.444,snmp,switches",
      "s1-good,s1,接入交换机,127.39.1.6,snmp,switches",
    ];
    const { code, output } = await run("import", "-c", config, write("rows.csv", `${rows.join("\r\n")}\r\n`));
    expect(output).toMatch(/rows\.csv row 4, column C "角色": .*烤面包机/);
    expect(output).toMatch(/rows\.csv row 5, column D "管理地址": .*127\.39\.1\.444/);
    expect(output).toMatch(/rows\.csv row 6, column A "设备编码": .*s1-good/);
    expect(output).toMatch(/nothing is imported/);
    expect(code).toBe(2);
  });

  it("one good file and one that is no table: neither is imported", async () => {
    const where = write("where.csv", `${COLUMNS}\n\ns1-y,s9,接入交换机,127.39.1.8,snmp,switches\n`);
    const good = write("good.csv", `${COLUMNS}\ns1-new,s1,接入交换机,127.39.1.9,snmp,switches\n`);
    const torn = write("torn.csv", `${COLUMNS}\ns1-x,"s1,接入交换机\n`);
    const { code, output } = await run("import", "-c", config, good, torn);
    expect(output).toMatch(/torn\.csv row 2/);
    expect(code).toBe(2);
    const lost = await run("import", "-c", config, good, where);
    expect(lost.output).toMatch(/where\.csv row 3, column B "学校编码": .*s9/);
    expect(lost.code).toBe(2);
  });

  it("a port that is taken: which one; the page's and the broker's", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const page = write("page.yaml", { ...GOOD, http: { port } });
    const broker = write("broker.yaml", {
      ...GOOD,
      mqtt: { broker: { enabled: true, port, anonymous: true } },
    });
    try {
      for (const file of [page, broker]) {
        const { code, output } = await run("serve", "-c", file);
        expect(output).toContain(`port ${port} of 127.0.0.1 is taken`);
        expect(output).toContain("E_PORT_TAKEN");
        expect(code).toBe(3);
      }
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("a data folder that cannot be written: which one, and the file in its way is left alone", async () => {
    // Not even root makes a folder under a file.
    const inTheWay = write("in-the-way", "somebody's own");
    const settings = write("unwritable.yaml", { ...GOOD, data: { dir: "in-the-way/data" } });
    for (const args of [["serve"], ["import", join(folder, "inventory.yaml")]]) {
      const { code, output } = await run(...args, "-c", settings);
      expect(output).toContain(join(folder, "in-the-way/data"));
      expect(code).toBe(3);
    }
    expect(readFileSync(inTheWay, "utf8")).toBe("somebody's own");
  });

  it("a state database that is none: named, and not overwritten", async () => {
    mkdirSync(join(folder, "damaged"));
    const bytes = Buffer.alloc(8192, 0x5a);
    const file = join(folder, "damaged/state.db");
    writeFileSync(file, bytes);
    const settings = write("damaged.yaml", { ...GOOD, data: { dir: "damaged" } });
    for (const args of [["serve"], ["import", join(folder, "inventory.yaml")]]) {
      const { code, output } = await run(...args, "-c", settings);
      expect(output).toContain(file);
      expect(output).toContain("E_STATE");
      expect(code).toBe(3);
    }
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it("a secret that cannot be read: which key and which variable, and what is there needs none", async () => {
    const settings = write("secret.yaml", {
      ...GOOD,
      credentials: { switches: { protocol: "snmp", community: { env: "CAMPUSD_TEST_NOT_SET" } } },
    });
    const { code, output } = await run("serve", "-c", settings);
    expect(output).toMatch(/credentials\.switches\.community: .*CAMPUSD_TEST_NOT_SET is not set/);
    expect(code).toBe(2);
    expect(await run("import", "--dry-run", "-c", settings, join(folder, "inventory.yaml"))).toMatchObject({
      code: 0,
    });
  });
});
