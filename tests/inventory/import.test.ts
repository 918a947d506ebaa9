import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyImport, planImport, plannedDocument } from "../../src/inventory/import-plan.ts";
import { formatDifferences, formatProblems } from "../../src/inventory/import-text.ts";
import { StateDatabase } from "../../src/inventory/state-database.ts";
import { county, EMPTY, plan } from "./fixtures.ts";

/** `学校编码,学校,角色` in GB18030. */
const gb18030 = (text: string) => {
  const octets: number[] = [];
  for (const character of text) octets.push(...(GB18030.get(character) ?? [character.charCodeAt(0)]));
  return Uint8Array.from(octets);
};
/** Of GB 18030-2022; four octets where the two-octet part has none. */
const GB18030 = new Map([
  ["学", [0xd1, 0xa7]],
  ["校", [0xd0, 0xa3]],
  ["编", [0xb1, 0xe0]],
  ["码", [0xc2, 0xeb]],
  ["设", [0xc9, 0xe8]],
  ["备", [0xb1, 0xb8]],
  ["角", [0xbd, 0xc7]],
  ["色", [0xc9, 0xab]],
  ["名", [0xc3, 0xfb]],
  ["称", [0xb3, 0xc6]],
  ["电", [0xb5, 0xe7]],
  ["表", [0xb1, 0xed]],
  ["协", [0xd0, 0xad]],
  ["议", [0xd2, 0xe9]],
  ["无", [0xce, 0xde]],
  ["\u{20000}", [0x95, 0x32, 0x82, 0x36]],
]);

const problemsOf = async (files: Record<string, string | Uint8Array>, options = {}) =>
  formatProblems(await plan(county(), files, options)).split("\n");
const device = async (files: Record<string, string | Uint8Array>, id: string) => {
  const result = await plan(county(), files);
  expect(formatProblems(result)).toBe("");
  return plannedDocument(result)
    .schools.flatMap((school) => school.devices)
    .find((one) => one.id === id);
};

describe("CSV that is taken", () => {
  test("as Excel saves it: byte order mark, CRLF, quotes, empty columns and rows, dates, cut zeros", async () => {
    const csv = `\u{feff}设备编码*,学校编码（必填）,设备名称,设备类型,管理地址,IPv6地址,安装日期,楼栋,房间,凭据,,\r
sw-1,s1,"接入, ""一层""\r
东侧",接入交换机,10.1.1.1 10.1.1.2,2001:db8::11,2023/8/2,B1,101,c,,\r
,,,,,,,,,,,\r
"=""0042""",s1,,UPS,10.1.1.3,,,,,,,\r
`;
    expect(await device({ "设备.csv": csv }, "sw-1")).toEqual({
      id: "sw-1",
      name: '接入, "一层"\r\n东侧',
      role: "access-switch",
      addresses: ["10.1.1.1", "10.1.1.2", "2001:db8::11"],
      protocol: "snmp",
      installed: "2023-08-02",
      building: "B1",
      room: "101",
      credential: "c",
    });
    expect(await device({ "设备.csv": csv }, "0042")).toMatchObject({ role: "ups" });
  });

  test.each([
    ["semicolons", "id;school;role;addresses\nx;s1;ups;10.9.9.9\n"],
    ["tabs", "id\tschool\trole\taddresses\nx\ts1\tups\t10.9.9.9\n"],
    ["a line that names the delimiter", "sep=|\r\nid|school|role|addresses\r\nx|s1|ups|10.9.9.9\r\n"],
    ["old line ends", "id,school,role,addresses\rx,s1,ups,10.9.9.9\r"],
    ["UTF-16", Buffer.from("\u{feff}id\tschool\trole\taddresses\r\nx\ts1\tups\t10.9.9.9\r\n", "utf16le")],
  ])("%s", async (_, content) => {
    expect(await device({ "x.csv": content }, "x")).toMatchObject({ role: "ups", addresses: ["10.9.9.9"] });
  });

  test("GB18030, also with its byte order mark and four-octet characters", async () => {
    const text = "设备编码,学校编码,设备名称,角色,协议\nm9,s1,电表\u{20000},电表,无\n";
    const expected = { id: "m9", role: "meter", name: "电表\u{20000}", protocol: "none", addresses: [] };
    expect(await device({ "m.csv": gb18030(text) }, "m9")).toEqual(expected);
    const marked = Uint8Array.from([0x84, 0x31, 0x95, 0x33, ...gb18030(text)]);
    expect(await device({ "m.csv": marked }, "m9")).toEqual(expected);
    expect((await plan(county(), { "m.csv": marked })).files[0]?.encoding).toBe("gb18030");
  });

  test("each kind of file, in any order, as one import", async () => {
    const result = await plan(EMPTY, {
      "5.csv": "id,role,device,interface,to,contracted_mbps\nl,uplink,d,GE1,sc,1000\n",
      "4.csv": "id,school,role,protocol,room\nd,s,router,none,B/1\n",
      "3.csv": "school,building,building_name,room,type,seats\ns,B,主楼,1,实验室,40\ns,B,,2,,\n",
      "2.csv": "id,region,name,kind,setting\ns,sc,学校,小学,乡村\n",
      "1.csv": "path,name\nsc,四川省\n",
    });
    expect(formatProblems(result)).toBe("");
    expect(result.files.map((file) => file.kind)).toEqual([
      "links",
      "devices",
      "rooms",
      "schools",
      "regions",
    ]);
    expect(plannedDocument(result)).toEqual({
      regions: [{ path: "sc", name: "四川省" }],
      sites: [],
      schools: [
        {
          id: "s",
          region: "sc",
          name: "学校",
          kind: "primary",
          setting: "rural",
          buildings: [
            {
              id: "B",
              name: "主楼",
              rooms: [
                { id: "1", name: "1", type: "laboratory", seats: 40 },
                { id: "2", name: "2", type: "classroom" },
              ],
            },
          ],
          devices: [{ id: "d", role: "router", protocol: "none", addresses: [], building: "B", room: "1" }],
        },
      ],
      links: [{ id: "l", role: "uplink", device: "d", interface: "GE1", to: "sc", contractedMbps: 1000 }],
    });
  });
});

