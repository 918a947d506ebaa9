import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * `npm run check`: types, lint and format, layer table, generated files. All at once; prints only what is wrong.
 * `npm run format` (--format) mends what the formatter and the linter can mend by themselves.
 */
const root = join(import.meta.dirname, "..");
const module = (path: string): string => join(root, "node_modules", path);

/** The binary itself: the package that wraps it names platforms that not every registry has. */
const biome = module(`@biomejs/cli-${process.platform}-${process.arch}/biome`);

interface Check {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
}

const checks: readonly Check[] = [
  { title: "types", command: module(".bin/tsc"), args: ["-p", "."] },
  { title: "types of the console", command: module(".bin/tsc"), args: ["-p", "console"] },
  {
    title: "lint and format",
    command: biome,
    args: ["ci", "--colors=off", "--max-diagnostics=20", "."],
  },
  {
    title: "layer table",
    command: process.execPath,
    args: [module("vitest/vitest.mjs"), "run", "tests/architecture.test.ts", "--reporter=dot"],
  },
  { title: "generated files", command: process.execPath, args: [join(root, "docs/generate.ts"), "--check"] },
];

function run(check: Check): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(check.command, check.args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", (error) => {
      output += `${error.message}\n`;
    });
    child.on("close", (code) => {
      console.log(`${code === 0 ? "ok  " : "FAIL"} ${check.title}`);
      if (code !== 0) console.log(output);
      resolve(code === 0);
    });
  });
}

if (process.argv.includes("--format")) {
  process.exitCode = spawnSync(biome, ["check", "--write", "."], { cwd: root, stdio: "inherit" }).status ?? 1;
} else {
  const results = await Promise.all(checks.map(run));
  process.exitCode = results.every(Boolean) ? 0 : 1;
}
