import type { CountyView, DeviceView, ReadingView, SchoolView } from "../views.ts";

/** What a `patch` event carries: whole rows that changed, keyed as src/api/schemas/ says. */
export type Patch<V> = { readonly [K in keyof V]?: V[K] } & { readonly at: number };

/** Rows replaced in place, so that nothing on the page moves; rows not known yet go to the end. */
function merge<R>(rows: R[], changed: R[] | undefined, keyOf: (row: R) => string): R[] {
  if (!changed || changed.length === 0) return rows;
  const fresh = new Map(changed.map((row) => [keyOf(row), row]));
  const merged = rows.map((row) => {
    const key = keyOf(row);
    const next = fresh.get(key);
    if (next) fresh.delete(key);
    return next ?? row;
  });
  return [...merged, ...fresh.values()];
}

const byId = (row: { id: string }) => row.id;

export function readingKey(reading: ReadingView): string {
  const tags = Object.entries(reading.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([reading.quantity, tags]);
}

export const patchCounty = (view: CountyView, patch: Patch<CountyView>): CountyView => ({
  ...view,
  at: patch.at,
  totals: patch.totals ?? view.totals,
  schools: merge(view.schools, patch.schools, byId),
  links: merge(view.links, patch.links, byId),
});

export const patchSchool = (view: SchoolView, patch: Patch<SchoolView>): SchoolView => ({
  ...view,
  at: patch.at,
  school: patch.school ?? view.school,
  rooms: merge(view.rooms, patch.rooms, (room) => room.path),
  devices: merge(view.devices, patch.devices, byId),
  links: merge(view.links, patch.links, byId),
});

export const patchDevice = (view: DeviceView, patch: Patch<DeviceView>): DeviceView => ({
  ...view,
  at: patch.at,
  device: patch.device ?? view.device,
  uptime: patch.uptime ?? view.uptime,
  interfaces: merge(view.interfaces, patch.interfaces, (port) => port.key),
  readings: merge(view.readings, patch.readings, readingKey),
});
