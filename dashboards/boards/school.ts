import type { Board } from "../board.ts";
import { bars, curves, figure } from "../panel.ts";

const scope = "school" as const;
const CORES = ["router", "firewall", "core-switch"];

/** One school: whether its rooms work, its line, its power. */
export const SCHOOL: Board = {
  name: "school",
  title: { zh: "学校：教室、线路与用电", en: "School: rooms, line and power" },
  description: {
    zh: "一所学校的设备、上网线路、教室环境与用电。某间教室哪里坏了，请看控制台的学校页。",
    en: "Devices, line, air of the rooms and power of a school. Why a room is broken is said in the console.",
  },
  scope,
  rows: [
    {
      title: { zh: "现在", en: "Now" },
      panels: [
        bars({
          title: { zh: "各类设备在线率", en: "Share of devices that answer, by kind" },
          questions: [
            { quantity: "device.up", each: "last", together: "mean", by: ["role"], scope, factor: 100 },
          ],
          unit: "percent",
          min: 0,
          max: 100,
          limits: [90, 98],
          moreIsBetter: true,
        }),
        figure({
          title: { zh: "无线终端", en: "Wi-Fi clients" },
          questions: [
            { quantity: "wifi.clients", each: "last", together: "sum", by: [], scope, name: "clients" },
          ],
          width: 4,
          height: 8,
        }),
        figure({
          title: { zh: "在线接入点", en: "Access points online" },
          questions: [
            { quantity: "wifi.aps_online", each: "last", together: "sum", by: [], scope, name: "online" },
          ],
          width: 4,
          height: 8,
        }),
        figure({
          title: { zh: "UPS 电量", en: "UPS charge" },
          questions: [
            { quantity: "ups.charge", each: "last", together: "min", by: [], scope, name: "charge" },
          ],
          width: 4,
          height: 8,
          limits: [50, 80],
          moreIsBetter: true,
        }),
      ],
    },
    {
      title: { zh: "线路", en: "Line" },
      panels: [
        curves({
          title: { zh: "核心接口接收速率", en: "Received by interfaces of the core" },
          questions: [
            {
              quantity: "interface.in_rate",
              each: "mean",
              by: ["device", "interface"],
              scope,
              only: { role: CORES },
            },
          ],
          min: 0,
        }),
        curves({
          title: { zh: "核心接口发送速率", en: "Sent by interfaces of the core" },
          questions: [
            {
              quantity: "interface.out_rate",
              each: "mean",
              by: ["device", "interface"],
              scope,
              only: { role: CORES },
            },
          ],
          min: 0,
        }),
      ],
    },
    {
      title: { zh: "教室与用电", en: "Rooms and power" },
      panels: [
        curves({
          title: { zh: "室温", en: "Temperature of rooms" },
          questions: [
            { quantity: "sensor.temperature", each: "mean", by: ["room"], scope, only: { role: ["sensor"] } },
          ],
        }),
        curves({
          title: { zh: "湿度", en: "Humidity of rooms" },
          questions: [
            { quantity: "sensor.humidity", each: "mean", by: ["room"], scope, only: { role: ["sensor"] } },
          ],
        }),
        curves({
          title: { zh: "有功功率", en: "Active power" },
          questions: [
            {
              quantity: "electric.active_power",
              each: "mean",
              by: ["device"],
              scope,
              only: { phase: ["total"] },
            },
          ],
        }),
        curves({
          title: { zh: "大屏温度", en: "Temperature of boards" },
          questions: [{ quantity: "board.temperature", each: "mean", by: ["room"], scope }],
          limits: [60, 70],
        }),
        curves({
          title: { zh: "PoE 供电", en: "Power over Ethernet" },
          questions: [{ quantity: "poe.consumption", each: "mean", together: "sum", by: ["device"], scope }],
          min: 0,
        }),
      ],
    },
  ],
};
