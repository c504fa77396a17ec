import { CHANGE_FEE, formatRate, SMALL_DIFFERENCE } from "../../server/platform/money.ts";
import { m } from "./i18n/compiled/messages.js";
import { getLocale } from "./i18n/compiled/runtime.js";

// Codes of the field to the reader's words. What is not listed is shown as the code's own words.

const AMENITIES: Record<string, () => string> = {
  accessible: m.amenity_accessible,
  aircon: m.amenity_air_conditioning,
  airport_shuttle: m.amenity_airport_shuttle,
  balcony: m.amenity_balcony,
  bar: m.amenity_bar,
  bathtub: m.amenity_bathtub,
  beachfront: m.amenity_beachfront,
  bicycles: m.amenity_bicycles,
  breakfast: m.amenity_breakfast,
  city_view: m.amenity_city_view,
  coffee_machine: m.amenity_coffee_machine,
  coworking: m.amenity_coworking,
  desk: m.amenity_desk,
  family_rooms: m.amenity_family_rooms,
  fan: m.amenity_fan,
  fireplace: m.amenity_fireplace,
  fridge: m.amenity_fridge,
  garden: m.amenity_garden,
  gym: m.amenity_gym,
  kettle: m.amenity_kettle,
  kitchen: m.amenity_kitchen,
  kitchenette: m.amenity_kitchenette,
  laundry: m.amenity_laundry,
  library: m.amenity_library,
  minibar: m.amenity_minibar,
  mosquito_net: m.amenity_mosquito_net,
  mountain_view: m.amenity_mountain_view,
  parking: m.amenity_parking,
  pet_friendly: m.amenity_pet_friendly,
  pool: m.amenity_pool,
  private_pool: m.amenity_private_pool,
  restaurant: m.amenity_restaurant,
  river_view: m.amenity_river_view,
  safe: m.amenity_safe,
  sea_view: m.amenity_sea_view,
  spa: m.amenity_spa,
  terrace: m.amenity_terrace,
  washing_machine: m.amenity_washing_machine,
  wifi: m.amenity_wifi,
  yoga: m.amenity_yoga,
};

const MEALS: Record<string, () => string> = {
  room_only: m.meal_room_only,
  breakfast: m.meal_breakfast,
  half_board: m.meal_half_board,
  full_board: m.meal_full_board,
  all_inclusive: m.meal_all_inclusive,
};

const STATES: Record<string, () => string> = {
  pending: m.state_pending,
  confirmed: m.state_confirmed,
  checked_in: m.state_checked_in,
  checked_out: m.state_checked_out,
  expired: m.state_expired,
  cancelled: m.state_cancelled,
  no_show: m.state_no_show,
};

const BEDS: Record<string, () => string> = {
  single: m.bed_single,
  twin: m.bed_twin,
  double: m.bed_double,
  queen: m.bed_queen,
  king: m.bed_king,
  bunk: m.bed_bunk,
  sofa: m.bed_sofa,
  futon: m.bed_futon,
};

function word(words: Record<string, () => string>, code: string): string {
  return words[code]?.() ?? code.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

export const amenityName = (code: string) => word(AMENITIES, code);
export const mealName = (code: string) => word(MEALS, code);
export const stateName = (code: string) => word(STATES, code);
export const bedName = (code: string) => word(BEDS, code);
/** A tax or fee: the property's own name for it with the rate that was charged; ours in the reader's words. */
export function chargeName({ name, rate }: { name: string; rate?: number | undefined }): string {
  if (name === SMALL_DIFFERENCE) return m.charge_small_difference();
  if (name === CHANGE_FEE) return m.charge_change_fee();
  return rate === undefined ? name : `${name} ${formatRate(rate, getLocale())}`;
}
