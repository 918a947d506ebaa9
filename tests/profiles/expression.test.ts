import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileExpression, ExpressionError } from "../../src/profiles/expression.ts";

const COLUMNS = ["raw", "a", "b2", "#row"] as const;

/** The reference: a tree that is evaluated by walking it, with its own three-valued logic. */
type Tree = { number: number } | { column: number } | { op: string; args: Tree[] };

function reference(tree: Tree, values: readonly number[]): number {
  if ("number" in tree) return tree.number;
  if ("column" in tree) return values[tree.column]!;
  const [x = 0, y = 0, z = 0] = tree.args.map((arg) => reference(arg, values));
  const logic = (n: number) => (Number.isNaN(n) ? undefined : n !== 0);
  const back = (b: boolean | undefined) => (b === undefined ? Number.NaN : b ? 1 : 0);
  const eitherNaN = Number.isNaN(x) || Number.isNaN(y);
  switch (tree.op) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return y === 0 ? Number.NaN : x / y;
    case "%":
      return x % y;
    case "**":
      return x ** y;
    case "<":
      return eitherNaN ? Number.NaN : back(x < y);
    case "<=":
      return eitherNaN ? Number.NaN : back(x <= y);
    case ">":
      return eitherNaN ? Number.NaN : back(x > y);
    case ">=":
      return eitherNaN ? Number.NaN : back(x >= y);
    case "==":
      return eitherNaN ? Number.NaN : back(x === y);
    case "!=":
      return eitherNaN ? Number.NaN : back(x !== y);
    case "&&": {
      const [a, b] = [logic(x), logic(y)];
      return back(a === false || b === false ? false : a === undefined || b === undefined ? undefined : true);
    }
    case "||": {
      const [a, b] = [logic(x), logic(y)];
      return back(a || b ? true : a === undefined || b === undefined ? undefined : false);
    }
    case "!": {
      const a = logic(x);
      return back(a === undefined ? undefined : !a);
    }
    case "neg":
      return -x;
    case "?:":
      return logic(x) === undefined ? Number.NaN : logic(x) ? y : z;
    case "min":
      return Math.min(x, y);
    case "max":
      return Math.max(x, y);
    case "abs":
      return Math.abs(x);
    case "log10":
      return x > 0 ? Math.log10(x) : Number.NaN;
    case "round":
      return Math.round(x);
    case "floor":
      return Math.floor(x);
    case "isnan":
      return back(Number.isNaN(x));
    default:
      throw new Error(tree.op);
  }
}

const LEVEL: Readonly<Record<string, number>> = {
  "?:": 0,
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
  neg: 7,
  "!": 7,
  "**": 8,
};

/** The tree as text with no parenthesis that is not needed, so that precedence is what is tested. */
function print(tree: Tree, least = 0): string {
  if ("number" in tree) return String(tree.number);
  if ("column" in tree) return COLUMNS[tree.column]!;
  const level = LEVEL[tree.op];
  const [a, b, c] = tree.args;
  let text: string;
  if (level === undefined) return `${tree.op}(${tree.args.map((arg) => print(arg)).join(", ")})`;
  if (tree.op === "?:") text = `${print(a!, 1)} ? ${print(b!)} : ${print(c!)}`;
  else if (tree.op === "neg") text = `-${print(a!, 7)}`;
  else if (tree.op === "!") text = `!${print(a!, 7)}`;
  else if (tree.op === "**") text = `${print(a!, 9)} ** ${print(b!, 7)}`;
  else text = `${print(a!, level)} ${tree.op} ${print(b!, level + 1)}`;
  return level < least ? `(${text})` : text;
}

const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthIdentifier: "tree" },
    fc.constantFrom(0, 1, 2, 3, 0.5, 10, 1000, 4294967295).map((number) => ({ number })),
    fc.nat({ max: COLUMNS.length - 1 }).map((column) => ({ column })),
    fc
      .tuple(
        fc.constantFrom(
          "+",
          "-",
          "*",
          "/",
          "%",
          "**",
          "<",
          "<=",
          ">",
          ">=",
          "==",
          "!=",
          "&&",
          "||",
          "min",
          "max",
        ),
        tie("tree"),
        tie("tree"),
      )
      .map(([op, x, y]) => ({ op, args: [x, y] })),
    fc
      .tuple(fc.constantFrom("neg", "!", "abs", "log10", "round", "floor", "isnan"), tie("tree"))
      .map(([op, x]) => ({ op, args: [x] })),
    fc.tuple(tie("tree"), tie("tree"), tie("tree")).map((args) => ({ op: "?:", args })),
  ),
})).tree;

