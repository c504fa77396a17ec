import { mix, type Palette } from "./palettes.ts";
import type { Draw } from "./random.ts";
import { at, circle, ellipse, fade, line, n, path, poly, rect } from "./shapes.ts";

/** A bedroom drawn flat, with `view` (a 600 × 400 picture) in its window. */
export function room(p: Palette, draw: Draw, view: string): string {
  const day = !p.dark;
  const wall = mix(
    draw.pick([mix(p.light, p.far, 0.4), mix(p.light, p.sky[2], 0.6), mix(p.light, p.water, 0.32), mix(p.light, p.leaf, 0.3), mix(p.far, p.light, 0.3)]),
    p.ink,
    day ? 0 : 0.35,
  );
  const floor = mix(draw.pick([mix(p.near, p.accent, 0.4), mix("#a9744f", p.near, 0.3), mix(p.light, p.near, 0.5)]), p.ink, day ? 0.05 : 0.35);
  const left = draw.chance(0.5);
  const content =
    rect(-10, -10, 620, 320, wall) + wainscot(p, draw, wall) + boards(draw, floor, p) + windowWith(p, draw, view, wall) + frames(p, draw, wall) + lampOverhead(p, draw) + rug(p, draw) + bed(p, draw, wall) + plant(p, draw); // prettier-ignore
  return left ? content : `<g transform="translate(600 0) scale(-1 1)">${content}</g>`;
}

function wainscot(p: Palette, draw: Draw, wall: string): string {
  const kind = draw.pick(["panel", "stripes", "plain", "half"] as const);
  if (kind === "panel")
    return (
      rect(-10, 232, 620, 80, mix(wall, p.near, 0.22)) +
      line("M-10 232H610", mix(wall, p.light, 0.5), 4) +
      line("M20 310V244H110V310M130 310V244H220V310M240 310V244H330V310M350 310V244H440V310M460 310V244H550V310", mix(wall, p.near, 0.38), 2)
    );
  if (kind === "stripes") return fade(0.35, line("M0 -10V310M40 -10V310M80 -10V310M120 -10V310M160 -10V310M200 -10V310M240 -10V310M280 -10V310M320 -10V310M360 -10V310M400 -10V310M440 -10V310M480 -10V310M520 -10V310M560 -10V310M600 -10V310", mix(wall, p.near, 0.25), 12)); // prettier-ignore
  if (kind === "half") return rect(-10, 150, 620, 162, mix(wall, draw.pick([p.accent, p.leaf, p.near]), 0.35));
  return rect(-10, 300, 620, 12, mix(wall, p.near, 0.3));
}

function boards(draw: Draw, floor: string, p: Palette): string {
  const tiles = draw.chance(0.35);
  const marks = tiles
    ? "M-10 330H610M-10 358H610M70 306L-40 410M170 306L100 410M270 306L240 410M370 306L380 410M470 306L520 410M560 306L650 410"
    : "M-10 324H610M-10 346H610M-10 374H610M80 306V324M300 306V324M500 306V324M180 324V346M420 324V346M60 346V374M330 346V374M560 346V374M200 374V410M470 374V410";
  return rect(-10, 306, 620, 110, floor) + rect(-10, 302, 620, 6, mix(p.light, floor, 0.25)) + line(marks, mix(floor, p.ink, 0.22), 1.8);
}

