/** What a test card does. */
export interface TestCard {
  number: string;
  /** The first is the name of today, the others are aliases. */
  paymentMethods: string[];
  brand: "visa" | "mastercard" | "amex";
  about: string;
  decline?: Decline;
  /** `setUp`: off-session payments need no authentication. */
  threeDSecure?: "always" | "setUp";
  blocked?: boolean;
  cvcFails?: boolean;
  after?: "pendingRefund" | "failingRefund";
  /** Disputed as soon as its money is captured, for this reason. */
  dispute?: "fraudulent" | "product_not_received";
}

export interface Decline {
  code: string;
  decline_code?: string;
  message: string;
}

const DECLINED = "Your card was declined.";

function declined(decline_code: string, message = DECLINED): Decline {
  return { code: "card_declined", decline_code, message };
}

function visa(number: string, paymentMethods: string[], about: string, more: Partial<TestCard> = {}): TestCard {
  return { number: number.replaceAll(" ", ""), paymentMethods, brand: "visa", about, ...more };
}

export const TEST_CARDS: readonly TestCard[] = [
  visa("4242 4242 4242 4242", ["pm_card_visa"], "Succeeds"),
  visa("5555 5555 5555 4444", ["pm_card_mastercard"], "Succeeds (Mastercard)", {
    brand: "mastercard",
  }),
  visa("3782 822463 10005", ["pm_card_amex"], "Succeeds (American Express)", { brand: "amex" }),
  visa("4000 0000 0000 0002", ["pm_card_visa_chargeDeclined", "pm_card_chargeDeclined"], "Declined", { decline: declined("generic_decline") }),
  visa("4000 0000 0000 9995", ["pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedInsufficientFunds"], "Declined: insufficient funds", {
    decline: declined("insufficient_funds", "Your card has insufficient funds."),
  }),
  visa("4000 0000 0000 9987", ["pm_card_visa_chargeDeclinedLostCard"], "Declined: lost card", {
    decline: declined("lost_card"),
  }),
  visa("4000 0000 0000 9979", ["pm_card_visa_chargeDeclinedStolenCard"], "Declined: stolen card", {
    decline: declined("stolen_card"),
  }),
  visa("4000 0000 0000 0069", ["pm_card_chargeDeclinedExpiredCard"], "Expired card", {
    decline: { code: "expired_card", message: "Your card has expired." },
  }),
  visa("4000 0000 0000 0127", ["pm_card_chargeDeclinedIncorrectCvc"], "Incorrect security code", {
    decline: { code: "incorrect_cvc", message: "Your card's security code is incorrect." },
    cvcFails: true,
  }),
  visa("4000 0000 0000 0119", ["pm_card_chargeDeclinedProcessingError"], "Processing error", {
    decline: {
      code: "processing_error",
      message: "An error occurred while processing your card. Try again in a little bit.",
    },
  }),
  visa("4000 0000 0000 6975", ["pm_card_visa_chargeDeclinedVelocityLimitExceeded"], "Declined: too many payments", {
    decline: declined("card_velocity_exceeded", "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."),
  }),
  visa("4000 0000 0000 0341", ["pm_card_chargeCustomerFail"], "Can be attached, then declined", {
    decline: declined("generic_decline"),
  }),
  visa("4000 0027 6000 3184", ["pm_card_authenticationRequired"], "3D Secure on every payment", {
    threeDSecure: "always",
  }),
  visa("4000 0025 0000 3155", ["pm_card_authenticationRequiredOnSetup"], "3D Secure unless set up before", { threeDSecure: "always" }),
  visa("4000 0038 0000 0446", ["pm_card_authenticationRequiredSetupForOffSession"], "3D Secure, but set up for off-session payments", { threeDSecure: "setUp" }),
  visa("4000 0000 0000 3220", ["pm_card_threeDSecure2Required"], "3D Secure 2 must be completed", {
    threeDSecure: "always",
  }),
  visa("4000 0084 0000 1629", ["pm_card_threeDSecureRequiredChargeDeclined"], "3D Secure, then declined", { threeDSecure: "always", decline: declined("generic_decline") }),
  visa("4000 0000 0000 3055", ["pm_card_threeDSecureOptional"], "3D Secure supported, not required"),
  visa("4000 0000 0000 0259", ["pm_card_createDispute"], "Succeeds, then disputed", {
    dispute: "fraudulent",
  }),
  visa("4000 0000 0000 2685", ["pm_card_createDisputeProductNotReceived"], "Succeeds, then disputed: not received", {
    dispute: "product_not_received",
  }),
  visa("4000 0000 0000 7726", ["pm_card_pendingRefund"], "Succeeds; a refund is pending first", {
    after: "pendingRefund",
  }),
  visa("4000 0000 0000 5126", ["pm_card_refundFail"], "Succeeds; a refund fails later", {
    after: "failingRefund",
  }),
  visa("4100 0000 0000 0019", ["pm_card_radarBlock"], "Blocked as fraudulent", {
    decline: declined("fraudulent"),
    blocked: true,
  }),
  visa("4000 0000 0000 0101", ["pm_card_cvcCheckFail"], "Succeeds; the security code check fails", {
    cvcFails: true,
  }),
];

/** The card of a number (spaces and dashes aside) or of a `pm_card_…` name. */
export function findCard(numberOrMethod: string): TestCard | undefined {
  const digits = numberOrMethod.replace(/[ -]/g, "");
  return TEST_CARDS.find((c) => c.number === digits || c.paymentMethods.includes(numberOrMethod));
}