describe("CSV that is refused, with row, column, value and what is allowed", () => {
  test("every wrong cell", async () => {
    const lines = await problemsOf({
      "d.csv":
        "设备编码,学校编码,角色,地址,端口,单元号,安装日期,凭据\na b,s1,交换,10.0.0.300,70000,1.5,2024-13-01,p@ss word\nok,,ups\n",
    });
    expect(lines).toEqual([
      expect.stringMatching(/^d.csv row 2, column A "设备编码": "a b" is not allowed; write 1 to 64 letters/),
      expect.stringMatching(/^d.csv row 2, column C "角色": "交换" is not allowed; write one of router/),
      expect.stringMatching(/^d.csv row 2, column D "地址": "10.0.0.300" is not allowed; write IPv4 or IPv6/),
      expect.stringMatching(
        /^d.csv row 2, column E "端口": "70000" is not allowed; write a whole number from 1/,
      ),
      expect.stringMatching(/^d.csv row 2, column F "单元号": "1.5" is not allowed/),
      expect.stringMatching(/^d.csv row 2, column G "安装日期": "2024-13-01" is not allowed; write a date/),
      expect.stringMatching(
        /^d.csv row 2, column H "凭据": the value is not allowed; write the name of a credential/,
      ),
      expect.stringMatching(/^d.csv row 3, column B "学校编码": is empty; write 1 to 64/),
      "8 problems; nothing is imported",
    ]);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    [
      "a column that is not known",
      "id,school,role,colour\n",
      /^d.csv row 1, column D "colour": "colour" is not a column of a file of devices/,
    ],
    ["a column that is spelt wrong", "id,school,role,adress\n", /did you mean "address"\?/],
    ["a column twice", "id,school,role,地址,ip\n", /^d.csv row 1, column E "ip": means the same as column D/],
    [
      "a missing column",
      "id,school\n",
      /^d.csv row 1: looks like a file of devices and lacks columns; add role \(角色\)/,
    ],
    ["no header", "10.0.0.1,foo\n", /^d.csv row 1: is not a header that is known/],
    ["an empty file", "", /^d.csv: is empty/],
    [
      "a quote that is not closed",
      'id,school,role\na,s1,ups\nb,s1,"ups\nc,s1,ups\n',
      /^d.csv row 3: \(line 3\) a quote that opens here is never closed/,
    ],
    [
      "a quote within a cell",
      'id,school,role\na,s1,u"ps\n',
      /^d.csv row 2: \(line 2\) a quote stands in the middle/,
    ],
    [
      "text after a quote",
      'id,school,role\na,s1,"ups"x\n',
      /^d.csv row 2: \(line 2\) text follows a closing quote/,
    ],
    [
      "too many cells",
      "id,school,role,protocol\na,s1,ups,none,,x\n",
      /^d.csv row 2, column F "": the row has more cells than the header's 4/,
    ],
    [
      "a device that is there twice",
      "id,school,role,protocol\na,s1,ups,none\na,s1,ups,none\n",
      /^d.csv row 3, column A "id": device "a" is given already in d.csv row 2/,
    ],
    [
      "a school that does not exist",
      "id,school,role,protocol\na,s9,ups,none\n",
      /^d.csv row 2, column B "school": school "s9" does not exist/,
    ],
    [
      "an address that is taken",
      "id,school,role,地址\na,s1,ups,10.0.0.2\n",
      /^d.csv row 2, column D "地址": 10.0.0.2 port 161 is already the address of device "s1-ac"/,
    ],
    ["a workbook", new Uint8Array([0x50, 0x4b, 3, 4, 20, 0]), /^d.csv: is a spreadsheet workbook/],
    [
      "octets that are no text",
      new Uint8Array([0x69, 0x64, 0x2c, 0xff, 0xff, 0x0a]),
      /^d.csv: is neither UTF-8 nor GB18030 text/,
    ],
    ["zero octets", "id,school,role\0\n", /^d.csv: is not a text file/],
    [
      "UTF-8 that was cut",
      Buffer.from(`id,school,role,name\na,s1,ups,${"学校名称".repeat(9)}\nb,s1,ups,学`).subarray(0, -1),
      /^d.csv: is UTF-8 text with octets that are not, first in line 3/,
    ],
  ])("%s", async (_, content, message) => {
    expect((await problemsOf({ "d.csv": content }))[0]).toMatch(message);
  });

  test("rows before a broken one are still reported, and the caps hold", async () => {
    const csv = 'id,school,role,protocol\na b,s1,ups,none\nc d,s1,ups,none\ne,s1,"x';
    expect(await problemsOf({ "d.csv": csv })).toHaveLength(4);
    const rows = (count: number) =>
      `id,school,role,protocol\n${Array.from({ length: count }, (_, i) => `x${i},s1,ups,none`).join("\n")}`;
    expect((await problemsOf({ "d.csv": rows(6) }, { limits: { rows: 5 } }))[0]).toBe(
      "d.csv row 7: has more than 5 rows; split the file",
    );
    expect((await problemsOf({ "d.csv": rows(6) }, { limits: { csvBytes: 50 } }))[0]).toMatch(
      /is larger than/,
    );
    const many = await plan(
      county(),
      { "d.csv": rows(50).replaceAll("ups", "upps") },
      { limits: { problems: 10 } },
    );
    expect(many.problemCount).toBe(50);
    expect(formatProblems(many).split("\n").slice(-2)).toEqual([
      "… and 40 more",
      "50 problems; nothing is imported",
    ]);
  });

  test("what a file says is fit for a terminal", async () => {
    const text = (await problemsOf({ "d.csv": "id,school,role\n\u{1b}[2J\u{202e}x,s1,ups\n" })).join("");
    expect(text).not.toContain("\u{1b}");
    expect(text).not.toContain("\u{202e}");
  });

  test("any octets give a plan, never an exception", async () => {
    const word = fc.constantFrom(
      "id",
      "school",
      "role",
      "设备编码",
      ",",
      ";",
      "\t",
      '"',
      '""',
      "\n",
      "\r\n",
      "\r",
      "s1",
      "ups",
      "=",
      "\u{feff}",
      "sep=,",
    );
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.array(word, { maxLength: 40 }).map((words) => Buffer.from(`id,school,role\n${words.join("")}`)),
    );
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom("x.csv", "x.yaml"), async (bytes, name) => {
        const result = await planImport({ current: EMPTY, files: [{ name, bytes }] });
        expect(result.problemCount >= result.problems.length).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("YAML", () => {
  test("problems name line and key", async () => {
    const yaml = `schools:
  - id: s3
    region: zj/nowhere
    name: 三小
    kind: primry
    setting: urban
    nam: x
    devices:
      - { id: a, role: switch, addresses: [10.0.0.300] }
`;
    expect(await problemsOf({ "i.yaml": yaml })).toEqual([
      expect.stringMatching(/^i.yaml:5 schools\[0\].kind: is "primry"; did you mean "primary"\?/),
      expect.stringMatching(/^i.yaml:7 schools\[0\].nam: unknown key "nam"; did you mean "name"\?/),
      expect.stringMatching(/^i.yaml:9 schools\[0\].devices\[0\].role: is "switch"; write one of/),
      expect.stringMatching(/^i.yaml:9 schools\[0\].devices\[0\].addresses\[0\]: is not an address/),
      "4 problems; nothing is imported",
    ]);
    expect(
      await problemsOf({
        "i.yaml": yaml
          .replace("primry", "primary")
          .replace("    nam: x\n", "")
          .replace(/ {4}devices[\s\S]*/, ""),
      }),
    ).toEqual([
      expect.stringMatching(/^i.yaml:3 school s3 region: region "zj\/nowhere" does not exist/),
      "1 problem; nothing is imported",
    ]);
  });

  test.each([
    ["a: [1\n", /^i.yaml:\d+: /],
    ["schools:\n\t- id: x\n", /^i.yaml:2: a tab is used/],
    ["regions: []\nregions: []\n", /^i.yaml:2: the key "regions" stands here a second time/],
    ["- 1\n", /^i.yaml:1: is a list; write a map of keys/],
    [
      "regions: [{path: a, name: b}, {path: a, name: c}]",
      /region "a" is given already in i.yaml:1; keep one/,
    ],
  ])("%j", async (yaml, message) => expect((await problemsOf({ "i.yaml": yaml }))[0]).toMatch(message));

  test("a device in a YAML file and in a CSV file is a mistake that names both", async () => {
    const yaml =
      "schools:\n  - {id: s1, region: zj, name: x, kind: primary, setting: urban, devices: [{id: d, role: ups, protocol: none}]}\n";
    const lines = await problemsOf({ "i.yaml": yaml, "d.csv": "id,school,role,protocol\nd,s1,ups,none\n" });
    expect(lines[0]).toBe(
      'd.csv row 2, column A "id": device "d" is given already in i.yaml:2; keep one of the two',
    );
  });

  test("a long file is read by the fast parser, with the same result and the key of each problem", async () => {
    const padding = `# ${"x".repeat(4_000_000)}\n`;
    const short = await plan(EMPTY, { "i.yaml": JSON.stringify(county(), null, 1) });
    const long = await plan(EMPTY, { "i.yaml": padding + JSON.stringify(county(), null, 1) });
    expect(long.next).toEqual(short.next);
    const bad = (text: string) => problemsOf({ "i.yaml": padding + text });
    expect((await bad("regions: [{path: a}]"))[0]).toMatch(/^i.yaml regions\[0\].name: is missing/);
    expect((await bad("regions: [\n"))[0]).toMatch(/^i.yaml:\d+: .*correct the YAML/);
    expect((await bad("installed: 2024-01-01"))[0]).toMatch(/unknown key "installed"/);
  });
});

describe("differences", () => {
  test("a CSV changes its columns alone; an empty cell takes the value away", async () => {
    const result = await plan(county(), {
      "d.csv": "id,school,role,addresses,building\ns1-core,s1,router,,B1\n",
      "s.csv": "id,region,name,kind,setting,students\ns1,zj/hz/xh,第一小学,primary,urban,\n",
    });
    expect(formatProblems(result)).toMatch(
      /d.csv row 2, column D "addresses": is empty; snmp needs an address/,
    );
    expect(formatDifferences(result)).toBe(`d.csv: devices, 1 rows, utf-8
s.csv: schools, 1 rows, utf-8
~ school s1 (第一小学)
    students: 900 → (none)
~ device s1-core (router at s1)
    role: core-switch → router
    addresses: 10.0.0.1 2001:db8::1 → (none)
0 added, 2 changed, 0 removed, 0 unchanged`);
    expect(formatDifferences(result, { color: true })).toContain("\u{1b}[33m~ device s1-core");
    expect(formatDifferences(result, { limit: 1 })).toContain("… and 1 more");
  });

  test("--replace removes what the files' schools no longer list, and nothing of other schools or kinds", async () => {
    const other = structuredClone(county());
    other.schools[1]!.devices.push({ id: "s2-x", role: "ups", protocol: "none", addresses: [] });
    other.links = [];
    const csv =
      "id,school,role,addresses,credential,building\ns1-core,s1,core-switch,10.0.0.1 2001:db8::1,c,B1\n";
    const kept = await plan(other, { "d.csv": csv });
    expect(kept.change.counts).toEqual({ added: 0, changed: 0, removed: 0, unchanged: 1 });
    const replaced = await plan(other, { "d.csv": csv }, { replace: true });
    expect(formatProblems(replaced)).toBe("");
    expect(replaced.change.counts).toEqual({ added: 0, changed: 0, removed: 5, unchanged: 1 });
    const next = plannedDocument(replaced);
    expect(next.schools[1]?.devices.map((one) => one.id)).toEqual(["s2-x"]);
    expect(next.schools[0]?.buildings[0]?.rooms).toHaveLength(2);
  });

  test("--replace that would leave a link without its device is refused", async () => {
    const csv = "id,school,role,protocol\nonly,s1,ups,none\n";
    expect((await problemsOf({ "d.csv": csv }, { replace: true }))[0]).toMatch(
      /^\(inventory\) link l1 device: device "s1-core" does not exist/,
    );
  });

  test("--replace with rooms, links and YAML", async () => {
    const rooms = "school,building,room\ns1,B1,101\n";
    const lines = await problemsOf({ "r.csv": rooms }, { replace: true });
    expect(lines[0]).toMatch(/^\(inventory\) device s1-ap serves: room "B1\/102" does not exist/);
    const links = await plan(
      county(),
      { "l.csv": "id,role,device,interface\nl2,uplink,s1-core,XGE0/0/2\n" },
      { replace: true },
    );
    expect(links.change.differences.map((one) => `${one.change} ${one.key}`)).toEqual([
      "added l2",
      "removed l1",
    ]);
    const school =
      "schools: [{id: s2, region: zj/hz, name: 第二中学, kind: secondary, setting: town, devices: []}]";
    expect((await plan(county(), { "s.yaml": school }, { replace: true })).change.counts).toMatchObject({
      changed: 0,
      removed: 0,
    });
  });

  test("an inventory that is written out and imported again changes nothing", async () => {
    const again = await plan(county(), { "i.yaml": JSON.stringify(county()) }, { replace: true });
    expect(again.change.counts).toEqual({ added: 0, changed: 0, removed: 0, unchanged: 15 });
  });
});

describe("files on disk", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "campusd-import-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const example = (name: string) => new URL(`../../examples/${name}`, import.meta.url).pathname;

  test("the examples are imported together, twice; the second time changes nothing", async () => {
    const files = ["devices.csv", "schools-gb18030.csv", "inventory.yaml"].map(example);
    const known = {
      credentials: new Set(["switches"]),
      profiles: new Set(["smart-board-mqtt", "chint-ddsu666"]),
    };
    const database = new StateDatabase({ file: join(folder, "state.db") });
    await database.open();
    const first = await planImport({ current: await database.inventory(), files, known });
    expect(formatProblems(first)).toBe("");
    expect(first.files.map((file) => file.encoding)).toEqual(["utf-8", "gb18030", "utf-8"]);
    expect(first.change.counts).toEqual({ added: 22, changed: 0, removed: 0, unchanged: 0 });
    await applyImport(database, first, { at: 1, who: "a" });
    const schools = (await database.inventory()).schools;
    expect(schools.map((school) => school.name)).toEqual([
      "西湖第一小学",
      "留下中心小学",
      "转塘中学",
      "双浦教学点",
    ]);

    const second = await planImport({ current: await database.inventory(), files, known });
    expect(second.change.counts).toEqual({ added: 0, changed: 0, removed: 0, unchanged: 22 });
    await applyImport(database, second, { at: 2, who: "a" });
    expect(await database.version()).toBe(2);
    await database.close();
  });

  test("a file that is not there is E_FILE; one with another ending is a problem", async () => {
    await expect(planImport({ current: EMPTY, files: [join(folder, "no.csv")] })).rejects.toMatchObject({
      code: "E_FILE",
    });
    writeFileSync(join(folder, "x.doc"), "x");
    const result = await planImport({ current: EMPTY, files: [join(folder, "x.doc")] });
    expect(formatProblems(result)).toMatch(/x.doc: has an ending that is not known/);
  });

  test("JSON is YAML, and without an ending the content tells", async () => {
    for (const name of ["i.json", "(county)", "-"]) {
      const result = await plan(EMPTY, { [name]: JSON.stringify(county()) });
      expect(formatProblems(result)).toBe("");
      expect(result.files[0]?.kind).toBe("inventory");
    }
    expect((await plan(EMPTY, { list: "path,name\nzj,x\n" })).files[0]?.kind).toBe("regions");
  });

  test("an aborted plan stops", async () => {
    await expect(
      planImport({ current: EMPTY, files: [example("devices.csv")], signal: AbortSignal.abort() }),
    ).rejects.toThrow(/abort/);
  });
});
