import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, DEBIAN_FILES, DEBIAN_PACKAGES } from "./support/servers.ts";

/**
 * `npm test`: installs the Debian packages the suites talk to (when it may), builds the console, runs vitest
 * and ends with the line `N passed, N failed, N skipped`. Arguments go to vitest.
 */
const root = join(import.meta.dirname, "..");
const ci = process.env["CI"] === "true";

function missingPackages(): string[] {
  const programs = Object.entries(DEBIAN_PACKAGES).filter(([name]) => binary(name) === undefined);
  const files = Object.entries(DEBIAN_FILES).filter(([path]) => !existsSync(path));
  return [...new Set([...programs, ...files].map(([, debianPackage]) => debianPackage))];
}

function run(command: string, args: readonly string[], quiet = false): number {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ["ignore", "ignore", "inherit"] : ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return result.status ?? 1;
}

function installServers(): void {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && binary("apt-get") !== undefined;
  if (!mayInstall) {
    console.error(`Missing Debian packages: ${missing.join(" ")}. The suites that need them are skipped.`);
    console.error(`To run them: sudo apt-get install ${missing.join(" ")}`);
    return;
  }
  console.error(`Installing Debian packages for the tests: ${missing.join(" ")}`);
  const install = ["install", "-y", "-q", "--no-install-recommends", ...missing];
  if (
    run("apt-get", install, true) !== 0 &&
    (run("apt-get", ["update", "-q"], true) || run("apt-get", install, true)) !== 0
  ) {
    console.error("apt-get did not install them; the suites that need them are skipped.");
  }
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

function main(): number {
  installServers();
  const built = run(process.execPath, [
    join(root, "node_modules/vite/bin/vite.js"),
    "build",
    "console",
    "--logLevel",
    "warn",
  ]);
  if (built !== 0) return built;
  const folder = mkdtempSync(join(tmpdir(), "campusd-test-"));
  const report = join(folder, "report.json");
  const status = run(process.execPath, [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    `--reporter=${ci ? "dot" : "default"}`,
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ]);
  let line = "0 passed, 1 failed";
  if (existsSync(report)) {
    const counts = JSON.parse(readFileSync(report, "utf8")) as VitestReport;
    // A file that does not even load has no tests to count, and is a failure all the same.
    const broken = counts.testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.length === 0,
    );
    for (const file of broken) console.error(`did not load: ${file.name}`);
    line = `${counts.numPassedTests} passed, ${counts.numFailedTests + broken.length} failed`;
    if (counts.numPendingTests > 0) line += `, ${counts.numPendingTests} skipped`;
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(line);
  return status;
}

process.exitCode = main();
