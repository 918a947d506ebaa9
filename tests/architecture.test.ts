import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/**
 * The layer table: a room may import from itself and from the rooms named here, nothing else. Rooms further
 * down stand on the ones above. `docs/decisions/0001-the-house.md` says why.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "src/errors": [],
  "src/measurements": ["src/errors"],
  "src/settings": ["src/errors", "src/measurements"],
  "src/inventory": ["src/errors", "src/measurements", "src/settings"],
  "src/profiles": ["src/errors", "src/measurements", "src/inventory"],
  "src/telemetry": ["src/errors", "src/settings"],
  "src/collection": [
    "src/errors",
    "src/measurements",
    "src/settings",
    "src/inventory",
    "src/profiles",
    "src/telemetry",
  ],
  "src/stores": ["src/errors", "src/measurements", "src/settings"],
  "src/stores/embedded": ["src/errors", "src/measurements", "src/settings", "src/stores"],
  "src/stores/influxdb": ["src/errors", "src/measurements", "src/settings", "src/stores"],
  "collectors/snmp": [
    "src/errors",
    "src/measurements",
    "src/settings",
    "src/inventory",
    "src/profiles",
    "src/collection",
  ],
  "collectors/mqtt": [
    "src/errors",
    "src/measurements",
    "src/settings",
    "src/inventory",
    "src/profiles",
    "src/collection",
  ],
  "collectors/modbus": [
    "src/errors",
    "src/measurements",
    "src/settings",
    "src/inventory",
    "src/profiles",
    "src/collection",
  ],
  "collectors/probe": [
    "src/errors",
    "src/measurements",
    "src/settings",
    "src/inventory",
    "src/profiles",
    "src/collection",
  ],
  "src/indicators": ["src/errors", "src/measurements", "src/settings", "src/inventory", "src/stores"],
  "src/targets": ["src/errors", "src/measurements", "src/settings", "src/inventory", "src/indicators"],
  "src/topology": ["src/errors", "src/measurements", "src/settings", "src/inventory"],
  // An independent witness: it shares the measurements, the profiles and the wire with the collectors, and no code.
  simulators: ["src/errors", "src/measurements", "src/profiles"],
  "src/api": [
    "src/errors",
    "src/measurements",
    "src/settings",
    "src/inventory",
    "src/profiles",
    "src/telemetry",
    "src/collection",
    "src/stores",
    "src/indicators",
    "src/targets",
    "src/topology",
  ],
  // Questions about quantities; the JSON beside them is made of it.
  dashboards: ["src/errors", "src/measurements"],
  // Types only: the browser gets nothing of the controller.
  console: ["src/api"],
};
/** Stand on top: they wire the rooms by hand. */
const TOP = new Set(["src/commands", "src/main", "tests", "bench", "docs"]);

const FOLDERS_REFUSED = new Set(["util", "utils", "common", "helpers", "shared", "types", "lib", "misc"]);
const MOST_LINES = 500;

const root = join(import.meta.dirname, "..");

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return entry.name === "node_modules" || entry.name === "dist" ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const files = ["src", "collectors", "simulators", "console", "dashboards", "tests", "bench", "docs"]
  .filter((folder) => statSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory())
  .flatMap(sources);

function roomOf(file: string): string {
  const parts = file.split("/");
  if (file === "src/main.ts") return "src/main";
  for (const depth of [3, 2, 1]) {
    const room = parts.slice(0, depth).join("/");
    if (parts.length > depth && (room in ALLOWED || TOP.has(room))) return room;
  }
  throw new Error(`${file} stands in no room of the layer table`);
}

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Static and dynamic imports and `new URL("x.ts", import.meta.url)` of workers, relative ones only. */
const IMPORT =
  /(?:^|\n)\s*(import|export)(\s+type)?\s+(?:[^'";]*?\sfrom\s+)?["'](\.{1,2}\/[^"']+)["']|import\(\s*["'](\.{1,2}\/[^"']+)["']\s*\)|new URL\(\s*["'](\.{1,2}\/[^"']+\.ts)["']/g;

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(IMPORT)].map((match) => ({
    file,
    target: relative(root, resolve(root, dirname(file), (match[3] ?? match[4] ?? match[5])!)),
    typeOnly: match[2] !== undefined,
  }));
});

describe("the house", () => {
  it("has files to look at", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(imports.length).toBeGreaterThan(30);
  });

  it("imports only downhill", () => {
    const breaches = imports.filter(({ file, target }) => {
      const from = roomOf(file);
      if (TOP.has(from)) return false;
      if (/\.(json|css|svg)$/.test(target)) return false;
      const to = roomOf(target);
      return to !== from && !ALLOWED[from]!.includes(to);
    });
    expect(breaches.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it("gives the browser types of the api and nothing else of the controller", () => {
    const breaches = imports.filter(
      ({ file, target, typeOnly }) => file.startsWith("console/") && target.startsWith("src/") && !typeOnly,
    );
    expect(breaches).toEqual([]);
  });

  it("has no cycle between files", () => {
    const graph = new Map<string, string[]>();
    for (const { file, target, typeOnly } of imports)
      if (!typeOnly) graph.set(file, [...(graph.get(file) ?? []), target]);
    const done = new Set<string>();
    const path: string[] = [];
    const cycles: string[] = [];
    const visit = (file: string): void => {
      if (done.has(file)) return;
      const at = path.indexOf(file);
      if (at >= 0) {
        cycles.push([...path.slice(at), file].join(" -> "));
        return;
      }
      path.push(file);
      for (const target of graph.get(file) ?? []) visit(target);
      path.pop();
      done.add(file);
    };
    for (const file of graph.keys()) visit(file);
    expect(cycles).toEqual([]);
  });

  it("has no folder whose name says nothing, and no file over 500 lines", () => {
    const folders = files
      .flatMap((file) => file.split("/").slice(0, -1))
      .filter((name) => FOLDERS_REFUSED.has(name));
    expect(folders).toEqual([]);
    const long = files.filter(
      (file) => readFileSync(join(root, file), "utf8").split("\n").length > MOST_LINES + 1,
    );
    expect(long).toEqual([]);
  });

  it("has no module-level mutable state in the controller", () => {
    const breaches = files
      .filter((file) => /^(src|collectors|simulators)\//.test(file))
      .flatMap((file) =>
        readFileSync(join(root, file), "utf8")
          .split("\n")
          .flatMap((line, i) => (/^(export )?let /.test(line) ? [`${file}:${i + 1}`] : [])),
      );
    expect(breaches).toEqual([]);
  });
});
