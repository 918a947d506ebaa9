import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadProfiles } from "../../src/profiles/load.ts";
import type { ProfileSet } from "../../src/profiles/profile-set.ts";

// Makers who ship net-snmp's own object identifier are told apart by what their agents have below it.
let dir: string;
let set: ProfileSet;

function profile(id: string, match: string): void {
  writeFileSync(
    join(dir, `${id}.yaml`),
    `title: { zh: ${id}, en: ${id} }\nvendor: Acme\nos: ${id}\nrole: other\nmatch:\n${match}\nparts: [system]\n`,
  );
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "campusd-has-"));
  profile("host", "  - sysObjectID: 1.3.6.1.4.1.44444.3.2");
  profile("first", "  - { sysObjectID: 1.3.6.1.4.1.44444.3.2, has: 1.3.6.1.4.1.55555.1 }");
  profile(
    "second",
    "  - { sysObjectID: 1.3.6.1.4.1.44444.3.2, has: [1.3.6.1.4.1.55555.1, 1.3.6.1.4.1.55555.2] }",
  );
  profile("named", "  - { sysObjectID: 1.3.6.1.4.1.44444.3.2.99 }");
  set = loadProfiles([join(import.meta.dirname, "../../device-profiles"), dir]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const signs = (last: number, ...present: string[]) => ({
  sysObjectID: `1.3.6.1.4.1.44444.3.2.${last}`,
  sysDescr: "Acme",
  present: new Set(present),
});

it("asks for the subtrees that could decide, and for none where nothing could", () => {
  const asked = set.questionsOf(signs(12)).map((arcs) => arcs.join("."));
  expect(asked).toContain("1.3.6.1.4.1.55555.1");
  expect(asked).toContain("1.3.6.1.4.1.55555.2");
  expect(set.questionsOf(signs(99))).toEqual([]);
  expect(set.questionsOf({ sysObjectID: "1.3.6.1.4.1.318.1.3.27", sysDescr: "x" })).toEqual([]);
});

it("takes the rule whose subtrees are all there, the one with more of them first", () => {
  expect(set.match(signs(12))?.id).toBe("host");
  expect(set.match(signs(12, "1.3.6.1.4.1.55555.1"))?.id).toBe("first");
  expect(set.match(signs(12, "1.3.6.1.4.1.55555.2"))?.id).toBe("host");
  expect(set.match(signs(12, "1.3.6.1.4.1.55555.1", "1.3.6.1.4.1.55555.2"))?.id).toBe("second");
});

it("lets a longer sysObjectID win over a subtree", () => {
  expect(set.match(signs(99, "1.3.6.1.4.1.55555.1"))?.id).toBe("named");
});
