import type { BookingView } from "../../server/bookings/schemas.ts";

const CASA = {
  id: "0199a000-0000-7000-8000-000000000002",
  slug: "casa-do-rio",
  name: "Casa do Rio",
  address: "Rua das Flores 12",
  city: "Lisbon",
  country: "PT",
  zone: "Europe/Lisbon",
  phone: "+351 21 000 0000",
  email: "stay@casa.test",
  checkInFrom: "15:00",
  checkOutUntil: "11:00",
  latitude: 38.7139,
  longitude: -9.1394,
  picture: "/art/casa-do-rio.svg",
} satisfies BookingView["property"];

const STAY: BookingView["stays"][number] = {
  id: "0199a000-0000-7000-8000-000000000003",
  state: "confirmed",
  roomTypeId: 7,
  productId: 70,
  roomName: "River view double",
  rateName: "Flexible",
  meal: "breakfast",
  adults: 2,
  childAges: [6],
  nights: [
    { date: "2026-12-20", price: 11_000 },
    { date: "2026-12-21", price: 12_000 },
  ],
  charges: [
    { name: "VAT 6 %", amount: 1302, inclusive: true, collect: "now" },
    { name: "City tax", amount: 800, inclusive: false, collect: "property" },
  ],
  total: 23_800,
  fee: 0,
  policy: {
    name: "Flexible",
    zone: "Europe/Lisbon",
    base: { price: 23_000, tax: 0, atProperty: 800 },
    steps: [
      { from: "2026-12-18T18:00:00Z", fee: 11_000 },
      { from: "2026-12-20T15:00:00Z", fee: 23_800 },
    ],
    noShowFee: 23_800,
  },
};

/** A confirmed, paid stay of two nights in Lisbon, with what the test changes. */
export function bookingView(change: Partial<BookingView> = {}): BookingView {
  const view: Omit<BookingView, "owedOnline" | "kept"> = {
    id: "0199a000-0000-7000-8000-000000000001",
    code: "ABCDEFGH23",
    token: "t0ken",
    version: 3,
    state: "confirmed",
    locale: "en",
    createdAt: "2026-11-01T09:30:00.000Z",
    versionAt: "2026-11-02T08:00:00.000Z",
    checkIn: "2026-12-20",
    checkOut: "2026-12-22",
    currency: "EUR",
    total: 23_800,
    dueOnline: 23_000,
    paid: 23_000,
    refunded: 0,
    lost: 0,
    disputed: 0,
    payment: "online",
    paymentMethods: ["stripe"],
    holdExpiresAt: null,
    now: "2026-11-01T09:30:00.000Z",
    notes: "",
    guest: { name: "Ana Reis", email: "ana@guest.test", phone: "+351912345678" },
    property: CASA,
    stays: [STAY],
    payments: [{ id: "0199a000-0000-7000-8000-000000000004", provider: "stripe", state: "captured", amount: 23_000, method: "card" }],
    refunds: [],
    change: null,
    canModify: true,
    canCancel: true,
    canPay: false,
    paying: "closed",
    transfer: null,
    messages: { email: "arrived", sms: "none" },
    ...change,
  };
  const fees = view.stays.reduce((sum, stay) => sum + stay.fee, 0);
  const ended = view.state === "cancelled" || view.state === "expired";
  const owedOnline = ended ? Math.min(fees, view.dueOnline) : view.dueOnline;
  return { owedOnline, kept: Math.min(owedOnline, view.paid - view.refunded - view.lost), ...view };
}

/** The same in Bali, by a guest who reads Indonesian. */
export function baliView(change: Partial<BookingView> = {}): BookingView {
  const zone = "Asia/Makassar";
  return bookingView({
    locale: "id",
    currency: "IDR",
    total: 145_000_000,
    dueOnline: 0,
    paid: 0,
    payment: "property",
    paymentMethods: ["property"],
    payments: [],
    property: {
      ...CASA,
      name: "Sawah Terrace Ubud",
      address: "Jl. Raya Tegallalang",
      city: "Ubud",
      country: "ID",
      zone,
      checkInFrom: "14:00",
      checkOutUntil: "12:00",
      phone: "+62 361 000000",
      latitude: -8.5069,
      longitude: 115.2625,
    },
    stays: [
      {
        ...STAY,
        roomName: "Sawah suite",
        nights: [
          { date: "2026-12-20", price: 70_000_000 },
          { date: "2026-12-21", price: 75_000_000 },
        ],
        charges: [],
        childAges: [],
        total: 145_000_000,
        policy: { ...STAY.policy, zone, steps: [{ from: "2026-12-18T10:00:00Z", fee: 70_000_000 }], noShowFee: 145_000_000 },
      },
    ],
    ...change,
  });
}
