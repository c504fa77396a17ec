import type { BookingView } from "../lib/types.ts";
import { stateName } from "../lib/words.ts";
import { Badge } from "./badge.tsx";

const TONES = {
  pending: "warn",
  confirmed: "good",
  checked_in: "good",
  checked_out: "plain",
  expired: "plain",
  cancelled: "plain",
  no_show: "plain",
} satisfies Record<BookingView["state"], "good" | "warn" | "plain">;

export function StateBadge({ state }: { state: BookingView["state"] }) {
  return <Badge tone={TONES[state]}>{stateName(state)}</Badge>;
}
