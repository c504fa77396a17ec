import { land, mix } from "../palettes.ts";
import type { Scene } from "../scene.ts";
import { acacia, at, circle, ellipse, fade, line, mountain, n, path, poly, put, rect, ridge, stamp, tree, water } from "../shapes.ts";

/** White shells and a great arch over a harbour. */
export const harbourShells: Scene = ({ p, draw, sunX }) => {
  const flip = draw.chance(0.5);
  const shell = (x: number, base: number, width: number, height: number) =>
    path(
      `M${n(x)} ${n(base)}C${n(x + width * 0.05)} ${n(base - height * 0.75)} ${n(x + width * 0.5)} ${n(base - height)} ${n(x + width)} ${n(base - height)}C${n(x + width * 0.86)} ${n(base - height * 0.6)} ${n(x + width * 0.9)} ${n(base - height * 0.2)} ${n(x + width)} ${n(base)}Z`,
      p.light,
    ) +
    path(
      `M${n(x + width)} ${n(base - height)}C${n(x + width * 0.62)} ${n(base - height * 0.62)} ${n(x + width * 0.5)} ${n(base - height * 0.3)} ${n(x + width * 0.52)} ${n(base)}H${n(x + width)}C${n(x + width * 0.9)} ${n(base - height * 0.2)} ${n(x + width * 0.86)} ${n(base - height * 0.6)} ${n(x + width)} ${n(base - height)}Z`,
      mix(p.light, p.near, 0.26),
    );
  let hangers = "";
  for (let x = 330; x <= 590; x += 20) hangers += `M${x} 262V${n(262 - 112 * (1 - ((x - 460) / 150) ** 2))}`;
  const ferry = path("M-66 0H66L56 18H-56Z", mix(p.leaf, p.ink, 0.25)) + rect(-52, -16, 104, 16, p.light) + rect(-36, -30, 72, 14, p.light) + line("M-46 -8H48M-30 -23H32", p.ink, 5, 'stroke-dasharray="6 5"') + rect(-8, -46, 12, 16, p.accent); // prettier-ignore
  const view =
    path("M310 262Q460 40 610 262H594Q460 78 326 262Z", land(p, 0.7)) + line(hangers, land(p, 0.6), 2.4) + rect(290, 258, 330, 8, land(p, 0.8)) +
    rect(306, 214, 24, 84, land(p, 0.55)) + rect(318, 214, 12, 84, land(p, 0.75)) +
    rect(96, 286, 300, 16, mix(p.far, p.accent, 0.25)) + rect(96, 286, 300, 5, p.light) +
    shell(112, 287, 74, 74) + shell(166, 287, 96, 118) + shell(232, 287, 92, 92) + shell(300, 287, 58, 54) + at(392, 287, 1, shell(0, 0, 44, 48), true); // prettier-ignore
  return (
    ridge(draw, 268, 26, 5, land(p, 0.3)) + ridge(draw, 284, 12, 9, land(p, 0.46)) +
    (flip ? at(600, 0, 1, view, true) : view) +
    water(draw, 300, p.water, p.light, sunX) +
    at(draw.from(330, 420), 330, 0.85, ferry, flip) +
    [0, 1, 2].map((boat) => at(90 + boat * 80 + draw.from(-20, 20), 322 + boat * 14, 0.5 + boat * 0.18, poly([[0, 0], [0, -66], [34, 0]], p.light) + poly([[-4, 0], [-4, -50], [-24, 0]], p.accent) + path("M-30 4H40L30 14H-20Z", p.ink))).join("") +
    path("M-10 410V352Q40 340 92 366T190 410Z", mix(p.leaf, p.ink, 0.4)) + tree(draw, 42, 372, 62, p.ink, mix(p.leaf, p.ink, 0.3), p.leaf) +
    path("M610 410V366Q540 362 470 410Z", mix(p.leaf, p.ink, 0.5))
  ); // prettier-ignore
};

