// Building blocks of the scenes. All coordinates are of the 600 × 400 picture.
import type { Draw } from "./random.ts";

export type Point = readonly [number, number];

/** x, y, width, height. */
export type Box = readonly [number, number, number, number];

export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function rect(x: number, y: number, width: number, height: number, fill: string, round = 0): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"${round ? ` rx="${n(round)}"` : ""} fill="${fill}"/>`;
}

export function circle(x: number, y: number, radius: number, fill: string, opacity = 1): string {
  return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="${fill}"${opacity < 1 ? ` opacity="${n(opacity)}"` : ""}/>`;
}

export function ellipse(x: number, y: number, rx: number, ry: number, fill: string): string {
  return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"/>`;
}

export function poly(points: readonly Point[], fill: string): string {
  return `<path d="M${points.map(([x, y]) => `${n(x)} ${n(y)}`).join("L")}Z" fill="${fill}"/>`;
}

export function path(d: string, fill: string): string {
  return `<path d="${d.replaceAll(/-?\d+\.\d+/g, (number) => n(Number(number)))}" fill="${fill}"/>`;
}

export function line(d: string, stroke: string, width: number, more = ""): string {
  return `<path d="${d.replaceAll(/-?\d+\.\d+/g, (number) => n(Number(number)))}" fill="none" stroke="${stroke}" stroke-width="${n(width)}"${more ? ` ${more}` : ""}/>`;
}

export function at(x: number, y: number, scale: number, content: string, flip = false): string {
  const size = Math.round(scale * 100) / 100;
  return `<g transform="translate(${n(x)} ${n(y)})${flip ? `scale(${-size} ${size})` : size === 1 ? "" : `scale(${size})`}">${content}</g>`;
}

export function fade(opacity: number, content: string): string {
  return `<g opacity="${Math.round(opacity * 100) / 100}">${content}</g>`;
}

/** A soft line of hills from edge to edge, filled to the bottom. */
export function ridge(draw: Draw, y: number, height: number, steps: number, fill: string): string {
  const width = 620 / steps;
  let d = `M-10 400V${n(y)}`;
  for (let step = 0; step < steps; step++) {
    const x = -10 + width * step;
    d += `Q${n(x + width / 2)} ${n(y - height * draw.from(0.4, 1) * (step % 2 ? -0.35 : 1))} ${n(x + width)} ${n(y + draw.from(-0.1, 0.1) * height)}`;
  }
  return path(`${d}V400Z`, fill);
}

/** A cone with hollow flanks, lit from one side. */
export function mountain(x: number, peak: number, base: number, half: number, lit: string, shade: string): string {
  const flank = (side: number) => `Q${n(x + side * half * 0.28)} ${n(peak + (base - peak) * 0.55)} ${n(x + side * half)} ${n(base)}`;
  return (
    path(`M${n(x - 9)} ${n(peak)}${flank(-1)}H${n(x + half)}Q${n(x + half * 0.28)} ${n(peak + (base - peak) * 0.55)} ${n(x + 9)} ${n(peak)}Z`, lit) +
    path(`M${n(x + 9)} ${n(peak)}${flank(1)}H${n(x + half * 0.1)}Q${n(x - half * 0.06)} ${n(peak + (base - peak) * 0.6)} ${n(x + 1)} ${n(peak)}Z`, shade)
  );
}

/** Long flat clouds. */
export function clouds(draw: Draw, count: number, fill: string, low = 30, high = 170): string {
  let all = "";
  for (let cloud = 0; cloud < count; cloud++) {
    const [x, y, width] = [draw.from(-20, 480), draw.from(low, high), draw.from(80, 170)];
    all += rect(x, y, width, 9, fill, 4.5) + rect(x + width * draw.from(0.15, 0.3), y - 8, width * draw.from(0.35, 0.5), 12, fill, 6);
    if (draw.chance(0.5)) all += rect(x + width * 0.4, y + 7, width * 0.8, 7, fill, 3.5);
  }
  return fade(0.5, all);
}

/** A few birds around `x0`. */
export function birds(draw: Draw, count: number, colour: string, x0: number, y = 110): string {
  let d = "";
  for (let bird = 0; bird < count; bird++) {
    const size = draw.from(4, 8);
    d += `M${n(x0 + draw.from(-60, 60))} ${n(y + draw.from(-30, 30))}q${n(size / 2)} ${n(-size * 0.7)} ${n(size)} 0q${n(size / 2)} ${n(-size * 0.7)} ${n(size)} 0`;
  }
  return line(d, colour, 1.8, 'stroke-linecap="round"');
}

/** Flat water from `y` down, with broken light under a bright thing at `x`. */
export function water(draw: Draw, y: number, fill: string, glint: string, x = 300, to = 400): string {
  let d = "";
  for (let row = 0; row < 11; row++) {
    const depth = row / 11;
    const width = draw.from(14, 34) * (1 + depth * 1.6);
    d += `M${n(x - width + draw.from(-22, 22) * (1 + depth))} ${n(y + 5 + depth * (to - y - 8))}h${n(width * 2)}`;
  }
  for (let row = 0; row < 8; row++) d += `M${n(draw.from(0, 560))} ${n(y + draw.from(6, to - y - 6))}h${n(draw.from(16, 44))}`;
  return rect(-10, y, 620, to - y, fill) + fade(0.55, line(d, glint, 2.6, 'stroke-linecap="round"'));
}

