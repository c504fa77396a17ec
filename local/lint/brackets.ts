// An oxlint plugin: conditions in SQL text say by brackets what binds first. `and()` joins its members without
// bracketing them, so a raw `a or b` beside an owner's condition lets through whatever is `b`.

/** What the rule reads of a syntax tree. */
interface Template {
  tag: { type: string; name?: string };
  quasi: { quasis: { value: { raw: string } }[] };
  parent?: { type: string; callee?: { name?: string } };
}

/** Words after which a new condition or list begins. */
const CLAUSES = new Set("select from where on having when then else set join group order limit returning values union except with using filter as by".split(" "));
const TOKENS = /'(?:[^']|'')*'|--[^\n]*|[()]|[a-z_]+/gi;

/**
 * What a text of SQL leaves open: an `or` beside an `and` without brackets, or, where the text is a part of a condition,
 * an `or` that isn't in brackets as a whole.
 */
export function openOr(text: string): "beside-and" | "whole" | undefined {
  const fresh = { and: false, or: false, clause: false, between: false };
  const levels = [{ ...fresh }];
  for (const [token] of text.matchAll(TOKENS)) {
    const word = token.toLowerCase();
    const level = levels.at(-1)!;
    if (word === "(" || word === "case") levels.push({ ...fresh });
    else if (word === ")" || word === "end") {
      if (levels.length > 1) levels.pop();
    } else if (CLAUSES.has(word)) Object.assign(level, fresh, { clause: true });
    else if (word === "between") level.between = true;
    else if (word === "and" && level.between) level.between = false;
    else if (word === "and" || word === "or") level[word] = true;
    if (level.and && level.or) return "beside-and";
    if (level === levels[0] && level.or && !level.clause) return "whole";
  }
  return undefined;
}

const bracketedOr = {
  create(context: { report: (found: { node: unknown; message: string }) => void }) {
    return {
      TaggedTemplateExpression(node: Template) {
        if (node.tag.type !== "Identifier" || node.tag.name !== "sql") return;
        const open = openOr(node.quasi.quasis.map(({ value }) => value.raw).join(" ? "));
        // A constraint is a whole condition, which nothing is joined to.
        if (!open || (open === "whole" && node.parent?.callee?.name === "check")) return;
        context.report({
          node,
          message: open === "whole" ? "Put brackets around this `or`: what it is joined to binds to half of it." : "Say by brackets what binds first: `and` or `or`.",
        });
      },
    };
  },
};

// oxlint wants the plugin as the module's default.
// oxlint-disable-next-line import/no-default-export
export default { meta: { name: "nightledger" }, rules: { "bracketed-or": bracketedOr } };
