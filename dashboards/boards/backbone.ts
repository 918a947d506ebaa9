import type { Board } from "../board.ts";
import { bars, curves } from "../panel.ts";
import type { Question } from "../query.ts";

const scope = "county" as const;
const CORES = ["router", "firewall", "core-switch"];

/** The worst interface of each core, or of each school's cores. */
const ofCores = (quantity: string, by: Question["by"]): Question => ({
  quantity,
  each: "mean",
  together: "max",
  by,
  scope,
  only: { role: CORES },
});

/** The links of a county: the busiest, those with errors, their light, how far the schools answer. */
export const BACKBONE: Board = {
  name: "backbone",
  title: { zh: "县：骨干链路", en: "County: backbone links" },
  description: {
    zh: "路由器、防火墙与核心交换机的接口。哪条是上联由控制台的登记决定，这里按接口显示。",
    en: "Interfaces of routers, firewalls and core switches. Which of them is an uplink is registered in campusd; here are all of them.",
  },
  scope,
  rows: [
    {
      title: { zh: "利用率", en: "Use" },
      panels: [
        curves({
          title: { zh: "接收利用率", en: "Use, received" },
          questions: [ofCores("interface.in_use", ["school", "device"])],
          min: 0,
          max: 100,
          limits: [70, 90],
        }),
        curves({
          title: { zh: "发送利用率", en: "Use, sent" },
          questions: [ofCores("interface.out_use", ["school", "device"])],
          min: 0,
          max: 100,
          limits: [70, 90],
        }),
        curves({
          title: { zh: "各校核心接收速率", en: "Received by the core of each school" },
          questions: [ofCores("interface.in_rate", ["school"])],
          min: 0,
        }),
        curves({
          title: { zh: "各校核心发送速率", en: "Sent by the core of each school" },
          questions: [ofCores("interface.out_rate", ["school"])],
          min: 0,
        }),
      ],
    },
    {
      title: { zh: "质量", en: "Quality" },
      panels: [
        curves({
          title: { zh: "接收错误", en: "Errors received" },
          questions: [ofCores("interface.in_error_rate", ["school", "device"])],
          min: 0,
        }),
        curves({
          title: { zh: "接收丢弃", en: "Discards received" },
          questions: [ofCores("interface.in_discard_rate", ["school", "device"])],
          min: 0,
        }),
        curves({
          title: { zh: "光模块接收功率", en: "Light received" },
          questions: [
            {
              quantity: "optics.rx_power",
              each: "mean",
              by: ["school", "device", "interface"],
              scope,
              only: { role: CORES },
            },
          ],
        }),
        bars({
          title: { zh: "往返时延（IPv4 与 IPv6）", en: "Round trip over IPv4 and IPv6" },
          questions: [
            {
              quantity: "probe.rtt",
              each: "last",
              together: "max",
              by: ["school", "family"],
              scope,
              only: { role: CORES },
            },
          ],
          min: 0,
        }),
      ],
    },
  ],
};
