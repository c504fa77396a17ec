import { expect, test } from "vitest";
import { openOr } from "../../local/lint/brackets.ts";

test.each(["? = 'past' or ?", "(? and not ?) or (? and ? < ?)", "a is null\n or b", "exists (select 1 from t where a or b) or c"])(
  "a part of a condition is refused with an `or` that isn't in brackets as a whole: %s",
  (text) => {
    expect(openOr(text)).toBe("whole");
  },
);

test.each([
  "select 1 from t where a and b or c",
  "select 1 from t where a or b and c",
  "(a and b or c)",
  "delete from t where id in (select id from u where x between 1 and 2 and y or z)",
  "select case when a and b or c then 1 end",
  "select 1 from t join u on a or b and c",
])("an `or` beside an `and` is refused without brackets: %s", (text) => {
  expect(openOr(text)).toBe("beside-and");
});

test.each([
  "(a or b)",
  "a and (b or c)",
  "select 1 from t where a or b",
  "select a and b from t where c or d",
  "select 1 from t where x between 1 and 2 or y",
  "select case when a or b then 1 else 0 end, c and d from t",
  "state = 'this or that' and ?",
  "insert into t (a) values (?) on conflict do nothing",
  "order_total > 1 and oracle",
])("what binds first is said: %s", (text) => {
  expect(openOr(text)).toBeUndefined();
});
