import { STATUS } from "../../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../../src/profiles/apply-rule.ts";
import type { ResponseView } from "../codec/message.ts";
import { encodeIndex, type OidBytes } from "../codec/oid.ts";
import { decodeColumn } from "../decode.ts";
import type { PointPlan } from "../plan.ts";
import { getObjects } from "../requests/get.ts";
import type { SnmpSession } from "../session.ts";
import type { Binding } from "./binding.ts";
import type { BoundTable } from "./bound-table.ts";
import { gatherInputs } from "./inputs.ts";

/** Cells that are looked at: of a chassis with many boards the first ones. */
const MOST_CELLS = 4;

/** A cell in which the device says how busy its CPU is. */
export interface CpuCell {
  readonly oid: OidBytes;
  readonly table: BoundTable;
  readonly column: number;
  readonly row: number;
  readonly point: PointPlan;
}

/** The cells of the device's CPU that have a value. */
export function cpuCells(tables: Iterable<BoundTable>): CpuCell[] {
  const cells: CpuCell[] = [];
  for (const table of tables)
    for (const point of table.plan.points) {
      if (point.point.quantity.id !== "device.cpu" || point.sources.length === 0) continue;
      const column = point.sources[0]!;
      for (let row = 0; row < table.rows && cells.length < MOST_CELLS; row++) {
        if (!table.tags[row] || Number.isNaN(table.numbers[column * table.rows + row]!)) continue;
        const base = table.plan.columns[column]!.oid;
        const index = table.plan.table.scalar ? new Uint8Array(0) : encodeIndex(table.arcs[row]!);
        const oid = new Uint8Array(base.length + index.length);
        oid.set(base);
        oid.set(index, base.length);
        cells.push({ oid, table, column, row, point });
      }
    }
  return cells;
}

/** Percent that the varbind says; NaN when it says none. */
export function cpuPercent(cell: CpuCell, view: ResponseView, i: number): number {
  const { table, column, row, point } = cell;
  const meta = table.plan.columns[column]!.column;
  const raw = decodeColumn(meta, view.bytes, view.tag[i]!, view.valueAt[i]!, view.valueEnd[i]!);
  const reading: Reading = { value: Number.NaN, status: STATUS.absent };
  if (!Number.isNaN(raw))
    applyRule(point.point.rule, raw, reading, gatherInputs(table, row, raw, point.inputs));
  return reading.status === STATUS.ok ? reading.value : Number.NaN;
}

/** How busy the device says it is now, in the order of the binding's cells. One request. */
export async function readCpu(session: SnmpSession, binding: Binding): Promise<number[]> {
  const cells = binding.cpu;
  const percents = cells.map(() => Number.NaN);
  await getObjects(
    session,
    cells.map(({ oid }) => oid),
    (position, view, i) => {
      percents[position] = cpuPercent(cells[position]!, view, i);
    },
    { retries: 0 },
  );
  return percents;
}

/** Points by which the CPU rose that rose most; NaN when nothing is known. */
export function cpuRise(before: readonly number[], after: readonly number[]): number {
  let most = Number.NaN;
  for (let i = 0; i < before.length; i++) {
    const rise = after[i]! - before[i]!;
    if (!(rise <= most) && !Number.isNaN(rise)) most = rise;
  }
  return most;
}
