import type { SeedPlace } from "../types.ts";
import { bangkok } from "./bangkok.ts";
import { denpasar } from "./denpasar.ts";
import { jakarta } from "./jakarta.ts";
import { lisbon } from "./lisbon.ts";
import { london } from "./london.ts";
import { nairobi } from "./nairobi.ts";
import { newYork } from "./new-york.ts";
import { paris } from "./paris.ts";
import { singapore } from "./singapore.ts";
import { sydney } from "./sydney.ts";
import { tokyo } from "./tokyo.ts";
import { ubud } from "./ubud.ts";
import { yogyakarta } from "./yogyakarta.ts";

/** Every city of the demo. */
export const DEMO_PLACES: SeedPlace[] = [ubud, denpasar, jakarta, yogyakarta, singapore, bangkok, tokyo, sydney, lisbon, paris, london, newYork, nairobi];
