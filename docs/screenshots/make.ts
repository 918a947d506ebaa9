import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CountyView, Health, RegionsView } from "../../src/api/schemas/campus.ts";
import { launch } from "../../tests/support/chromium.ts";
import { campusd, getJson, until } from "../../tests/support/process.ts";
import { binary } from "../../tests/support/servers.ts";

/**
 * `npm run screenshots [-- SECONDS | URL]`: starts the seeded demo, lets it poll for so long (or takes a demo that
 * runs already), and takes the pictures of the READMEs and of the look-over: three pages, two languages, two themes,
 * 1280 and 390 pixels wide. The READMEs' own are kept beside this file; the others go to the folder it prints.
 */
const KEPT = /-(en|zh)-light-1280\.png$/;
const argument = process.argv[2] ?? "150";
const running = /^http:/.test(argument) ? argument.replace(/\/$/, "") : undefined;

if (binary("chromium") === undefined)
  throw new Error("needs Debian's chromium: apt-get install chromium fonts-noto-cjk");

const folder = mkdtempSync(join(tmpdir(), "campusd-shots-"));
const data = join(folder, "data");
const demo =
  running === undefined ? campusd(["demo", "--port", "0", "--data", data, "--no-browser"]) : undefined;

async function warmedUp(): Promise<string> {
  if (demo === undefined) return running!;
  const match = await demo.seen(/^console: (http:\S+)\/$/m);
  console.log(`polling for ${argument} s`);
  await new Promise((resolve) => setTimeout(resolve, Number(argument) * 1000));
  return match[1]!;
}

try {
  const url = await warmedUp();
  await until(
    () => getJson<Health>(`${url}/api/v1/health`),
    (health) => health.samples.total > 0,
  );
  const { regions } = await getJson<RegionsView>(`${url}/api/v1/regions`);
  const path = regions.find((region) => region.level === "county")!.path;
  const county = await getJson<CountyView>(`${url}/api/v1/county?path=${encodeURIComponent(path)}`);
  const school = county.schools[0]!.id;
  const device = (county.links.find((link) => (link.use ?? 0) > 60) ?? county.links[0]!).device;
  const pages = { county: "/", school: `/school/${school}`, device: `/device/${device}` };
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
