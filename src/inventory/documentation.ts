import { z } from "zod";
import { type JsonSchema, schemaTable } from "../settings/documentation.ts";
import { CSV_COLUMNS } from "./csv-columns.ts";
import { inventoryDocumentSchema } from "./document.ts";
import { IMPORT_LIMITS } from "./import-file.ts";

/** JSON Schema (draft 7) of an inventory file: editors complete and check with it. */
export function inventoryJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(inventoryDocumentSchema, { io: "input", target: "draft-7" }),
    title: "campusd inventory",
    description: "What there should be: regions, schools, sites, buildings, rooms, devices and links.",
  };
}

/** docs/inventory.md: the YAML form and the columns of the CSV files. */
export function inventoryMarkdown(): string {
  const root = inventoryJsonSchema() as JsonSchema;
  const parts = [PREAMBLE, "## YAML\n"];
  for (const [name, list] of Object.entries(root.properties ?? {})) {
    parts.push(`### ${name}\n\n${list.description ?? ""}\n`);
    parts.push(schemaTable(`${name}[]`, list.items ?? {}));
  }
  parts.push(CSV_PREAMBLE);
  for (const [kind, columns] of Object.entries(CSV_COLUMNS)) {
    const rows = columns.map((column) => {
      const [english, ...others] = column.names;
      const cells = [`\`${english}\``, others.join("、"), column.required ? "yes" : "", column.allowed];
      return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    });
    parts.push(
      [
        `### ${kind}\n`,
        "| column | other names | required | what to write |",
        "|---|---|---|---|",
        ...rows,
        "",
      ].join("\n"),
    );
  }
  return parts.join("\n");
}

const PREAMBLE = `<!-- Generated from src/inventory by \`campusd generate\`. Do not edit. -->
# Inventory: what there should be

\`campusd import FILE... [--dry-run] [--replace]\` reads YAML and CSV files, shows what they change and applies all of
it or nothing. Every mistake is reported at once, with its file, row and column, or its line and key.

- **By id.** What the files give is added, or changed when the id is there already; what they do not name stays. The
  same files imported twice change nothing the second time.
- **YAML states a thing in full**: a key that is not written has no value (or its default) afterwards.
- **CSV states its columns**: a column that the file does not have leaves what is there; an empty cell says that there
  is no value.
- **--replace** also removes what the files do not name, of the lists that they give of a school: the devices of the
  schools in a file of devices, the rooms and buildings of those in a file of rooms, the links of those in a file of
  links; for YAML the lists that are written. Schools and regions are never removed.
- **Several files** are one import: a device may stand in one file and its school in another, in any order.
- **Secrets** have no place here: a device names a credential of campusd.yaml.
- **Encoding**: UTF-8 (with or without a byte order mark), GB18030 (GBK, GB2312) and UTF-16 as spreadsheets write it.
- **Limits**: CSV ${IMPORT_LIMITS.csvBytes / 1e6} MB and ${IMPORT_LIMITS.rows.toLocaleString("en")} rows a file, YAML ${IMPORT_LIMITS.yamlBytes / 1e6} MB a file. YAML of more than 4 million
  characters is read by a faster parser, and its problems name the key without the line.

Ids are 1 to 64 letters, digits, \`.\`, \`_\` or \`-\`. They become tags of the samples, so they should stay as they are.
An address with its port and Modbus unit belongs to one device.

\`examples/inventory.yaml\`, \`examples/devices.csv\` and \`examples/schools-gb18030.csv\` are files to start from. For
completion in editors put \`# yaml-language-server: $schema=docs/inventory.schema.json\` in the first line.
`;

const CSV_PREAMBLE = `## CSV

One kind of thing a file; the header tells which. Column names are English or Chinese, in any order, compared without
case, blanks, \`_\`, \`-\`, \`*\` and what stands in brackets. The delimiter is a comma, a semicolon or a tab. A column
that is not listed is an error.
`;
