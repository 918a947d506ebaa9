import { CELL_REFERENCE, parseCellReference } from "./cell-reference.ts";
import type { CellReference, Expression } from "./compiled.ts";

/**
 * The arithmetic of profiles: numbers, column ids, `raw`, `#index`; `+ - * / % **`, comparison, `&& || !`, `?:`,
 * parentheses, min max abs log10 round floor isnan, first (the first argument that is a value). No other name exists and nothing is looked up at run time:
 * the text becomes nested closures over an array of inputs. `table.column`, `table[key].column` and
 * `table[column ~ /pattern/].column` are inputs too (cell-reference.ts).
 *
 * NaN is "no value": it goes through arithmetic and comparison, `NaN && 0` is 0, `NaN || 1` is 1, and `?:`
 * with a condition that is NaN is NaN. `isnan(x)` and the branch of `?:` not taken are the ways out.
 * `**` binds tighter than a sign before it (-2 ** 2 is -4) and to the right.
 */
export class ExpressionError extends Error {
  /** 0-based character at which the text stops making sense. */
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

type Evaluate = (values: ArrayLike<number>) => number;

const MAX_CHARACTERS = 500;
const MAX_DEPTH = 40;

const TOKEN = new RegExp(
  `\\s*(?:(0x[0-9a-fA-F]+|\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)|(${CELL_REFERENCE.source}|#?[A-Za-z_][A-Za-z0-9_]*)|(\\*\\*|<=|>=|==|!=|&&|\\|\\||[-+*/%<>!?:(),]))`,
  "y",
);

interface Token {
  readonly kind: "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly at: number;
}

interface FunctionInfo {
  readonly least: number;
  readonly most: number;
  readonly make: (args: readonly Evaluate[]) => Evaluate;
}

const one = (f: (x: number) => number): FunctionInfo => ({
  least: 1,
  most: 1,
  make: ([a]) => {
    const x = a!;
    return (v) => f(x(v));
  },
});
const fold = (f: (a: number, b: number) => number): FunctionInfo => ({
  least: 2,
  most: 8,
  make: (args) => (v) => {
    let result = args[0]!(v);
    for (let i = 1; i < args.length; i++) result = f(result, args[i]!(v));
    return result;
  },
});

const FUNCTIONS: ReadonlyMap<string, FunctionInfo> = new Map([
  ["min", fold(Math.min)],
  ["max", fold(Math.max)],
  ["abs", one(Math.abs)],
  // The logarithm of nothing is no value, not minus infinity: no light is a state, not a number.
  ["log10", one((x) => (x > 0 ? Math.log10(x) : Number.NaN))],
  ["round", one(Math.round)],
  ["floor", one(Math.floor)],
  ["first", fold((a, b) => (Number.isNaN(a) ? b : a))],
  ["isnan", one((x) => (Number.isNaN(x) ? 1 : 0))],
]);

export const EXPRESSION_FUNCTIONS: readonly string[] = [...FUNCTIONS.keys()];

const truth = (known: boolean): number => (known ? 1 : 0);
const compare =
  (f: (a: number, b: number) => boolean) =>
  (a: number, b: number): number =>
    Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : truth(f(a, b));

const and = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : 1;
const or = (a: number, b: number): number =>
  (a !== 0 && !Number.isNaN(a)) || (b !== 0 && !Number.isNaN(b))
    ? 1
    : Number.isNaN(a) || Number.isNaN(b)
      ? Number.NaN
      : 0;

/** Binary operators, loosest first; those of one level bind to the left. */
const LEVELS: readonly ReadonlyMap<string, (a: number, b: number) => number>[] = [
  new Map([["||", or]]),
  new Map([["&&", and]]),
  new Map([
    ["==", compare((a, b) => a === b)],
    ["!=", compare((a, b) => a !== b)],
  ]),
  new Map([
    ["<", compare((a, b) => a < b)],
    ["<=", compare((a, b) => a <= b)],
    [">", compare((a, b) => a > b)],
    [">=", compare((a, b) => a >= b)],
  ]),
  new Map([
    ["+", (a: number, b: number) => a + b],
    ["-", (a: number, b: number) => a - b],
  ]),
  new Map([
    ["*", (a: number, b: number) => a * b],
    // Division by zero is no value: used / total of an empty pool.
    ["/", (a: number, b: number) => (b === 0 ? Number.NaN : a / b)],
    ["%", (a: number, b: number) => a % b],
  ]),
];

/** Compiles the text; throws ExpressionError with the position. `inputs` come out in order of first use. */
export function compileExpression(text: string): Expression {
  if (text.length > MAX_CHARACTERS)
    throw new ExpressionError(`the expression has more than ${MAX_CHARACTERS} characters`, MAX_CHARACTERS);
  const parser = new Parser(tokens(text));
  const evaluate = parser.whole();
  return Object.freeze({
    text,
    inputs: Object.freeze([...parser.inputs.keys()]),
    ...(parser.cells.size > 0 && { cells: parser.cells }),
    evaluate,
  });
}

function tokens(text: string): Token[] {
  const list: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      const at = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
      const found = text[at]!;
      const instead =
        found === "="
          ? '; compare with "=="'
          : found === "&" || found === "|"
            ? `; write "${found}${found}"`
            : "";
      throw new ExpressionError(`"${found}" has no meaning here${instead}`, at);
    }
    const word = match[1] ?? match[2] ?? match[3]!;
    const kind = match[1] !== undefined ? "number" : match[2] !== undefined ? "name" : "operator";
    list.push({ kind, text: word, at: TOKEN.lastIndex - word.length });
  }
  list.push({ kind: "end", text: "", at: text.length });
  return list;
}

