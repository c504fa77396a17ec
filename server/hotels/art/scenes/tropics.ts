import { land, mix } from "../palettes.ts";
import type { Scene } from "../scene.ts";
import { at, circle, ellipse, fade, line, mountain, n, palm, path, poly, rect, ridge, tree, water } from "../shapes.ts";

/** A bay with outriggers and leaning palms. */
export const beachPalms: Scene = ({ p, draw, sunX }) => {
  const hull = (fill: string, sail: string) =>
    path("M-60 0Q-52 18 0 18Q52 18 66 -6Q40 6 0 6Q-40 6 -60 0Z", fill) +
    line("M-48 14H50M-30 8V14M26 8V14", fill, 2.4) +
    poly([[-4, 4], [-4, -92], [44, -2]], sail) + poly([[-8, 2], [-8, -70], [-36, 2]], mix(sail, p.ink, 0.18)) + line("M-6 6V-94", p.ink, 2.4); // prettier-ignore
  const foamY = draw.from(330, 342);
  return (
    mountain(draw.from(120, 480), 176, 250, 190, land(p, 0.12), land(p, 0.24)) +
    path(`M-10 252V236Q60 220 150 240Q230 252 300 246L300 252Z`, land(p, 0.4)) +
    water(draw, 248, p.water, p.light, sunX, 350) +
    at(draw.from(250, 380), 286, 0.95, hull(p.ink, p.accent), draw.chance(0.5)) +
    at(draw.from(120, 200), 266, 0.42, hull(p.near, p.light)) +
    path(`M-10 400V${n(foamY + 22)}Q150 ${n(foamY - 14)} 320 ${n(foamY + 16)}T610 ${n(foamY)}V400Z`, p.light) +
    path(`M-10 400V${n(foamY + 30)}Q150 ${n(foamY - 4)} 320 ${n(foamY + 26)}T610 ${n(foamY + 10)}V400Z`, mix(p.sky[2], p.accent, 0.22)) +
    palm(draw, 86, 410, draw.from(270, 300), draw.from(50, 90), p.ink) +
    palm(draw, 30, 410, draw.from(200, 230), draw.from(20, 50), mix(p.ink, p.near, 0.35)) +
    palm(draw, 548, 410, draw.from(210, 260), draw.from(-80, -40), p.ink) +
    at(
      draw.from(380, 440),
      372,
      0.9,
      line("M0 18V-34", p.ink, 3) +
        path("M-44 -20Q-36 -58 0 -60Q36 -58 44 -20Q30 -28 22 -20Q11 -28 0 -20Q-11 -28 -22 -20Q-30 -28 -44 -20Z", p.accent) +
        path("M-22 -20Q-16 -56 0 -60Q16 -56 22 -20Q11 -28 0 -20Q-11 -28 -22 -20Z", p.light),
    )
  );
};

/** Flooded terraces stepping down from a volcano, with a field hut. */
export const riceTerraces: Scene = ({ p, draw }) => {
  // Two slopes of narrow steps that meet in the valley: a light lip, the paddy, the dark riser.
  const slope = (side: 1 | -1, top: number, reach: number, t: number) => {
    let steps = "";
    for (let step = 0; step < 8; step++) {
      const y = top + step * 13 + step * step * 1.5;
      const [sag, end] = [draw.from(10, 22), reach - step * draw.from(7, 12)];
      const x = (share: number) => n(300 + side * (310 - share * end));
      const lip = `M${x(-0.1)} ${n(y - sag)}C${x(0.3)} ${n(y - sag * 1.6)} ${x(0.55)} ${n(y + sag)} ${x(0.78)} ${n(y + sag * 0.4)}S${x(0.98)} ${n(y + 18)} ${x(1.04)} ${n(y + 40)}`;
      const paddy = mix(mix(p.leaf, p.sun, step % 2 ? 0.34 : 0.12), p.ink, t + step * 0.03);
      steps +=
        path(`${lip}L${x(0.9)} 410H${x(-0.1)}Z`, mix(paddy, p.ink, 0.32)) +
        `<g transform="translate(0 6)">${path(`${lip}L${x(0.9)} 410H${x(-0.1)}Z`, paddy)}</g>` +
        line(lip, mix(p.light, paddy, 0.25), 2);
    }
    return steps;
  };
  const hut = line("M-20 0V26M20 0V26M-20 13H20", p.ink, 3.4) + poly([[-40, 2], [-14, -32], [14, -32], [40, 2]], p.ink) + poly([[-14, -32], [14, -32], [4, 2], [-40, 2]], p.accent); // prettier-ignore
  return (
    mountain(draw.from(210, 400), 108, 262, 300, land(p, 0.1), land(p, 0.26)) +
    ridge(draw, 226, 26, 5, land(p, 0.42)) +
    palm(draw, draw.from(110, 160), 256, 74, 10, land(p, 0.85)) +
    palm(draw, draw.from(430, 480), 252, 86, -12, land(p, 0.85)) +
    ridge(draw, 262, 8, 3, mix(p.leaf, p.far, 0.4)) +
    slope(1, 262, 380, 0) +
    slope(-1, 282, 420, 0.08) +
    at(draw.from(330, 400), 286, 0.9, hut, draw.chance(0.5)) +
    palm(draw, draw.from(30, 60), 410, 260, 34, p.ink) +
    palm(draw, 566, 410, 208, -26, p.ink)
  );
};

