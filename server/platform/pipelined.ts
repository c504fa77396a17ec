/**
 * Awaits statements that were sent together. Where one of a transaction fails, Postgres refuses those behind it (25P02),
 * and any of them may be heard of first: what is thrown is the failure of the first in their order, which is the cause.
 * `Promise.all` may not be used on statements that may share a transaction: tests/unit/pipelined.test.ts.
 */
export async function pipelined<T extends readonly unknown[]>(statements: readonly [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(statements);
  for (const one of settled) if (one.status === "rejected") throw one.reason;
  // Not by awaiting them once more: a query builder runs anew each time it is awaited.
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as { -readonly [K in keyof T]: Awaited<T[K]> };
}
