import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackboneView } from "../../src/api/schemas/backbone.ts";
import type { CountyView, Health, RegionsView } from "../../src/api/schemas/campus.ts";
import type { TargetsView } from "../../src/api/schemas/targets.ts";
import { launch } from "../../tests/support/chromium.ts";
import { campusd, getJson, type Running, until } from "../../tests/support/process.ts";
import { binary } from "../../tests/support/servers.ts";

/**
 * `npm run screenshots [-- SECONDS | URL]`: starts the seeded demo, lets it poll for so long (or takes a demo that
 * runs already), and takes the pictures of the READMEs and of the look-over: each page in two languages, two
 * themes, 1280 and 390 pixels wide. The READMEs' own pictures are kept beside this file; the others go to the folder
 * it prints.
 */
const KEPT = /^(county|school|device|backbone|link|targets)-(en|zh)-light-1280\.png$/;
const argument = process.argv[2] ?? "180";
const running = /^http:/.test(argument) ? argument.replace(/\/$/, "") : undefined;

if (binary("chromium") === undefined)
  throw new Error("needs Debian's chromium: apt-get install chromium fonts-noto-cjk");

const folder = mkdtempSync(join(tmpdir(), "campusd-shots-"));
const data = join(folder, "data");
let demo: Running | undefined;

async function start(): Promise<string> {
  demo = campusd(["demo", "--port", "0", "--data", data, "--no-browser"]);
  const match = await demo.seen(/^console: (http:\S+)\/$/m);
  return match[1]!;
}

const countyOf = async (url: string): Promise<string> => {
  const { regions } = await getJson<RegionsView>(`${url}/api/v1/regions`);
  return regions.find((region) => region.level === "county")!.path;
};
const backboneOf = (url: string, path: string) => (): Promise<BackboneView> =>
  getJson<BackboneView>(`${url}/api/v1/backbone?region=${encodeURIComponent(path)}`);

async function warmedUp(): Promise<string> {
  if (running !== undefined) return running;
  const url = await start();
  console.log(`polling for ${argument} s`);
  await new Promise((resolve) => setTimeout(resolve, Number(argument) * 1000));
  return url;
}

try {
  const url = await warmedUp();
  await until(
    () => getJson<Health>(`${url}/api/v1/health`),
    (health) => health.samples.total > 0,
  );
  const path = await countyOf(url);
  const county = await getJson<CountyView>(`${url}/api/v1/county?path=${encodeURIComponent(path)}`);
  const backbone = await backboneOf(url, path)();
  const school = county.schools[0]!.id;
  const device = (county.links.find((link) => (link.use ?? 0) > 60) ?? county.links[0]!).device;
  const province = path.split("/")[0]!;
  const { targets } = await getJson<TargetsView>(`${url}/api/v1/targets?region=${province}`);
  // One with a wanted rate of which much is known tells most.
  const told = (row: (typeof targets)[number]): number =>
    (row.wanted === null ? 2 : 0) + (row.tally.unknownShare ?? 1) + (row.pace.perMonth ? 0 : 1);
  const [target] = [...targets].sort((a, b) => told(a) - told(b));
  const pages = {
    county: `/region/${path}`,
    school: `/school/${school}`,
    device: `/device/${device}`,
    backbone: `/backbone/${path}`,
    link: `/link/${encodeURIComponent(backbone.links[0]!.id)}?range=7d`,
    targets: `/targets/${province}${target ? `?target=${target.id}` : ""}`,
    network: `/school/${school}?tab=network`,
  };
  const browser = await launch();
  for (const language of ["zh", "en"] as const) {
    for (const theme of ["light", "dark"] as const) {
      for (const width of [1280, 390]) {
        const context = await browser.newContext({
          viewport: { width, height: width === 390 ? 844 : 900 },
          timezoneId: "Asia/Shanghai",
        });
        await context.addInitScript(
          ([lang, look]) => {
            globalThis.localStorage.setItem("campusd.lang", lang!);
            globalThis.localStorage.setItem("campusd.theme", look!);
          },
          [language, theme],
        );
        for (const [name, path] of Object.entries(pages)) {
          const page = await context.newPage();
          await page.goto(url + path);
          await page.waitForLoadState("load");
          await page.waitForTimeout(1500);
          const file = `${name}-${language}-${theme}-${width}.png`;
          await page.screenshot({ path: join(KEPT.test(file) ? import.meta.dirname : folder, file) });
          await page.close();
        }
        await context.close();
      }
    }
  }
  await browser.close();
} finally {
  await demo?.end("SIGINT");
  rmSync(data, { recursive: true, force: true });
}
console.log(`pictures of the READMEs in ${import.meta.dirname}, the others in ${folder}`);
