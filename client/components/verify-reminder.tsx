import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { sessionQuery } from "../lib/session.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** Bookings made with an e-mail show up once the account has proved that it owns it. */
export function VerifyReminder() {
  const { data: user } = useQuery(sessionQuery);
  const router = useRouter();
  const send = useMutation({
    mutationFn: async (email: string) => {
      const { auth } = await import("../lib/auth.ts");
      const { error } = await auth.sendVerificationEmail({ email, callbackURL: router.buildLocation(paths.verify()).href });
      if (error) throw new Error(error.message);
    },
  });
  if (!user || user.emailVerified) return null;
  return (
    <div className="mb-6">
      <Notice title={m.verify_reminder()}>
        <p>{m.verify_reminder_text({ email: user.email })}</p>
        <p role="status" className="font-medium">
          {send.isSuccess ? m.mail_sent() : send.isError ? m.error_unavailable_advice() : ""}
        </p>
        {!send.isSuccess && (
          <Button kind="secondary" className="mt-3" busy={send.isPending ? m.one_moment() : undefined} onClick={() => send.mutate(user.email)}>
            {m.send_again()}
          </Button>
        )}
      </Notice>
    </div>
  );
}
