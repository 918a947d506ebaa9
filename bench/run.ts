import { readdirSync } from "node:fs";
import { join } from "node:path";

/** `npm run bench -- NAME [options]`: runs `bench/NAME.ts`; without a name says which there are. */
const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && entry.name !== "run.ts")
  .map((entry) => entry.name.slice(0, -".ts".length))
  .sort();
const [name, ...options] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`npm run bench -- NAME [options]; there are: ${names.join(", ")}`);
  process.exitCode = name === undefined || name === "--help" ? 0 : 2;
} else {
  process.argv = [process.argv[0]!, join(import.meta.dirname, `${name}.ts`), ...options];
  await import(`./${name}.ts`);
}
