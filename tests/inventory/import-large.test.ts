import { execFile } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROWS = 50_000;
/** Heap that the process gets: the rows as they are in memory need a part of it, the file a fraction. */
const HEAP_MB = 128;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "campusd-large-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function* deviceRows(): Generator<string> {
  yield "设备编码,学校编码,设备名称,角色,厂商,管理地址,凭据\r\n";
  for (let i = 0; i < ROWS; i += 1)
    yield `sw-${i},s${i % 500},第${i}台接入交换机,接入交换机,Huawei,10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255},c\r\n`;
}

function* schoolRows(): Generator<string> {
  yield "id,region,name,kind,setting\n";
  for (let i = 0; i < 500; i += 1) yield `s${i},zj,学校${i},小学,城区\n`;
}

/** A process of its own, so that its heap can be limited: plans, applies, and does it again. */
const PROGRAM = `
  const [folder, source] = process.argv.slice(1);
  const { planImport, applyImport } = await import(source + "/import-plan.ts");
  const { StateDatabase } = await import(source + "/state-database.ts");
  const database = new StateDatabase({ file: folder + "/state.db" });
  await database.open();
  const counts = [];
  for (const at of [1, 2]) {
    const files = [folder + "/devices.csv", folder + "/schools.csv", { name: "r.csv", bytes: Buffer.from("path,name\\nzj,x\\n") }];
    const plan = await planImport({ current: await database.inventory(), files });
    counts.push({ ...plan.change.counts, problems: plan.problemCount });
    await applyImport(database, plan, { at, who: "test" });
  }
  await database.close();
  console.log(JSON.stringify(counts));
`;

test(`${ROWS} devices are imported twice in a heap of ${HEAP_MB} MB`, async () => {
  await pipeline(Readable.from(deviceRows()), createWriteStream(join(folder, "devices.csv")));
  await pipeline(Readable.from(schoolRows()), createWriteStream(join(folder, "schools.csv")));
  const source = new URL("../../src/inventory", import.meta.url).href;
  const args = [`--max-old-space-size=${HEAP_MB}`, "--input-type=module", "-e", PROGRAM, folder, source];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual([
    { added: ROWS + 501, changed: 0, removed: 0, unchanged: 0, problems: 0 },
    { added: 0, changed: 0, removed: 0, unchanged: ROWS + 501, problems: 0 },
  ]);
});
