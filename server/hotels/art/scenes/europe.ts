import { land, mix } from "../palettes.ts";
import type { Scene } from "../scene.ts";
import { at, boxes, circle, fade, line, n, path, poly, put, rect, ridge, stamp, tree, water, type Box } from "../shapes.ts";

/** A yellow tram climbing between tiled houses, the river at the end of the street. */
export const tramHill: Scene = ({ p, draw, glass, sunX, id }) => {
  const walls = [mix(p.light, p.sun, 0.3), mix(p.far, p.light, 0.35), mix(p.water, p.light, 0.3), mix(p.accent, p.light, 0.3), mix(p.light, p.far, 0.3)];
  let paint = Math.floor(draw.from(0, 5));
  const house = (x: number, top: number, width: number, foot: number) => {
    const wall = walls[paint++ % walls.length]!;
    let all = rect(x, top, width, foot - top, wall) + rect(x + width - 7, top, 7, foot - top, mix(wall, p.ink, 0.14)) + poly([[x - 4, top + 2], [x + 8, top - 22], [x + width - 8, top - 22], [x + width + 4, top + 2]], mix("#c4563a", p.near, 0.3)); // prettier-ignore
    for (let y = top + 14; y < foot - 40; y += 50) {
      for (let wx = x + 10; wx < x + width - 22; wx += 34) all += put(`${id}w`, wx, y);
    }
    return all;
  };
  const tram =
    path("M-46 -92Q-46 -104 -34 -104H34Q46 -104 46 -92V0H-46Z", mix(p.sun, "#f0b323", 0.65)) + rect(-46, -40, 92, 9, p.light) + rect(-38, -86, 20, 36, glass, 3) + rect(-12, -86, 24, 36, glass, 3) + rect(18, -86, 20, 36, glass, 3) +
    rect(-30, -102, 60, 9, p.ink, 2) + circle(0, -20, 9, p.light) + circle(0, -20, 6, p.sun) + rect(-40, -2, 80, 9, p.ink, 2) + circle(-32, -22, 4, p.accent) + circle(32, -22, 4, p.accent) + line("M0 -104V-128M-26 -128H26", p.ink, 2.4); // prettier-ignore
  const road = mix(p.near, p.light, 0.35);
  return (
    stamp(`${id}w`, rect(-2, -2, 20, 34, p.light) + rect(0, 0, 16, 30, glass) + line("M8 0v30M0 14h16", p.light, 1.5) + line("M-4 26h24", p.ink, 7, 'stroke-dasharray="1.5 2.2"')) +
    ridge(draw, 226, 14, 6, land(p, 0.2)) + water(draw, 230, p.water, p.light, sunX, 300) +
    at(draw.from(270, 330), 246, 0.5, poly([[0, 0], [0, -60], [34, 0]], p.light) + poly([[-4, 0], [-4, -48], [-24, 0]], p.light) + path("M-30 3H40L28 13H-20Z", p.ink)) +
    house(176, 196, 56, 330) + house(368, 190, 58, 330) +
    house(100, 158, 84, 356) + house(418, 150, 88, 356) +
    house(-16, 104, 122, 400) + house(500, 96, 122, 400) +
    poly([[246, 288], [354, 288], [520, 410], [80, 410]], road) + fade(0.5, line("M230 316H370M206 338H394M172 362H428M132 388H470", mix(road, p.ink, 0.35), 2, 'stroke-dasharray="14 5"')) +
    line("M283 288L232 410M317 288L368 410", p.ink, 3) + line("M-10 66L300 178L610 52", p.ink, 1.6) +
    at(300, 354, draw.from(0.98, 1.08), tram) +
    line("M106 132Q160 176 220 180T380 176T500 124", p.ink, 1.2) + [...Array(9).keys()].map((flag) => poly([[128 + flag * 42, 148 + Math.sin(flag / 2.6) * 30], [142 + flag * 42, 149 + Math.sin(flag / 2.6) * 30], [135 + flag * 42, 164 + Math.sin(flag / 2.6) * 30]], [p.accent, p.light, p.sun][flag % 3]!)).join("") // prettier-ignore
  );
};

