import type { Transaction } from "../../db/client.ts";
import { emit, type MoneyEntry } from "./events.ts";
import type { MoneyNews } from "./schemas.ts";

/** Who is told of a state of money. What a property reads of, it must act on. */
interface Told {
  guest: boolean;
  property: boolean;
}

const GUEST = { guest: true, property: false };
const PROPERTY = { guest: false, property: true };
const BOTH = { guest: true, property: true };

/** Each state of money that no other message tells of, by its name. */
export const MONEY_NEWS = {
  /** A second payment, or one beside payment at the property: what isn't owed goes back. */
  paid_beyond: GUEST,
  /** A payment of another amount or currency: it pays for nothing. */
  paid_otherwise: BOTH,
  /** A transfer is waited for: where to, how much, until when; the hold may end later now. */
  transfer_waiting: GUEST,
  /** A reservation ended before it was taken, and the booking owes its money. */
  lapsed: BOTH,
  /** Given back in the provider's dashboard; the property must act where the booking owes it still. */
  refund_made: BOTH,
  refund_failed: BOTH,
  /** The cancellation's own message has told the guest; the property must pay. */
  refund_manual: PROPERTY,
  refund_by_hand: GUEST,
  /** It waits for the end of a dispute. */
  refund_waits: GUEST,
  goodwill: GUEST,
  waived: GUEST,
  dispute_inquiry: PROPERTY,
  dispute_open: PROPERTY,
  dispute_lost: BOTH,
  dispute_won: BOTH,
} as const satisfies Record<MoneyNews, Told>;

/**
 * Has the guest or the property told of a state of money, once for each event that says so.
 * @param about the payment, refund, dispute or decision that it is
 */
export function tellMoney(tx: Transaction, { bookingId, propertyId, version }: MoneyEntry, news: MoneyNews, about: string): Promise<void> {
  return emit(tx, { type: "booking.money_news", payload: { bookingId, propertyId, version, news, about } });
}