/** Sandstone heads, a surf beach and a rider on the wave. */
export const surfCliffs: Scene = ({ p, draw, sunX }) => {
  const rock = (t: number) => mix(mix(p.far, p.light, 0.2), p.near, t);
  const cliff = (x: number, y: number, width: number, t: number) =>
    path(
      `M610 ${n(y - 4)}L${n(x + width * 0.4)} ${n(y - 8)}Q${n(x + 12)} ${n(y)} ${n(x)} ${n(y + 26)}L${n(x + 16)} ${n(y + 48)}L${n(x - 14)} ${n(y + 84)}L${n(x + 8)} 320H610Z`,
      rock(t),
    ) +
    path(
      `M610 ${n(y - 4)}L${n(x + width * 0.4)} ${n(y - 8)}Q${n(x + 30)} ${n(y - 4)} ${n(x + 10)} ${n(y + 14)}Q${n(x + 120)} ${n(y + 4)} 610 ${n(y + 18)}Z`,
      mix(p.leaf, p.near, t * 0.5),
    ) +
    line(`M${n(x + 18)} ${n(y + 40)}H610M${n(x + 8)} ${n(y + 68)}H610M${n(x + 6)} ${n(y + 96)}H610`, mix(rock(t), p.near, 0.4), 2.4, 'stroke-dasharray="60 14 120 22"');
  const blue = mix(p.water, p.near, 0.4);
  const wave =
    path("M-20 372C110 366 176 330 226 282C262 248 322 232 372 250C420 268 436 312 408 340C412 306 386 290 358 296C322 304 308 340 330 376Z", blue) +
    path("M40 372C150 360 206 316 250 278C284 252 322 246 350 250C296 266 262 310 268 374ZM110 374C196 352 222 322 252 296C236 326 230 350 232 374Z", mix(blue, p.light, 0.28)) +
    path("M372 250C420 268 436 312 408 340C412 306 386 290 358 296C330 302 314 322 316 344C300 312 312 284 340 276C310 272 286 284 276 300C284 262 330 236 372 250Z", p.light) +
    [[300, 250], [330, 234], [392, 244], [424, 268], [286, 268], [438, 296]].map(([x, y]) => circle(x!, y!, 3.6, p.light)).join("") +
    path("M300 384Q320 352 360 360Q392 342 424 358Q460 346 480 372Q500 384 520 386H290Z", p.light); // prettier-ignore
  const rider = path("M-44 8Q-6 20 44 0Q4 10 -44 8Z", p.light) + line("M-10 8L-4 -10L8 -18M6 8L0 -8M8 -18L26 -14M6 -18L-14 -22", p.ink, 5, 'stroke-linecap="round" stroke-linejoin="round"') + circle(11, -27, 6, p.ink); // prettier-ignore
  return (
    water(draw, 232, p.water, p.light, sunX) +
    cliff(470, 196, 150, 0.1) + cliff(510, 176, 120, 0.4) +
    [486, 520, 556].map((x, index) => rect(x + 20, 160 + index * -4, 34, 26, mix(p.light, p.accent, index * 0.2)) + poly([[x + 16, 160 - index * 4], [x + 37, 144 - index * 4], [x + 58, 160 - index * 4]], p.accent)).join("") +
    fade(0.9, line("M-10 286Q80 276 160 288T330 282M20 310Q130 300 220 314", p.light, 5, 'stroke-linecap="round"')) +
    at(draw.from(-10, 20), draw.from(-4, 6), 1, wave + at(216, 328, 1.05, `<g transform="rotate(-24)">${rider}</g>`)) +
    path("M-10 372Q120 350 270 372T610 352V410H-10Z", p.light) + path("M-10 384Q120 362 270 384T610 364V410H-10Z", mix(p.sky[2], p.accent, 0.2)) +
    path("M62 402C52 370 58 336 70 322C84 338 88 372 80 402Z", p.accent) + line("M70 324V402", p.light, 2.6) + path("M98 404C90 376 94 350 104 338C116 352 120 380 112 404Z", mix(p.leaf, p.light, 0.2))
  ); // prettier-ignore
};

