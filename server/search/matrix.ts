const SPACE = 32;
const COMMA = 44;
const ZERO = 48;

/**
 * Reads rows of whole numbers that a statement sent as one text, as thousands of result rows would cost more
 * than finding them: cells apart by a space, rows by a comma.
 * @returns row by row, `width` cells each; NaN where a cell is empty or absent, and cells past the width left out
 */
export function readMatrix(text: string, width: number): number[] {
  const cells: number[] = [];
  if (text === "") return cells;
  let row = 0;
  let value = NaN;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? COMMA : text.charCodeAt(at);
    if (code !== SPACE && code !== COMMA) {
      value = (Number.isNaN(value) ? 0 : value * 10) + (code - ZERO);
      continue;
    }
    if (cells.length < row + width) cells.push(value);
    value = NaN;
    if (code === SPACE) continue;
    while (cells.length < row + width) cells.push(NaN);
    row = cells.length;
  }
  return cells;
}
