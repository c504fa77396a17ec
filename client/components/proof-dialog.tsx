import { useMutation } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { codeField } from "../../server/accounts/proofs/schemas.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { getLocale } from "../lib/i18n/compiled/runtime.js";
import { intentDone, intentKey } from "../lib/intent.ts";
import { refusalOf } from "../lib/refusal.ts";
import { trpc } from "../lib/trpc.ts";
import { Button } from "./button.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { TextField } from "./field.tsx";

interface Props {
  /** What the last try ended in; anything but a wanted proof shows nothing. */
  error: unknown;
  /** The guest's, where the code goes. */
  email: string | undefined;
  /** To send the same request again. */
  onProven: () => void;
}

/** The way on where a proof is wanted: a code is mailed, typed here, and what was refused goes on. */
export function ProofDialog({ error, email, onProven }: Props) {
  return refusalOf(error)?.code === "PROOF_REQUIRED" && email ? <CodeDialog email={email} onProven={onProven} /> : null;
}

/** No form of its own: it stands within the one whose request was refused. The browser's own dialog: no library for it. */
function CodeDialog({ email, onProven }: { email: string; onProven: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [typed, setTyped] = useState("");
  const intent = `code:${email}`;
  const ask = useMutation(trpc.proofs.ask.mutationOptions());
  const give = useMutation({
    ...trpc.proofs.give.mutationOptions(),
    onSuccess: () => {
      intentDone(intent);
      dialog.current?.close();
      onProven();
    },
  });
  const send = () => {
    const body = { email, locale: getLocale() };
    ask.mutate({ ...body, idempotencyKey: intentKey(intent, body) });
  };
  const sendAnother = () => {
    intentDone(intent);
    give.reset();
    setTyped("");
    send();
  };
  // Once, as it appears; asked again by the same key it is the same code.
  useEffect(() => {
    send();
    dialog.current?.showModal();
    // oxlint-disable-next-line react/exhaustive-deps
  }, [email]);
  const code = codeField.safeParse(typed).data;
  const submit = () => {
    if (code && ask.data && !give.isPending) give.mutate({ proofId: ask.data.proofId, code });
  };
  const refused = refusalOf(give.error)?.code;
  const wrong = refused === "INVALID" ? m.proof_wrong() : refused === "PRECONDITION" ? m.proof_over() : undefined;
  return (
    <>
      <Button kind="secondary" onClick={() => dialog.current?.showModal()}>
        {m.proof_enter_code()}
      </Button>
      <dialog
        ref={dialog}
        aria-labelledby={titleId}
        className="m-auto max-h-[90dvh] w-[min(30rem,calc(100vw-2rem))] rounded-3xl bg-white p-6 text-ink shadow-card backdrop:bg-navy-950/60 sm:p-8"
      >
        <div className="grid gap-5">
          <h2 id={titleId} className="text-2xl font-bold">
            {m.proof_title()}
          </h2>
          <p role="status" className="wrap-anywhere">
            {ask.data ? m.proof_sent({ email }) : m.proof_why({ email })}
          </p>
          <TextField
            label={m.proof_code()}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={12}
            value={typed}
            error={wrong}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              submit();
            }}
          />
          <ErrorNotice error={ask.error ?? (wrong ? undefined : give.error)} />
          <div className="flex flex-wrap justify-end gap-3">
            <Button kind="quiet" busy={ask.isPending ? m.one_moment() : undefined} onClick={sendAnother}>
              {m.proof_send_another()}
            </Button>
            <Button kind="secondary" onClick={() => dialog.current?.close()}>
              {m.proof_not_now()}
            </Button>
            <Button disabled={!code || !ask.data} busy={give.isPending ? m.one_moment() : undefined} onClick={submit}>
              {m.proof_go_on()}
            </Button>
          </div>
        </div>
      </dialog>
    </>
  );
}