/** A long suspension bridge over a wide river, boats under sail. */
export const riverBridge: Scene = ({ p, draw, sunX }) => {
  const red = mix("#c8442f", p.near, 0.25);
  const tower = (x: number) => rect(x - 9, 92, 6, 214, red) + rect(x + 3, 92, 6, 214, mix(red, p.ink, 0.3)) + line(`M${x - 6} 106h12M${x - 6} 146L${x + 6} 176M${x + 6} 146L${x - 6} 176M${x - 6} 190L${x + 6} 220M${x + 6} 190L${x - 6} 220`, red, 3) + rect(x - 18, 300, 36, 14, mix(p.near, p.ink, 0.3)); // prettier-ignore
  let hangers = "";
  for (let x = 10; x < 600; x += 13) {
    const dip = x < 160 ? (160 - x) * 0.95 : x > 440 ? (x - 440) * 0.95 : 142 * (1 - ((x - 300) / 140) ** 2);
    hangers += `M${x} ${n(Math.min(242, 96 + dip))}V244`;
  }
  const boat = (sail: string) => path("M-52 0Q-38 16 0 16H24Q48 14 56 -4Z", p.ink) + line("M0 0V-96", p.ink, 3) + path("M4 -94Q56 -50 50 -8H4Z", sail) + path("M-4 -84Q-40 -40 -40 -8H-4Z", p.light); // prettier-ignore
  const statue = rect(-5, -58, 10, 58, mix(p.near, p.light, 0.25)) + line("M-16 -70H16", mix(p.near, p.light, 0.25), 5) + rect(-3, -80, 6, 24, mix(p.near, p.light, 0.25));
  return (
    ridge(draw, 264, 40, 4, land(p, 0.18)) + at(draw.from(470, 500), 246, 0.85, statue) + ridge(draw, 284, 20, 7, land(p, 0.36)) +
    line("M-10 262L160 96Q300 334 440 96L610 262", red, 4.4) + line(hangers, red, 1.2) + rect(-10, 243, 620, 9, red) + line("M-10 254H610", mix(red, p.ink, 0.4), 4, 'stroke-dasharray="10 4"') +
    tower(160) + tower(440) +
    water(draw, 304, p.water, p.light, sunX) +
    at(draw.from(270, 330), 350, 0.95, boat(p.accent), draw.chance(0.5)) + at(draw.from(420, 470), 326, 0.5, boat(p.light)) + at(draw.from(120, 170), 330, 0.42, boat(p.sun), true) +
    path("M-10 410V380Q60 372 130 392T260 410Z", p.ink) + line("M40 386V300", p.ink, 3) + circle(40, 294, 22, p.sun, 0.25) + path("M32 300L35 286H45L48 300Z", p.sun) + line("M30 300H50", p.ink, 3)
  ); // prettier-ignore
};

