import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { SearchForm } from "../components/search-form.tsx";
import { m } from "../lib/i18n/compiled/messages.js";
import { paths } from "../lib/paths.ts";
import type { PlaceSearch } from "../lib/search-params.ts";

const route = getRouteApi("/");

export function Home() {
  const search = route.useSearch();
  const navigate = useNavigate();
  // Home's own address remembers the search first, so that going back finds the form as it was left.
  const go = async (asked: PlaceSearch) => {
    await navigate({ ...paths.home(asked), replace: true });
    await navigate(paths.results(asked));
  };
  const promises = [
    [m.promise_price(), m.promise_price_text()],
    [m.promise_hold(), m.promise_hold_text()],
    [m.promise_cancel(), m.promise_cancel_text()],
  ] as const;
  return (
    <>
      <title>{m.home_title()}</title>
      <div className="hero">
        <div className="mx-auto max-w-6xl px-4 pt-14 pb-24 sm:px-6 sm:pt-24 sm:pb-40">
          <h1 className="max-w-2xl text-4xl font-bold text-balance text-white sm:text-6xl">{m.home_heading()}</h1>
          <p className="mt-4 max-w-2xl text-lg text-pretty text-sand-100">{m.home_lead()}</p>
          <div className="mt-8 rounded-3xl bg-sand-50 p-4 shadow-card sm:mt-10 sm:p-6">
            <SearchForm initial={search} onSearch={(asked) => void go(asked)} />
          </div>
        </div>
      </div>
      <section aria-labelledby="promises" className="mx-auto max-w-6xl px-4 py-14 sm:px-6 sm:py-20">
        <h2 id="promises" className="text-2xl font-bold sm:text-3xl">
          {m.promises()}
        </h2>
        <ul className="mt-8 grid gap-8 sm:grid-cols-3">
          {promises.map(([title, text]) => (
            <li key={title} className="border-t-4 border-clay-600 pt-4">
              <h3 className="text-lg font-bold">{title}</h3>
              <p className="mt-2 leading-relaxed text-soft">{text}</p>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
