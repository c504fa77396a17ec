import { getRouteApi, Link } from "@tanstack/react-router";
import { buttonClass } from "../components/button.tsx";
import { Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";

const route = getRouteApi("/verify");

/** Where the link in the verification mail ends; an error of it is in the URL. */
export function Verify() {
  const { error } = route.useSearch();
  return (
    <Page title={m.verify_title()} width="narrow">
      <Notice tone={error ? "warn" : "good"} title={error ? m.auth_bad_link() : m.email_verified()} live>
        <p>{error ? m.verify_failed_advice() : m.email_verified_text()}</p>
        <Link {...(error ? paths.signIn() : paths.trips())} className={buttonClass("primary", "mt-4")}>
          {error ? m.sign_in() : m.nav_trips()}
        </Link>
      </Notice>
    </Page>
  );
}
