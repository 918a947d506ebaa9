import axe from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../support/chromium.ts";
import { describeWith } from "../support/servers.ts";
import { buildConsole, openPage } from "./browser.ts";
import { type Fixture, startFixture } from "./fixture.ts";
import { SCHOOL, SWITCH } from "./world.ts";

const COUNTY = "/region/sn/yl/jb";
const PAGES = {
  county: "/",
  school: `/school/${SCHOOL}`,
  device: `/device/${SWITCH}`,
} as const;

describeWith(["chromium"], "the console's pages", () => {
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
    for (const width of [1280, 390]) {
      for (const theme of ["light", "dark"] as const) {
        const language = width === 390 ? "en" : "zh";
        it(`${name} at ${width} px, ${theme}, ${language}: no error, nothing wider than the screen, no serious axe finding`, async () => {
          const { page, errors } = await openPage(browser, { width, theme, language });
          await page.goto(fixture.url + path);
          await page.locator(".sentence h1").waitFor();
          if (name === "device") await page.locator(".plot canvas").waitFor();
          expect(
            await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
          ).toBeLessThanOrEqual(0);
          await page.evaluate(axe.source);
          const report = (await page.evaluate("axe.run()")) as axe.AxeResults;
          const serious = report.violations.filter(
            (one) => one.impact === "serious" || one.impact === "critical",
          );
          expect(serious.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
          expect(errors).toEqual([]);
          await page.context().close();
        });
      }
    }
  }

  it("says in one sentence what needs somebody, in both languages", async () => {
    const { page } = await openPage(browser);
    await page.goto(fixture.url);
    await page.getByRole("heading", { name: "20 所学校中 4 所需要关注" }).waitFor();
    await page.locator(".sentence a", { hasText: /第二中学：上联链路自 .* 起接近跑满，利用率 96/ }).waitFor();
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "4 of 20 schools need you" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "4 of 20 schools need you" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    await page.goto(`${fixture.url}/school/${SCHOOL}`);
    await page.getByRole("heading", { name: "40 of 44 rooms ready" }).waitFor();
    await page.context().close();
  });

  it("opens a row as a drawer that back and forward bring and take, and Esc closes", async () => {
    const { page } = await openPage(browser);
    await page.goto(fixture.url + COUNTY);
    await page.locator("tbody .row-link", { hasText: "东坑中学" }).click();
    const drawer = page.locator(".drawer");
    await drawer.getByRole("heading", { name: "东坑中学" }).waitFor();
    expect(page.url()).toContain("?school=jb-09");
    await page.goBack();
    await drawer.waitFor({ state: "detached" });
    await page.goForward();
    await drawer.getByRole("heading", { name: "东坑中学" }).waitFor();
    await page.reload();
    await drawer.getByRole("heading", { name: "东坑中学" }).waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    expect(page.url()).not.toContain("school=");
    await page.context().close();
  });

  it("opens a room from its tile by keyboard and leads on to a device", async () => {
    const { page } = await openPage(browser);
    await page.goto(fixture.url + PAGES.school);
    await page.locator(".room", { hasText: "302" }).last().focus();
    await page.keyboard.press("Enter");
    const drawer = page.locator(".drawer");
    await drawer.getByText(/大屏自 .* 起失联/).waitFor();
    await drawer.locator(".cause").getByRole("link", { name: "302 大屏" }).click();
    await page.getByRole("heading", { name: /E86，在 302，自 .* 起失联。/ }).waitFor();
    await page.context().close();
  });

  it("puts changed rows in place without moving any", async () => {
    const { page } = await openPage(browser);
    await page.goto(fixture.url + COUNTY);
    const names = page.locator("tbody .row-link");
    await names.first().waitFor();
    const before = await names.allTextContents();
    const school = fixture.world.county.schools.at(-1)!;
    const at = Date.now();
    fixture.patch("county", { at, schools: [{ ...school, clients: 54_321, at }] });
    await page.locator("tbody tr", { hasText: school.name }).getByText("54,321").waitFor();
    expect(await names.allTextContents()).toEqual(before);
    await page.context().close();
  });

  it("keeps the numbers and says so when the stream is lost, and follows again", async () => {
    const { page } = await openPage(browser);
    await page.goto(fixture.url + COUNTY);
    await page.locator("tbody .row-link").first().waitFor();
    fixture.dropStreams(true);
    const banner = page.locator(".banner");
    await banner.getByText("实时数据中断").waitFor();
    expect(await page.locator("tbody .row-link").count()).toBe(20);
    fixture.dropStreams(false);
    await banner.getByRole("button", { name: "立即重连" }).click();
    await banner.waitFor({ state: "detached" });
    await page.context().close();
  });

  it("says why a page failed and tries again", async () => {
    const { page } = await openPage(browser);
    fixture.fail({ status: 503, code: "store-away", message: "the store is away", remedy: "start it" });
    await page.goto(`${fixture.url}/school/${SCHOOL}`);
    await page.getByRole("alert").getByText("the store is away").waitFor();
    await page.getByText("start it").waitFor();
    fixture.fail(undefined);
    await page.getByRole("button", { name: "重试" }).click();
    await page.getByRole("heading", { name: "44 个房间中 40 个就绪" }).waitFor();
    await page.goto(`${fixture.url}/school/nowhere`);
    await page.getByRole("heading", { name: "没有这个页面" }).waitFor();
    await page.goto(`${fixture.url}/nowhere/%E0%A4%A`);
    await page.getByRole("heading", { name: "没有这个页面" }).waitFor();
    await page.context().close();
  });

  it("finds a school from the keyboard alone", async () => {
    const { page } = await openPage(browser);
    await page.goto(fixture.url);
    await page.locator(".sentence h1").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("小学");
    const options = page.getByRole("option");
    await options.first().waitFor();
    const second = await options.nth(1).locator(".name").first().textContent();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(".overline", { hasText: second! }).waitFor();
    expect(page.url()).toContain("/school/");
    await page.context().close();
  });

  it("follows the chosen port and the dragged time in the address, and double click goes back", async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${fixture.url + PAGES.device}?range=7d`);
    const plot = page.locator(".plot .u-over");
    await plot.waitFor();
    await page.locator("tbody .row-link", { hasText: "XGigabitEthernet0/0/2" }).click();
    await page.getByRole("heading", { name: "流量 XGigabitEthernet0/0/2" }).waitFor();
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+&to=\d+/);
    const query = new URL(page.url()).searchParams;
    const share = (Number(query.get("to")) - Number(query.get("from"))) / (7 * 86_400_000);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
    expect(query.get("if")).toBe("XGigabitEthernet0/0/2");
    await plot.dblclick();
    await page.waitForURL((url) => !url.searchParams.has("from"));
    expect(new URL(page.url()).searchParams.get("range")).toBe("7d");
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("shows what a device reported itself, in words where there are some", async () => {
    const { page } = await openPage(browser);
    await page.goto(fixture.url + PAGES.device);
    await page.getByRole("heading", { name: "事件" }).waitFor();
    const rows = page
      .locator("section", { has: page.getByRole("heading", { name: "事件" }) })
      .locator("tbody tr");
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringMatching(/端口断开\s*×2[\s\S]*GE0\/0\/5/),
      expect.stringContaining("1.3.6.1.4.1.99999.0.7"),
    ]);
    await page.context().close();
  });

  it("filters ports and devices by the address", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${fixture.url + PAGES.device}?ports=trouble`);
    await page.getByText("52 个端口中的").waitFor();
    const rows = page.locator("table", { hasText: "速率" }).locator("tbody tr");
    const bad = fixture.world
      .device(SWITCH)!
      .interfaces.filter(
        (port) =>
          port.adminState === "up" &&
          port.operState === "up" &&
          (Math.max(port.inUse!, port.outUse!) >= 70 || port.inErrorRate! + port.inDiscardRate! > 0),
      );
    expect(await rows.count()).toBe(bad.length);
    await page.goto(`${fixture.url + PAGES.school}?tab=devices&role=ups`);
    await page.locator("tbody .row-link", { hasText: "机房 UPS" }).waitFor();
    expect(await page.locator("tbody tr").count()).toBe(1);
    await page.getByLabel("类型").selectOption({ label: "全部" });
    await page.waitForURL((url) => !url.searchParams.has("role"));
    expect(await page.locator("tbody tr").count()).toBe(fixture.world.school(SCHOOL)!.devices.length);
    await page.context().close();
  });
});
