import { land, mix } from "../palettes.ts";
import type { Canvas, Scene } from "../scene.ts";
import { at, boxes, circle, ellipse, fade, line, n, palm, path, poly, put, rect, ridge, stamp, tree, water, type Box } from "../shapes.ts";

/** A row of towers along the horizon, higher to the middle. */
function skyline({ p, draw, glass }: Canvas, base: number, high: number, nearness: number): string {
  const [lit, shade, masts]: [Box[], Box[], Box[]] = [[], [], []];
  let panes = "";
  for (let x = -14; x < 600;) {
    const width = draw.from(26, 52);
    const middle = 1 - Math.abs(x + width / 2 - 300) / 420;
    const height = high * draw.from(0.4, 1) * (0.45 + middle * 0.55);
    lit.push([x, base - height, width, height + 4]);
    shade.push([x + width * 0.68, base - height, width * 0.32, height + 4]);
    for (let column = x + 7; column < x + width * 0.66; column += 9) panes += `M${n(column)} ${n(base - height + 7)}V${n(base - 4)}`;
    if (draw.chance(0.25)) masts.push([x + width / 2 - 1, base - height - 20, 2, 20]);
    x += width + draw.from(-2, 9);
  }
  return (
    boxes([...lit, ...masts], land(p, nearness)) +
    boxes(shade, land(p, nearness + 0.18)) +
    line(panes, mix(glass, land(p, nearness), p.dark ? 0.15 : 0.55), 4, 'stroke-dasharray="5 6"')
  );
}

/** A flame-topped obelisk in a park among towers. */
export const monumentSkyline: Scene = (canvas) => {
  const { p, draw, sunX } = canvas;
  const stone = mix(p.light, p.near, 0.12);
  return (
    skyline(canvas, 300, 150, 0.18) +
    skyline(canvas, 306, 84, 0.5) +
    rect(-10, 302, 620, 110, mix(p.leaf, p.near, 0.35)) +
    stamp(`${canvas.id}t`, tree(draw, 0, 0, 28, p.ink, mix(p.leaf, p.ink, 0.4), mix(p.leaf, p.near, 0.2))) +
    [...Array(12).keys()].map((index) => put(`${canvas.id}t`, index * 54 + draw.from(-8, 8), 316, draw.from(0.8, 1.2))).join("") +
    poly([[291, 300], [296, 106], [304, 106], [309, 300]], stone) + poly([[300, 300], [300, 106], [304, 106], [309, 300]], mix(stone, p.near, 0.35)) +
    poly([[286, 106], [290, 97], [310, 97], [314, 106]], stone) +
    path("M291 97C284 82 296 78 298 60C310 72 316 82 309 97Z", mix(p.accent, p.sun, 0.3)) +
    path("M250 300Q300 268 350 300L344 308H256Z", stone) + path("M300 300Q322 280 350 300L344 308H300Z", mix(stone, p.near, 0.35)) +
    path("M276 400L292 312H308L324 400Z", mix(p.light, p.sun, 0.3)) +
    fade(0.9, water(draw, 340, p.water, p.light, sunX)) +
    path("M-10 346V338H276L272 346ZM328 346L324 338H610V346Z", mix(p.leaf, p.ink, 0.3)) +
    path("M268 400L289 330H311L332 400Z", mix(p.light, p.sun, 0.35)) +
    palm(draw, 60, 408, 190, 20, p.ink) + palm(draw, 120, 408, 130, -14, p.ink) +
    palm(draw, 540, 408, 200, -24, p.ink) + palm(draw, 478, 408, 120, 12, p.ink)
  ); // prettier-ignore
};

