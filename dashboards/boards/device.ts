import type { Board } from "../board.ts";
import { curves, figure } from "../panel.ts";

const scope = "device" as const;

/** One device, whatever it is: panels without data are those it has nothing for. */
export const DEVICE: Board = {
  name: "device",
  title: { zh: "设备", en: "Device" },
  description: {
    zh: "一台设备的接口、光模块、处理器与温度。没有数据的图，是这台设备没有的量。",
    en: "Interfaces, optics, processor and temperature of a device. A panel without data is something it does not have.",
  },
  scope,
  rows: [
    {
      title: { zh: "状态", en: "State" },
      panels: [
        figure({
          title: { zh: "在线", en: "Answers" },
          questions: [{ quantity: "device.up", each: "last", by: [], scope, name: "up" }],
        }),
        figure({
          title: { zh: "运行时间", en: "Up time" },
          questions: [{ quantity: "device.uptime", each: "last", by: [], scope, name: "uptime" }],
        }),
        curves({
          title: { zh: "处理器", en: "Processor" },
          questions: [{ quantity: "device.cpu", each: "mean", by: ["sensor"], scope }],
          min: 0,
          max: 100,
          width: 8,
          height: 4,
        }),
        curves({
          title: { zh: "内存", en: "Memory" },
          questions: [{ quantity: "device.memory", each: "mean", by: ["sensor"], scope }],
          min: 0,
          max: 100,
          width: 8,
          height: 4,
        }),
      ],
    },
    {
      title: { zh: "接口", en: "Interfaces" },
      panels: [
        curves({
          title: { zh: "接收速率", en: "Received" },
          questions: [{ quantity: "interface.in_rate", each: "mean", by: ["interface"], scope }],
          min: 0,
        }),
        curves({
          title: { zh: "发送速率", en: "Sent" },
          questions: [{ quantity: "interface.out_rate", each: "mean", by: ["interface"], scope }],
          min: 0,
        }),
        curves({
          title: { zh: "接收错误", en: "Errors received" },
          questions: [{ quantity: "interface.in_error_rate", each: "mean", by: ["interface"], scope }],
          min: 0,
        }),
        curves({
          title: { zh: "光模块接收功率", en: "Light received" },
          questions: [{ quantity: "optics.rx_power", each: "mean", by: ["interface"], scope }],
        }),
      ],
    },
    {
      title: { zh: "环境", en: "Surroundings" },
      panels: [
        curves({
          title: { zh: "温度", en: "Temperature" },
          questions: [{ quantity: "sensor.temperature", each: "mean", by: ["sensor"], scope }],
        }),
        curves({
          title: { zh: "往返时延", en: "Round trip" },
          questions: [{ quantity: "probe.rtt", each: "mean", by: ["family"], scope }],
          min: 0,
        }),
      ],
    },
  ],
};
