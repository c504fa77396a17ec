import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useRef } from "react";
import { MAIN_ID } from "../lib/focus.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { intentDone, intentKey } from "../lib/intent.ts";
import type { OpenHold } from "../lib/open-holds.ts";
import { trpc } from "../lib/trpc.ts";
import { Button } from "./button.tsx";
import { ErrorNotice } from "./error-notice.tsx";

/** Lets a hold go, after one more question: what it held is anybody's at once. The browser's own dialog: every page has it, and no library for it. */
export function GiveBackDialog({ hold: { id, propertyName: property }, onDone }: { hold: OpenHold; onDone: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const queries = useQueryClient();
  const intent = `cancel:${id}`;
  const giveBack = useMutation({
    ...trpc.bookings.cancel.mutationOptions(),
    onSuccess: async () => {
      intentDone(intent);
      dialog.current?.close();
      // Its button goes with the hold.
      document.getElementById(MAIN_ID)?.focus();
      onDone();
      await queries.invalidateQueries({ queryKey: trpc.bookings.pathKey() });
    },
  });
  const confirm = () => {
    // A hold costs nothing; one that was paid meanwhile may, and is refused.
    const body = { bookingId: id, expectedFee: 0 };
    giveBack.mutate({ ...body, idempotencyKey: intentKey(intent, body) });
  };
  return (
    <>
      <Button kind="secondary" aria-label={m.hold_give_back_of({ property })} onClick={() => dialog.current?.showModal()}>
        {m.hold_give_back()}
      </Button>
      <dialog
        ref={dialog}
        role="alertdialog"
        aria-labelledby={titleId}
        className="m-auto max-h-[90dvh] w-[min(30rem,calc(100vw-2rem))] rounded-3xl bg-white p-6 text-ink shadow-card backdrop:bg-navy-950/60 sm:p-8"
      >
        <div className="grid gap-5">
          <h2 id={titleId} className="text-2xl font-bold">
            {m.hold_give_back_question({ property })}
          </h2>
          <p>{m.hold_give_back_text()}</p>
          <ErrorNotice error={giveBack.error} />
          <div className="flex flex-wrap justify-end gap-3">
            <Button kind="secondary" onClick={() => dialog.current?.close()}>
              {m.hold_keep()}
            </Button>
            <Button kind="danger" busy={giveBack.isPending ? m.one_moment() : undefined} onClick={confirm}>
              {m.hold_give_back()}
            </Button>
          </div>
        </div>
      </dialog>
    </>
  );
}
