import { land, mix } from "../palettes.ts";
import type { Scene } from "../scene.ts";
import { circle, ellipse, fade, line, mountain, n, path, poly, rect, ridge, tree } from "../shapes.ts";

/** A five-storeyed pagoda, a snowy cone, boughs in blossom. */
export const pagodaFuji: Scene = ({ p, draw }) => {
  const px = draw.pick([206, 394]);
  const peak = 600 - px + draw.from(-20, 20);
  let pagoda = line(`M${px} 128V86`, p.ink, 3.4) + line(`M${px - 5} 92h10M${px - 7} 100h14M${px - 8} 108h16M${px - 9} 116h18`, p.ink, 2.2);
  for (let floor = 4; floor >= 0; floor--) {
    const y = 300 - floor * 40;
    const w = 50 - floor * 5;
    pagoda +=
      rect(px - w * 0.62, y - 4, w * 1.24, 28, p.accent) +
      rect(px + w * 0.2, y - 4, w * 0.42, 28, mix(p.accent, p.ink, 0.3)) +
      line(`M${n(px - w * 0.6)} ${y + 14}h${n(w * 1.2)}`, p.light, 4, 'stroke-dasharray="6 4"');
    pagoda += path(
      `M${n(px - w - 22)} ${y - 2}Q${n(px - w * 0.7)} ${y - 6} ${n(px - w * 0.45)} ${y - 22}H${n(px + w * 0.45)}Q${n(px + w * 0.7)} ${y - 6} ${n(px + w + 22)} ${y - 2}L${n(px + w + 18)} ${y + 3}H${n(px - w - 18)}Z`,
      p.ink,
    );
  }
  const blossom = (x: number, y: number, spread: number, count: number) => {
    let puffs = "";
    for (let puff = 0; puff < count; puff++)
      puffs += circle(x + draw.from(-spread, spread), y + draw.from(-spread, spread) * 0.5, draw.from(9, 19), mix(p.leaf, p.light, draw.pick([0, 0.25, 0.5])));
    return puffs;
  };
  const snow = `M${n(peak - 9)} 96L${n(peak - 42)} 148l14 -6l10 14l14 -16l12 14l12 -14l10 12l12 -8L${n(peak + 9)} 96Z`;
  return (
    mountain(peak, 96, 290, 280, land(p, 0.24), land(p, 0.4)) + path(snow, p.light) +
    fade(0.75, rect(-20, 244, 300, 10, p.light, 5) + rect(230, 262, 380, 12, p.light, 6)) +
    ridge(draw, 286, 22, 6, land(p, 0.55)) +
    ridge(draw, 316, 18, 5, land(p, 0.78)) +
    pagoda +
    ridge(draw, 336, 16, 6, mix(p.near, p.ink, 0.45)) +
    blossom(120, 330, 46, 9) + blossom(470, 336, 56, 11) + blossom(300, 352, 60, 10) +
    line(`M-10 60Q80 70 150 38M60 64Q90 90 130 92M-10 130Q40 120 84 96`, p.ink, 6, 'stroke-linecap="round"') + blossom(110, 54, 50, 9) + blossom(54, 112, 40, 7) +
    ridge(draw, 376, 12, 7, p.ink) + blossom(40, 384, 46, 8) + blossom(560, 386, 46, 8) +
    [...Array(14).keys()].map(() => ellipse(draw.from(60, 540), draw.from(60, 330), 3, 2, mix(p.leaf, p.light, 0.4))).join("")
  ); // prettier-ignore
};

