import type { CompiledProfile } from "./compiled.ts";

/** Columns of the table: quantity, and how the tags of a point must be. */
const FIELDS: readonly (readonly [string, string, (tags: ReadonlySet<string>) => boolean])[] = [
  ["known", "wifi.aps_known", (tags) => !tags.has("ap")],
  ["online", "wifi.aps_online", (tags) => !tags.has("ap")],
  ["AP state", "wifi.ap_state", (tags) => tags.has("ap")],
  ["AP clients", "wifi.ap_clients", (tags) => tags.has("ap")],
  ["radio up", "wifi.radio_state", (tags) => tags.has("radio")],
  ["channel", "wifi.radio_channel", (tags) => tags.has("radio")],
  ["use", "wifi.radio_use", (tags) => tags.has("radio") && !tags.has("sensor")],
  ["noise", "wifi.radio_noise", (tags) => tags.has("radio")],
  ["clients", "wifi.radio_clients", (tags) => tags.has("radio")],
  ["signal", "wifi.radio_signal", (tags) => tags.has("radio")],
  ["SSID clients", "wifi.clients", (tags) => tags.has("ssid")],
  ["all clients", "wifi.clients", (tags) => !tags.has("ssid") && !tags.has("radio")],
];

/** Radio links between two points, and routers that have a radio besides, are no access networks. */
const ROLES: ReadonlySet<string> = new Set(["wifi-controller", "access-point"]);

/** What each profile of Wi-Fi reads of the model in docs/wifi.md, as a Markdown table. */
export function wifiTable(profiles: readonly CompiledProfile[]): string {
  const rows = profiles
    .filter((profile) => ROLES.has(profile.role))
    .map(({ id, snmp }) => {
      const points = (snmp?.tables ?? []).flatMap((table) =>
        table.points.map((point) => ({
          quantity: point.quantity.id,
          tags: new Set([...table.tags, ...point.tags].map(([tag]): string => tag)),
        })),
      );
      const cells = FIELDS.map(([, quantity, fits]) =>
        points.some((point) => point.quantity === quantity && fits(point.tags)) ? "yes" : "",
      );
      return { id, cells };
    })
    .filter(({ cells }) => cells.includes("yes"))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return [
    `| Profile | ${FIELDS.map(([name]) => name).join(" | ")} |`,
    `| --- |${" --- |".repeat(FIELDS.length)}`,
    ...rows.map(({ id, cells }) => `| \`${id}\` | ${cells.join(" | ")} |`),
  ].join("\n");
}

const BEGIN = "<!-- what each maker tells: npm run generate -->";
const END = "<!-- end -->";

/** The page with the table in its place put anew; throws when the page has no such place. */
export function withWifiTable(page: string, profiles: readonly CompiledProfile[]): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`the page has no ${BEGIN} ... ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n${wifiTable(profiles)}\n${page.slice(end)}`;
}
