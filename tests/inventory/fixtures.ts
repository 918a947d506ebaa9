import { type InventoryDocument, inventoryDocumentSchema } from "../../src/inventory/document.ts";
import { type PlanOptions, planImport } from "../../src/inventory/import-plan.ts";

export const EMPTY: InventoryDocument = { regions: [], schools: [], sites: [], links: [] };

/** A small county: two schools, a controller with an access point, a meter behind a gateway, a link. */
export function county(): InventoryDocument {
  return inventoryDocumentSchema.parse({
    regions: [
      { path: "zj", name: "浙江省" },
      { path: "zj/hz", name: "杭州市" },
      { path: "zj/hz/xh", name: "西湖区", nameEn: "Xihu" },
    ],
    schools: [
      {
        id: "s1",
        region: "zj/hz/xh",
        name: "第一小学",
        kind: "primary",
        setting: "urban",
        students: 900,
        buildings: [
          {
            id: "B1",
            name: "教学楼",
            rooms: [
              { id: "101", name: "1班", floor: 1, seats: 45 },
              { id: "102", name: "2班" },
            ],
          },
        ],
        devices: [
          {
            id: "s1-core",
            role: "core-switch",
            addresses: ["10.0.0.1", "2001:db8::1"],
            credential: "c",
            building: "B1",
          },
          { id: "s1-ac", role: "wifi-controller", addresses: ["10.0.0.2"], credential: "c" },
          {
            id: "s1-ap",
            role: "access-point",
            protocol: "none",
            parent: "s1-ac",
            building: "B1",
            room: "101",
            serves: ["B1/101", "B1/102"],
          },
          { id: "s1-gw", role: "gateway", protocol: "none", addresses: ["10.0.0.3"] },
          {
            id: "s1-m1",
            role: "meter",
            protocol: "modbus",
            addresses: ["10.0.0.3"],
            unit: 1,
            parent: "s1-gw",
          },
          {
            id: "s1-m2",
            role: "meter",
            protocol: "modbus",
            addresses: ["10.0.0.3"],
            unit: 2,
            parent: "s1-gw",
          },
        ],
      },
      { id: "s2", region: "zj/hz", name: "第二中学", kind: "secondary", setting: "town" },
    ],
    links: [
      {
        id: "l1",
        role: "uplink",
        device: "s1-core",
        interface: "XGE0/0/1",
        to: "zj/hz/xh",
        contractedMbps: 1000,
      },
    ],
  });
}

/** A plan for texts that stand in for files. */
export function plan(
  current: InventoryDocument,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<PlanOptions> = {},
) {
  return planImport({
    current,
    files: Object.entries(files).map(([name, content]) => ({
      name,
      bytes: typeof content === "string" ? Buffer.from(content) : content,
    })),
    ...options,
  });
}