class Parser {
  readonly inputs = new Map<string, number>();
  readonly cells = new Map<string, CellReference>();
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  whole(): Evaluate {
    if (this.#peek().kind === "end") throw new ExpressionError("the expression is empty", 0);
    const result = this.#choice();
    const rest = this.#peek();
    if (rest.kind !== "end") throw new ExpressionError(`"${rest.text}" is not expected here`, rest.at);
    return result;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== "operator" || token.text !== text) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    const token = this.#peek();
    if (!this.#take(text))
      throw new ExpressionError(
        token.kind === "end"
          ? `the expression ends where "${text}" is missing`
          : `"${text}" is missing before "${token.text}"`,
        token.at,
      );
  }

  /** condition ? yes : no, to the right. */
  #choice(): Evaluate {
    if (++this.#depth > MAX_DEPTH)
      throw new ExpressionError(`the expression is nested more than ${MAX_DEPTH} deep`, this.#peek().at);
    const condition = this.#binary(0);
    let result = condition;
    if (this.#take("?")) {
      const yes = this.#choice();
      this.#expect(":");
      const no = this.#choice();
      result = (v) => {
        const c = condition(v);
        return Number.isNaN(c) ? c : c !== 0 ? yes(v) : no(v);
      };
    }
    this.#depth--;
    return result;
  }

  #binary(level: number): Evaluate {
    const operators = LEVELS[level];
    if (!operators) return this.#sign();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#peek();
      const apply = token.kind === "operator" ? operators.get(token.text) : undefined;
      if (!apply) return left;
      this.#next++;
      const a = left;
      const b = this.#binary(level + 1);
      left = (v) => apply(a(v), b(v));
    }
  }

  #sign(): Evaluate {
    if (++this.#depth > MAX_DEPTH)
      throw new ExpressionError(`the expression is nested more than ${MAX_DEPTH} deep`, this.#peek().at);
    let result: Evaluate;
    if (this.#take("-")) {
      const x = this.#sign();
      result = (v) => -x(v);
    } else if (this.#take("+")) result = this.#sign();
    else if (this.#take("!")) {
      const x = this.#sign();
      result = (v) => {
        const a = x(v);
        return Number.isNaN(a) ? a : truth(a === 0);
      };
    } else result = this.#power();
    this.#depth--;
    return result;
  }

  #power(): Evaluate {
    const base = this.#primary();
    if (!this.#take("**")) return base;
    const exponent = this.#sign();
    return (v) => base(v) ** exponent(v);
  }

  #primary(): Evaluate {
    const token = this.#peek();
    this.#next++;
    if (token.kind === "number") {
      const number = Number(token.text);
      return () => number;
    }
    if (token.kind === "name") {
      if (this.#take("(")) return this.#call(token);
      if (FUNCTIONS.has(token.text))
        throw new ExpressionError(`${token.text} is a function: write ${token.text}(...)`, token.at);
      if (token.text.includes(".")) {
        const cell = parseCellReference(token.text);
        if (typeof cell === "string") throw new ExpressionError(cell, token.at);
        this.cells.set(token.text, cell);
      }
      let input = this.inputs.get(token.text);
      if (input === undefined) {
        input = this.inputs.size;
        this.inputs.set(token.text, input);
      }
      const i = input;
      return (v) => v[i] ?? Number.NaN;
    }
    if (token.text === "(") {
      const inner = this.#choice();
      this.#expect(")");
      return inner;
    }
    throw new ExpressionError(
      token.kind === "end"
        ? "the expression ends where a number, a column or ( is missing"
        : `"${token.text}" stands where a number, a column or ( is missing`,
      token.at,
    );
  }

  #call(name: Token): Evaluate {
    const info = FUNCTIONS.get(name.text);
    if (!info)
      throw new ExpressionError(
        `there is no function ${name.text}; there are ${EXPRESSION_FUNCTIONS.join(", ")}`,
        name.at,
      );
    const args: Evaluate[] = [];
    do args.push(this.#choice());
    while (this.#take(","));
    this.#expect(")");
    if (args.length < info.least || args.length > info.most)
      throw new ExpressionError(
        `${name.text} takes ${info.least === info.most ? info.least : `${info.least} to ${info.most}`} arguments, not ${args.length}`,
        name.at,
      );
    return info.make(args);
  }
}
