import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ChooseCredential, type Chosen } from "../components/choose-credential.tsx";
import { Button, buttonClass } from "../components/button.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { postAuth } from "../lib/auth.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { sessionChanged } from "../lib/session.ts";

const route = getRouteApi("/verify");

type Proof = { state: "made"; next?: string } | { state: "choose" | "known"; email: string };

async function prove(token: string, credential?: Chosen): Promise<Proof> {
  const proof = await postAuth<Proof>("verify-email", { token, credential });
  if (proof.state === "made") await sessionChanged();
  return proof;
}

/** Where the link of a sign-up's mail leads. The browser that signed up is done here; any other chooses a password first. */
export function Verify() {
  const { token = "" } = route.useSearch();
  // Once: a link works once.
  const asked = useQuery({ queryKey: ["verify", token], queryFn: () => prove(token), enabled: token !== "", retry: false, staleTime: Infinity });
  const choose = useMutation({ mutationFn: (credential: Chosen) => prove(token, credential) });
  const proof = choose.data ?? asked.data;
  if (!proof) {
    const isOver = token === "" || asked.error?.message === m.auth_bad_link();
    return (
      <Page title={m.verify_title()} width="narrow">
        {asked.error || isOver ? (
          <Notice tone="warn" title={asked.error?.message ?? m.auth_bad_link()} live>
            {isOver && <p>{m.verify_failed_advice()}</p>}
            <div className="mt-4 flex flex-wrap gap-3">
              {isOver ? (
                <>
                  <Link {...paths.signUp()} className={buttonClass("primary")}>
                    {m.sign_up()}
                  </Link>
                  <Link {...paths.signIn()} className={buttonClass("secondary")}>
                    {m.sign_in()}
                  </Link>
                </>
              ) : (
                <Button onClick={() => void asked.refetch()}>{m.try_again()}</Button>
              )}
            </div>
          </Notice>
        ) : (
          <p role="status">{m.one_moment()}</p>
        )}
      </Page>
    );
  }
  if (proof.state === "choose") {
    return (
      <Page title={m.verify_choose()} lead={m.verify_choose_lead({ email: proof.email })} width="narrow">
        <ChooseCredential email={proof.email} onChosen={(credential) => choose.mutate(credential)} loading={choose.isPending} submitError={choose.error} />
      </Page>
    );
  }
  const known = proof.state === "known" && proof.email;
  const next = proof.state === "made" ? proof.next : undefined;
  return (
    <Page title={m.verify_title()} width="narrow">
      <Notice tone={known ? "warn" : "good"} title={known ? m.verify_known() : m.email_verified()} live>
        <p>{known ? m.verify_known_advice({ email: known }) : m.email_verified_text()}</p>
        {known ? (
          <Link {...paths.signIn()} className={buttonClass("primary", "mt-4")}>
            {m.sign_in()}
          </Link>
        ) : next ? (
          // With its search: a path of the app as it stands.
          <a href={next} className={buttonClass("primary", "mt-4")}>
            {m.go_on()}
          </a>
        ) : (
          <Link {...paths.trips()} className={buttonClass("primary", "mt-4")}>
            {m.nav_trips()}
          </Link>
        )}
      </Notice>
    </Page>
  );
}
