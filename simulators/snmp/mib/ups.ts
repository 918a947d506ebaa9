import { UPS } from "../../behaviour/ups.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";
import type { Source } from "../table.ts";

const MIB = arcs("1.3.6.1.2.1.33.1");
const INPUT = [3, 3, 1] as const;
const OUTPUT = [4, 4, 1] as const;

/** UPS-MIB (RFC 1628). */
export function addUps(b: AgentBuilder, ups: Source): void {
  b.text(MIB, [1, 1, 0], "Qinghe Power");
  b.text(MIB, [1, 2, 0], "RT-2K");
  b.text(MIB, [1, 3, 0], "V1.07");
  b.text(MIB, [1, 4, 0], "2.14");
  b.text(MIB, [1, 5, 0], "机房UPS");
  const scalar = (rest: readonly number[], field: number, quantity: string, scale = 1, sensor?: string) => {
    b.live(MIB, rest, TAG.integer, ups, field);
    b.truth(quantity, sensor === undefined ? {} : { sensor }, ups, field, scale);
  };
  scalar([2, 1, 0], UPS.batteryState, "ups.battery_state");
  scalar([2, 2, 0], UPS.secondsOnBattery, "ups.on_battery");
  scalar([2, 3, 0], UPS.minutesLeft, "ups.runtime", 60);
  scalar([2, 4, 0], UPS.charge, "ups.charge");
  scalar([2, 5, 0], UPS.batteryVoltage, "sensor.voltage", 0.1, "battery");
  scalar([2, 6, 0], UPS.batteryCurrent, "sensor.current", 0.1, "battery");
  scalar([2, 7, 0], UPS.batteryTemperature, "sensor.temperature", 1, "battery");
  scalar([4, 1, 0], UPS.outputSource, "ups.output_source");
  b.integer(MIB, [3, 1, 0], 3, TAG.counter32);
  b.live(MIB, [3, 2, 0], TAG.integer, ups, UPS.inputLines);
  scalar([...INPUT, 2, 1], UPS.inputFrequency, "sensor.frequency", 0.1, "input 1");
  scalar([...INPUT, 3, 1], UPS.inputVoltage, "sensor.voltage", 1, "input 1");
  b.integer(MIB, [4, 2, 0], 500);
  b.truthOf("sensor.frequency", { sensor: "output" }, () => 50);
  b.integer(MIB, [4, 3, 0], 1);
  scalar([...OUTPUT, 2, 1], UPS.outputVoltage, "sensor.voltage", 1, "output 1");
  scalar([...OUTPUT, 3, 1], UPS.outputCurrent, "sensor.current", 0.1, "output 1");
  scalar([...OUTPUT, 4, 1], UPS.outputPower, "sensor.power", 1, "output 1");
  scalar([...OUTPUT, 5, 1], UPS.load, "ups.load", 1, "output 1");
  b.live(MIB, [6, 1, 0], TAG.gauge32, ups, UPS.alarms);
  b.truth("sensor.count", { sensor: "alarms" }, ups, UPS.alarms);
}
