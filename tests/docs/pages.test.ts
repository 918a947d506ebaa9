import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { BUNDLED_PROFILES } from "../../src/commands/check.ts";
import { BUNDLED_TARGETS } from "../../src/commands/controller/targets-room.ts";
import { planImport } from "../../src/inventory/import-plan.ts";
import { checkProfiles } from "../../src/profiles/load.ts";
import { problemText } from "../../src/profiles/problems.ts";
import { parseSettings } from "../../src/settings/load.ts";
import { isDeclarationFile, planDeclarations } from "../../src/targets/declaration-files.ts";
import { checkTargets } from "../../src/targets/load.ts";
import { campusd, ROOT } from "../support/process.ts";

/** What the pages show is what campusd takes: every snippet is loaded, every command line is understood. */

const folder = mkdtempSync(join(tmpdir(), "campusd-pages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...["docs", "docs/decisions"].flatMap((path) =>
    readdirSync(join(ROOT, path))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${path}/${name}`),
  ),
];

interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

function snippets(page: string): Snippet[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    language: match[1]!,
    text: match[2]!,
  }));
}

const all = PAGES.flatMap(snippets);
const place = ({ page, line }: Snippet): string => `${page}:${line}`;

/** Every variable is set: a page cannot know the reader's. */
const anyEnvironment = new Proxy<Record<string, string>>({}, { get: () => "set-by-the-test" });

function keysOf(snippet: Snippet): string[] {
  const document: unknown = parse(snippet.text);
  return typeof document === "object" && document !== null ? Object.keys(document) : [];
}

const yaml = all.filter((snippet) => snippet.language === "yaml");
const inventories = yaml.filter((one) => keysOf(one).some((key) => /^(regions|schools|links)$/.test(key)));
const profiles = yaml.filter((one) => keysOf(one).includes("title"));
const targets = yaml.filter((one) => keysOf(one).some((key) => /^(definitions|set|changes)$/.test(key)));
const declarations = yaml.filter((one) => keysOf(one).includes("declarations"));
const settings = yaml.filter(
  (one) => ![inventories, profiles, targets, declarations].some((list) => list.includes(one)),
);

describe("YAML in the pages", () => {
  it("is there to be checked", () => {
    expect(settings.length).toBeGreaterThanOrEqual(4);
    expect(inventories.length).toBeGreaterThanOrEqual(1);
    expect(profiles.length).toBeGreaterThanOrEqual(3);
    expect([targets.length > 0, declarations.length > 0]).toEqual([true, true]);
  });

  it("has files of targets that load beside those that come with campusd", () => {
    const own = join(folder, "targets");
    mkdirSync(own);
    for (const [i, one] of targets.entries()) writeFileSync(join(own, `page-${i}.yaml`), one.text);
    expect(checkTargets([BUNDLED_TARGETS, own]).problems).toEqual([]);
  });

  it.each(declarations.map((one) => [place(one), one] as const))("%s can be imported", async (_, one) => {
    const file = { name: `${place(one)}.yaml`, bytes: Buffer.from(one.text) };
    expect(await isDeclarationFile(file)).toBe(true);
    const named = new Map([...one.text.matchAll(/school: (\S+)/g)].map((match) => [match[1]!, true]));
    expect((await planDeclarations([file], named)).problems).toEqual([]);
  });

  it.each(settings.map((one) => [place(one), one] as const))("%s are good settings", (_, one) => {
    const { problems } = parseSettings(one.text, join(ROOT, "campusd.yaml"), { env: anyEnvironment });
    expect(problems.map(({ line, key, text }) => `${line} ${key}: ${text}`)).toEqual([]);
  });

  it.each(inventories.map((one) => [place(one), one] as const))("%s can be imported", async (_, one) => {
    const document = parse(one.text) as { schools?: { region: string }[] };
    // A page that shows a device need not show the province it lies in.
    const paths = new Set(
      (document.schools ?? []).flatMap(({ region }) => {
        const parts = region.split("/");
        return parts.map((_part, i) => parts.slice(0, i + 1).join("/"));
      }),
    );
    const regions = [...paths].map((path) => ({ path, name: path }));
    const plan = await planImport({
      current: { regions: [], schools: [], sites: [], links: [] },
      files: [
        { name: "regions.yaml", bytes: Buffer.from(JSON.stringify({ regions })) },
        { name: `${place(one)}.yaml`, bytes: Buffer.from(one.text) },
      ],
    });
    expect(plan.problems).toEqual([]);
  });

  it("has profiles that load beside those that come with campusd", () => {
    const own = join(folder, "profiles");
    mkdirSync(own);
    for (const [i, one] of profiles.entries()) writeFileSync(join(own, `page-${i}.yaml`), one.text);
    const report = checkProfiles([BUNDLED_PROFILES, own]);
    expect(report.problems.map(problemText)).toEqual([]);
    expect(report.profiles.filter(({ id }) => id.startsWith("page-"))).toHaveLength(profiles.length);
  });
});

describe("command lines in the pages", () => {
  const lines = all
    .filter((snippet) => snippet.language === "sh")
    .flatMap((snippet) =>
      snippet.text
        .replaceAll("\\\n", " ")
        .split("\n")
        .flatMap((line) => {
          const match =
            /(?:^|npm run campusd -- |node src\/main\.ts )(?:campusd )?([a-z][a-z-]*)( .*)?$/.exec(line);
          return /campusd|src\/main\.ts/.test(line) && match
            ? [{ page: place(snippet), line, command: match[1]! }]
            : [];
        }),
    );

  it("name commands and options that there are", async () => {
    expect(lines.length).toBeGreaterThan(6);
    const names = [...new Set(lines.map(({ command }) => command))];
    const help = new Map(
      await Promise.all(
        names.map(async (name): Promise<[string, string]> => {
          const ask = async (...words: string[]): Promise<string> => {
            const running = campusd([...words, "--help"]);
            expect(await running.exited, words.join(" ")).toBe(0);
            return running.output();
          };
          const own = await ask(name);
          // What stands under it has options of its own.
          const below = [...(own.split("\nCommands:")[1] ?? "").matchAll(/^ {2}([a-z]+)/gm)]
            .map((match) => match[1]!)
            .filter((word) => word !== "help");
          const more = await Promise.all(below.map((word) => ask(name, word)));
          return [name, [own, ...more].join("\n")];
        }),
      ),
    );
    const unknown = lines.flatMap(({ page, line, command }) =>
      [...line.matchAll(/ (--[a-z][a-z0-9-]*)/g)]
        .map((match) => match[1]!)
        .filter((option) => option !== "--help" && !help.get(command)!.includes(option))
        .map((option) => `${page}: ${command} has no ${option}`),
    );
    expect(unknown).toEqual([]);
  });

  it("import the examples as docs/adding-a-device.md does, with its settings", async () => {
    const page = all.filter((snippet) => snippet.page === "docs/adding-a-device.md");
    const config = join(folder, "campusd.yaml");
    writeFileSync(config, page.find((snippet) => snippet.language === "yaml")!.text);
    const imports = page
      .filter((snippet) => snippet.language === "sh")
      .flatMap((snippet) => snippet.text.trim().split("\n"))
      .filter((line) => line.startsWith("campusd import"));
    expect(imports.length).toBeGreaterThanOrEqual(2);
    for (const line of imports) {
      const args = line.split(" ").slice(1);
      const running = campusd(args.map((arg) => (arg === "campusd.yaml" ? config : arg)));
      expect(await running.exited, running.output()).toBe(0);
      expect(running.output()).toContain("xh-001-sw-01");
    }
    // The same once more: nothing is new.
    const again = campusd(["import", "-c", config, "examples/inventory.yaml", "examples/devices.csv"]);
    await again.exited;
    expect(again.output()).toContain("0 added, 0 changed, 0 removed");
    const other = campusd(["import", "-c", config, "examples/schools-gb18030.csv"]);
    expect(await other.exited, other.output()).toBe(0);
    expect(other.output()).toContain("gb18030");
  });

  it("publish JSON that is JSON, to a topic that the shipped profile listens to", () => {
    const published = all.filter((snippet) => snippet.text.includes("mosquitto_pub"));
    expect(published.length).toBeGreaterThan(0);
    for (const { text } of published) {
      const topic = / -t (\S+)/.exec(text)![1]!;
      expect(topic).toMatch(/^edu(\/[^/+#]+){6}\/telemetry$/);
      expect(JSON.parse(/ -m '([^']*)'/.exec(text)![1]!)).toHaveProperty("power");
    }
  });
});

describe("links in the pages", () => {
  it.each(PAGES)("%s leads nowhere that is not there", (page) => {
    const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
    const dead = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1]!)
      .filter((target) => !/^(https?|mailto):/.test(target))
      .filter((target) => {
        const [path, anchor] = target.split("#");
        const file = path === "" ? join(ROOT, page) : resolve(ROOT, dirname(page), path!);
        if (!existsSync(file)) return true;
        return anchor !== undefined && !anchors(file).has(anchor);
      });
    expect(dead).toEqual([]);
  });

  it("names files that are there", () => {
    const missing = PAGES.filter((page) => page !== "CHANGELOG.md").flatMap((page) => {
      const text = readFileSync(join(ROOT, page), "utf8");
      const named = [...text.matchAll(/`((?:src|docs|examples|device-profiles|tests)\/[\w./-]+\.\w+)`/g)];
      return named
        .map((match) => match[1]!)
        .filter((file) => !existsSync(join(ROOT, file)))
        .map((file) => `${page}: ${file}`);
    });
    expect(missing).toEqual([]);
  });
});

/** Anchors as GitHub makes them of headings. */
function anchors(file: string): Set<string> {
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
