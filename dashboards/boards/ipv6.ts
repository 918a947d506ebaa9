import type { Board } from "../board.ts";
import { curves } from "../panel.ts";

const scope = "school" as const;

/** IPv6 beside IPv4: octets, neighbours, reachability, latency. */
export const IPV6: Board = {
  name: "ipv6",
  title: { zh: "IPv6：流量、终端与质量", en: "IPv6: traffic, terminals, quality" },
  description: {
    zh: "两种协议的实测对照。占比的来源、可信度与缺口在控制台的 IPv6 页，邻居数不等于流量占比。",
    en: "Both families as measured. Source, confidence and gaps of the share are in the console; neighbours are no share of traffic.",
  },
  scope,
  rows: [
    {
      title: { zh: "流量", en: "Traffic" },
      panels: [
        curves({
          title: { zh: "接收字节中各版本占比", en: "Versions among octets received" },
          questions: [{ quantity: "ip.in_rate", each: "mean", together: "sum", by: ["family"], scope }],
          stacked: "percent",
        }),
        curves({
          title: { zh: "各校 IPv6 接收速率", en: "IPv6 received by school" },
          questions: [
            {
              quantity: "ip.in_rate",
              each: "mean",
              together: "sum",
              by: ["school"],
              scope,
              only: { family: ["ipv6"] },
            },
          ],
          min: 0,
        }),
      ],
    },
    {
      title: { zh: "可达与时延", en: "Reachability and latency" },
      panels: [
        curves({
          title: { zh: "可达率", en: "Share of addresses that answer" },
          questions: [
            {
              quantity: "probe.reachable",
              each: "mean",
              together: "mean",
              by: ["family"],
              scope,
              factor: 100,
            },
          ],
          unit: "percent",
          min: 0,
          max: 100,
        }),
        curves({
          title: { zh: "往返时延", en: "Round trip" },
          questions: [
            { quantity: "probe.rtt", each: "mean", together: "mean", by: ["school", "family"], scope },
          ],
          min: 0,
        }),
      ],
    },
  ],
};
