import type { Building, Room, RoomType } from "./model.ts";
import type { Seed } from "./seed.ts";

const CLASS_FLOORS = 4;

/** Rooms of a school: a teaching building of four floors, a laboratory building and an office building. */
export function createBuildings(seed: Seed): readonly Building[] {
  const classrooms: Room[] = [];
  for (let floor = 1; floor <= CLASS_FLOORS; floor++)
    for (let door = 1; door <= 4; door++) {
      const id = `${floor}0${door}`;
      classrooms.push({
        id,
        building: "jx",
        name: `教室${id}`,
        type: "classroom",
        floor,
        seats: seed.int(`seats${id}`, 38, 55),
      });
    }
  const room = (building: string, id: string, name: string, type: RoomType, seats: number): Room => ({
    id,
    building,
    name,
    type,
    floor: Number(id[0]),
    seats,
  });
  return [
    { id: "jx", name: "教学楼", rooms: classrooms },
    {
      id: "sy",
      name: "实验楼",
      rooms: [
        room("sy", "101", "科学实验室", "laboratory", 48),
        room("sy", "102", "物理实验室", "laboratory", 48),
        room("sy", "201", "计算机教室", "computer-room", 56),
        room("sy", "202", "录播教室", "multimedia", 50),
      ],
    },
    {
      id: "bg",
      name: "综合楼",
      rooms: [
        room("bg", "101", "中心机房", "machine-room", 0),
        room("bg", "102", "食堂冷库", "canteen", 0),
        room("bg", "201", "教师办公室", "office", 24),
        room("bg", "202", "图书阅览室", "library", 80),
      ],
    },
  ];
}