/** Garden towers and a three-legged roof across a bay. */
export const gardenBay: Scene = (canvas) => {
  const { p, draw, sunX } = canvas;
  const trunk = mix(p.accent, p.near, 0.35);
  const supertree = (x: number, base: number, s: number) => {
    let ribs = "";
    for (let rib = -4; rib <= 4; rib++) ribs += `M${n(x + rib * s)} ${n(base - 20 * s)}Q${n(x + rib * 2.4 * s)} ${n(base - 74 * s)} ${n(x + rib * 12 * s)} ${n(base - 104 * s)}`;
    return path(`M${n(x - 8 * s)} ${n(base)}Q${n(x - 5 * s)} ${n(base - 50 * s)} ${n(x - 14 * s)} ${n(base - 92 * s)}H${n(x + 14 * s)}Q${n(x + 5 * s)} ${n(base - 50 * s)} ${n(x + 8 * s)} ${n(base)}Z`, mix(p.leaf, p.ink, 0.35)) + line(ribs, trunk, 2.2 * s) + ellipse(x, base - 105 * s, 49 * s, 6 * s, trunk) + ellipse(x, base - 108 * s, 36 * s, 3.4 * s, mix(p.light, p.accent, 0.4)); // prettier-ignore
  };
  const leg = (x: number) => poly([[x, 296], [x + 8, 176], [x + 36, 176], [x + 40, 296]], land(p, 0.42)) + poly([[x + 25, 296], [x + 25, 176], [x + 36, 176], [x + 40, 296]], land(p, 0.62)) + line(`M${x + 16} 186V292`, canvas.glass, 11, 'stroke-dasharray="3 6" opacity=".7"'); // prettier-ignore
  return (
    skyline(canvas, 298, 100, 0.14) +
    leg(212) + leg(280) + leg(348) +
    path("M188 166Q300 152 424 158L438 166Q430 178 400 178H204Q190 176 188 166Z", mix(p.light, p.near, 0.2)) + line("M204 163Q300 151 410 158", p.leaf, 5, 'stroke-linecap="round" stroke-dasharray="7 8"') +
    water(draw, 296, p.water, p.dark ? p.accent : p.light, sunX) +
    supertree(118, 346, 1.15) + supertree(486, 350, 1.3) + supertree(196, 362, 0.8) + supertree(402, 364, 0.72) +
    ridge(draw, 356, 12, 7, mix(p.leaf, p.ink, 0.4)) +
    tree(draw, 40, 394, 56, p.ink, mix(p.leaf, p.ink, 0.55), mix(p.leaf, p.ink, 0.2)) +
    tree(draw, 574, 398, 66, p.ink, mix(p.leaf, p.ink, 0.55), mix(p.leaf, p.ink, 0.2)) +
    ridge(draw, 384, 12, 9, p.ink)
  ); // prettier-ignore
};

/** Pastel shophouses with shutters and a covered way. */
export const shophouses: Scene = (canvas) => {
  const { p, draw, glass } = canvas;
  const paints = [p.accent, mix(p.light, p.sun, 0.3), mix(p.leaf, p.light, 0.3), mix(p.far, p.light, 0.35), mix(p.water, p.light, 0.15), mix(p.near, p.light, 0.45)];
  let offset = Math.floor(draw.from(0, 6));
  let houses = "";
  for (let x = -46; x < 600; x += 98) {
    const wall = paints[offset++ % paints.length]!;
    const top = 148 + draw.from(-14, 14);
    const shutter = mix(wall === p.accent ? p.light : p.accent, p.near, draw.from(0, 0.35));
    houses += rect(x, top, 98, 230, wall) + rect(x + 88, top, 10, 230, mix(wall, p.ink, 0.16));
    houses += draw.chance(0.5) ? path(`M${n(x)} ${n(top)}V${n(top - 14)}Q${n(x + 24)} ${n(top - 14)} ${n(x + 49)} ${n(top - 38)}Q${n(x + 74)} ${n(top - 14)} ${n(x + 98)} ${n(top - 14)}V${n(top)}Z`, wall) : poly([[x - 3, top], [x + 8, top - 26], [x + 90, top - 26], [x + 101, top]], mix(p.accent, p.ink, 0.4)); // prettier-ignore
    houses += rect(x - 1, top, 100, 6, p.light);
    for (const y of [top + 20, top + 94]) {
      houses += rect(x + 4, y + 62, 90, 4, mix(p.light, wall, 0.3));
      houses += `<g color="${shutter}">${put(`${canvas.id}w`, x, y)}</g>`;
    }
    houses += put(`${canvas.id}d`, x, 0);
  }
  const columns = [12, 39, 66];
  return (
    stamp(`${canvas.id}w`, path(columns.map((x) => `M${x} 58V10q10 -16 20 0V58Z`).join(""), glass) + line(columns.map((x) => `M${x + 1} 12V58M${x + 19} 12V58`).join(""), "currentColor", 8) + fade(0.3, line(columns.map((x) => `M${x + 1} 15V56M${x + 19} 15V56`).join(""), p.ink, 6, 'stroke-dasharray="1.4 3"'))) +
    stamp(`${canvas.id}d`, path("M4 380V334Q49 300 94 334V380Z", mix(p.ink, p.near, 0.2)) + circle(49, 336, 12, p.sun, 0.35) + ellipse(49, 336, 7, 8.5, p.accent) + line("M49 318v9", p.light, 1.4)) +
    skyline(canvas, 240, 150, 0.16) +
    houses +
    rect(-10, 372, 620, 40, mix(p.near, p.ink, 0.45)) + rect(-10, 372, 620, 5, mix(p.light, p.near, 0.3)) +
    palm(draw, 52, 404, 150, 10, p.ink) + tree(draw, 548, 394, 60, p.ink, mix(p.leaf, p.ink, 0.45), mix(p.leaf, p.ink, 0.15))
  ); // prettier-ignore
};

