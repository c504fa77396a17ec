type Formula = (retried: number) => number;

const FUNCTIONS: Record<string, { arity: number; apply: (...values: number[]) => number }> = {
  pow: { arity: 2, apply: Math.pow },
  sqrt: { arity: 1, apply: Math.sqrt },
  abs: { arity: 1, apply: Math.abs },
  exp: { arity: 1, apply: Math.exp },
  floor: { arity: 1, apply: Math.floor },
  ceil: { arity: 1, apply: Math.ceil },
  round: { arity: 1, apply: Math.round },
  min: { arity: 2, apply: Math.min },
  max: { arity: 2, apply: Math.max },
};

const OPERATORS: Record<string, { level: number; apply: (left: number, right: number) => number }> = {
  "+": { level: 1, apply: (left, right) => left + right },
  "-": { level: 1, apply: (left, right) => left - right },
  "*": { level: 2, apply: (left, right) => left * right },
  "/": { level: 2, apply: (left, right) => left / right },
  "%": { level: 2, apply: (left, right) => left % right },
};

/**
 * Reads a retry delay such as `pow(2, retried) * 1000`: numbers, the variable `retried` (0 at the first
 * retry), + - * / %, brackets, and a few functions. The result is in milliseconds.
 * @throws SyntaxError when the text is anything else
 */
export function parseExpression(text: string): Formula {
  const tokens = text.match(/\d+(?:\.\d+)?(?:e[+-]?\d+)?|[a-z]+|[^\s]/gi) ?? [];
  let at = 0;

  function expect(token: string): void {
    if (tokens[at] !== token) throw new SyntaxError(`expected ${token} at ${tokens[at] ?? "the end"}`);
    at += 1;
  }

  /** Level 1 adds, level 2 multiplies; both go from left to right. */
  function chain(level: 1 | 2): Formula {
    const operand = level === 1 ? () => chain(2) : atom;
    let left = operand();
    for (;;) {
      const operator = OPERATORS[tokens[at] ?? ""];
      if (operator?.level !== level) return left;
      at += 1;
      const [before, right] = [left, operand()];
      left = (retried) => operator.apply(before(retried), right(retried));
    }
  }

  function atom(): Formula {
    const token = tokens[at] ?? "";
    at += 1;
    if (token === "-") {
      const inner = atom();
      return (retried) => -inner(retried);
    }
    if (token === "(") {
      const inner = chain(1);
      expect(")");
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (token === "retried") return (retried) => retried;
    return call(token);
  }

  function call(name: string): Formula {
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!known) throw new SyntaxError(`unknown word ${name || "at the end"}`);
    expect("(");
    const values: Formula[] = [chain(1)];
    while (values.length < known.arity) {
      expect(",");
      values.push(chain(1));
    }
    expect(")");
    return (retried) => known.apply(...values.map((value) => value(retried)));
  }

  const formula = chain(1);
  if (at < tokens.length) throw new SyntaxError(`unexpected ${tokens[at]}`);
  return formula;
}
