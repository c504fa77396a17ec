/** A refusal; its code goes into the body, and Midtrans often keeps HTTP at 200. */
export class MidtransFault extends Error {
  readonly code: string;
  readonly validation: string[] | undefined;
  constructor(code: string, message: string, validation?: string[]) {
    super(message);
    this.code = code;
    this.validation = validation;
  }
}

export function notFound(): MidtransFault {
  return new MidtransFault("404", "Transaction doesn't exist.");
}

export function wrongState(): MidtransFault {
  return new MidtransFault("412", "Transaction status cannot be updated.");
}

export function badRequest(validation: string[]): MidtransFault {
  return new MidtransFault("400", "One or more parameters in the payload is invalid.", validation);
}
