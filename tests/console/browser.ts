import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";

export const CONSOLE = join(import.meta.dirname, "../../console");

/** Builds the console into a folder of its own, so that a test never reads a build that somebody else replaces. */
export async function buildConsole(): Promise<{ dist: string; remove: () => Promise<void> }> {
  const dist = await mkdtemp(join(tmpdir(), "campusd-console-"));
  await build({
    root: CONSOLE,
    configFile: join(CONSOLE, "vite.config.ts"),
    logLevel: "error",
    build: { outDir: dist, emptyOutDir: true },
  });
  return { dist, remove: () => rm(dist, { recursive: true, force: true }) };
}

export interface Look {
  readonly language?: "zh" | "en";
  readonly theme?: "light" | "dark";
  readonly width?: number;
}

/** A page of a fresh reader, and every error its console has told. */
export async function openPage(browser: Browser, look: Look = {}): Promise<{ page: Page; errors: string[] }> {
  const width = look.width ?? 1280;
  const context = await browser.newContext({ viewport: { width, height: width < 600 ? 844 : 800 } });
  await context.addInitScript(
    `if (!localStorage.getItem("campusd.lang")) localStorage.setItem("campusd.lang", "${look.language ?? "zh"}");` +
      `if (!localStorage.getItem("campusd.theme")) localStorage.setItem("campusd.theme", "${look.theme ?? "light"}");` +
      "globalThis.__ran = 0;",
  );
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  return { page, errors };
}
