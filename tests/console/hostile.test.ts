import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../support/chromium.ts";
import { describeWith } from "../support/servers.ts";
import { buildConsole, openPage } from "./browser.ts";
import { type Fixture, startFixture } from "./fixture.ts";
import { SCHOOL, SWITCH } from "./world.ts";

/** What devices have been seen, or could be made, to call themselves. Each that runs counts up `__ran`. */
const PAYLOADS = [
  "<script>__ran++</script>",
  "<img src=x onerror=__ran++>",
  '"><svg/onload=__ran++>',
  "'-(__ran++)-'",
  "</title><script>__ran++</script>",
  "</textarea><iframe srcdoc='<script>parent.__ran++</script>'>",
  "javascript:__ran++",
  "<a href=javascript:__ran++>x</a>",
  "<style>@import 'x'</style><body onpageshow=__ran++>",
  "{{constructor.constructor('__ran++')()}}",
  "$" + "{__ran++}",
  "<math><mtext><table><mglyph><style><img src=x onerror=__ran++>",
  "%3Cscript%3E__ran++%3C/script%3E",
  "\u202egnp.exe\u202c",
  "a\u0000b\u001b[31mred",
  "\u{1F3EB}\u{20BB7}",
  "=cmd|' /C calc'!A0",
  "__proto__",
  "W".repeat(4_000),
] as const;

const OVERFLOW = "document.documentElement.scrollWidth - innerWidth";

describeWith(["chromium"], "S23: names from hostile devices", () => {
  let built: Awaited<ReturnType<typeof buildConsole>>;
  let browser: Browser;
  let fixture: Fixture;

  beforeAll(async () => {
    built = await buildConsole();
    let turn = 0;
    const rename = (): string => PAYLOADS[turn++ % PAYLOADS.length]!;
    browser = await launch();
    fixture = await startFixture({ dist: built.dist, rename });
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
    await built?.remove();
  });

  async function harmless(page: Page, errors: string[]): Promise<string> {
    expect(await page.evaluate("__ran")).toBe(0);
    expect(
      await page.evaluate(
        "document.querySelectorAll('#app :is(img, script, iframe, style, math, body), #app [onerror], #app [onload], a[href^=\"javascript:\"]').length",
      ),
    ).toBe(0);
    // On a busy machine the styles of a page's part come a moment after its first words.
    await page.waitForFunction(`${OVERFLOW} <= 0`, undefined, { timeout: 5_000 }).catch(() => {});
    expect(await page.evaluate(OVERFLOW), page.url()).toBeLessThanOrEqual(0);
    expect(errors).toEqual([]);
    return (await page.evaluate("document.body.innerText")) as string;
  }

  for (const width of [1280, 390]) {
    it(`are text and nothing else on every page at ${width} px`, async () => {
      const { page, errors } = await openPage(browser, { width });
      let seen = "";
      for (const path of [
        "/region/sn/yl/jb",
        "/region/sn/yl/jb?school=jb-02",
        "/backbone/sn/yl/jb?link=jb-02-up1",
        "/link/jb-02-up1",
        "/targets/sn/yl/jb?school=jb-02&target=sichuan-2027/ipv6",
        "/targets/big",
        `/school/${SCHOOL}?tab=network`,
        `/school/${SCHOOL}`,
        `/school/${SCHOOL}?room=jb-02/b/302`,
        `/school/${SCHOOL}?tab=devices`,
        `/device/${SWITCH}`,
      ]) {
        await page.goto(fixture.url + path);
        await page.locator(".sentence h1").waitFor();
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
        seen += await harmless(page, errors);
      }
      for (const payload of PAYLOADS.slice(0, 13)) expect(seen).toContain(payload);
      expect(seen).not.toMatch(/[\u202a-\u202e]/);
      expect(seen).not.toContain("\u0000");
      expect(seen).not.toContain("W".repeat(300));
      await page.context().close();
    });
  }

  it("are text in what the search finds and in an address", async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(
      `${fixture.url}/region/sn/yl/jb?school=<img src=x onerror=__ran++>&range=__proto__&tab=constructor`,
    );
    await page.locator(".sentence h1").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("<");
    await page.getByRole("option").first().waitFor();
    await harmless(page, errors);
    await page.keyboard.type("img nothing has this name>");
    await page.getByText("没有与“<img nothing has this name>”相符的结果").waitFor();
    await harmless(page, errors);
    await page.goto(`${fixture.url}/device/${SWITCH}?if=__proto__&range=constructor&from=1e9&to=-1&ports=x`);
    await page.locator(".plot canvas").waitFor();
    await harmless(page, errors);
    await page.context().close();
  });
});