/** A lane of small eaves and paper lanterns, narrowing to a light. */
export const lanternLane: Scene = ({ p, draw, glass }) => {
  let all = rect(-10, 120, 620, 290, mix(p.near, p.sky[1], 0.35)) + circle(300, 250, 120, p.sun, 0.12) + circle(300, 258, 72, p.sun, 0.22);
  all += poly([[274, 120], [326, 120], [334, 290], [266, 290]], mix(p.sky[2], p.sun, 0.35)) + path("M284 290V232q16 -22 32 0V290Z", mix(p.sun, p.light, 0.4)); // prettier-ignore
  for (let depth = 0; depth < 4; depth++) {
    const inner = 46 + depth * depth * 16 + depth * 18;
    const top = 150 - depth * 40;
    const wall = mix(land(p, 0.55 + depth * 0.12), p.ink, depth * 0.16);
    for (const k of [-1, 1]) {
      const x = (offset: number) => 300 + k * offset;
      const w = 52 + depth * 12;
      all += poly(
        [
          [x(inner), top],
          [x(inner + 330), top],
          [x(inner + 330), 410],
          [x(inner), 300 + depth * 26],
        ],
        wall,
      );
      all +=
        rect(Math.min(x(inner + 8), x(inner + 8 + w * 0.62)), top + 34, w * 0.62, 34 + depth * 7, glass) +
        line(`M${n(x(inner + 8 + w * 0.31))} ${top + 34}v${34 + depth * 7}M${n(x(inner + 8))} ${n(top + 50 + depth * 3)}h${n(k * w * 0.62)}`, wall, 2.4);
      all +=
        rect(Math.min(x(inner + 6), x(inner + 6 + w * 0.7)), top + 112 + depth * 16, w * 0.7, 60 + depth * 12, mix(p.accent, p.light, 0.25)) +
        line(`M${n(x(inner + 6 + w * 0.35))} ${top + 112 + depth * 16}v${60 + depth * 12}`, wall, 2);
      all += path(
        `M${n(x(inner - 18 - depth * 3))} ${top + 104 + depth * 12}Q${n(x(inner + 30))} ${top + 88 + depth * 12} ${n(x(inner + 60))} ${top + 76 + depth * 12}H${n(x(inner + 330))}V${top + 100 + depth * 12}H${n(x(inner))}Z`,
        mix(p.ink, p.near, 0.25 - depth * 0.06),
      );
      const [lx, ly, s] = [x(inner - 6), top + 128 + depth * 14, 0.7 + depth * 0.32];
      all +=
        circle(lx, ly + 4 * s, 24 * s, p.accent, 0.22) +
        line(`M${n(lx)} ${n(ly - 20 * s)}v${n(8 * s)}`, p.ink, 1.6) +
        ellipse(lx, ly, 10 * s, 13 * s, depth % 2 ? "#e5533d" : p.accent) +
        rect(lx - 5 * s, ly - 14 * s, 10 * s, 3 * s, p.ink) +
        rect(lx - 5 * s, ly + 11 * s, 10 * s, 3 * s, p.ink) +
        line(`M${n(lx - 9 * s)} ${n(ly - 4 * s)}h${n(18 * s)}M${n(lx - 9 * s)} ${n(ly + 4 * s)}h${n(18 * s)}`, p.light, 1, 'opacity=".6"');
    }
  }
  all += poly([[270, 290], [330, 290], [476, 410], [124, 410]], mix(p.near, p.sun, 0.28)) + fade(0.5, poly([[288, 290], [312, 290], [352, 410], [248, 410]], mix(p.sun, p.light, 0.3))); // prettier-ignore
  all += line("M-10 92Q150 128 300 116T610 86M-10 58Q160 92 330 82T610 40", p.ink, 1.8);
  const x = draw.from(286, 312);
  all +=
    path(`M${n(x - 8)} 352l4 -36q4 -10 10 0l5 36Z`, p.ink) +
    circle(x + 1, 306, 6.4, p.ink) +
    path(`M${n(x - 27)} 306Q${n(x + 1)} 268 ${n(x + 29)} 306Q${n(x + 1)} 298 ${n(x - 27)} 306Z`, p.accent) +
    line(`M${n(x + 1)} 300v26`, p.ink, 1.8);
  return all + tree(draw, 20, 404, 60, p.ink, mix(p.leaf, p.ink, 0.5), p.leaf);
};
