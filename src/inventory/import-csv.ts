import { printable } from "../settings/wording.ts";
import type { CsvColumn, CsvKind } from "./csv-columns.ts";
import { type CsvHeader, readHeader } from "./csv-header.ts";
import { CsvSyntaxProblem, csvRecords } from "./csv-rows.ts";
import type { ImportLimits, InspectedFile } from "./import-file.ts";
import { columnAt, type ProblemList } from "./import-problems.ts";
import type { Merge, Origin } from "./merge.ts";
import { type DeviceRow, type EntityKind, keyOf, type RoomRow, type RowTypes } from "./rows.ts";

/** What is known of a CSV file once it is read. */
export interface CsvSummary {
  readonly kind: CsvKind;
  readonly header: CsvHeader;
  /** Rows with anything in them, without the header. */
  readonly rows: number;
}

type Values = Record<string, unknown>;

const ROW_KIND: { readonly [K in CsvKind]: EntityKind } = {
  regions: "region",
  schools: "school",
  sites: "site",
  rooms: "room",
  devices: "device",
  links: "link",
};

/** What a new row has where the file has no column for it. */
const DEFAULTS: { readonly [K in CsvKind]: Values } = {
  regions: {},
  schools: {},
  sites: {},
  rooms: { type: "classroom" },
  devices: { addresses: [], protocol: "snmp" },
  links: {},
};

/**
 * Reads a CSV file into the merge, row by row. A column that the file does not have leaves what is there; an
 * empty cell says that there is no value. Answers undefined when the header is not understood.
 */
export async function importCsv(
  file: InspectedFile,
  number: number,
  merge: Merge,
  problems: ProblemList,
  limits: ImportLimits,
  fileName: (origin: Origin) => string,
): Promise<CsvSummary | undefined> {
  let reader: RowReader | undefined;
  try {
    for await (const { cells, row } of csvRecords(file)) {
      if (cells.every((cell) => cell.trim() === "")) continue;
      if (!reader) {
        const { header, problems: wrong } = readHeader(cells);
        for (const { column, text } of wrong)
          problems.add({
            file: file.name,
            row,
            ...(column === undefined ? {} : { column: columnAt(column, cells) }),
            text,
          });
        if (!header) return undefined;
        reader = new RowReader({ file, number, merge, problems, fileName }, header);
      } else if (reader.rows >= limits.rows) {
        problems.add({ file: file.name, row, text: `has more than ${limits.rows} rows; split the file` });
        break;
      } else reader.read(cells, row);
    }
  } catch (error) {
    if (!(error instanceof CsvSyntaxProblem)) throw error;
    problems.add({ file: file.name, row: error.row, text: `(line ${error.line}) ${error.message}` });
    return undefined;
  }
  if (reader) return { kind: reader.header.kind, header: reader.header, rows: reader.rows };
  problems.add({ file: file.name, text: "is empty; the first row names the columns" });
  return undefined;
}

interface Target {
  readonly file: InspectedFile;
  readonly number: number;
  readonly merge: Merge;
  readonly problems: ProblemList;
  readonly fileName: (origin: Origin) => string;
}

class RowReader {
  readonly header: CsvHeader;
  readonly #target: Target;
  /** Names that this file gives to buildings, by key. */
  readonly #buildingNames = new Map<string, { readonly name: string; readonly row: number }>();
  #rows = 0;

  constructor(target: Target, header: CsvHeader) {
    this.#target = target;
    this.header = header;
  }

  get rows(): number {
    return this.#rows;
  }

  read(cells: readonly string[], row: number): void {
    this.#rows += 1;
    const values = this.#values(cells, row);
    if (!values) return;
    switch (this.header.kind) {
      case "regions":
      case "schools":
      case "sites":
      case "links":
        this.#give(values, row);
        break;
      case "rooms":
        this.#giveRoom(values, row);
        break;
      case "devices":
        this.#give(this.#deviceValues(values, row), row);
        break;
    }
  }

