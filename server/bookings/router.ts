import { procedure, router } from "../trpc.ts";
import { cancel, cancelQuote } from "./cancel.ts";
import { hold } from "./hold.ts";
import { lookup } from "./lookup.ts";
import { lookupInput, lookupOutput } from "./lookup-schemas.ts";
import { mine } from "./mine.ts";
import { modify } from "./modify.ts";
import { modifyQuote } from "./modify-quote.ts";
import { modifyInput, modifyOutput, modifyQuoteInput, modifyQuoteOutput } from "./modify-schemas.ts";
import { openHolds } from "./open-holds.ts";
import { paymentStatus } from "./payment-status.ts";
import { startInput, startOutput, statusInput, statusOutput } from "./payment-schemas.ts";
import {
  bookingOutput,
  bookingRef,
  cancelInput,
  cancelOutput,
  cancelQuoteInput,
  cancelQuoteOutput,
  holdInput,
  holdOutput,
  mineInput,
  mineOutput,
  openHoldsOutput,
} from "./schemas.ts";
import { startPayment } from "./start-payment.ts";
import { get } from "./view.ts";

export const bookingsRouter = router({
  hold: procedure
    .input(holdInput)
    .output(holdOutput)
    .mutation(({ ctx, input }) => hold(ctx, input)),
  get: procedure
    .input(bookingRef)
    .output(bookingOutput)
    .query(({ ctx, input }) => get(ctx, input)),
  lookup: procedure
    .input(lookupInput)
    .output(lookupOutput)
    .mutation(({ ctx, input }) => lookup(ctx, input)),
  mine: procedure
    .input(mineInput)
    .output(mineOutput)
    .query(({ ctx, input }) => mine(ctx, input)),
  openHolds: procedure.output(openHoldsOutput).query(({ ctx }) => openHolds(ctx)),
  cancelQuote: procedure
    .input(cancelQuoteInput)
    .output(cancelQuoteOutput)
    .query(({ ctx, input }) => cancelQuote(ctx, input)),
  cancel: procedure
    .input(cancelInput)
    .output(cancelOutput)
    .mutation(({ ctx, input }) => cancel(ctx, input)),
  modifyQuote: procedure
    .input(modifyQuoteInput)
    .output(modifyQuoteOutput)
    .query(({ ctx, input }) => modifyQuote(ctx, input)),
  modify: procedure
    .input(modifyInput)
    .output(modifyOutput)
    .mutation(({ ctx, input }) => modify(ctx, input)),
});

/** Paying is a step of the booking's flow: the payments service knows no bookings. */
export const paymentsRouter = router({
  start: procedure
    .input(startInput)
    .output(startOutput)
    .mutation(({ ctx, input }) => startPayment(ctx, input)),
  status: procedure
    .input(statusInput)
    .output(statusOutput)
    .query(({ ctx, input }) => paymentStatus(ctx, input)),
});
