import { z } from "zod";
import { type Caller, maySee, notFound } from "../access.ts";
import type { Campus } from "../campus.ts";
import { type RoomView, roomsSchema } from "../schemas/campus.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

export function roomsRoutes(app: Api, deps: RouteDeps): void {
  app.get(
    "/api/v1/rooms",
    {
      schema: {
        summary: "Rooms with their board, access point and sensor",
        tags: ["schools"],
        querystring: z.strictObject({
          path: nameParameter.describe(
            "school/building/room, school/building, a school's id or path, or a region's path",
          ),
        }),
        response: { 200: roomsSchema, ...failures },
      },
    },
    (request) => {
      const rooms = roomsAt(deps.campus, deps.caller(request), request.query.path);
      if (!rooms) throw notFound();
      return { at: deps.campus.sight.now, rooms };
    },
  );
}

function roomsAt(campus: Campus, caller: Caller, path: string): RoomView[] | undefined {
  const { inventory } = campus;
  const ofSchool = (id: string): RoomView[] | undefined => {
    const seen = campus.school(caller, id);
    return seen && [...seen.rooms.values()].map((room) => room.view);
  };
  if (inventory.regions.has(path)) {
    if (!maySee(caller, path)) return undefined;
    return campus
      .schools(caller, path)
      .flatMap((school) => [...school.rooms.values()].map((room) => room.view));
  }
  if (inventory.place(path)) return ofSchool(path);
  const room = inventory.rooms.get(path);
  if (room) {
    const seen = campus.school(caller, room.school)?.rooms.get(path);
    return seen && [seen.view];
  }
  const building = inventory.buildings.get(path);
  if (building) return ofSchool(building.school)?.filter((one) => one.building === building.id);
  const id = path.slice(path.lastIndexOf("/") + 1);
  return inventory.place(id)?.path === path ? ofSchool(id) : undefined;
}