const values = fc.array(
  fc.oneof(fc.constantFrom(0, 1, -1, Number.NaN, 65535), fc.integer({ min: -50, max: 50 })),
  {
    minLength: COLUMNS.length,
    maxLength: COLUMNS.length,
  },
);

function errorOf(text: string): ExpressionError {
  try {
    compileExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`"${text}" was taken`);
}

describe("expressions", () => {
  it("give what a tree walker gives, for any tree written with the fewest parentheses", () => {
    fc.assert(
      fc.property(tree, values, (t, v) => {
        const text = print(t);
        fc.pre(text.length <= 500);
        const expression = compileExpression(text);
        const inputs = expression.inputs.map((name) => v[COLUMNS.indexOf(name as "raw")]!);
        expect(expression.evaluate(inputs)).toBe(reference(t, v));
      }),
      { numRuns: 3000 },
    );
  });

  it("bind as mathematics does", () => {
    const value = (text: string) => compileExpression(text).evaluate([]);
    expect(value("2 + 3 * 4")).toBe(14);
    expect(value("10 - 4 - 3")).toBe(3);
    expect(value("2 ** 3 ** 2")).toBe(512);
    expect(value("-2 ** 2")).toBe(-4);
    expect(value("2 ** -1")).toBe(0.5);
    expect(value("1 < 2 == 1")).toBe(1);
    expect(value("0 ? 1 : 0 ? 2 : 3")).toBe(3);
    expect(value("0x10 + 1e2")).toBe(116);
  });

  it("list each input once, in order of first use", () => {
    expect(compileExpression("used * 100 / size + used - #row").inputs).toEqual(["used", "size", "#row"]);
  });

  it("carry no value through", () => {
    const value = (text: string) => compileExpression(text).evaluate([Number.NaN]);
    expect(value("raw + 1")).toBeNaN();
    expect(value("raw > 0")).toBeNaN();
    expect(value("raw > 0 ? 1 : 2")).toBeNaN();
    expect(value("isnan(raw) ? 7 : raw")).toBe(7);
    expect(value("raw > 0 || 1")).toBe(1);
    expect(value("raw > 0 && 0")).toBe(0);
    expect(compileExpression("a").evaluate([])).toBeNaN();
  });

  it.each([
    ["", 0, "empty"],
    ["1 +", 3, "ends where a number"],
    ["(1 + 2", 6, '")" is missing'],
    ["1 2", 2, '"2" is not expected'],
    ["raw = 1", 4, 'compare with "=="'],
    ["raw & 1", 4, 'write "&&"'],
    ["sqrt(2)", 0, "there is no function sqrt"],
    ["abs + 1", 0, "abs is a function"],
    ["min(1)", 0, "takes 2 to 8 arguments"],
    ["a ? 1", 5, '":" is missing'],
    ["process.exit()", 0, "there is no function process.exit"],
    ["1 + $", 4, '"$" has no meaning'],
    ["a[0]", 1, '"[" has no meaning'],
    [")", 0, '")" stands where'],
  ])("refuse %j at character %i", (text, at, message) => {
    const error = errorOf(text);
    expect(error.at).toBe(at);
    expect(error.message).toContain(message);
  });

  it("have bounds", () => {
    expect(errorOf("(".repeat(60) + "1" + ")".repeat(60)).message).toContain("nested");
    expect(errorOf("-".repeat(60) + "1").message).toContain("nested");
    expect(errorOf("1+".repeat(300) + "1").message).toContain("500 characters");
  });

  it("never throw anything else, whatever the text", () => {
    const letters = fc.constantFrom(..."raw()+-*/%<>=!&|?:,.#0123456789 xe".split(""));
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), (list) => {
        const text = list.join("");
        try {
          const expression = compileExpression(text);
          expect(typeof expression.evaluate(expression.inputs.map(() => 1))).toBe("number");
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
          expect((error as ExpressionError).at).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
