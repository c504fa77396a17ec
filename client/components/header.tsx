import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import { sessionChanged, sessionQuery, signOut } from "../lib/session.ts";
import { LanguageSwitch } from "./language-switch.tsx";
import { Notice } from "./notice.tsx";

const ITEM = "rounded-lg px-2 py-2 font-medium text-sand-100 hover:text-white hover:underline underline-offset-4 aria-[current=page]:underline";

export function Header() {
  const { data: user, isError } = useQuery(sessionQuery);
  const [failed, setFailed] = useState(false);
  const router = useRouter();
  const leave = async () => {
    setFailed(false);
    try {
      await signOut();
    } catch {
      return setFailed(true);
    }
    await router.navigate(paths.home());
    await sessionChanged();
  };
  return (
    <>
      <header className="bg-navy-900 text-white [&_:focus-visible]:outline-sand-200">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-6">
          <Link {...paths.home()} className="mr-auto flex items-center gap-2.5 rounded-lg py-1 text-lg font-bold tracking-tight">
            <img src="/favicon.svg" alt="" width="28" height="28" className="rounded-md ring-1 ring-white/20" />
            Nightledger
          </Link>
          <nav aria-label={m.nav_label()} className="order-last flex w-full flex-wrap items-center gap-x-2 text-[0.95rem] sm:order-none sm:w-auto sm:gap-x-3">
            <Link {...paths.trips()} className={ITEM}>
              {m.nav_trips()}
            </Link>
            <Link {...paths.find()} className={ITEM}>
              {m.nav_find()}
            </Link>
            {user ? (
              <button type="button" className={ITEM} onClick={() => void leave()} title={user.email}>
                {m.sign_out()}
              </button>
            ) : (
              // Who can't be told apart from a stranger isn't called one.
              !isError && (
                <Link {...paths.signIn()} className={ITEM}>
                  {m.sign_in()}
                </Link>
              )
            )}
          </nav>
          <LanguageSwitch />
        </div>
      </header>
      {failed && (
        <div className="mx-auto w-full max-w-6xl px-4 pt-4 sm:px-6">
          <Notice tone="warn" title={m.sign_out_failed()} live>
            {m.sign_out_failed_advice()}
          </Notice>
        </div>
      )}
    </>
  );
}
