import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

/** A cell: text as it came from a device is cleaned here, and nowhere else. */
export type Cell = string | number | undefined | { readonly text: string; readonly style: Style };

export interface TableColumn {
  readonly title: string;
  readonly right?: boolean;
}

const MAX_CELL = 60;
const GAP = "  ";

/** Lines of a table, with a head; columns without any text are left out. */
export function textTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  indent = "",
): string[] {
  const cells = rows.map((row) => row.map(readCell));
  const shown = columns.map((_, c) => cells.some((row) => row[c]?.text !== "" && row[c] !== undefined));
  const kept = columns.flatMap((column, c) => {
    if (!shown[c]) return [];
    const widths = cells.map((row) => displayWidth(row[c]?.text ?? ""));
    return [{ c, column, width: Math.max(displayWidth(column.title), ...widths) }];
  });
  const line = (texts: readonly { readonly text: string; readonly style?: Style }[]): string =>
    indent +
    texts
      .map(({ text, style }, i) => {
        const { column, width } = kept[i]!;
        const space = " ".repeat(width - displayWidth(text));
        const shownText = style === undefined ? text : styleText(style, text);
        if (column.right) return space + shownText;
        return i === kept.length - 1 ? shownText : shownText + space;
      })
      .join(GAP)
      .trimEnd();
  if (kept.length === 0) return [];
  return [
    line(kept.map(({ column }) => ({ text: column.title, style: "dim" as const }))),
    ...cells.map((row) => line(kept.map(({ c }) => row[c] ?? { text: "" }))),
  ];
}

function readCell(cell: Cell): { readonly text: string; readonly style?: Style } {
  if (cell === undefined) return { text: "" };
  if (typeof cell === "object") return { text: cut(clean(cell.text)), style: cell.style };
  return { text: cut(clean(String(cell))) };
}

/**
 * One line of a device's text for a terminal: no escape sequences, no direction changes, nothing invisible. What
 * is taken out leaves U+FFFD, so that it is seen.
 */
export function clean(text: string): string {
  return text
    .replace(/[\t\r\n ]+/g, " ")
    .trim()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu, "\u{fffd}");
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > MAX_CELL ? `${characters.slice(0, MAX_CELL - 1).join("")}…` : text;
}

/** East Asian wide characters and pictographs (Unicode Standard Annex 11: W and F), which take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that the text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
