// The public face of the bookings service.
export { balance } from "./balance.ts";
export { cancel, cancelQuote } from "./cancel.ts";
export { closeChange } from "./close-change.ts";
export { overdueChanges } from "./changes.ts";
export { closeHold, closeLeftPages, closePages } from "./close-hold.ts";
export { BOOKING_EVENTS, bookingPayload, type BookingPayload } from "./events.ts";
export { expire, overdueHolds } from "./expire.ts";
export { hold } from "./hold.ts";
export { modify } from "./modify.ts";
export { modifyQuote } from "./modify-quote.ts";
export { paymentOfHint, settle } from "./settle.ts";
export { startPayment } from "./start-payment.ts";
export { takenPayments, unbalanced, unsettledPayments } from "./unsettled.ts";
export { get, viewOf } from "./view.ts";
