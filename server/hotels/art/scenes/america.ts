import { land, mix } from "../palettes.ts";
import type { Scene } from "../scene.ts";
import { at, block, boxes, circle, fade, line, n, path, poly, put, rect, stamp, tree, water } from "../shapes.ts";

/** Setback towers and spires beyond a river, a bridge's cables at the edge. */
export const skyscrapers: Scene = ({ p, draw, glass, sunX, id }) => {
  const dim = mix(glass, land(p, 0.3), p.dark ? 0.3 : 0.6);
  const far: [number, number, number, number][] = [];
  for (let x = -10; x < 600; x += draw.from(22, 36)) {
    const height = draw.from(70, 170) * (1.1 - Math.abs(x - 300) / 620);
    far.push([x, 306 - height, draw.from(24, 34), height]);
  }
  const setback = (x: number, height: number, t: number) => {
    const [lit, shade] = [land(p, t), land(p, t + 0.22)];
    const top = 312 - height;
    const tier = (w: number, y: number) => rect(x - w, y, w * 2, 312 - y, lit) + rect(x + w * 0.3, y, w * 0.7, 312 - y, shade) + line(Array.from({ length: Math.round(w / 6) }, (_, column) => `M${n(x - w + 6 + column * 8)} ${n(y + 8)}V306`).join(""), mix(glass, lit, p.dark ? 0.05 : 0.5), 3.4, `stroke-dasharray="${draw.pick(["5 6", "4 5", "7 7"])}" stroke-dashoffset="${n(draw.from(0, 9))}"`); // prettier-ignore
    return tier(36, top + height * 0.38) + tier(26, top + height * 0.16) + tier(16, top) + rect(x - 9, top - 14, 18, 14, lit) + rect(x, top - 14, 9, 14, shade);
  };
  const main = Math.round(draw.from(280, 325));
  const crown = Math.round(main + draw.pick([-1, 1]) * draw.from(86, 104));
  const arches = [0, 1, 2, 3].map((ring) => `M${crown - 15 + ring * 3.4} ${122 - ring * 15}Q${crown} ${88 - ring * 17} ${crown + 15 - ring * 3.4} ${122 - ring * 15}Z`).join("");
  return (
    stamp(`${id}t`, tree(draw, 0, 0, 18, p.ink, mix(p.leaf, p.ink, 0.4), mix(p.leaf, p.near, 0.3))) +
    boxes(far, land(p, 0.16)) +
    block(draw, 60, 214, 50, 100, land(p, 0.34), land(p, 0.5), dim) + block(draw, 124, 176, 42, 138, land(p, 0.3), land(p, 0.48), dim) + block(draw, 430, 184, 46, 130, land(p, 0.3), land(p, 0.5), dim) + block(draw, 494, 210, 54, 104, land(p, 0.36), land(p, 0.52), dim) +
    setback(crown, 190, 0.42) + path(arches, mix(p.light, p.accent, 0.35)) + line(`M${crown} 64V28`, mix(p.light, p.accent, 0.35), 2.6) +
    setback(main, 236, 0.5) + poly([[main - 7, 64], [main, 12], [main + 7, 64]], land(p, 0.6)) + circle(main, 14, 3, p.accent) +
    block(draw, 186, 232, 40, 82, land(p, 0.62), land(p, 0.8), glass) + block(draw, 350, 226, 44, 88, land(p, 0.62), land(p, 0.8), glass) + block(draw, 232, 258, 36, 56, land(p, 0.75), land(p, 0.9), glass) + block(draw, 398, 262, 40, 52, land(p, 0.75), land(p, 0.9), glass) +
    [196, 360].map((x) => rect(x + 6, 212, 18, 14, mix(p.near, p.accent, 0.4)) + poly([[x + 4, 213], [x + 15, 203], [x + 26, 213]], p.ink) + line(`M${x + 8} 226v6M${x + 22} 226v6`, p.ink, 2)).join("") +
    [...Array(15).keys()].map((index) => put(`${id}t`, index * 43, 316, draw.from(0.8, 1.25))).join("") +
    water(draw, 313, p.water, p.dark ? p.accent : p.light, sunX) +
    at(draw.from(330, 400), 352, 0.8, path("M-50 0H54L40 18H-40Z", p.accent) + rect(-34, -14, 66, 14, p.light) + line("M-30 -7H30", p.ink, 5, 'stroke-dasharray="7 5"') + rect(-4, -28, 12, 14, p.ink)) +
    path("M-10 410V384H610V410Z", p.ink) + line("M-10 372H610", p.ink, 3) + line("M4 372V386M34 372V386M64 372V386M94 372V386M124 372V386M154 372V386M184 372V386M214 372V386M244 372V386M274 372V386M304 372V386M334 372V386M364 372V386M394 372V386M424 372V386M454 372V386M484 372V386M514 372V386M544 372V386M574 372V386", p.ink, 2) +
    line("M70 386V306", p.ink, 4) + circle(70, 300, 19, p.sun, 0.28) + circle(70, 300, 8, p.sun) + tree(draw, 572, 392, 84, p.ink, mix(p.leaf, p.ink, 0.5), mix(p.leaf, p.ink, 0.2))
  ); // prettier-ignore
};