/** A split temple gate before a volcano. */
export const volcanoGate: Scene = ({ p, draw, sunX }) => {
  const half = (fill: string, lit: string) => {
    const points: [number, number][] = [[26, 0]];
    for (let tier = 0; tier < 8; tier++)
      points.push([26 + 74 - tier * 9, -tier * 24], [26 + 78 - tier * 9, -tier * 24 - 7], [26 + 62 - tier * 9, -tier * 24 - 12], [26 + 62 - tier * 9, -tier * 24 - 24]);
    points.push([30, -204], [26, -222]);
    let bands = "";
    for (let tier = 1; tier < 8; tier++) bands += `M28 ${-tier * 24}h${70 - tier * 9}`;
    return poly(points, fill) + line(bands, lit, 3) + poly([[26, 0], [36, 0], [36, -190], [26, -222]], lit); // prettier-ignore
  };
  const stone = mix(p.near, p.ink, 0.35);
  const lit = mix(p.accent, p.near, 0.35);
  const steps = [0, 1, 2, 3, 4].map((step) => rect(252 - step * 16, 340 + step * 12, 96 + step * 32, 12.5, mix(p.light, p.near, 0.2 + step * 0.11))).join("");
  return (
    mountain(300, 128, 300, 270, land(p, 0.14), land(p, 0.3)) +
    fade(0.6, rect(120, 214, 190, 8, p.light, 4) + rect(300, 236, 170, 7, p.light, 3.5)) +
    ridge(draw, 272, 30, 6, land(p, 0.55)) +
    palm(draw, draw.from(120, 150), 340, 130, -14, land(p, 0.9)) +
    palm(draw, draw.from(450, 480), 340, 120, 16, land(p, 0.9)) +
    rect(-10, 338, 620, 70, mix(p.leaf, p.ink, 0.3)) +
    steps +
    at(300, 344, 1, half(stone, lit)) +
    at(300, 344, 1, half(stone, lit), true) +
    [212, 388]
      .map(
        (x) =>
          line(`M${x} 362v-66`, p.ink, 3) +
          path(`M${x - 24} 300Q${x} 262 ${x + 24} 300Q${x} 293 ${x - 24} 300Z`, p.accent) +
          path(`M${x - 15} 286Q${x} 258 ${x + 15} 286Z`, p.light),
      )
      .join("") +
    tree(draw, 70, 384, 92, p.ink, mix(p.leaf, p.ink, 0.35), p.leaf) +
    tree(draw, 540, 386, 84, p.ink, mix(p.leaf, p.ink, 0.35), p.leaf) +
    fade(
      0.9,
      [0, 1, 2, 3, 4, 5].map(() => circle(draw.from(20, 120), draw.from(230, 300), 3.4, p.light) + circle(draw.from(500, 585), draw.from(240, 310), 3.4, p.light)).join(""),
    ) +
    (sunX < 300 ? "" : ellipse(300, 398, 150, 4, stone))
  );
};

