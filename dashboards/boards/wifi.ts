import type { Board } from "../board.ts";
import { curves, figure } from "../panel.ts";

const scope = "school" as const;

/** Controllers, access points and radios. */
export const WIFI: Board = {
  name: "wifi",
  title: { zh: "无线：控制器、接入点与射频", en: "Wi-Fi: controllers, access points, radios" },
  description: {
    zh: "控制器自己看到的接入点。与教室登记对照的覆盖率在控制台：控制器不列出的接入点，这里看不到。",
    en: "Access points as their controllers see them. Coverage against the register of rooms is in the console: what a controller does not list is not here.",
  },
  scope,
  rows: [
    {
      title: { zh: "概况", en: "Overview" },
      panels: [
        figure({
          title: { zh: "登记", en: "Known" },
          questions: [
            { quantity: "wifi.aps_known", each: "last", together: "sum", by: [], scope, name: "known" },
          ],
        }),
        figure({
          title: { zh: "在线", en: "Online" },
          questions: [
            { quantity: "wifi.aps_online", each: "last", together: "sum", by: [], scope, name: "online" },
          ],
        }),
        figure({
          title: { zh: "终端", en: "Clients" },
          questions: [
            { quantity: "wifi.clients", each: "last", together: "sum", by: [], scope, name: "clients" },
          ],
        }),
        curves({
          title: { zh: "各校终端", en: "Clients by school" },
          questions: [{ quantity: "wifi.clients", each: "mean", together: "sum", by: ["school"], scope }],
          min: 0,
          height: 4,
        }),
      ],
    },
    {
      title: { zh: "接入点", en: "Access points" },
      panels: [
        curves({
          title: { zh: "接入点终端数", en: "Clients of access points" },
          questions: [{ quantity: "wifi.ap_clients", each: "mean", by: ["school", "ap"], scope }],
          min: 0,
          limits: [50, 80],
        }),
        curves({
          title: { zh: "接入点处理器", en: "Processors of access points" },
          questions: [{ quantity: "wifi.ap_cpu", each: "mean", by: ["school", "ap"], scope }],
          min: 0,
          max: 100,
        }),
      ],
    },
    {
      title: { zh: "射频", en: "Radios" },
      panels: [
        curves({
          title: { zh: "信道利用率", en: "Airtime in use" },
          questions: [{ quantity: "wifi.radio_use", each: "mean", by: ["ap", "radio"], scope }],
          min: 0,
          max: 100,
          limits: [50, 60],
        }),
        curves({
          title: { zh: "底噪", en: "Noise floor" },
          questions: [{ quantity: "wifi.radio_noise", each: "mean", by: ["ap", "radio"], scope }],
        }),
      ],
    },
  ],
};
