import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkProfiles, loadProfiles } from "../../src/profiles/load.ts";
import { problemText } from "../../src/profiles/problems.ts";
import { SHIPPED, withFiles } from "./files.ts";

const page = readFileSync(join(SHIPPED, "../docs/writing-a-profile.md"), "utf8");
const blocks = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
  language,
  text: text!,
}));
const examples = blocks.filter((block) => block.language === "yaml").map((block) => block.text);

describe("docs/writing-a-profile.md", () => {
  it("has examples that load beside the shipped profiles", () => {
    expect(examples).toHaveLength(3);
    withFiles(
      {
        "acme-thermometer.yaml": examples[0]!,
        "example-meter.yaml": examples[1]!,
        "example-sensor.yaml": examples[2]!,
      },
      (dir) => {
        const set = loadProfiles([SHIPPED, dir]);
        const thermometer = set.match({ sysObjectID: "1.3.6.1.4.1.55555.1.7", sysDescr: "firmware 2.1" })!;
        expect(thermometer.id).toBe("acme-thermometer");
        const probe = thermometer.snmp!.tables.find((table) => table.id === "probe")!;
        expect(probe.points.map((point) => [point.id, point.quantity.id, point.rule.sentinels])).toEqual([
          ["temperature", "sensor.temperature", [32767]],
          ["humidity", "sensor.humidity", [32767]],
          ["door", "sensor.state", []],
        ]);
        expect(set.get("example-meter")!.modbus!.reads[0]).toMatchObject({
          functionCode: 3,
          address: 0x164,
          count: 2,
        });
        expect(set.get("example-sensor")!.mqtt!.silentAfterMs).toBe(600_000);
      },
    );
  });

  it("shows the message that the mistake gives", () => {
    const message = blocks.find((block) => block.language === "text")!.text.trim();
    withFiles({ "x.txt": "" }, (dir) => {
      const mine = join(dir, "my-profiles");
      mkdirSync(mine);
      cpSync(join(SHIPPED, "_parts"), join(mine, "_parts"), { recursive: true });
      writeFileSync(join(mine, "acme-thermometer.yaml"), examples[0]!.replace("0.1 degC", "0.1 C"));
      const problems = checkProfiles([mine]).problems.map((p) => problemText(p).replace(`${dir}/`, ""));
      expect(problems).toEqual([message]);
    });
  });
});