/** Zinc roofs, chimney pots and a far iron tower. */
export const zincRooftops: Scene = ({ p, draw, glass, id }) => {
  const zinc = (t: number) => mix(land(p, t), "#8fa3b8", 0.22);
  const roofs = (base: number, t: number, width: number, lit: boolean) => {
    let all = "";
    for (let x = -40 - draw.from(0, 30); x < 610; x += width) {
      const top = base - draw.from(0, 34);
      const w = width - 4;
      const wall = mix(p.light, land(p, t), 0.25 + t * 0.35);
      all += rect(x, top + 44, w, 410 - top, wall) + poly([[x - 2, top + 46], [x + 12, top], [x + w - 12, top], [x + w + 2, top + 46]], zinc(t)) + poly([[x + w * 0.72, top + 46], [x + w * 0.72, top], [x + w - 12, top], [x + w + 2, top + 46]], zinc(t + 0.18)) + rect(x - 3, top + 44, w + 6, 4, mix(zinc(t), p.ink, 0.3)) + line(`M${n(x + 12)} ${n(top)}h${n(w - 24)}`, mix(zinc(t), p.light, 0.4), 2); // prettier-ignore
      const count = Math.max(2, Math.floor(w / 34));
      for (let dormer = 0; dormer < count; dormer++) {
        const dx = x + (w / count) * (dormer + 0.5);
        all += put(`${id}${lit && draw.chance(0.5) ? "l" : "w"}`, dx, top);
      }
      if (draw.chance(0.75)) {
        const cx = x + w * draw.from(0.2, 0.6);
        all += put(`${id}c`, cx, top);
      }
    }
    return all;
  };
  const iron = mix(land(p, 0.75), p.ink, p.dark ? 0.3 : 0);
  const dormer = (pane: string) =>
    path("M-9 40V18q9 -12 18 0V40Z", p.light) +
    boxes(
      [
        [-6, 20, 12, 20],
        [-6, 58, 12, 26],
      ],
      pane,
    ) +
    line("M-10 82h20", p.ink, 4, 'stroke-dasharray="1.4 1.6"');
  const tower = (x: number) => path(`M${x - 40} 284Q${x - 14} 210 ${x - 5} 84H${x + 5}Q${x + 14} 210 ${x + 40} 284H${x + 25}Q${x} 236 ${x - 25} 284Z`, iron) + rect(x - 1.2, 62, 2.4, 24, iron) + rect(x - 19, 208, 38, 6, iron) + rect(x - 11, 158, 22, 5, iron) + line(`M${x - 8} 156L${x + 6} 120M${x + 8} 156L${x - 6} 120M${x - 15} 206L${x + 10} 164M${x + 15} 206L${x - 10} 164`, p.sky[1], 1.6); // prettier-ignore
  const cat = path("M0 0Q-4 -16 6 -20L5 -29L10 -24H16L21 -29L20 -18Q24 -6 18 0ZM0 -1Q-18 2 -20 -14Q-20 -20 -15 -18Q-14 -8 0 -8Z", p.ink);
  return (
    stamp(`${id}w`, dormer(glass)) + (p.dark ? stamp(`${id}l`, dormer(p.sun)) : "") +
    stamp(`${id}c`, rect(0, -26, 30, 28, mix(p.light, p.near, 0.55)) + boxes([[3, -37, 6, 12], [12, -37, 6, 12], [21, -37, 6, 12]], mix("#c4563a", p.near, 0.3))) +
    ridge(draw, 256, 26, 5, land(p, 0.12)) + tower(Math.round(draw.from(220, 380))) +
    roofs(262, 0.3, 84, p.dark) + roofs(296, 0.58, 118, p.dark) +
    path("M-10 410V372H610V410Z", zinc(0.9)) + line("M-10 372H610", mix(zinc(0.9), p.light, 0.35), 3) + line("M40 374V410M120 374V410M200 374V410M280 374V410M360 374V410M440 374V410M520 374V410", mix(zinc(0.9), p.ink, 0.35), 2) +
    at(draw.from(230, 350), 373, 1.1, cat, draw.chance(0.5)) +
    rect(60, 330, 54, 46, mix(p.near, p.accent, 0.4)) + [64, 80, 96].map((x) => rect(x, 312, 11, 20, "#b9553d")).join("") +
    [500, 526, 552].map((x) => path(`M${x - 9} 372L${x - 11} 354H${x + 11}L${x + 9} 372Z`, "#b9553d") + circle(x - 5, 346, 7, p.leaf) + circle(x + 5, 344, 8, p.leaf) + circle(x, 340, 4, p.accent) + circle(x + 6, 338, 3, p.light)).join("")
  ); // prettier-ignore
};

