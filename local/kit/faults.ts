import { z } from "zod";

/**
 * One fault that a stand-in plays on its next calls.
 * - `status`: answer with this status and `body`, without executing; with `executed`, after executing
 * - `delayMs`: wait, then execute (may be joined with the others)
 * - `hang`: accept and never answer
 * - `drop`: cut the connection `before` executing, or `after` (executed, response lost)
 */
export const faultSchema = z.strictObject({
  /** How many of the next calls it hits; default 1. */
  calls: z.number().int().min(1).default(1),
  /** Only calls whose path contains this text. */
  path: z.string().optional(),
  status: z.number().int().min(100).max(599).optional(),
  executed: z.boolean().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  delayMs: z.number().int().min(0).optional(),
  hang: z.boolean().optional(),
  drop: z.enum(["before", "after"]).optional(),
});
export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

export interface FaultSwitch {
  /**
   * @param met told at each call that it hits
   * @returns what takes this fault away and leaves the others
   */
  add(fault: FaultInput, met?: () => void): () => void;
  clear(): void;
  list(): Fault[];
  /** The fault for this call, if any; counts it down. */
  take(path: string): Fault | undefined;
}

export function createFaults(): FaultSwitch {
  let added: { fault: Fault; met: (() => void) | undefined }[] = [];
  const remove = (one: (typeof added)[number]): void => void (added = added.filter((other) => other !== one));
  return {
    add(fault, met) {
      const one = { fault: faultSchema.parse(fault), met };
      added.push(one);
      return () => remove(one);
    },
    clear: () => void (added = []),
    list: () => added.map(({ fault }) => fault),
    take(path) {
      const one = added.find(({ fault }) => fault.path === undefined || path.includes(fault.path));
      if (!one) return undefined;
      one.met?.();
      one.fault.calls -= 1;
      if (one.fault.calls === 0) remove(one);
      return one.fault;
    },
  };
}
