import type { Board } from "../board.ts";
import { bars, curves, figure } from "../panel.ts";

const scope = "county" as const;

/** How far the counties of a province are: what answers, Wi-Fi, IPv6, traffic. */
export const PROVINCE: Board = {
  name: "province",
  title: { zh: "省：覆盖与运行", en: "Province: coverage and operation" },
  description: {
    zh: "各县设备在线、无线接入点、IPv6 与流量。达标率请看控制台的目标页：这里只有实测值。",
    en: "Devices that answer, access points, IPv6 and traffic by county. Targets are in the console: here is what was measured.",
  },
  scope,
  rows: [
    {
      title: { zh: "现在", en: "Now" },
      panels: [
        figure({
          title: { zh: "在线设备", en: "Devices that answer" },
          questions: [{ quantity: "device.up", each: "last", together: "sum", by: [], scope, name: "up" }],
        }),
        figure({
          title: { zh: "受监测设备", en: "Devices watched" },
          questions: [{ quantity: "device.up", each: "last", together: "count", by: [], scope, name: "all" }],
        }),
        figure({
          title: { zh: "在线无线接入点", en: "Access points online" },
          questions: [
            { quantity: "wifi.aps_online", each: "last", together: "sum", by: [], scope, name: "online" },
          ],
        }),
        figure({
          title: { zh: "控制器登记的接入点", en: "Access points known" },
          questions: [
            { quantity: "wifi.aps_known", each: "last", together: "sum", by: [], scope, name: "known" },
          ],
        }),
        figure({
          title: { zh: "无线终端", en: "Wi-Fi clients" },
          questions: [
            { quantity: "wifi.clients", each: "last", together: "sum", by: [], scope, name: "clients" },
          ],
        }),
        figure({
          title: { zh: "用电功率", en: "Power" },
          questions: [
            {
              quantity: "electric.active_power",
              each: "last",
              together: "sum",
              by: [],
              scope,
              only: { phase: ["total"] },
              name: "power",
            },
          ],
        }),
      ],
    },
    {
      title: { zh: "各县", en: "By county" },
      panels: [
        bars({
          title: { zh: "设备在线率", en: "Share of devices that answer" },
          questions: [
            { quantity: "device.up", each: "last", together: "mean", by: ["county"], scope, factor: 100 },
          ],
          unit: "percent",
          min: 0,
          max: 100,
          limits: [90, 98],
          moreIsBetter: true,
        }),
        bars({
          title: { zh: "IPv6 探测可达率", en: "Share of IPv6 addresses that answer" },
          questions: [
            {
              quantity: "probe.reachable",
              each: "last",
              together: "mean",
              by: ["county", "family"],
              scope,
              factor: 100,
            },
          ],
          unit: "percent",
          min: 0,
          max: 100,
          limits: [90, 98],
          moreIsBetter: true,
        }),
        curves({
          title: { zh: "无线终端", en: "Wi-Fi clients" },
          questions: [{ quantity: "wifi.clients", each: "mean", together: "sum", by: ["county"], scope }],
          min: 0,
        }),
        curves({
          title: { zh: "三层转发流量中 IPv4 与 IPv6 的占比", en: "IPv4 and IPv6 among what routers receive" },
          description: {
            zh: "按版本统计的接口字节数，仅含提供该计数器的设备；经过审核的占比在控制台的 IPv6 页。",
            en: "Octets by version on interfaces of the devices that count them; the share that can be defended is in the console.",
          },
          questions: [{ quantity: "ip.in_rate", each: "mean", together: "sum", by: ["family"], scope }],
          stacked: "percent",
        }),
      ],
    },
  ],
};