/** Step-gabled warehouses on a canal. */
export const canalGables: Scene = (canvas) => {
  const { p, draw, glass, sunX } = canvas;
  const paints = [mix(p.light, p.sun, 0.25), mix(p.accent, p.near, 0.15), mix(p.far, p.light, 0.3), mix(p.near, p.light, 0.3), mix(p.light, p.far, 0.25)];
  let houses = "";
  let mirror = "";
  let house = Math.floor(draw.from(0, 5));
  for (let x = -30; x < 610; x += 92) {
    const wall = paints[house++ % paints.length]!;
    const top = 166 + draw.from(-16, 20);
    const mid = x + 46;
    const gable: [number, number][] = [[x, top]];
    for (let step = 0; step < 4; step++) gable.push([x + step * 11, top - step * 15], [x + step * 11, top - step * 15 - 15]);
    for (let step = 3; step >= 0; step--) gable.push([x + 92 - step * 11, top - step * 15 - 15], [x + 92 - step * 11, top - step * 15]);
    houses += poly(gable, wall) + rect(x, top - 1, 92, 310 - top, wall) + rect(x + 82, top - 1, 10, 310 - top, mix(wall, p.ink, 0.15)) + circle(mid, top - 30, 8, glass);
    for (const y of [top + 6, top + 52, top + 98]) {
      if (y > 272) continue;
      houses += put(`${canvas.id}w`, x, y);
    }
    houses += rect(mid - 12, 276, 24, 34, mix(p.leaf, p.ink, 0.35));
    mirror += rect(x + 6, 326, 80, draw.from(26, 46), mix(wall, p.water, 0.35));
  }
  const boat = path("M-70 -8Q-56 16 0 16Q56 16 74 -14Q40 -2 0 -2Q-46 -2 -70 -8Z", p.ink) + line("M-6 0V-86", p.ink, 3) + poly([[-2, -84], [-2, -8], [48, -14]], p.light) + poly([[-10, -76], [-10, -8], [-42, -10]], p.accent); // prettier-ignore
  const columns = [10, 36, 62];
  return (
    stamp(`${canvas.id}w`, boxes(columns.map((x) => [x, 0, 18, 30]), p.light) + boxes(columns.map((x) => [x + 2, 2, 14, 26]), glass) + line(columns.map((x) => `M${x + 9} 0v30M${x} 14h18`).join(""), p.light, 1.6)) +
    houses +
    rect(-10, 308, 620, 16, mix(p.light, p.near, 0.45)) + rect(-10, 320, 620, 5, p.ink) +
    rect(-10, 324, 620, 90, p.water) + fade(0.6, mirror) + fade(0.75, water(draw, 326, p.water, p.light, sunX)) +
    at(draw.from(260, 340), 358, 1, boat, draw.chance(0.5)) +
    tree(draw, 66, 316, 48, p.ink, mix(p.leaf, p.ink, 0.3), p.leaf) + tree(draw, 520, 316, 54, p.ink, mix(p.leaf, p.ink, 0.3), p.leaf)
  ); // prettier-ignore
};

