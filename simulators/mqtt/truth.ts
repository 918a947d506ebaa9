import type { Board, PanelRecord } from "../behaviour/board.ts";
import type { AgentBuilder } from "../snmp/builder.ts";

/** Numbers of campusd's states board.power and board.source. */
const POWER: Readonly<Record<PanelRecord["power"], number>> = { standby: 1, on: 2 };
const SOURCE: Readonly<Record<PanelRecord["source"], number>> = { none: 0, ops: 1, android: 2, hdmi1: 3 };

/** What is true of a board at a second: the record it would publish then. */
export function addBoardTruth(b: AgentBuilder, board: Board): void {
  const of = (quantity: string, value: (record: PanelRecord) => number) =>
    b.truthOf(quantity, {}, (second) => value(board.record(second, 0)));
  of("board.power", (r) => POWER[r.power]);
  of("board.source", (r) => SOURCE[r.source]);
  of("board.volume", (r) => r.volume);
  of("board.backlight", (r) => r.backlight);
  of("board.temperature", (r) => r.temp_c);
  of("board.cpu", (r) => r.ops.cpu_pct);
  of("board.memory", (r) => r.ops.mem_pct);
  of("board.disk", (r) => r.ops.disk_pct);
  of("board.usage_today", (r) => r.usage_today_s);
  of("board.on_total", (r) => r.on_total_h * 3600);
  of("board.touch", (r) => (r.touch_ok ? 1 : 0));
  of("board.faults", (r) => r.fault.length);
  of("board.signal", (r) => r.net.rssi);
  b.truthOf("sensor.energy", { sensor: "board" }, (second) => board.record(second, 0).energy_wh / 1000);
}