/** A stone bridge of arches, quays under planes, a cathedral's towers. */
export const riverArches: Scene = ({ p, draw, glass, sunX, id }) => {
  const stone = mix(p.light, p.near, 0.28);
  const fronts = (x: number, step: number) => {
    let all = "";
    for (let house = 0; house < 4; house++) {
      const hx = x + house * step * 46;
      const top = 206 - draw.from(0, 18);
      all += rect(hx, top, 46, 290 - top, mix(p.light, p.far, 0.2 + (house % 2) * 0.2)) + poly([[hx, top], [hx + 7, top - 28], [hx + 39, top - 28], [hx + 46, top]], land(p, 0.6)) + line(`M${n(hx + 12)} ${n(top + 10)}V282M${n(hx + 23)} ${n(top + 10)}V282M${n(hx + 34)} ${n(top + 10)}V282`, glass, 6, 'stroke-dasharray="13 9"'); // prettier-ignore
    }
    return all;
  };
  const church = mix(p.light, p.near, 0.42);
  const cx = draw.from(270, 320);
  const cathedral = rect(cx - 50, 196, 100, 90, church) + rect(cx - 50, 140, 34, 146, church) + rect(cx + 16, 140, 34, 146, church) + rect(cx + 38, 140, 12, 146, mix(church, p.ink, 0.2)) + rect(cx - 28, 140, 12, 146, mix(church, p.ink, 0.15)) + circle(cx, 218, 13, glass) + circle(cx, 218, 8, mix(p.accent, p.sun, 0.4)) + line(`M${n(cx - 39)} 150V190M${n(cx + 27)} 150V190`, glass, 7) + poly([[cx - 4, 198], [cx, 96], [cx + 4, 198]], mix(church, p.ink, 0.25)) + line(`M${n(cx - 50)} 196h100M${n(cx - 50)} 238h100`, mix(church, p.light, 0.4), 2.6); // prettier-ignore
  let bridge = "M-10 288Q300 262 610 288V356";
  for (let arch = 4; arch >= 0; arch--) {
    const ax = -10 + arch * 124;
    bridge += `H${ax + 112}C${ax + 108} 300 ${ax + 20} 300 ${ax + 14} 356`;
  }
  const barge = path("M-90 -4H92L80 16H-76Z", p.ink) + rect(-50, -20, 84, 16, p.accent) + line("M-42 -12H30", p.light, 6, 'stroke-dasharray="9 7"') + circle(60, -10, 5, p.sun);
  return (
    ridge(draw, 250, 16, 6, land(p, 0.18)) +
    fronts(-30, 1) + fronts(584, -1) + cathedral +
    stamp(`${id}t`, tree(draw, 0, 0, 40, p.ink, mix(p.leaf, p.near, 0.3), mix(p.leaf, p.light, 0.15))) + [178, 424, 216, 392].map((x) => put(`${id}t`, x + draw.from(-8, 8), 292)).join("") +
    water(draw, 316, p.water, p.light, sunX) +
    path(`${bridge}Z`, stone) + line("M-10 288Q300 262 610 288", mix(stone, p.light, 0.55), 6) + fade(0.4, line("M-10 299Q300 273 610 299", p.ink, 2.4)) +
    [114, 238, 362, 486].map((x) => line(`M${x} 276V248`, p.ink, 2.4) + circle(x, 244, 13, p.sun, 0.25) + circle(x, 244, 5, p.sun)).join("") +
    at(draw.from(240, 340), 378, 0.9, barge, draw.chance(0.5)) +
    tree(draw, 24, 410, 112, p.ink, mix(p.leaf, p.ink, 0.45), mix(p.leaf, p.ink, 0.15)) + tree(draw, 584, 414, 100, p.ink, mix(p.leaf, p.ink, 0.45), mix(p.leaf, p.ink, 0.15))
  ); // prettier-ignore
};

