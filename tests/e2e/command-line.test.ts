import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { campusd, ROOT } from "../support/process.ts";

/** What a person meets who types a command: help, usage errors, exit codes. */

async function run(...args: string[]): Promise<{ code: number; output: string }> {
  const running = campusd(args);
  const code = await running.exited;
  return { code, output: running.output() };
}

/** Names of the commands that a help text lists. */
function commandsOf(help: string): string[] {
  const list = help.slice(help.indexOf("\nCommands:\n"));
  if (!help.includes("\nCommands:\n")) return [];
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map((match) => match[1]!)
    .filter((name) => name !== "help");
}

describe("the command line", () => {
  it("is content with a reader that stops reading", async () => {
    // The reader is gone before the first word is written.
    const child = spawn(process.execPath, [join(ROOT, "src/main.ts"), "--help"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let said = "";
    child.stderr.on("data", (text: Buffer) => {
      said += text.toString();
    });
    const [code] = await once(child, "close");
    expect(said).toBe("");
    expect(code).toBe(0);
  });

  it("has help on each command, in which every option is explained", async () => {
    const top = await run("--help");
    expect(top.code).toBe(0);
    const names = commandsOf(top.output);
    expect(names).toEqual(
      expect.arrayContaining(["demo", "serve", "simulate", "inspect", "import", "check"]),
    );
    expect(top.output).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /);
    const pages = await Promise.all(names.map((name) => run(name, "--help")));
    for (const [i, page] of pages.entries()) {
      expect(page.code, names[i]).toBe(0);
      expect(page.output, names[i]).toContain(`Usage: campusd ${names[i]}`);
      // An option without a description stands alone on its line, with no second line under it.
      expect(page.output, names[i]).not.toMatch(/^ {2}-\S+( <\S+>)?\n {2}-/m);
    }
    for (const [i, page] of pages.entries())
      for (const below of commandsOf(page.output)) {
        expect(await run(names[i]!, below, "--help")).toMatchObject({ code: 0 });
        expect(await run(names[i]!, below, "--no-such-option"), `${names[i]} ${below}`).toMatchObject({
          code: 2,
        });
      }
  }, 60_000);

  it("says its version", async () => {
    expect(await run("--version")).toEqual({ code: 0, output: `${packageFile.version}\n` });
  });

  it.each([
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["serve", "--frobnicate"], "unknown option '--frobnicate'"],
    [["import"], "missing required argument"],
    [["demo", "more"], "too many arguments"],
    [["demo", "--schools", "many"], "--schools takes a whole number from 1 to 500, not 'many'"],
    [["demo", "--scenario", "flood"], "Allowed choices are"],
    [
      ["simulate", "--replay", ".", "--listen", "0.0.0.0:161"],
      "--listen takes a loopback address and a port",
    ],
    [["inspect"], "no target is given"],
  ])("ends %j with 2 and says why", async (args, message) => {
    const { code, output } = await run(...args);
    expect(output).toContain(message);
    expect(output).not.toMatch(/\n {4}at |fault of its own/);
    expect(code).toBe(2);
  });
});
