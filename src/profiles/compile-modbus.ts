import { below, compileCommon } from "./compile-point.ts";
import type { ModbusPlan, ModbusPoint, ModbusRead } from "./compiled.ts";
import type { ProblemList } from "./problems.ts";
import { durationMs, type ModbusDocument, TIERS } from "./schema.ts";
import type { Place } from "./scope.ts";
import { references } from "./template.ts";

const FUNCTION_CODES = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;

/** Registers (bits) that a value takes. */
export const REGISTER_COUNTS = {
  bit: 1,
  u16: 1,
  s16: 1,
  u32: 2,
  s32: 2,
  float32: 2,
  u64: 4,
  s64: 4,
  float64: 4,
} as const;

/** Modbus Application Protocol 1.1b3 section 6.3: at most 125 registers a read. */
const MAX_COUNT = 125;

interface Placed {
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly address: number;
  readonly count: number;
  readonly everyMs: number;
  readonly place: Place;
  readonly point: Omit<ModbusPoint, "offset">;
}

/** Compiles the plan: registers in address order, grouped into as few reads as the rules allow. */
export function compileModbus(document: ModbusDocument, place: Place, problems: ProblemList): ModbusPlan {
  const placed: Placed[] = [];
  for (const [id, register] of Object.entries(document.registers)) {
    const here = below(place, "registers", id);
    const common = compileCommon(register, here, new Set(["raw"]), problems);
    const functionCode = FUNCTION_CODES[register.function ?? document.function ?? "holding"];
    const count = REGISTER_COUNTS[register.type];
    if (functionCode <= 2 !== (register.type === "bit"))
      problems.add(
        here.source,
        [...here.path, "type"],
        functionCode <= 2
          ? "a coil or discrete input has the type bit"
          : "a register has no type bit; use u16",
      );
    if (register.at + count > 65536)
      problems.add(here.source, [...here.path, "at"], `a ${register.type} does not fit at 65535`);
    if (!common) continue;
    checkConstant(common.label.text, references(common.label).length, below(here, "label"), problems);
    for (const [key, template] of common.tags)
      checkConstant(template.text, references(template).length, below(here, "tags", key), problems);
    placed.push({
      functionCode,
      address: register.at,
      count,
      everyMs: TIERS[register.every ?? document.every ?? "60s"],
      place: here,
      point: {
        id,
        quantity: common.quantity,
        type: register.type,
        wordOrder: register.wordOrder ?? document.wordOrder ?? "big",
        rule: common.rule,
        label: common.label,
        tags: common.tags,
        source: common.source,
      },
    });
  }
  placed.sort((a, b) => a.functionCode - b.functionCode || a.address - b.address);
  checkOverlap(placed, problems);
  return Object.freeze({
    reads: Object.freeze(groups(placed, document.allowHoles ?? 0)),
    pauseMs: durationMs(document.pause ?? "50ms"),
  });
}

function checkConstant(text: string, fields: number, place: Place, problems: ProblemList): void {
  if (fields > 0)
    problems.add(
      place.source,
      place.path,
      `"${text}" has a field; a Modbus register has no row to take it from`,
    );
}

function checkOverlap(placed: readonly Placed[], problems: ProblemList): void {
  let furthest: Placed | undefined;
  for (const next of placed) {
    if (
      furthest &&
      furthest.functionCode === next.functionCode &&
      next.address < furthest.address + furthest.count
    ) {
      const { line } = furthest.place.source.locate(furthest.place.path);
      problems.add(
        next.place.source,
        next.place.path,
        `overlaps "${furthest.point.id}" of ${furthest.place.source.file}:${line}, which takes registers ${hex(furthest.address)} to ${hex(furthest.address + furthest.count - 1)}`,
      );
    }
    if (
      !furthest ||
      furthest.functionCode !== next.functionCode ||
      next.address + next.count > furthest.address + furthest.count
    )
      furthest = next;
  }
}

function hex(address: number): string {
  return `0x${address.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Reads of one function and tier; none over 125 registers, none over a hole wider than `allowHoles`. */
function groups(placed: readonly Placed[], allowHoles: number): ModbusRead[] {
  const reads: ModbusRead[] = [];
  for (const everyMs of [...new Set(placed.map((p) => p.everyMs))].sort((a, b) => a - b)) {
    let members: Placed[] = [];
    const close = () => {
      if (members.length > 0) reads.push(read(members));
      members = [];
    };
    for (const next of placed) {
      if (next.everyMs !== everyMs) continue;
      const first = members[0];
      const last = members.at(-1);
      if (
        first &&
        last &&
        (first.functionCode !== next.functionCode ||
          next.address - (last.address + last.count) > allowHoles ||
          next.address + next.count - first.address > MAX_COUNT)
      )
        close();
      members.push(next);
    }
    close();
  }
  return reads.sort((a, b) => a.functionCode - b.functionCode || a.address - b.address);
}

function read(members: readonly Placed[]): ModbusRead {
  const first = members[0]!;
  const end = Math.max(...members.map((m) => m.address + m.count));
  return Object.freeze({
    functionCode: first.functionCode,
    address: first.address,
    count: end - first.address,
    everyMs: first.everyMs,
    points: Object.freeze(
      members.map((m) => Object.freeze({ ...m.point, offset: m.address - first.address })),
    ),
  });
}