/** A clock tower and its long palace on a tidal river. */
export const clockRiver: Scene = ({ p, draw, glass, sunX }) => {
  const stone = mix(mix(p.light, "#d9b46a", 0.4), p.near, 0.22);
  const shade = mix(stone, p.ink, 0.22);
  const x = Math.round(draw.pick([226, 366]));
  const away = x < 300 ? 1 : -1;
  const clock =
    rect(x - 22, 126, 44, 176, stone) + rect(x + 8, 126, 14, 176, shade) + line(`M${x - 14} 176V300M${x - 4} 176V300M${x + 4} 176V300`, shade, 3, 'stroke-dasharray="26 6"') + rect(x - 26, 118, 52, 50, stone) + rect(x + 10, 118, 16, 50, shade) + circle(x, 143, 19, p.light) + circle(x, 143, 15.5, p.dark ? p.sun : mix(p.light, p.sun, 0.5)) +
    line(`M${x} 143V131M${x} 143L${x + 8} 148`, p.ink, 2.4, 'stroke-linecap="round"') + rect(x - 28, 112, 56, 7, shade) + poly([[x - 24, 112], [x - 14, 84], [x + 14, 84], [x + 24, 112]], land(p, 0.8)) + rect(x - 12, 74, 24, 10, stone) + poly([[x - 14, 75], [x, 34], [x + 14, 75]], land(p, 0.8)) + line(`M${x} 36V22`, p.ink, 2); // prettier-ignore
  let palace = "";
  for (let bay = 0; bay < 9; bay++) {
    const bx = x + away * (24 + bay * 40) - (away < 0 ? 40 : 0);
    palace += rect(bx, 236, 40, 66, stone) + rect(bx + 35, 228, 5, 74, shade) + line(`M${n(bx + 9)} 246V298M${n(bx + 18)} 246V298M${n(bx + 27)} 246V298`, glass, 4.4, 'stroke-dasharray="20 7"') + poly([[bx + 35, 229], [bx + 37.5, 210], [bx + 40, 229]], shade) + poly([[bx, 236], [bx + 4, 226], [bx + 32, 226], [bx + 36, 236]], land(p, 0.8)); // prettier-ignore
  }
  const far = x + away * 250;
  palace +=
    rect(far - 22, 170, 44, 132, stone) +
    rect(far + 8, 170, 14, 132, shade) +
    [-22, 18]
      .map((dx) =>
        poly(
          [
            [far + dx, 171],
            [far + dx + 2, 148],
            [far + dx + 4, 171],
          ],
          shade,
        ),
      )
      .join("") +
    line(`M${far - 12} 184V230M${far} 184V230`, glass, 6);
  let bridge = `M-10 296H610V316`;
  for (let arch = 5; arch >= 0; arch--) bridge += `H${arch * 104 + 84}Q${arch * 104 + 40} 296 ${arch * 104 - 4} 316`;
  const bus = rect(-26, -34, 52, 32, "#c9372c", 4) + line("M-21 -26H22M-21 -12H22", p.light, 6, 'stroke-dasharray="8 3"') + circle(-15, -2, 4, p.ink) + circle(15, -2, 4, p.ink);
  return (
    ridge(draw, 274, 18, 7, land(p, 0.16)) + [...Array(9).keys()].map((index) => rect(index * 70 + draw.from(0, 30), 300 - draw.from(40, 90), draw.from(22, 44), 92, land(p, 0.24))).join("") +
    palace + clock +
    fade(0.55, rect(-20, 282, 300, 10, p.light, 5) + rect(280, 272, 340, 9, p.light, 4.5)) +
    path(`${bridge}Z`, mix(p.leaf, p.near, 0.55)) + line("M-10 296H610", mix(p.light, p.near, 0.3), 3) +
    at(300 - away * draw.from(110, 150), 296, 0.85, bus) +
    water(draw, 316, p.water, p.light, sunX) +
    path("M-10 410V386H610V410Z", mix(p.near, p.ink, 0.6)) + line("M-10 376H610", p.ink, 2) + line("M0 376V390M24 376V390M48 376V390M72 376V390M96 376V390M504 376V390M528 376V390M552 376V390M576 376V390M600 376V390", p.ink, 2) +
    [96, 504].map((lamp) => line(`M${lamp} 390V312`, p.ink, 3.4) + circle(lamp, 304, 20, p.sun, 0.25) + circle(lamp, 304, 9, p.sun) + rect(lamp - 5, 292, 10, 3, p.ink)).join("") +
    tree(draw, 22, 392, 74, p.ink, mix(p.leaf, p.ink, 0.4), mix(p.leaf, p.ink, 0.1)) + tree(draw, 582, 392, 66, p.ink, mix(p.leaf, p.ink, 0.4), mix(p.leaf, p.ink, 0.1))
  ); // prettier-ignore
};

