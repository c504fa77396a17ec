import { expect, test } from "vitest";
import { readMatrix } from "../../server/search/matrix.ts";

test.each<[string, number, number[]]>([
  ["", 2, []],
  ["7", 1, [7]],
  ["1 20,3 4", 2, [1, 20, 3, 4]],
  ["1 2,3", 2, [1, 2, 3, NaN]],
  ["1  3,4 5 ", 3, [1, NaN, 3, 4, 5, NaN]],
  ["1 2 3,4", 2, [1, 2, 4, NaN]],
  [",5,", 1, [NaN, 5, NaN]],
  ["9007199254740991 0", 2, [9007199254740991, 0]],
  ["1 2,3 4", 0, []],
])("%j in rows of %i", (text, width, cells) => {
  expect(readMatrix(text, width)).toEqual(cells);
});
