import { columnLetter } from "../../inventory/csv-header.ts";
import type { Cell, Column, ExportTable } from "./table.ts";
import { zipOf } from "./zip.ts";

/** Styles of `styles.xml`: plain, header, share in percent, whole number with separators. */
const STYLE = { text: 0, header: 1, share: 2, count: 3 } as const;
/** What a sheet can hold (ECMA-376): longer text is cut, further rows are left out. */
const MOST_CHARACTERS = 32_767;
const MOST_ROWS = 1_048_575;
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/**
 * A workbook with one sheet (ECMA-376, transitional), the header frozen and with a filter. Text is typed as text:
 * nothing in it is a formula. The same table is the same octets.
 */
export function xlsxOf(table: ExportTable): Buffer {
  return zipOf([
    { name: "[Content_Types].xml", content: CONTENT_TYPES },
    {
      name: "_rels/.rels",
      content: relationships([["rId1", `${OFFICE}/officeDocument`, "xl/workbook.xml"]]),
    },
    { name: "xl/workbook.xml", content: workbook(table.name) },
    {
      name: "xl/_rels/workbook.xml.rels",
      content: relationships([
        ["rId1", `${OFFICE}/worksheet`, "worksheets/sheet1.xml"],
        ["rId2", `${OFFICE}/styles`, "styles.xml"],
      ]),
    },
    { name: "xl/styles.xml", content: STYLES },
    { name: "xl/worksheets/sheet1.xml", content: sheet(table) },
  ]);
}

const CONTENT_TYPES = `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`;

const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0%"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

function relationships(list: readonly (readonly [id: string, type: string, target: string])[]): string {
  const items = list.map(
    ([id, type, target]) => `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`,
  );
  return `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${items.join("")}</Relationships>`;
}

function workbook(name: string): string {
  return `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${escaped(sheetName(name))}" sheetId="1" r:id="rId1"/></sheets></workbook>`;
}

/** A sheet's name has 31 characters and none of `[]:*?/\`, and no apostrophe at its ends. */
function sheetName(name: string): string {
  const clean = name
    .replace(/[[\]:*?/\\]/g, " ")
    .slice(0, 31)
    .replace(/^'+|'+$/g, "")
    .trim();
  return clean === "" ? "Sheet1" : clean;
}

function sheet({ columns, rows }: ExportTable): string {
  const shown = rows.slice(0, MOST_ROWS);
  const last = `${columnLetter(Math.max(0, columns.length - 1))}${shown.length + 1}`;
  const lines = [
    `<row r="1">${columns.map(({ title }, i) => textCell(i, 1, title, STYLE.header)).join("")}</row>`,
  ];
  for (const [index, row] of shown.entries()) {
    const number = index + 2;
    lines.push(
      `<row r="${number}">${row.map((cell, i) => cellXml(i, number, cell, columns[i]!)).join("")}</row>`,
    );
  }
  const widths = columns.map(
    ({ title, kind }, i) =>
      `<col min="${i + 1}" max="${i + 1}" width="${kind === "text" ? Math.max(18, title.length * 2) : 12}" customWidth="1"/>`,
  );
  return `${HEAD}<worksheet xmlns="${MAIN}"><dimension ref="A1:${last}"/><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join("")}</cols><sheetData>${lines.join("")}</sheetData><autoFilter ref="A1:${last}"/></worksheet>`;
}

function cellXml(column: number, row: number, cell: Cell, { kind }: Column): string {
  if (cell === null) return "";
  if (typeof cell === "string") return textCell(column, row, cell, STYLE.text);
  if (!Number.isFinite(cell)) return "";
  const style = kind === "share" ? STYLE.share : kind === "count" ? STYLE.count : STYLE.text;
  return `<c r="${columnLetter(column)}${row}" s="${style}"><v>${cell}</v></c>`;
}

function textCell(column: number, row: number, text: string, style: number): string {
  const cut = escaped(text.slice(0, MOST_CHARACTERS));
  return `<c r="${columnLetter(column)}${row}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${cut}</t></is></c>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/** XML 1.0 has no place for control characters and lone surrogates. */
function escaped(text: string): string {
  return text
    .replace(/\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, (one) => ("\t\n\r".includes(one) ? one : "\u{fffd}"))
    .replace(/[&<>"\r]/g, (one) => ENTITIES[one]!);
}
