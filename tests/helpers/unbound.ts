/** The bounds that a crowd of test guests from one network would meet, raised by configuration; attack tests leave the shipped ones. */
export const UNBOUND = {
  UNPROVEN_SHARE_PERCENT: "100",
  UNPROVEN_ROOMS_PER_NETWORK: "1000000",
  UNPROVEN_ROOMS_PER_CONTACT: "1000000",
  UNPROVEN_NIGHTS_AT_PROPERTY_PER_NETWORK: "1000000",
  UNPROVEN_AT_PROPERTY_PER_CONTACT: "1000000",
  UNPAID_ROOMS_PER_NETWORK: "1000000",
  ACCOUNT_MAILS_PER_NETWORK_PER_HOUR: "1000000",
  MAILS_PER_BOOKING_PER_HOUR: "1000000",
  MAILS_PER_RECIPIENT_PER_HOUR: "1000000",
  TEXTS_PER_RECIPIENT_PER_HOUR: "1000000",
};

/** Puts the bounds back to those that are shipped: an empty variable is an unset one. */
export const SHIPPED: Record<string, string> = Object.fromEntries(Object.keys(UNBOUND).map((name) => [name, ""]));
