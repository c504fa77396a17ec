import type { ArtParams } from "../../../db/schema/properties.ts";
import { mix, PALETTES, type Palette } from "./palettes.ts";
import { drawFrom } from "./random.ts";
import { room } from "./room.ts";
import type { Canvas } from "./scene.ts";
import { SCENES } from "./scenes/index.ts";
import { birds, circle, clouds, line, n } from "./shapes.ts";

/** Every scene and palette by name, for editors to choose from. */
export const SCENE_NAMES = Object.keys(SCENES);
export const PALETTE_NAMES = Object.keys(PALETTES);

/**
 * The poster of a property, or the interior of a room with the same view in its window, as an SVG of
 * 600 × 400 that may be cropped to a square or to 16:9. The same params always give the same text.
 * An unknown scene or palette falls back to the first, so that a typo still has a picture.
 * @param label read out by screen readers
 */
export function renderArt(art: ArtParams & { kind: "property" | "room" }, label = "Illustration"): string {
  const palette = tinted(PALETTES[art.palette] ?? (PALETTES["dawn"] as Palette), art.seed);
  const picture = art.kind === "room" ? room(palette, drawFrom(art.seed ^ 0x5bd1e995), coarse(view(art, palette, "v"))) : view(art, palette, "s");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400" role="img" aria-label="${escapeXml(label)}" preserveAspectRatio="xMidYMid slice"><title>${escapeXml(label)}</title>${picture}</svg>`;
}

/** Sky, sun and scene; `id` keeps the gradient's name apart from others on the page. */
function view(art: ArtParams, p: Palette, id: string): string {
  const draw = drawFrom(art.seed);
  const gradient = `${id}${(art.seed >>> 0).toString(36)}`;
  const sunX = draw.from(190, 410);
  const sunY = draw.from(96, 150);
  const radius = p.dark ? draw.from(24, 34) : draw.from(36, 58);
  const scene = SCENES[art.scene] ?? Object.values(SCENES)[0]!;
  const canvas: Canvas = { p, draw, glass: p.dark ? p.accent : mix(p.ink, p.near, 0.5), sunX, id: gradient };
  return (
    `<defs><linearGradient id="${gradient}" x2="0" y2="1"><stop stop-color="${p.sky[0]}"/><stop offset=".55" stop-color="${p.sky[1]}"/><stop offset=".85" stop-color="${p.sky[2]}"/></linearGradient></defs>` +
    `<rect x="-10" y="-10" width="620" height="420" fill="url(#${gradient})"/>` +
    (p.dark ? stars(canvas) : "") +
    circle(sunX, sunY, radius * 2.1, p.sun, 0.1) +
    circle(sunX, sunY, radius * 1.5, p.sun, 0.2) +
    circle(sunX, sunY, radius, p.sun) +
    clouds(draw, p.dark ? 2 : 4, p.dark ? mix(p.sky[1], p.light, 0.25) : p.light) +
    (p.dark ? "" : birds(draw, 4, mix(p.ink, p.sky[1], 0.35), sunX < 300 ? sunX + 170 : sunX - 180)) +
    scene(canvas)
  );
}

function stars({ p, draw }: Canvas): string {
  let d = "";
  for (let star = 0; star < 46; star++) d += `M${n(draw.from(0, 600))} ${n(draw.from(0, 190) * draw.next())}h0`;
  return line(d, p.light, 1.7, 'stroke-linecap="round" opacity=".7"');
}

/** Whole numbers in every path: a window shows the view so small that nobody sees the difference. */
function coarse(picture: string): string {
  return picture.replaceAll(/ d="[^"]+"/g, (d) => d.replaceAll(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number)))));
}

/** Prints of one palette differ a little, as prints do. */
function tinted(p: Palette, seed: number): Palette {
  const draw = drawFrom(seed ^ 0x27d4eb2f);
  const [warm, share] = [draw.chance(0.5) ? p.accent : p.water, draw.from(0.02, 0.12)];
  return { ...p, sky: [mix(p.sky[0], warm, share), mix(p.sky[1], p.sun, share), p.sky[2]], far: mix(p.far, warm, share), near: mix(p.near, p.leaf, share * 1.5) };
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "");
}