/** The window and what hangs beside it. */
function windowWith(p: Palette, draw: Draw, view: string, wall: string): string {
  const kind = draw.pick(["wide", "arch", "doors", "round"] as const);
  const frame = draw.pick([p.light, mix(p.near, p.ink, 0.2), mix("#a9744f", p.near, 0.3)]);
  const [x, y, w, h] = { wide: [268, 62, 268, 158], arch: [326, 40, 168, 200], doors: [316, 34, 196, 270], round: [330, 52, 176, 176] }[kind] as [number, number, number, number];
  const shape =
    kind === "arch"
      ? `M${x} ${y + h}V${y + w / 2}a${w / 2} ${w / 2} 0 0 1 ${w} 0V${y + h}Z`
      : kind === "round"
        ? `M${x} ${y + h / 2}a${w / 2} ${w / 2} 0 1 1 ${w} 0a${w / 2} ${w / 2} 0 1 1 ${-w} 0Z`
        : `M${x} ${y}h${w}v${h}h${-w}Z`;
  const clip = `c${n(draw.next() * 1e6).replace(".", "")}`;
  // The view is shown whole in height, or a little more, its middle in the window's middle.
  const scale = Math.max(w / 520, h / 384);
  const bars = {
    wide: `M${x + w / 3} ${y}v${h}M${x + (2 * w) / 3} ${y}v${h}`,
    arch: `M${x + w / 2} ${y}v${h}M${x} ${y + h * 0.48}h${w}`,
    doors: `M${x + w / 2} ${y}v${h}M${x} ${y + h * 0.3}h${w}M${x} ${y + h * 0.65}h${w}`,
    round: `M${x + w / 2} ${y}v${h}M${x} ${y + h / 2}h${w}`,
  }[kind];
  const cloth = draw.pick([p.accent, mix(p.light, p.far, 0.3), mix(p.leaf, p.light, 0.15), mix(p.near, p.light, 0.25)]);
  const drape = (dx: number, k: number) =>
    path(
      `M${n(dx)} ${y - 16}h${n(k * 46)}Q${n(dx + k * 40)} ${y + h * 0.5} ${n(dx + k * 22)} ${n(y + h * 0.66)}Q${n(dx + k * 34)} ${n(y + h * 0.85)} ${n(dx + k * 30)} 300H${n(dx - k * 10)}Z`,
      cloth,
    ) +
    line(
      `M${n(dx + k * 12)} ${y - 14}Q${n(dx + k * 12)} ${y + h * 0.5} ${n(dx + k * 6)} 298M${n(dx + k * 28)} ${y - 14}Q${n(dx + k * 26)} ${y + h * 0.4} ${n(dx + k * 14)} ${n(y + h * 0.66)}`,
      mix(cloth, p.ink, 0.2),
      2.6,
    );
  const curtains =
    kind === "wide" || kind === "doors"
      ? drape(x - 26, 1) + drape(x + w + 26, -1) + line(`M${x - 40} ${y - 16}h${w + 80}`, mix(p.near, p.ink, 0.5), 5, 'stroke-linecap="round"')
      : "";
  const sill = kind === "doors" ? "" : kind === "round" ? "" : rect(x - 14, y + h, w + 28, 10, frame) + rect(x - 8, y + h + 10, w + 16, 4, mix(wall, p.ink, 0.2));
  return (
    `<clipPath id="${clip}"><path d="${shape}"/></clipPath><g clip-path="url(#${clip})"><g transform="translate(${n(x + w / 2 - 300 * scale)} ${n(y + h / 2 - 205 * scale)}) scale(${Math.round(scale * 1000) / 1000})">${view}</g></g>` +
    `<path d="${shape}" fill="none" stroke="${frame}" stroke-width="9"/>` + line(bars, frame, 4) + sill + curtains +
    (p.dark ? "" : fade(0.14, poly([[x + 10, 306], [x + w - 10, 306], [x + w - 90, 410], [x - 110, 410]], p.sun)))
  ); // prettier-ignore
}

/** One to three small prints on the wall over the bed. */
function frames(p: Palette, draw: Draw, wall: string): string {
  const print = (x: number, y: number, w: number, h: number) => {
    const motif = draw.pick(["sun", "hills", "leaf", "arch"] as const);
    const [a, b] = draw.pick([[p.accent, p.near], [p.leaf, p.accent], [p.near, p.sun], [p.water, p.accent]] as const); // prettier-ignore
    const inner = {
      sun: circle(x + w / 2, y + h * 0.45, w * 0.22, a) + rect(x + 5, y + h * 0.66, w - 10, h * 0.34 - 5, b),
      hills:
        path(
          `M${n(x + 5)} ${n(y + h - 5)}V${n(y + h * 0.6)}Q${n(x + w * 0.35)} ${n(y + h * 0.25)} ${n(x + w * 0.6)} ${n(y + h * 0.6)}T${n(x + w - 5)} ${n(y + h * 0.5)}V${n(y + h - 5)}Z`,
          b,
        ) + circle(x + w * 0.68, y + h * 0.28, w * 0.11, a),
      leaf:
        path(
          `M${n(x + w / 2)} ${n(y + h - 9)}Q${n(x + w * 0.12)} ${n(y + h * 0.5)} ${n(x + w / 2)} ${n(y + 9)}Q${n(x + w * 0.88)} ${n(y + h * 0.5)} ${n(x + w / 2)} ${n(y + h - 9)}Z`,
          b,
        ) + line(`M${n(x + w / 2)} ${n(y + 12)}V${n(y + h - 8)}`, p.light, 1.8),
      arch:
        path(`M${n(x + w * 0.22)} ${n(y + h - 5)}V${n(y + h * 0.5)}a${n(w * 0.28)} ${n(w * 0.28)} 0 0 1 ${n(w * 0.56)} 0V${n(y + h - 5)}Z`, b) +
        circle(x + w / 2, y + h * 0.52, w * 0.14, a),
    }[motif];
    return rect(x + 3, y + 4, w, h, mix(wall, p.ink, 0.18)) + rect(x, y, w, h, mix(p.ink, p.near, 0.3)) + rect(x + 3.5, y + 3.5, w - 7, h - 7, mix(p.light, p.sky[2], 0.4)) + inner;
  };
  const set = draw.pick([1, 2, 3] as const);
  if (set === 1) return print(106, 70, 82, 72);
  if (set === 2) return print(78, 62, 58, 76) + print(152, 62, 58, 76);
  return print(44, 74, 44, 56) + print(98, 62, 56, 74) + print(164, 74, 44, 56);
}