  /** The values of a row by field; undefined for an empty cell. Nothing when a cell is wrong. */
  #values(cells: readonly string[], row: number): Values | undefined {
    const values: Values = {};
    let good = true;
    const wrong = (position: number, text: string) => {
      good = false;
      this.#problem(row, position, text);
    };
    for (const [position, column] of this.header.columns.entries()) {
      const cell = cleanCell(cells[position] ?? "");
      if (!column) {
        if (cell !== "") wrong(position, "has no name in the header; name the column or empty the cell");
        continue;
      }
      values[column.field] = undefined;
      if (cell === "") {
        if (column.required) wrong(position, `is empty; write ${column.allowed}`);
        continue;
      }
      const value = column.read(cell);
      if (value === undefined) wrong(position, refused(column, cell));
      values[column.field] = value;
    }
    const extra = cells.findIndex((cell, index) => index >= this.header.columns.length && cell.trim() !== "");
    if (extra >= 0)
      wrong(
        extra,
        `the row has more cells than the header's ${this.header.columns.length}; put a cell that holds the delimiter in quotes`,
      );
    return good ? values : undefined;
  }

  #give(values: Values, row: number): void {
    const kind = ROW_KIND[this.header.kind];
    const key = keyOf(kind, values as unknown as RowTypes[EntityKind]);
    const { merge, number, fileName } = this.#target;
    const complete = completed(DEFAULTS[this.header.kind], merge.current[kind].get(key), values);
    const before = merge.give(kind, key, complete as unknown as RowTypes[EntityKind], { file: number, row });
    if (before)
      this.#problem(
        row,
        this.#positionOf("id", "path"),
        `${kind} "${printable(key)}" is given already in ${fileName(before)}; keep one of the two`,
      );
    else if (kind === "device") merge.complete("device", (complete as unknown as DeviceRow).school);
  }

  /** A room brings its building along. */
  #giveRoom({ buildingName, ...values }: Values, row: number): void {
    const room = { ...values } as unknown as RoomRow;
    const { merge, number } = this.#target;
    const key = `${room.school}/${room.building}`;
    const named = this.#buildingNames.get(key);
    if (typeof buildingName === "string") {
      if (named && named.name !== buildingName)
        this.#problem(
          row,
          this.#positionOf("buildingName"),
          `differs from the name of the same building in row ${named.row}; write one name`,
        );
      else if (!named) this.#buildingNames.set(key, { name: buildingName, row });
    }
    const known = merge.next.building.get(key);
    const name = typeof buildingName === "string" ? buildingName : (known?.name ?? room.building);
    const building = { school: room.school, id: room.building, name };
    // Given already: by another row, which is no mistake.
    if (merge.give("building", key, building, { file: number, row })) merge.next.building.set(key, building);
    const existing = merge.current.room.get(`${key}/${room.id}`);
    this.#give({ ...values, name: values["name"] ?? existing?.name ?? room.id }, row);
    merge.complete("room", room.school);
    merge.complete("building", room.school);
  }

  /** IPv6 addresses have a column of their own in many lists, and a room may be written `building/room`. */
  #deviceValues({ addresses6, ...values }: Values, row: number): Values {
    const current = this.#target.merge.current.device.get(String(values["id"]));
    const columns = this.header.columns.map((column) => column?.field);
    const made: Values = { ...values };
    if (columns.includes("addresses6")) {
      const others = columns.includes("addresses")
        ? ((values["addresses"] as string[] | undefined) ?? [])
        : (current?.addresses.filter((address) => !address.includes(":")) ?? []);
      made["addresses"] = [...others, ...((addresses6 as string[] | undefined) ?? [])];
    }
    const [building, room] = String(values["room"] ?? "").split("/");
    if (room !== undefined) {
      if (values["building"] !== undefined && values["building"] !== building)
        this.#problem(
          row,
          this.#positionOf("room"),
          "names another building than the column building; correct one of them",
        );
      made["building"] = building;
      made["room"] = room;
    }
    return made;
  }

  #positionOf(...fields: readonly string[]): number {
    return this.header.columns.findIndex((column) => column && fields.includes(column.field));
  }

  #problem(row: number, position: number, text: string): void {
    const column = position < 0 ? {} : { column: columnAt(position, this.header.names) };
    this.#target.problems.add({ file: this.#target.file.name, row, ...column, text });
  }
}

function refused(column: CsvColumn, cell: string): string {
  const shown = column.showValue ? `"${printable(cell)}" is not allowed` : "the value is not allowed";
  return `${shown}; write ${column.allowed}`;
}

/** What is there, what the row says over it, and the default where that leaves nothing. */
function completed(defaults: Values, current: object | undefined, values: Values): Values {
  const merged: Values = { ...current, ...values };
  for (const [field, value] of Object.entries(merged)) if (value === undefined) delete merged[field];
  return { ...defaults, ...merged };
}

/** Without blanks around it; `="0101"`, which keeps a spreadsheet from cutting zeros, is 0101. */
function cleanCell(cell: string): string {
  const text = cell.trim();
  return /^="(.*)"$/s.exec(text)?.[1]?.trim() ?? text;
}
