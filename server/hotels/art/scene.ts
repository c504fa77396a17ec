import type { Palette } from "./palettes.ts";
import type { Draw } from "./random.ts";

/** What a scene paints on: its inks, its dice, and where the sun stands. */
export interface Canvas {
  p: Palette;
  draw: Draw;
  /** Glass of windows: lamplight after dark, shade by day. */
  glass: string;
  sunX: number;
  /** Starts the names of what is drawn once and used often; no other picture on the page has it. */
  id: string;
}

/** Paints everything in front of the sky. */
export type Scene = (canvas: Canvas) => string;
