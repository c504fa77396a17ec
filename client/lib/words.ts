import { CHANGE_FEE, formatRate, SMALL_DIFFERENCE } from "../../server/platform/money.ts";
import { m } from "./i18n/compiled/messages.js";
import { getLocale } from "./i18n/compiled/runtime.js";

// Codes of the field to the reader's words. What is not listed is shown as the code's own words.

export const AMENITIES: Record<string, () => string> = {
  accessible: m.amenity_accessible,
  aircon: m.amenity_air_conditioning,
  airport_shuttle: m.amenity_airport_shuttle,
  balcony: m.amenity_balcony,
  bar: m.amenity_bar,
  bathtub: m.amenity_bathtub,
  beachfront: m.amenity_beachfront,
  bicycles: m.amenity_bicycles,
  boat_pier: m.amenity_boat_pier,
  breakfast: m.amenity_breakfast,
  business_centre: m.amenity_business_centre,
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
  harbour_view: m.amenity_harbour_view,
  kettle: m.amenity_kettle,
  kitchen: m.amenity_kitchen,
  kitchenette: m.amenity_kitchenette,
  laundry: m.amenity_laundry,
  library: m.amenity_library,
  locker: m.amenity_locker,
  minibar: m.amenity_minibar,
  mosquito_net: m.amenity_mosquito_net,
  mountain_view: m.amenity_mountain_view,
  onsen: m.amenity_onsen,
  parking: m.amenity_parking,
  pet_friendly: m.amenity_pet_friendly,
  pool: m.amenity_pool,
  private_pool: m.amenity_private_pool,
  rain_shower: m.amenity_rain_shower,
  record_library: m.amenity_record_library,
  record_player: m.amenity_record_player,
  restaurant: m.amenity_restaurant,
  river_view: m.amenity_river_view,
  safari_drives: m.amenity_safari_drives,
  safe: m.amenity_safe,
  sea_view: m.amenity_sea_view,
  shared_bathroom: m.amenity_shared_bathroom,
  spa: m.amenity_spa,
  surfboards: m.amenity_surfboards,
  terrace: m.amenity_terrace,
  washing_machine: m.amenity_washing_machine,
  wifi: m.amenity_wifi,
  yoga: m.amenity_yoga,
  yukata: m.amenity_yukata,
};

export const MEALS: Record<string, () => string> = {
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

export const BEDS: Record<string, () => string> = {
  single: m.bed_single,
  twin: m.bed_twin,
  double: m.bed_double,
  queen: m.bed_queen,
  king: m.bed_king,
  bunk: m.bed_bunk,
  sofa: m.bed_sofa,
  futon: m.bed_futon,
};

/** What many properties call their rates, policies, taxes and fees; any other name is shown as its property wrote it. */
const NAMES: Record<string, () => string> = {
  "Flexible rate": m.name_flexible_rate,
  "Non-refundable rate": m.name_non_refundable_rate,
  "Bed and breakfast": m.name_bed_and_breakfast,
  Flexible: m.name_flexible,
  "Non-refundable": m.name_non_refundable,
  "Free until noon on arrival day": m.name_free_until_noon,
  "Free until the day before": m.name_free_one_day,
  "Free until two days before": m.name_free_two_days,
  "Free until three days before": m.name_free_three_days,
  "Free until five days before": m.name_free_five_days,
  "Free until a week before": m.name_free_a_week,
  "Service charge": m.name_service_charge,
  "Hotel tax": m.name_hotel_tax,
  VAT: m.name_vat,
  GST: m.name_gst,
  "Sales tax": m.name_sales_tax,
  "Consumption tax": m.name_consumption_tax,
  "Hotel occupancy tax": m.name_occupancy_tax,
  "City and state room fee": m.name_room_fee,
  "Tourism levy": m.name_tourism_levy,
  "City tax": m.name_city_tax,
  "Lisbon city tax": m.name_lisbon_tax,
  "Taxe de séjour": m.name_tourist_tax,
  "Tokyo accommodation tax": m.name_tokyo_tax,
};

function word(words: Record<string, () => string>, code: string): string {
  return words[code]?.() ?? code.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

export const amenityName = (code: string) => word(AMENITIES, code);
export const mealName = (code: string) => word(MEALS, code);
export const stateName = (code: string) => word(STATES, code);
export const bedName = (code: string) => word(BEDS, code);
/** A rate or policy, in the reader's words where it is a usual one. */
export const ownName = (name: string) => NAMES[name]?.() ?? name;
/** A tax or fee with the rate that was charged: in the reader's words where it is of a usual kind or ours, else as its property named it. */
export function chargeName({ name, rate }: { name: string; rate?: number | undefined }): string {
  if (name === SMALL_DIFFERENCE) return m.charge_small_difference();
  if (name === CHANGE_FEE) return m.charge_change_fee();
  return rate === undefined ? ownName(name) : `${ownName(name)} ${formatRate(rate, getLocale())}`;
}