/** Bell-shaped stupas on a terrace above the morning mist. */
export const stupaVolcano: Scene = ({ p, draw }) => {
  const bell = (x: number, y: number, s: number, fill: string, lit: string) => {
    let holes = "";
    for (let row = 0; row < 3; row++)
      for (let hole = -2 + (row % 2) * 0.5; hole <= 2; hole++)
        holes += `M${n(x + hole * s * (13 - row * 2))} ${n(y - s * (16 + row * 12))}l${n(s * 3)} ${n(-s * 4)}l${n(-s * 3)} ${n(-s * 4)}l${n(-s * 3)} ${n(s * 4)}Z`;
    return (
      rect(x - 46 * s, y - 8 * s, 92 * s, 10 * s, fill) +
      path(`M${n(x - 38 * s)} ${n(y - 8 * s)}C${n(x - 40 * s)} ${n(y - 44 * s)} ${n(x - 26 * s)} ${n(y - 62 * s)} ${n(x)} ${n(y - 66 * s)}C${n(x + 26 * s)} ${n(y - 62 * s)} ${n(x + 40 * s)} ${n(y - 44 * s)} ${n(x + 38 * s)} ${n(y - 8 * s)}Z`, fill) +
      path(`M${n(x - 38 * s)} ${n(y - 8 * s)}C${n(x - 40 * s)} ${n(y - 44 * s)} ${n(x - 26 * s)} ${n(y - 62 * s)} ${n(x)} ${n(y - 66 * s)}C${n(x - 12 * s)} ${n(y - 58 * s)} ${n(x - 22 * s)} ${n(y - 40 * s)} ${n(x - 18 * s)} ${n(y - 8 * s)}Z`, lit) +
      path(holes, mix(fill, p.ink, 0.55)) +
      rect(x - 13 * s, y - 76 * s, 26 * s, 11 * s, fill) +
      poly([[x - 8 * s, y - 76 * s], [x, y - 116 * s], [x + 8 * s, y - 76 * s]], fill) // prettier-ignore
    );
  };
  const stone = mix(p.near, p.ink, 0.3);
  const lit = mix(stone, p.accent, 0.4);
  return (
    mountain(draw.from(130, 200), 138, 268, 210, land(p, 0.16), land(p, 0.3)) +
    mountain(draw.from(400, 480), 122, 274, 230, land(p, 0.1), land(p, 0.24)) +
    ridge(draw, 262, 20, 6, land(p, 0.36)) +
    fade(0.7, rect(-20, 262, 330, 14, p.light, 7) + rect(250, 280, 380, 16, p.light, 8)) +
    ridge(draw, 296, 18, 9, land(p, 0.62)) +
    fade(0.55, rect(-20, 302, 640, 12, p.light, 6)) +
    bell(120, 330, 0.62, mix(stone, p.far, 0.35), mix(lit, p.far, 0.3)) +
    bell(480, 330, 0.62, mix(stone, p.far, 0.35), mix(lit, p.far, 0.3)) +
    rect(-10, 330, 620, 14, mix(stone, p.far, 0.25)) +
    bell(300, 352, 1.55, stone, lit) +
    rect(-10, 352, 620, 16, stone) + rect(-10, 352, 620, 4, lit) +
    bell(30, 384, 1.05, mix(stone, p.ink, 0.4), stone) +
    bell(570, 384, 1.05, mix(stone, p.ink, 0.4), stone) +
    rect(-10, 384, 620, 26, p.ink)
  ); // prettier-ignore
};

/** A pavilion with the high roof of Java, lamps lit, among palms. */
export const joglo: Scene = ({ p, draw, sunX }) => {
  const roof = mix(p.accent, p.near, 0.25);
  const shade = mix(p.near, p.ink, 0.5);
  const posts = [150, 196, 404, 450].map((x) => rect(x - 3, 252, 6, 84, shade)).join("") + [262, 338].map((x) => rect(x - 5, 246, 10, 90, p.ink)).join("");
  const lamps = [230, 300, 370].map((x) => line(`M${x} 246v18`, p.ink, 1.6) + circle(x, 270, 15, p.sun, 0.3) + circle(x, 270, 7, p.sun)).join("");
  return (
    mountain(draw.from(420, 480), 150, 262, 200, land(p, 0.1), land(p, 0.22)) +
    ridge(draw, 254, 22, 6, land(p, 0.4)) +
    palm(draw, 120, 330, 190, 24, land(p, 0.8)) +
    palm(draw, 492, 330, 170, -20, land(p, 0.8)) +
    rect(150, 250, 300, 84, mix(p.near, p.accent, 0.25)) +
    [176, 236, 300, 364, 424].map((x) => rect(x - 17, 268, 34, 66, mix(p.ink, p.near, 0.3)) + rect(x - 14, 271, 28, 63, mix(p.sun, p.accent, 0.25))).join("") +
    posts + lamps +
    poly([[86, 254], [200, 204], [400, 204], [514, 254]], roof) +
    poly([[200, 206], [258, 128], [342, 128], [400, 206]], mix(roof, p.ink, 0.18)) +
    poly([[300, 206], [342, 128], [400, 206]], mix(roof, p.ink, 0.36)) + poly([[300, 254], [360, 204], [400, 204], [514, 254]], mix(roof, p.ink, 0.22)) +
    line("M252 128H348M196 205H404M84 254H516", p.light, 3) +
    [0, 1, 2].map((step) => rect(130 - step * 16, 334 + step * 9, 340 + step * 32, 9.5, mix(p.light, p.near, 0.15 + step * 0.15))).join("") +
    water(draw, 361, p.water, p.light, sunX) +
    palm(draw, 40, 410, 260, 30, p.ink) +
    tree(draw, 560, 396, 84, p.ink, mix(p.leaf, p.ink, 0.4), mix(p.leaf, p.ink, 0.1)) +
    [20, 80, 500, 590].map((x) => path(`M${x} 404q-30 -34 -44 -30q26 2 40 30q-6 -44 4 -56q6 22 2 56q12 -32 40 -34q-22 10 -36 34Z`, mix(p.leaf, p.ink, 0.45))).join("")
  ); // prettier-ignore
};
