/** What a column holds; shares are 0..1 and are shown in percent. */
export type ColumnKind = "text" | "count" | "share";

export interface Column {
  readonly title: string;
  readonly kind: ColumnKind;
}

/** A cell: text, a number, or nothing, which is "not known" and never 0. */
export type Cell = string | number | null;

/** A table that is handed out as CSV or as a workbook. */
export interface ExportTable {
  /** Name of the sheet. */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}
