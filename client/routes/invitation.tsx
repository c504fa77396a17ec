import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { Button } from "../components/button.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { getAuth, postAuth } from "../lib/auth.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { queryClient } from "../lib/query.ts";

const route = getRouteApi("/invitation");

interface Invited {
  organizationName: string;
  inviterEmail: string;
}

/** Where the link of an invitation's mail leads, once its reader is signed in with the invited address. */
export function Invitation() {
  const { id = "" } = route.useSearch();
  const router = useRouter();
  const invited = useQuery({ queryKey: ["invitation", id], queryFn: () => getAuth<Invited>("organization/get-invitation", { id }), enabled: id !== "", retry: false });
  const accept = useMutation({
    mutationFn: () => postAuth("organization/accept-invitation", { invitationId: id }),
    onSuccess: async () => {
      queryClient.clear();
      await router.navigate(paths.admin());
    },
  });
  const error = accept.error ?? invited.error;
  return (
    <Page title={m.invitation_title()} width="narrow">
      {error || id === "" ? (
        <Notice tone="warn" title={error?.message ?? m.auth_bad_link()} live>
          {m.invitation_failed_advice()}
        </Notice>
      ) : invited.data ? (
        <>
          <p>{m.invitation_text({ organization: invited.data.organizationName, email: invited.data.inviterEmail })}</p>
          <Button className="mt-6" busy={accept.isPending ? m.one_moment() : undefined} onClick={() => accept.mutate()}>
            {m.invitation_accept()}
          </Button>
        </>
      ) : (
        <p role="status">{m.one_moment()}</p>
      )}
    </Page>
  );
}
