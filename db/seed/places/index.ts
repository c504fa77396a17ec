import type { SeedPlace } from "../types.ts";
import { bangkok } from "./bangkok.ts";
import { denpasar } from "./denpasar.ts";
import { jakarta } from "./jakarta.ts";
import { singapore } from "./singapore.ts";
import { ubud } from "./ubud.ts";
import { yogyakarta } from "./yogyakarta.ts";

/** Every city of the demo. */
export const DEMO_PLACES: SeedPlace[] = [ubud, denpasar, jakarta, yogyakarta, singapore, bangkok];
