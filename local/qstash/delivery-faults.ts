import { z } from "zod";

/**
 * What goes wrong with the next deliveries: `twice` delivers again with the same id, `lost` counts as
 * delivered without being sent, `delay` puts it off by `ms` on the clock, behind later ones.
 */
export const deliveryFaultSchema = z.strictObject({
  mode: z.enum(["twice", "lost", "delay"]),
  calls: z.number().int().min(1).default(1),
  ms: z.number().int().min(1).default(1000),
});
type DeliveryFault = z.infer<typeof deliveryFaultSchema>;

export interface DeliveryFaults {
  add(fault: DeliveryFault): void;
  clear(): void;
  list(): DeliveryFault[];
  /** The fault of this delivery, if any; counts it down. */
  take(): DeliveryFault | undefined;
}

export function createDeliveryFaults(): DeliveryFaults {
  let faults: DeliveryFault[] = [];
  return {
    add: (fault) => void faults.push({ ...fault }),
    clear: () => void (faults = []),
    list: () => [...faults],
    take() {
      const [first] = faults;
      if (!first) return undefined;
      first.calls -= 1;
      if (first.calls === 0) faults = faults.slice(1);
      return first;
    },
  };
}