/** Porcelain spires on a river of long-tail boats. */
export const riverPrang: Scene = ({ p, draw, sunX, id }) => {
  const spire = (x: number, base: number, s: number, fill: string, shade: string) => {
    const side = (k: number) =>
      `L${n(x + k * 60 * s)} ${n(base)}L${n(x + k * 54 * s)} ${n(base - 26 * s)}H${n(x + k * 44 * s)}L${n(x + k * 38 * s)} ${n(base - 58 * s)}H${n(x + k * 30 * s)}L${n(x + k * 25 * s)} ${n(base - 92 * s)}H${n(x + k * 19 * s)}C${n(x + k * 17 * s)} ${n(base - 150 * s)} ${n(x + k * 12 * s)} ${n(base - 176 * s)} ${n(x)} ${n(base - 196 * s)}`;
    let bands = "";
    for (const [y, w] of [[8, 56], [18, 54], [34, 42], [46, 40], [66, 29], [78, 27], [100, 18], [116, 17], [132, 15], [148, 13]] as const) bands += `M${n(x - w * s)} ${n(base - y * s)}h${n(2 * w * s)}`; // prettier-ignore
    return (
      path(`M${n(x)} ${n(base)}${side(-1)}Z`, fill) +
      path(`M${n(x)} ${n(base)}${side(1)}Z`, shade) +
      line(bands, p.light, 1.7 * s, 'opacity=".65" stroke-dasharray="5 3"') +
      line(`M${n(x)} ${n(base - 190 * s)}v${n(-26 * s)}`, fill, 2.6 * s)
    );
  };
  const boat = path("M-84 -20Q-70 8 -20 10H46Q78 8 96 -12Q60 -2 0 -2Q-50 -4 -84 -20Z", p.ink) + path("M-30 -4V-20Q8 -34 44 -20V-4Z", p.accent) + line("M-30 -20Q8 -34 44 -20M70 -2L112 10", p.ink, 3) + circle(-78, -18, 5, p.accent); // prettier-ignore
  const [gold, shade] = [mix(p.light, p.accent, 0.32), mix(p.near, p.accent, 0.25)];
  return (
    ridge(draw, 286, 14, 9, land(p, 0.3)) +
    spire(128, 304, 0.5, mix(gold, p.far, 0.3), mix(shade, p.far, 0.4)) + spire(472, 304, 0.5, mix(gold, p.far, 0.3), mix(shade, p.far, 0.4)) +
    spire(214, 308, 0.66, gold, shade) + spire(386, 308, 0.66, gold, shade) +
    spire(300, 310, 1.12, gold, shade) +
    stamp(`${id}t`, tree(draw, 0, 0, 24, p.ink, mix(p.leaf, p.ink, 0.3), mix(p.leaf, p.ink, 0.1))) +
    [...Array(11).keys()].map((index) => put(`${id}t`, index * 60 + draw.from(-10, 10), 316, draw.from(0.8, 1.2))).join("") +
    rect(-10, 306, 620, 9, mix(p.near, p.ink, 0.4)) +
    water(draw, 314, p.water, p.light, sunX) +
    at(draw.from(200, 270), 368, 0.95, boat, draw.chance(0.5)) + at(draw.from(400, 480), 336, 0.5, boat, draw.chance(0.5)) +
    palm(draw, 34, 410, 210, 26, p.ink) + palm(draw, 572, 410, 180, -20, p.ink)
  ); // prettier-ignore
};
