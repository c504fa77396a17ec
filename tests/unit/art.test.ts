import { expect, test } from "vitest";
import { slugOf } from "../../db/seed/accounts.ts";
import { DEMO_PLACES } from "../../db/seed/places/index.ts";
import { hashOf } from "../../db/seed/random.ts";
import { PALETTE_NAMES, renderArt, SCENE_NAMES } from "../../server/hotels/art/render.ts";

/** Bytes. A room's picture has a whole view in its window. */
const MOST = { property: 12 * 1024, room: 17 * 1024 };

const demo = DEMO_PLACES.flatMap(({ properties }) => properties).flatMap(({ name, scene, palette, rooms }) => [
  { kind: "property" as const, scene, palette, seed: hashOf(slugOf(name)) },
  ...rooms.map((room) => ({ kind: "room" as const, scene, palette, seed: hashOf(`${slugOf(name)}/${slugOf(room.name)}`) })),
]);
const everyScene = SCENE_NAMES.flatMap((scene) =>
  PALETTE_NAMES.flatMap((palette, at) => (["property", "room"] as const).map((kind) => ({ kind, scene, palette, seed: at * 7919 + scene.length }))),
);

test("the same params always give the same picture", () => {
  for (const art of demo) expect(renderArt(art)).toBe(renderArt({ ...art }));
});

test("no two pictures of the demo are equal", () => {
  expect(new Set(demo.map((art) => renderArt(art))).size).toBe(demo.length);
});

test("every scene of the demo exists, and every palette", () => {
  for (const { scene, palette } of demo) {
    expect(SCENE_NAMES).toContain(scene);
    expect(PALETTE_NAMES).toContain(palette);
  }
});

test("every scene in every palette is small, whole XML that names nothing twice and points nowhere", { timeout: 60_000 }, () => {
  for (const art of [...demo, ...everyScene]) {
    const svg = renderArt(art, 'Rooms & "views" <1>');
    expect(svg.length, `${art.kind} ${art.scene}`).toBeLessThanOrEqual(MOST[art.kind]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(flawOf(svg)).toBeUndefined();
    expect(svg).toContain('role="img"');
    expect(svg).toContain("<title>Rooms &amp; &quot;views&quot; &lt;1&gt;</title>");
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of svg.matchAll(/(?:href="|url\()#([^")]+)/g)) expect(ids).toContain(target);
  }
});

test("a scene that nobody has drawn still gets a picture", () => {
  expect(flawOf(renderArt({ kind: "property", scene: "moon-base", palette: "plaid", seed: 1 }))).toBeUndefined();
});

test("the check of the pictures finds broken XML", () => {
  expect(flawOf("<svg><g></svg>")).toBeDefined();
  expect(flawOf('<svg><rect x="1" x="2"/></svg>')).toBeDefined();
  expect(flawOf("<svg>&</svg>")).toBeDefined();
  expect(flawOf("<svg/><svg/>")).toBeDefined();
});

/** What is not well-formed about the subset of XML that pictures use; undefined: nothing. */
function flawOf(xml: string): string | undefined {
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  for (const tag of xml.matchAll(/<(\/?)([a-zA-Z]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const text = xml.slice(at, tag.index);
    if (/[<>]/.test(text) || /&(?!(?:amp|lt|gt|quot);)/.test(text + tag[3])) return `stray text at ${at}`;
    at = tag.index + tag[0].length;
    const names = [...tag[3]!.matchAll(/([\w-]+)="/g)].map((match) => match[1]);
    if (new Set(names).size < names.length) return `attribute twice in ${tag[0]}`;
    if (tag[1]) {
      if (open.pop() !== tag[2]) return `unexpected ${tag[0]}`;
    } else {
      if (open.length === 0) roots++;
      if (!tag[4]) open.push(tag[2]!);
    }
  }
  if (at !== xml.length) return "does not end with a tag";
  return open.length > 0 || roots !== 1 ? "not one closed root" : undefined;
}