/** Brownstone stoops under street trees, a bridge above the roofs. */
export const brownstones: Scene = ({ p, draw, glass, id }) => {
  const paints = [mix("#8d4a34", p.near, 0.25), mix("#a9623f", p.far, 0.15), mix("#74392f", p.near, 0.3), mix("#b97a52", p.far, 0.2)];
  let paint = Math.floor(draw.from(0, 4));
  let row = "";
  for (let house = 0; house < 5; house++) {
    const x = -44 + house * 138;
    const top = 128 + draw.from(-8, 8);
    const wall = paints[paint++ % 4]!;
    const trim = mix(wall, p.light, 0.38);
    row +=
      rect(x, top, 138, 300, wall) +
      rect(x - 2, top - 12, 142, 13, mix(wall, p.ink, 0.4)) +
      line(`M${n(x + 4)} ${n(top + 4)}h132`, mix(wall, p.ink, 0.4), 6, 'stroke-dasharray="5 9"') +
      rect(x + 132, top, 6, 300, mix(wall, p.ink, 0.25));
    for (const y of [top + 20, top + 86]) for (const wx of [12, 54, 96]) row += put(`${id}${p.dark || draw.chance(0.25) ? "l" : "w"}`, x + wx, y); // prettier-ignore
    const door = x + 94;
    row += put(`${id}g`, x, 0);
    row +=
      path(`M${n(door - 6)} 338V282Q${n(door + 14)} 258 ${n(door + 34)} 282V338Z`, trim) +
      path(`M${n(door)} 338V285Q${n(door + 14)} 270 ${n(door + 28)} 285V338Z`, [p.accent, mix(p.leaf, p.ink, 0.3), p.ink][house % 3]!) +
      circle(door + 14, 288, 4.5, p.sun);
    row += put(`${id}s`, door, 0);
  }
  const tone = mix(mix("#a9623f", p.far, 0.15), p.light, 0.38);
  const pane = (fill: string) => boxes([[-3, -7, 34, 7], [-3, 46, 34, 5]], tone) + rect(0, 0, 28, 46, p.light) + boxes([[2.5, 2, 23, 18.7], [2.5, 23.3, 23, 20.7]], fill); // prettier-ignore
  const stoop = [0, 1].map((odd) => boxes([0, 2, 4].map((pair) => pair + odd).map((step) => [-6 - step * 4, 336 + step * 7, 40 + step * 8, 7.5] as const), mix(tone, p.ink, odd ? 0.18 : 0.05))).join("") + line("M-8 330L-32 372M36 330L60 372", p.ink, 3) + line("M-32 370h0M60 370h0", p.ink, 8, 'stroke-linecap="round"'); // prettier-ignore
  const ground = boxes([[12, 284, 24, 56], [50, 284, 24, 56]], p.light) + boxes([[14.5, 287, 19, 24], [14.5, 313.5, 19, 23], [52.5, 287, 19, 24], [52.5, 313.5, 19, 23]], glass); // prettier-ignore
  const stone = land(p, 0.36);
  let cables = "";
  for (let x = 20; x < 600; x += 22) cables += `M300 30L${x} 118`;
  return (
    stamp(`${id}w`, pane(glass)) + stamp(`${id}l`, pane(mix(p.sun, p.accent, 0.2))) + stamp(`${id}s`, stoop) + stamp(`${id}g`, ground) +
    line("M300 30Q120 100 -10 108M300 30Q480 100 610 108", stone, 4) + fade(0.6, line(cables, stone, 1.2)) +
    path("M262 140V36H338V140H326V70Q316 52 306 70V140H294V70Q284 52 274 70V140Z", stone) + rect(256, 28, 88, 10, stone) +
    row +
    rect(-10, 378, 620, 34, mix(p.light, p.near, 0.5)) + line("M-10 379H610", mix(p.light, p.near, 0.25), 3) + line("M-10 400H610", mix(p.near, p.ink, 0.3), 14) +
    [draw.from(90, 120), draw.from(250, 290), draw.from(410, 440), draw.from(560, 590)].map((x, index) => tree(draw, x, 388, 88 - (index % 2) * 8, p.ink, index % 2 ? mix(p.leaf, p.accent, 0.15) : mix(p.leaf, p.sun, 0.15), mix(p.leaf, p.sun, 0.4))).join("") +
    at(draw.from(180, 210), 388, 1, circle(-18, -10, 11, "none") + line("M-18 -10m-11 0a11 11 0 1 0 22 0a11 11 0 1 0 -22 0M20 -10m-11 0a11 11 0 1 0 22 0a11 11 0 1 0 -22 0M-18 -10L-8 -28H12L20 -10L2 -10L-8 -28M2 -10L12 -28L9 -35H18M-12 -33H-4", p.ink, 2.6)) +
    line([...Array(16).keys()].map(() => `M${n(draw.from(0, 600))} ${n(draw.from(384, 398))}h0`).join(""), mix(p.leaf, p.sun, 0.4), 5, 'stroke-linecap="round"')
  ); // prettier-ignore
};
