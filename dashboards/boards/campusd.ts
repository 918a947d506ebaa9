import type { Board } from "../board.ts";
import { curves, figure } from "../panel.ts";

const scope = "county" as const;

/** campusd's own health, as far as its data show it; its process is in /metrics. */
export const CAMPUSD: Board = {
  name: "campusd",
  title: { zh: "campusd：采集是否正常", en: "campusd: is it collecting" },
  description: {
    zh: "采集本身的健康：应答、耗时与样本数。进程自己的指标在 /metrics（Prometheus 格式）。",
    en: "The health of collecting itself: answers, durations, samples. The process's own metrics are at /metrics, for Prometheus.",
  },
  scope,
  rows: [
    {
      title: { zh: "采集", en: "Collecting" },
      panels: [
        figure({
          title: { zh: "应答的设备", en: "Devices that answer" },
          questions: [{ quantity: "device.up", each: "last", together: "sum", by: [], scope, name: "up" }],
        }),
        figure({
          title: { zh: "最长轮询耗时", en: "Longest poll" },
          questions: [
            {
              quantity: "device.poll_duration",
              each: "last",
              together: "max",
              by: [],
              scope,
              name: "longest",
            },
          ],
          limits: [5, 30],
        }),
        curves({
          title: { zh: "应答的设备，按类型", en: "Devices that answer, by kind" },
          questions: [{ quantity: "device.up", each: "last", together: "sum", by: ["role"], scope }],
          min: 0,
          width: 16,
          height: 4,
        }),
        curves({
          title: { zh: "轮询耗时", en: "Duration of polls" },
          questions: [
            { quantity: "device.poll_duration", each: "mean", together: "mean", by: ["role"], scope },
          ],
          min: 0,
        }),
        curves({
          title: { zh: "每个时段的样本数", en: "Samples a slot" },
          description: {
            zh: "接口、设备与探测三类样本；某一类突然变少，就是那一类采集停了。",
            en: "Of interfaces, devices and probes; one that falls is a way of collecting that stopped.",
          },
          questions: [
            { quantity: "interface.in_octets", each: "count", by: [], scope, name: "interface" },
            { quantity: "device.up", each: "count", by: [], scope, name: "device" },
            { quantity: "probe.reachable", each: "count", by: [], scope, name: "probe" },
          ],
          min: 0,
        }),
      ],
    },
  ],
};
