import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import type { BookingView } from "../lib/types.ts";
import { useRouter } from "@tanstack/react-router";
import { CopyButton } from "./copy-button.tsx";
import { Notice } from "./notice.tsx";

/** A message that did not reach the guest, and how to keep what it carried. */
export function MessageNotice({ booking: { id, token, guest, property, messages } }: { booking: BookingView }) {
  const router = useRouter();
  const link = () => new URL(router.buildLocation(paths.trip(id, { token })).href, window.location.origin).href;
  return (
    <>
      {messages.email === "lost" && (
        <Notice tone="warn" title={m.mail_lost({ email: guest.email })} live>
          <p>{m.mail_lost_text({ phone: property.phone })}</p>
          <CopyButton text={link} className="mt-4">
            {m.copy_link()}
          </CopyButton>
        </Notice>
      )}
      {messages.sms === "lost" && (
        <Notice tone="warn" title={m.text_lost({ phone: guest.phone })} live>
          {messages.email !== "lost" && <p>{m.text_lost_text()}</p>}
        </Notice>
      )}
    </>
  );
}