/** A plain of grass with umbrella thorns, giraffes and a far mountain. */
export const savannaAcacia: Scene = ({ p, draw }) => {
  const giraffe = (fill: string) =>
    path("M-22 0L-20 -44Q-22 -62 -8 -66Q8 -70 18 -68L34 -122Q36 -134 46 -134L60 -126L58 -121L47 -121Q42 -116 40 -106L32 -60Q30 -50 28 -42L30 0H25L20 -40Q6 -36 -6 -40L-10 -40L-14 0ZM-20 -50Q-28 -40 -26 -28L-23 -30Q-24 -40 -18 -48Z", fill) + line("M44 -134V-141M48 -134V-141M9 0L12 -38M-5 0L-6 -38", fill, 3) + fade(0.55, path("M-14 -60l8 -2l2 8l-9 2ZM0 -64l8 0l0 8l-8 -1ZM-12 -50l8 0l-2 8l-7 -1ZM2 -52l8 1l-1 7l-8 -1ZM16 -60l7 2l-3 8l-6 -3ZM26 -80l5 2l-3 8l-5 -2ZM31 -98l5 2l-3 8l-4 -2Z", p.sky[2])); // prettier-ignore
  const zebra = ellipse(0, -15, 17, 9, p.light) + path("M12 -18L22 -34L30 -30L31 -26L24 -26L16 -10Z", p.light) + line("M-12 -8V4M-7 -8V4M8 -8V4M13 -8V4", p.light, 3) + line("M-10 -23V-8M-4 -24V-7M2 -24V-7M8 -23V-8M18 -30L24 -22M-16 -14L-20 -4", p.ink, 2.2); // prettier-ignore
  const grass = (y: number, colour: string) => {
    let d = "";
    for (let blade = 0; blade < 34; blade++) d += `M${n(draw.from(-5, 605))} ${n(y + draw.from(0, 18))}l${n(draw.from(-3, 3))} ${n(-draw.from(7, 16))}`;
    return line(d, colour, 1.8);
  };
  const gold = mix(p.sky[2], p.accent, 0.3);
  return (
    mountain(draw.from(210, 390), 158, 272, 330, land(p, 0.1), land(p, 0.22)) +
    ridge(draw, 266, 14, 7, land(p, 0.36)) +
    acacia(draw.from(80, 120), 284, 44, land(p, 0.7), land(p, 0.55)) + acacia(draw.from(500, 540), 286, 52, land(p, 0.7), land(p, 0.55)) + acacia(draw.from(330, 360), 280, 30, land(p, 0.6), land(p, 0.5)) +
    ridge(draw, 286, 8, 5, mix(gold, p.near, 0.28)) +
    at(draw.from(160, 190), 322, 0.6, giraffe(mix(p.near, p.accent, 0.35))) + at(draw.from(330, 360), 316, 0.46, giraffe(mix(p.near, p.accent, 0.25)), true) +
    ridge(draw, 322, 10, 4, mix(gold, p.near, 0.46)) +
    [0, 1, 2].map((index) => at(draw.from(90, 110) + index * 46, 346 + index * 5, 0.8, zebra, draw.chance(0.4))).join("") +
    grass(340, mix(p.ink, gold, 0.5)) +
    at(draw.from(250, 280), 374, 1.2, giraffe(mix(p.ink, p.near, 0.3)), draw.chance(0.5)) +
    acacia(draw.from(470, 490), 386, draw.from(170, 190), p.ink, mix(p.leaf, p.ink, 0.4)) +
    ridge(draw, 378, 9, 6, mix(p.ink, p.near, 0.25)) + grass(384, p.ink) + grass(396, p.ink)
  ); // prettier-ignore
};