/** A coconut palm; `lean` is how far the crown stands from the foot. */
export function palm(draw: Draw, x: number, y: number, height: number, lean: number, fill: string): string {
  const [cx, cy] = [x + lean, y - height];
  const w = Math.max(2.2, height / 32);
  let d = `M${n(x - w * 1.3)} ${n(y)}Q${n(x + lean * 0.1 - w)} ${n(y - height * 0.6)} ${n(cx - w * 0.6)} ${n(cy)}h${n(w * 1.2)}Q${n(x + lean * 0.1 + w)} ${n(y - height * 0.55)} ${n(x + w * 1.3)} ${n(y)}Z`;
  const reach = height * 0.36;
  for (const angle of [-172, -142, -112, -70, -38, -8, 20, 165]) {
    const turn = ((angle + draw.from(-9, 9)) * Math.PI) / 180;
    const long = reach * draw.from(0.85, 1.15);
    const [tx, ty] = [cx + Math.cos(turn) * long, cy + Math.sin(turn) * long * 0.75 + long * 0.42];
    const [mx, my] = [cx + Math.cos(turn) * long * 0.6, cy + Math.sin(turn) * long * 0.75 - long * 0.1];
    d += `M${n(cx)} ${n(cy)}Q${n(mx)} ${n(my)} ${n(tx)} ${n(ty)}Q${n(mx)} ${n(my + long * 0.26)} ${n(cx)} ${n(cy + w)}Z`;
  }
  return path(d, fill);
}

/** A broad-leaved tree in two tones. */
export function tree(draw: Draw, x: number, y: number, size: number, trunk: string, leaf: string, lit: string): string {
  const top = y - size * 1.25;
  const puff = (dx: number, dy: number, radius: number, fill: string) => circle(x + dx * size, top + dy * size, radius * size, fill);
  return (
    rect(x - size * 0.06, top, size * 0.12, y - top, trunk) +
    puff(-0.34, 0.2, 0.36, leaf) + puff(0.36, 0.16, 0.38, leaf) + puff(0, -0.12, 0.48, leaf) +
    puff(-0.2 + draw.from(-0.05, 0.05), -0.16, 0.28, lit) + puff(0.26, 0.02, 0.2, lit)
  ); // prettier-ignore
}

/** An umbrella thorn. */
export function acacia(x: number, y: number, size: number, fill: string, lit: string): string {
  return (
    path(
      `M${n(x - size * 0.05)} ${n(y)}C${n(x - size * 0.02)} ${n(y - size * 0.4)} ${n(x - size * 0.12)} ${n(y - size * 0.55)} ${n(x - size * 0.42)} ${n(y - size * 0.86)}L${n(x - size * 0.36)} ${n(y - size * 0.88)}L${n(x)} ${n(y - size * 0.52)}L${n(x + size * 0.4)} ${n(y - size * 0.9)}L${n(x + size * 0.46)} ${n(y - size * 0.87)}C${n(x + size * 0.1)} ${n(y - size * 0.5)} ${n(x + size * 0.06)} ${n(y - size * 0.35)} ${n(x + size * 0.07)} ${n(y)}Z`,
      fill,
    ) +
    ellipse(x - size * 0.34, y - size * 0.9, size * 0.5, size * 0.1, fill) +
    ellipse(x + size * 0.34, y - size * 0.95, size * 0.56, size * 0.11, fill) +
    ellipse(x + size * 0.02, y - size * 1.06, size * 0.52, size * 0.11, fill) +
    ellipse(x - size * 0.04, y - size * 1.1, size * 0.4, size * 0.05, lit)
  );
}

/** Many rectangles `[x, y, width, height]` of one ink, as one path. */
export function boxes(list: readonly Box[], fill: string): string {
  return `<path d="${list.map(([x, y, width, height]) => `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`).join("")}" fill="${fill}"/>`;
}

/** Something drawn once under a name, then put in many places by `put`. */
export function stamp(id: string, content: string): string {
  return `<defs><g id="${id}">${content}</g></defs>`;
}

export function put(id: string, x: number, y: number, scale = 1): string {
  return scale === 1 ? `<use href="#${id}" x="${n(x)}" y="${n(y)}"/>` : `<use href="#${id}" transform="translate(${n(x)} ${n(y)})scale(${Math.round(scale * 100) / 100})"/>`;
}

/** A column of windows between two heights: one dashed stroke. */
export function windows(x: number, y: number, width: number, height: number, columns: number, glass: string, size = 5, gap = 6): string {
  let d = "";
  for (let column = 0; column < columns; column++) d += `M${n(x + (width * (column + 0.5)) / columns)} ${n(y + gap)}V${n(y + height - 2)}`;
  return line(d, glass, Math.min(size, (width / columns) * 0.55), `stroke-dasharray="${n(size)} ${n(gap)}"`);
}

/** A tower block in two tones with windows. */
export function block(draw: Draw, x: number, y: number, width: number, height: number, lit: string, shade: string, glass: string, share = 0.35): string {
  const edge = width * share;
  return (
    rect(x, y, width, height, lit) +
    rect(x + width - edge, y, edge, height, shade) +
    windows(x + 3, y + 4, width - edge - 4, height - 8, Math.max(1, Math.round((width - edge) / 9)), glass, draw.pick([4, 5, 6]), draw.pick([5, 6, 8]))
  );
}
