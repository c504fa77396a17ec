import { countryName } from "./dates.ts";

/** "Jalan Raya 8, Ubud, Indonesia": the city only where the address does not name it already. */
export function addressText({ address, city, country }: { address: string; city: string; country: string }): string {
  return [address, ...(address.includes(city) ? [] : [city]), countryName(country)].join(", ");
}