function lampOverhead(p: Palette, draw: Draw): string {
  const x = draw.from(236, 250);
  const glow = circle(x, 74, 42, p.sun, 0.18);
  const shade = draw.pick([
    ellipse(x, 62, 28, 18, mix(p.light, p.sun, 0.3)) +
      line(`M${n(x - 27)} 58Q${n(x)} 50 ${n(x + 27)} 58M${n(x - 27)} 67Q${n(x)} 75 ${n(x + 27)} 67`, mix(p.near, p.light, 0.5), 1.4),
    path(`M${n(x - 28)} 76Q${n(x - 24)} 44 ${n(x)} 42Q${n(x + 24)} 44 ${n(x + 28)} 76Z`, mix(p.ink, p.near, 0.25)) + ellipse(x, 76, 28, 4, p.sun),
    poly([[x - 12, 46], [x + 12, 46], [x + 26, 78], [x - 26, 78]], p.accent) + rect(x - 25, 76, 50, 4, p.sun), // prettier-ignore
  ]);
  return line(`M${n(x)} -10V50`, mix(p.ink, p.near, 0.3), 2) + glow + shade;
}

function rug(p: Palette, draw: Draw): string {
  const cloth = draw.pick([p.accent, mix(p.water, p.light, 0.2), mix(p.leaf, p.light, 0.3), mix(p.light, p.far, 0.25)]);
  const border = mix(cloth, p.light, 0.55);
  return draw.chance(0.4)
    ? ellipse(330, 372, 190, 24, border) + ellipse(330, 372, 176, 20, cloth) + ellipse(330, 372, 120, 12, border) + ellipse(330, 372, 106, 10, cloth)
    : poly([[170, 350], [500, 350], [552, 392], [120, 392]], border) + poly([[182, 354], [488, 354], [534, 388], [140, 388]], cloth) + line("M150 381H522M176 360H496", border, 2.6, 'stroke-dasharray="9 6"'); // prettier-ignore
}

