import { linkOptions } from "@tanstack/react-router";
import type { BookingSearch, ChoiceSearch, PlaceSearch, ResultsSearch, StaySearch, TripScope } from "./search-params.ts";

// Every address of the app. Components never write one out: `<Link {...paths.trip(id)}>`.

export const paths = {
  home: (search: PlaceSearch = {}) => linkOptions({ to: "/", search }),
  results: (search: ResultsSearch) => linkOptions({ to: "/search", search }),
  property: (slug: string, search: ChoiceSearch = {}) => linkOptions({ to: "/hotels/$slug", params: { slug }, search }),
  book: (slug: string, search: StaySearch & { products: string }) => linkOptions({ to: "/hotels/$slug/book", params: { slug }, search }),
  checkout: (bookingId: string, search: BookingSearch = {}) => linkOptions({ to: "/checkout/$bookingId", params: { bookingId }, search }),
  payReturn: (bookingId: string, search: BookingSearch = {}) => linkOptions({ to: "/pay/return", search: { bookingId, ...search } }),
  trips: (scope?: TripScope) => linkOptions({ to: "/trips", search: scope ? { scope } : {} }),
  trip: (bookingId: string, search: BookingSearch = {}) => linkOptions({ to: "/trips/$bookingId", params: { bookingId }, search }),
  confirmed: (bookingId: string, search: BookingSearch = {}) => linkOptions({ to: "/trips/$bookingId/confirmed", params: { bookingId }, search }),
  find: () => linkOptions({ to: "/find" }),
  signIn: (next?: string) => linkOptions({ to: "/sign-in", search: next ? { next } : {} }),
  signUp: (next?: string) => linkOptions({ to: "/sign-up", search: next ? { next } : {} }),
  forgot: () => linkOptions({ to: "/forgot" }),
  reset: (token?: string) => linkOptions({ to: "/reset", search: token ? { token } : {} }),
  verify: (token?: string) => linkOptions({ to: "/verify", search: token ? { token } : {} }),
  invitation: (id: string) => linkOptions({ to: "/invitation", search: { id } }),
  admin: () => linkOptions({ to: "/admin" }),
  adminToday: (propertyId: string, date?: string) => linkOptions({ to: "/admin/$propertyId/today", params: { propertyId }, search: date ? { date } : {} }),
};

/** Addresses outside the app's router: files that the server makes. */
export const files = {
  calendar: (bookingId: string, token: string) => `/bookings/${bookingId}/calendar.ics?token=${encodeURIComponent(token)}`,
};
