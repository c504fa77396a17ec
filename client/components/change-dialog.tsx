import { Dialog } from "@base-ui/react/dialog";
import { useState } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import type { BookingSearch } from "../lib/search-params.ts";
import type { BookingView } from "../lib/types.ts";
import { buttonClass } from "./button.tsx";
import { ChangeForm } from "./change-form.tsx";

/** Other dates, other guests: the difference is shown before anything changes. */
export function ChangeDialog({ booking, access }: { booking: BookingView; access: BookingSearch }) {
  const [state, setState] = useState<"closed" | "open" | "done">("closed");
  return (
    <Dialog.Root open={state === "open"} onOpenChange={(open) => setState(open ? "open" : "closed")}>
      <p role="status" className="sr-only">
        {state === "done" && (booking.change ? m.change_waits() : m.change_done())}
      </p>
      <Dialog.Trigger className={buttonClass("secondary")}>{m.change_booking()}</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-navy-950/60" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 flex max-h-[90dvh] w-[min(36rem,calc(100vw-2rem))] -translate-1/2 flex-col overflow-hidden rounded-3xl bg-white shadow-card">
          <Dialog.Title className="px-6 pt-6 pb-5 text-2xl font-bold sm:px-8 sm:pt-8">{m.change_title({ property: booking.property.name })}</Dialog.Title>
          <ChangeForm booking={booking} access={access} onKeep={() => setState("closed")} onDone={() => setState("done")} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