/** The bed from its side, its head to the wall on the left, with a night table and a lamp. */
function bed(p: Palette, draw: Draw, wall: string): string {
  const wood = mix(draw.pick(["#8a5a3c", "#b98a5e", "#5b4038"]), p.ink, p.dark ? 0.4 : 0.12);
  const cover = draw.pick([p.accent, mix(p.near, p.light, 0.15), mix(p.leaf, p.near, 0.2), mix(p.water, p.near, 0.25)]);
  const linen = mix(p.light, p.ink, p.dark ? 0.12 : 0);
  const head = draw.pick([
    path("M58 322V206Q60 180 88 180Q112 180 114 206V322Z", wood),
    rect(62, 172, 48, 150, mix(cover, wall, 0.35), 10) + line("M74 180V310M86 180V310M98 180V310", mix(cover, p.ink, 0.25), 1.6),
    line("M66 322V176M82 322V190M98 322V190M112 322V176", wood, 6) + line("M60 188Q88 172 118 188", wood, 7, 'stroke-linecap="round"'),
    path("M56 322V196L86 166L116 196V322Z", wood) + circle(86, 206, 11, mix(wood, p.light, 0.35)),
  ]);
  const stripes = draw.pick([
    line("M286 252V316M300 252V318M330 252V318", mix(cover, p.light, 0.6), 6),
    line("M250 270H400M244 288H404M244 306H404", mix(cover, p.light, 0.45), 4, 'stroke-dasharray="12 10"'),
    fade(0.8, [0, 1, 2, 3, 4, 5, 6, 7].map((dot) => poly([[256 + dot * 19, 268 + (dot % 2) * 24], [263 + dot * 19, 276 + (dot % 2) * 24], [256 + dot * 19, 284 + (dot % 2) * 24], [249 + dot * 19, 276 + (dot % 2) * 24]], mix(cover, p.light, 0.6))).join("")), // prettier-ignore
    "",
  ]);
  const pillow = (x: number, y: number, fill: string, tilt: number) =>
    `<g transform="rotate(${tilt} ${x} ${y})">${rect(x - 24, y - 17, 50, 34, fill, 13)}${line(`M${x - 12} ${y - 8}q14 6 26 2`, mix(fill, p.ink, 0.15), 2, 'stroke-linecap="round"')}</g>`;
  const canopy = draw.chance(0.25) ? line("M72 322V44M398 322V44M62 44H408", wood, 5) + fade(0.55, path("M72 46Q90 120 62 316H78Q116 130 112 46ZM398 46Q384 120 408 316H392Q356 130 360 46Z", p.light) + path("M72 44Q150 80 235 48Q320 80 398 44Z", p.light)) : ""; // prettier-ignore
  const throwOver = draw.chance(0.6) ? path("M352 250Q380 246 400 254L408 330Q380 336 356 330Z", mix(draw.pick([p.sun, p.light, p.accent]), p.near, 0.2)) + line("M356 330v8M366 332v8M376 333v8M386 332v8M396 331v8M406 330v8", mix(p.sun, p.near, 0.3), 2) : ""; // prettier-ignore
  const table = rect(414, 276, 56, 7, wood, 2) + rect(419, 283, 46, 24, mix(wood, p.ink, 0.15)) + circle(442, 295, 3, p.sun) + line("M421 307V334M463 307V334", wood, 4);
  const lamp = circle(442, 234, 46, p.sun, p.dark ? 0.3 : 0.16) + path("M436 276Q428 262 440 256H444Q456 262 448 276Z", mix(p.accent, p.near, 0.2)) + poly([[428, 220], [456, 220], [464, 252], [420, 252]], mix(p.light, p.sun, 0.5)); // prettier-ignore
  const extra = draw.pick([rect(420, 268, 20, 4, p.accent) + rect(422, 264, 18, 4, p.light), rect(424, 266, 9, 10, p.light, 2), ""]);
  return (
    fade(0.22, ellipse(236, 344, 196, 10, p.ink)) + canopy + head +
    rect(70, 300, 336, 26, wood, 3) + line("M84 326V344M394 326V344", wood, 8) +
    rect(84, 264, 322, 42, linen, 12) +
    pillow(118, 252, linen, -14) + pillow(146, 254, mix(linen, p.far, 0.25), -10) + pillow(172, 258, draw.pick([p.accent, p.sun, mix(p.leaf, p.light, 0.2)]), -6) +
    path("M206 266Q214 250 244 250H384Q408 252 410 276V318Q320 326 212 318Q202 292 206 266Z", cover) + path("M206 266Q214 250 244 250L262 250Q240 276 246 320Q226 320 212 318Q202 292 206 266Z", mix(cover, p.light, 0.55)) + stripes + throwOver +
    (draw.chance(0.75) ? at(76, 0, 1, table + lamp + extra) : at(70, 0, 1, chair(p, draw, wood)))
  ); // prettier-ignore
}

function chair(p: Palette, draw: Draw, wood: string): string {
  const cloth = draw.pick([p.accent, mix(p.leaf, p.light, 0.25), mix(p.water, p.light, 0.25)]);
  return line("M402 320L394 350M456 320L464 350", wood, 5) + path("M384 246Q384 224 408 224H448Q472 224 472 246V306H384Z", cloth) + path("M376 274Q388 266 394 280V300H462V280Q468 266 480 274V324H376Z", mix(cloth, p.ink, 0.18)) + rect(394, 290, 68, 14, mix(cloth, p.light, 0.3), 6); // prettier-ignore
}

function plant(p: Palette, draw: Draw): string {
  const pot = draw.pick([p.accent, p.light, mix("#b9653f", p.near, 0.15)]);
  const leaf = mix(p.leaf, p.ink, p.dark ? 0.35 : 0.12);
  const vessel = path("M536 354L542 390H580L586 354Z", pot) + rect(532, 346, 58, 10, mix(pot, p.ink, 0.12), 3);
  const kind = draw.pick(["blades", "palm", "rubber"] as const);
  let leaves = "";
  for (let at = 0; at < 7; at++) {
    const turn = -90 + (at - 3) * 22 + draw.from(-5, 5);
    const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
    const long = draw.from(74, 110) * (kind === "blades" ? 1.1 : 1);
    const fill = at % 2 ? leaf : mix(leaf, p.light, 0.18);
    const [tx, ty] = [561 + cos * long, 348 + sin * long + (kind === "palm" ? Math.abs(at - 3) * 9 : 0)];
    const bulge = kind === "rubber" ? 20 : kind === "palm" ? 13 : 7;
    leaves += path(
      `M561 350Q${n(561 + cos * long * 0.55 - sin * bulge)} ${n(348 + sin * long * 0.6 + cos * bulge)} ${n(tx)} ${n(ty)}Q${n(561 + cos * long * 0.55 + sin * bulge)} ${n(348 + sin * long * 0.6 - cos * bulge)} 561 350Z`,
      fill,
    );
  }
  return leaves + vessel;
}
