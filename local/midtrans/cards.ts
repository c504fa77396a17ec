/** What the bank and the fraud detection say to a test card. */
export interface TestCard {
  number: string;
  result: "accept" | "challenge" | "denyByBank" | "denyByFraudDetection";
  about: string;
}

export const TEST_CARDS: readonly TestCard[] = [
  { number: "4811111111111114", result: "accept", about: "Accepted" },
  { number: "4411111111111118", result: "accept", about: "Accepted (3D Secure attempted)" },
  { number: "5211111111111117", result: "accept", about: "Accepted (Mastercard)" },
  { number: "4511111111111117", result: "challenge", about: "Challenged: the merchant decides" },
  { number: "4911111111111113", result: "denyByBank", about: "Denied by the bank" },
  { number: "4711111111111115", result: "denyByBank", about: "Denied by the bank" },
  { number: "5111111111111118", result: "denyByBank", about: "Denied by the bank (Mastercard)" },
  {
    number: "4611111111111116",
    result: "denyByFraudDetection",
    about: "Denied by fraud detection",
  },
];

/** The card of a number, spaces and dashes aside. */
export function findCard(number: string): TestCard | undefined {
  const digits = number.replace(/[ -]/g, "");
  return TEST_CARDS.find((card) => card.number === digits);
}
