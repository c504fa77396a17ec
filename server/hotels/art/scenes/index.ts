import type { Scene } from "../scene.ts";
import { brownstones, skyscrapers } from "./america.ts";
import { canalGables, gardenBay, monumentSkyline, riverPrang, shophouses } from "./cities.ts";
import { clockRiver, parkTerraces, riverArches, riverBridge, tramHill, zincRooftops } from "./europe.ts";
import { lanternLane, pagodaFuji } from "./japan.ts";
import { harbourShells, savannaAcacia, surfCliffs, teaHills } from "./south.ts";
import { beachPalms, joglo, riceTerraces, stupaVolcano, volcanoGate } from "./tropics.ts";

/** Every scene by the name that `art.scene` carries. */
export const SCENES: Record<string, Scene> = {
  "beach-palms": beachPalms,
  "rice-terraces": riceTerraces,
  "volcano-gate": volcanoGate,
  "stupa-volcano": stupaVolcano,
  joglo,
  "monument-skyline": monumentSkyline,
  "garden-bay": gardenBay,
  shophouses,
  "canal-gables": canalGables,
  "river-prang": riverPrang,
  "pagoda-fuji": pagodaFuji,
  "lantern-lane": lanternLane,
  "harbour-shells": harbourShells,
  "surf-cliffs": surfCliffs,
  "savanna-acacia": savannaAcacia,
  "tea-hills": teaHills,
  "tram-hill": tramHill,
  "river-bridge": riverBridge,
  "zinc-rooftops": zincRooftops,
  "river-arches": riverArches,
  "clock-river": clockRiver,
  "park-terraces": parkTerraces,
  skyscrapers,
  brownstones,
};
