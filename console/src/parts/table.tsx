import type { ComponentChildren } from "preact";

export interface Column<R> {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: R) => ComponentChildren;
  /** Numbers stand to the right. */
  readonly number?: boolean;
  /** Left out of the cards of a narrow screen. */
  readonly wide?: boolean;
  /** Share of the width, when the content should not decide. */
  readonly class?: string;
}

interface Props<R> {
  readonly caption: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly chosen?: string | null;
}

/**
 * A table that becomes cards on a narrow screen. The first column heads its row and holds the link that opens
 * it; CSS stretches that link over the row. The roles are written out because a table laid out as blocks
 * loses them in some browsers.
 */
export function Table<R>({ caption, columns, rows, keyOf, chosen }: Props<R>) {
  const classes = (column: Column<R>): string =>
    [column.number ? "num" : "", column.wide ? "wide" : "", column.class ?? ""].filter(Boolean).join(" ");
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: see above
    // biome-ignore-start lint/a11y/useSemanticElements: see above
    <table class="table" role="table">
      <caption class="hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.key} scope="col" role="columnheader" class={classes(column)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => {
          const key = keyOf(row);
          return (
            <tr key={key} role="row" class={key === chosen ? "chosen" : undefined}>
              {columns.map((column, at) =>
                at === 0 ? (
                  <th key={column.key} scope="row" role="rowheader" class={classes(column)}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.key} role="cell" class={classes(column)} data-label={column.head}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/useSemanticElements: see above
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  );
}