/** Combed rows of tea on round hills, a verandahed house, cedars. */
export const teaHills: Scene = ({ p, draw, id }) => {
  const hill = (x: number, y: number, rx: number, ry: number, t: number) => {
    const green = mix(mix(p.leaf, p.far, 0.55 - t * 0.5), p.ink, t * 0.22);
    let rows = "";
    for (let row = 1; row < 9; row++) {
      const s = row / 9;
      rows += `M${n(x - rx)} ${n(y + ry * s * 1.1)}Q${n(x - rx * 0.1)} ${n(y - ry * (1 - s) * 1.3 + ry * s * 0.6)} ${n(x + rx)} ${n(y + ry * s * 1.3)}`;
    }
    return ellipse(x, y + ry, rx, ry * 1.35, green) + fade(0.7, line(rows, mix(green, p.light, 0.28), 2.8));
  };
  const roof = mix(p.accent, p.ink, 0.08);
  const house =
    rect(-86, -40, 172, 44, p.light) + [-70, -42, -14, 14, 42, 70].map((x) => rect(x - 8, -30, 16, 34, mix(p.near, p.ink, 0.2)) + rect(x - 6, -28, 12, 20, mix(p.sun, p.light, 0.2))).join("") +
    poly([[-110, -34], [-66, -76], [66, -76], [110, -34]], roof) + poly([[20, -34], [44, -76], [66, -76], [110, -34]], mix(roof, p.ink, 0.25)) + rect(26, -94, 14, 24, mix(roof, p.ink, 0.35)) +
    line("M-100 4V-34M-60 4V-34M-20 4V-34M20 4V-34M60 4V-34M100 4V-34M-104 -8H104", p.light, 3) + rect(-110, 2, 220, 5, mix(p.near, p.ink, 0.3)); // prettier-ignore
  const cedar = (x: number, y: number, h: number, fill: string) => rect(x - 2, y - 8, 4, 10, p.ink) + [0, 1, 2, 3].map((tier) => poly([[x - h * (0.26 - tier * 0.05), y - h * tier * 0.22 - 6], [x, y - h * (0.42 + tier * 0.2)], [x + h * (0.26 - tier * 0.05), y - h * tier * 0.22 - 6]], fill)).join(""); // prettier-ignore
  return (
    mountain(draw.from(380, 460), 122, 262, 260, land(p, 0.1), land(p, 0.2)) +
    ridge(draw, 240, 24, 5, land(p, 0.3)) +
    stamp(`${id}c`, cedar(0, 0, 48, land(p, 0.52))) + [...Array(15).keys()].map((index) => put(`${id}c`, index * 42 + draw.from(-8, 8), 262 + draw.from(-4, 6), draw.from(0.8, 1.25))).join("") +
    fade(0.6, rect(-20, 250, 280, 10, p.light, 5) + rect(320, 258, 300, 10, p.light, 5)) +
    hill(130, 262, 240, 90, 0.1) + hill(480, 258, 260, 100, 0.25) +
    cedar(196, 290, 96, land(p, 0.85)) + cedar(414, 288, 108, land(p, 0.85)) + cedar(436, 294, 80, land(p, 0.95)) +
    at(draw.from(290, 312), 288, 1, house, draw.chance(0.5)) +
    hill(300, 300, 330, 90, 0.5) + hill(70, 336, 230, 70, 0.75) + hill(540, 340, 240, 70, 0.9) +
    [draw.from(250, 280), draw.from(320, 360)].map((x) => path(`M${n(x - 9)} 366l4 -26q5 -8 11 0l4 26Z`, p.accent) + circle(x + 1, 333, 5, p.ink) + path(`M${n(x - 15)} 334Q${n(x + 1)} 318 ${n(x + 17)} 334Z`, p.light) + ellipse(x - 9, 346, 6, 9, mix(p.sun, p.near, 0.4))).join("") +
    ridge(draw, 388, 12, 8, mix(p.leaf, p.ink, 0.6))
  ); // prettier-ignore
};