/** Pastel terraces on a rise, a park with kites. */
export const parkTerraces: Scene = ({ p, draw, glass, id }) => {
  const paints = [mix(p.leaf, p.light, 0.62), mix(p.accent, p.light, 0.6), p.light, mix(p.water, p.light, 0.5), mix(p.sun, p.light, 0.35), mix(p.far, p.light, 0.5)];
  let paint = Math.floor(draw.from(0, 6));
  let row = "";
  for (let house = 0; house < 9; house++) {
    const x = -24 + house * 72;
    const y = 176 + Math.abs(house - 4) * 5 + draw.from(-3, 3);
    const wall = paints[paint++ % paints.length]!;
    row += rect(x, y, 72, 320 - y, wall) + put(`${id}h`, x, y) + rect(x + 44, y + 108, 16, 36, mix(p.ink, paints[(paint + 2) % 6]!, 0.35));
  }
  const panes = [16, 60].flatMap((y) => [9, 28, 47].map((x): Box => [x, y, 12, 26]));
  const house =
    rect(8, -30, 16, 32, mix(p.accent, p.near, 0.4)) + boxes([[10, -38, 5, 9], [17, -38, 5, 9]], p.near) + fade(0.14, rect(66, 0, 6, 144, p.ink)) + rect(-1, -5, 74, 5, mix(p.near, p.light, 0.3)) +
    boxes([[-1, 0, 74, 6], ...panes.map(([x, y]): Box => [x - 1.5, y - 1.5, 15, 29]), [8, 110, 28, 34]], p.light) + boxes([...panes, [11, 113, 10, 26], [23, 113, 10, 26]], glass) +
    line(panes.map(([x, y]) => `M${x} ${y + 13}h12`).join(""), p.light, 1.6) + line("M4 90h60", p.ink, 6, 'stroke-dasharray="1.6 3"') + path("M42 108q10 -14 20 0Z", p.light); // prettier-ignore
  const kite = (x: number, y: number, s: number, fill: string) => poly([[x, y - 18 * s], [x + 12 * s, y], [x, y + 20 * s], [x - 12 * s, y]], fill) + poly([[x, y - 18 * s], [x + 12 * s, y], [x, y + 20 * s]], mix(fill, p.ink, 0.2)) + line(`M${n(x)} ${n(y + 20 * s)}q8 12 0 22t2 20`, fill, 1.8) + line(`M${n(x)} ${n(y)}Q${n(x + 30)} ${n(y + 130)} 300 352`, p.ink, 0.8, 'opacity=".6"'); // prettier-ignore
  return (
    stamp(`${id}h`, house) + ridge(draw, 190, 40, 4, land(p, 0.2)) + row +
    path("M-10 410V330Q140 296 300 312T610 326V410Z", mix(p.leaf, p.far, 0.2)) + path("M-10 410V366Q200 322 380 350T610 362V410Z", mix(p.leaf, p.near, 0.3)) +
    fade(0.85, path("M262 410Q300 372 284 346T306 314H318Q292 340 316 366T350 410Z", mix(p.light, p.sun, 0.3))) +
    kite(draw.from(180, 250), draw.from(70, 110), 1.2, p.accent) + kite(draw.from(350, 420), draw.from(60, 90), 0.9, mix(p.leaf, p.near, 0.3)) +
    [296, 312].map((x, index) => path(`M${x - 6} 368l3 -18q3 -6 7 0l3 18Z`, index ? p.accent : p.ink) + circle(x, 345, 4.2, p.ink)).join("") +
    tree(draw, 96, 376, 74, p.ink, mix(p.leaf, p.ink, 0.25), mix(p.leaf, p.light, 0.12)) + tree(draw, 500, 372, 82, p.ink, mix(p.leaf, p.ink, 0.25), mix(p.leaf, p.light, 0.12)) +
    tree(draw, 10, 406, 112, p.ink, mix(p.leaf, p.ink, 0.5), mix(p.leaf, p.ink, 0.2)) + tree(draw, 592, 408, 96, p.ink, mix(p.leaf, p.ink, 0.5), mix(p.leaf, p.ink, 0.2)) +
    [p.light, p.accent].map((petal) => line([...Array(9).keys()].map(() => `M${n(draw.from(0, 600))} ${n(draw.from(382, 398))}h0`).join(""), petal, 6, 'stroke-linecap="round"')).join("")
  ); // prettier-ignore
};
