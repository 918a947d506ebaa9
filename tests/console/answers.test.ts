import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../support/chromium.ts";
import { describeWith } from "../support/servers.ts";
import { buildConsole, openPage } from "./browser.ts";
import { type Fixture, startFixture } from "./fixture.ts";
import { SCHOOL, SWITCH } from "./world.ts";

const COUNTY = "sn/yl/jb";
const PAGES = {
  backbone: `/backbone/${COUNTY}`,
  "backbone with a link": `/backbone/${COUNTY}?link=jb-02-up1`,
  link: "/link/jb-02-up1",
  "school's network": `/school/${SCHOOL}?tab=network`,
  "room and its cause": `/school/${SCHOOL}?room=jb-02/b/302`,
  targets: "/targets/big",
  "targets of a county": `/targets/${COUNTY}?target=sichuan-2027/ipv6`,
  evidence: `/targets/${COUNTY}?school=jb-02`,
  series: `/series?quantity=wifi.ap_state&device=${SWITCH}&label=103`,
} as const;

describeWith(["chromium"], "the three answers", () => {
  let built: Awaited<ReturnType<typeof buildConsole>>;
  let browser: Browser;
  let fixture: Fixture;

  beforeAll(async () => {
    built = await buildConsole();
    [browser, fixture] = await Promise.all([launch(), startFixture({ dist: built.dist })]);
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
    await built?.remove();
  });

  for (const [name, path] of Object.entries(PAGES)) {
    for (const [width, theme, language] of [
      [1280, "light", "zh"],
      [390, "dark", "en"],
    ] as const) {
      it(`${name} at ${width} px, ${theme}, ${language}: no error, nothing wider than the screen, no serious axe finding`, async () => {
        const { page, errors } = await openPage(browser, { width, theme, language });
        await page.goto(fixture.url + path);
        await page.locator(".sentence h1").waitFor();
        await expect.poll(() => page.locator(".bone").count(), { timeout: 10_000 }).toBe(0);
        await page.evaluate(
          "document.querySelectorAll('details.fold').forEach((one) => { one.open = true; })",
        );
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(
          0,
        );
        await page.evaluate(axe.source);
        const report = (await page.evaluate("axe.run()")) as axe.AxeResults;
        const serious = report.violations.filter((one) => ["serious", "critical"].includes(one.impact ?? ""));
        expect(serious.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
        expect(errors).toEqual([]);
        await page.context().close();
      });
    }
  }

  /** A reader who has never been here, and how often they have clicked. */
  async function newcomer(language: "zh" | "en") {
    const { page, errors } = await openPage(browser, { language });
    await page.goto(fixture.url);
    let clicks = 0;
    return {
      page,
      errors,
      clicks: () => clicks,
      click: async (what: ReturnType<Page["locator"]>) => {
        clicks += 1;
        await what.click();
      },
    };
  }

  const WORDS = {
    zh: {
      county: "区县工程师",
      links: "26 条链路中 2 条需要关注",
      link: /第二中学：上联链路自 .* 起接近跑满/,
      open: "打开链路页",
      now: "现在 962 Mbit/s，占 1 Gbit/s 的 96 %",
      school: "学校信息老师",
      name: "第二中学",
      rooms: "44 个房间中 40 个就绪",
      room: /302：大屏自 .* 起失联/,
      cause: "大屏本身有问题。",
      province: "省级人员",
      // The rate of the fixture's 20 schools: 17 met, 1 unknown.
      target:
        /校园无线全覆盖 85.0 %（20 所学校中 17 所达标，1 所未知）；照此进度 2028年3月达到 100 %，要求 2027年12月前。/,
      verdict: "未达标",
      fraction: "26 / 32",
    },
    en: {
      county: "A county's network",
      links: "2 of 26 links need you",
      link: /No. 2 Secondary School: uplink is nearly full at 96\s% since/,
      open: "Open the link",
      now: "962 Mbit/s now, 96 % of 1 Gbit/s",
      school: "A school's IT",
      name: "No. 2 Secondary School",
      rooms: "40 of 44 rooms ready",
      room: /302: board is silent since/,
      cause: "It is the board itself.",
      province: "A province's targets",
      target:
        /Campus Wi-Fi coverage 85.0 % \(17 of 20 schools met, 1 unknown\); at this pace 100 % in Mar 2028, target Dec 2027\./,
      verdict: "Not met",
      fraction: "26 / 32",
    },
  } as const;

  for (const language of ["zh", "en"] as const) {
    const words = WORDS[language];
    const flat = (text: string | null): string => (text ?? "").replaceAll("\u00a0", " ");

    it(`a county's engineer has what is wrong on the links in three clicks, ${language}`, async () => {
      const { page, click, clicks, errors } = await newcomer(language);
      await click(page.locator(".who-are-you a", { hasText: words.county }));
      await page.getByRole("heading", { name: words.links }).waitFor();
      expect(page.url()).toContain(`/backbone/${COUNTY}?as=county`);
      await click(page.locator(".sentence a", { hasText: words.link }));
      await click(page.locator(".drawer").getByRole("link", { name: words.open }));
      await page.locator(".plot canvas").waitFor();
      expect(flat(await page.locator("h1").textContent())).toBe(words.now);
      expect(clicks()).toBeLessThanOrEqual(3);
      // The next time the answer is there at once.
      await page.goto(fixture.url);
      await page.getByRole("heading", { name: words.links }).waitFor();
      expect(errors).toEqual([]);
      await page.context().close();
    });

    it(`a school's IT has why a room is not ready in three clicks, ${language}`, async () => {
      const { page, click, clicks, errors } = await newcomer(language);
      await click(page.locator(".who-are-you a", { hasText: words.school }));
      await page.waitForURL((url) => url.pathname !== "/");
      await click(page.locator(".wall .tile", { hasText: words.name }).first());
      await page.getByRole("heading", { name: words.rooms }).waitFor();
      await click(page.locator(".sentence a", { hasText: words.room }));
      await page.locator(".cause-first", { hasText: words.cause }).waitFor();
      expect(clicks()).toBeLessThanOrEqual(3);
      await page.goto(fixture.url);
      await page.getByRole("heading", { name: words.rooms }).waitFor();
      expect(errors).toEqual([]);
      await page.context().close();
    });

    it(`a province's staff has whether it is on the way, and the evidence of a school, in three clicks, ${language}`, async () => {
      const { page, click, clicks, errors } = await newcomer(language);
      await click(page.locator(".who-are-you a", { hasText: words.province }));
      await page.locator(".tree-tile").first().waitFor();
      expect(flat(await page.locator("h1").textContent())).toMatch(words.target);
      await click(page.locator(".tree-tile").first());
      await click(page.locator("tbody .row-link", { hasText: words.name }));
      const drawer = page.locator(".drawer");
      await drawer.getByText(words.verdict).first().waitFor();
      expect(flat(await drawer.textContent())).toContain(words.fraction);
      expect(clicks()).toBeLessThanOrEqual(3);
      expect(errors).toEqual([]);
      await page.context().close();
    });
  }

  it("says the role in the address, and takes it from there", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${fixture.url}/?as=province`);
    await page.waitForURL(/\/targets\/sn\?as=province/);
    await page.goto(fixture.url);
    await page.waitForURL(/\/targets\//);
    await page.getByRole("group").locator("summary", { hasText: "省级人员" }).click();
    await page.locator(".who .menu-list a", { hasText: "区县工程师" }).click();
    await page.waitForURL(/\/backbone\/.*as=county/);
    await page.context().close();
  });

  it("opens a verdict down to the raw readings of a series", async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(fixture.url + PAGES.evidence);
    const drawer = page.locator(".drawer");
    await drawer.locator("summary").first().click();
    await drawer.getByText("县教育局验收表 · 2026-06-30").waitFor();
    await drawer.getByRole("link", { name: "看原始曲线" }).click();
    await page.getByRole("heading", { name: /AP 状态，\d+ 个读数/ }).waitFor();
    expect(await page.locator("tbody tr").count()).toBe(100);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("filters links by chip, in the address, in the map and in the table", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${fixture.url}/backbone/${COUNTY}`);
    await page.locator(".chips a", { hasText: "仅 IPv4" }).click();
    await page.waitForURL(/only=ipv4-only/);
    const count = Number(await page.locator(".chips a[aria-current] b").textContent());
    expect(count).toBeGreaterThan(0);
    expect(await page.locator("tbody tr").count()).toBe(count);
    expect(await page.locator("svg g:not(.dim) > .way").count()).toBe(count);
    await page.locator(".chips a", { hasText: "全部" }).click();
    expect(await page.locator("tbody tr").count()).toBe(26);
    await page.context().close();
  });

  it("shows what is not known as unknown: hollow, hatched and in words, never good", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${fixture.url}/backbone/${COUNTY}`);
    const row = page.locator("tbody tr", { hasText: "小河教学点" });
    await row.locator(".mark.is-unknown").waitFor();
    expect(await row.locator(".mark.is-good").count()).toBe(0);
    expect(await row.locator(".use-track.tone-none").count()).toBe(1);
    expect(await row.textContent()).toContain("还没有数据");
    await page.locator(".way-core").first().waitFor({ state: "attached" });
    // Of 71 % of the slots no percentile is told.
    await page.locator("tbody tr", { hasText: "数据不足：只有 70.9" }).waitFor();
    await page.goto(fixture.url + PAGES["school's network"]);
    const capacity = page.locator(".layer", { hasText: "容量够" });
    await capacity.locator(".fill-none").waitFor();
    expect(await capacity.textContent()).toContain("样本太少");
    expect(await capacity.locator(".fill-good").count()).toBe(0);
    await page.locator(".ap-bars li", { hasText: "未登记" }).getByText("2", { exact: true }).waitFor();
    await page.context().close();
  });

  it("keeps what it shows when the server falls silent, and says why when there is nothing to show", async () => {
    const { page } = await openPage(browser);
    fixture.fail({ status: 503, code: "store-away", message: "the store is away", remedy: "start it" });
    try {
      await page.goto(`${fixture.url}/targets/big`);
      await page.getByRole("alert").getByText("the store is away").waitFor();
    } finally {
      fixture.fail(undefined);
    }
    await page.getByRole("button", { name: "重试" }).click();
    await page.locator(".tree-tile").first().waitFor();
    await page.goto(`${fixture.url}/backbone/nowhere`);
    await page.getByRole("heading", { name: "没有这个页面" }).waitFor();
    await page.context().close();
  });

  it("moves from row to row by j and k, opens one by Enter and closes it by Escape", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${fixture.url}/backbone/${COUNTY}`);
    const rows = page.locator("tbody .row-link");
    await rows.first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate("document.activeElement.textContent")).toBe(await rows.nth(1).textContent());
    await page.keyboard.press("Enter");
    await page.locator(".drawer").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".drawer").waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.textContent")).toBe(await rows.nth(1).textContent());
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("combobox");
    await page.context().close();
  });

  it("draws each of 506 links once and lists the first, then all that are asked for", async () => {
    const many = await startFixture({ dist: built.dist, more: 480 });
    try {
      const { page, errors } = await openPage(browser);
      await page.goto(`${many.url}/backbone/${COUNTY}`);
      await page.locator("tbody .row-link").first().waitFor();
      expect(await page.locator(".map .way").count()).toBe(506);
      expect(await page.locator("tbody tr").count()).toBe(60);
      await page.getByRole("link", { name: "显示全部 506 条链路" }).click();
      await page.locator("tbody tr").nth(505).waitFor();
      expect(await page.locator("tbody tr").count()).toBe(506);
      expect(errors).toEqual([]);
      await page.context().close();
    } finally {
      await many.close();
    }
  });

  it("needs at most 200 KB compressed for the first view", async () => {
    const { page } = await openPage(browser);
    const files = new Set<string>();
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (/\.(js|css|svg)$/.test(pathname)) files.add(pathname);
    });
    await page.goto(fixture.url);
    await page.locator(".sentence h1").waitFor();
    expect(files.size).toBeGreaterThan(2);
    let octets = gzipSync(await readFile(join(built.dist, "index.html"))).length;
    for (const file of files) octets += gzipSync(await readFile(join(built.dist, file))).length;
    expect(octets).toBeLessThan(200_000);
    await page.context().close();
  });
});
