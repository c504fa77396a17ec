const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const NONE = -1;

/**
 * Reads rows of whole numbers that a statement sent as one text, as thousands of result rows would cost more
 * than finding them: cells apart by a space, rows by a comma, no cell below zero.
 * @returns row by row, `width` cells each; NaN where a cell is empty or absent, and cells past the width left out
 */
export function readMatrix(text: string, width: number): number[] {
  const cells: number[] = [];
  if (text === "") return cells;
  let column = 0;
  let value = NONE;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? COMMA : text.charCodeAt(at);
    if (code >= ZERO) {
      value = (value === NONE ? 0 : value * 10) + (code - ZERO);
      continue;
    }
    if (column < width) cells.push(value === NONE ? NaN : value);
    column += 1;
    value = NONE;
    if (code === SPACE) continue;
    for (; column < width; column += 1) cells.push(NaN);
    column = 0;
  }
  return cells;
}
