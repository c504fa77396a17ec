import { useRef, useState, type KeyboardEvent } from "react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { countryName } from "../lib/dates.ts";
import { m } from "../lib/i18n/compiled/messages.js";
import { trpc } from "../lib/trpc.ts";
import { Field, INPUT } from "./field.tsx";

export interface Place {
  id: number;
  name: string;
}

const TYPING_MS = 150;

const question = (text: string) => ({ ...trpc.search.destinations.queryOptions({ text }), staleTime: 300_000 });

/**
 * A combobox after the ARIA pattern. Written here because the library's own would alone take home past
 * its budget of JavaScript. What is typed is matched on the server, which forgives misspelling.
 */
export function DestinationField({ value, onChange, error }: { value: Place | undefined; onChange: (place: Place | undefined) => void; error?: string | undefined }) {
  const [text, setText] = useState(value?.name ?? "");
  const [asked, setAsked] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const timer = useRef<number>(undefined);
  // What stands in the field now, for an answer that comes later.
  const typed = useRef(text);
  const queries = useQueryClient();
  const found = useQuery({ ...question(asked), enabled: asked !== "", placeholderData: keepPreviousData });
  const places = open && asked !== "" ? (found.data ?? []) : [];
  const shown = places.length > 0;
  // The list of an earlier text stays in sight until the next one comes, but nothing in it is meant by the text as it is.
  const fits = found.isSuccess && !found.isPlaceholderData && asked === text.trim();
  const optionId = (id: number) => `place-${id}`;

  const write = (next: string) => {
    typed.current = next;
    setText(next);
  };
  const type = (next: string) => {
    write(next);
    setOpen(true);
    setActive(0);
    onChange(undefined);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setAsked(next.trim()), TYPING_MS);
  };
  const choose = (place: Place) => {
    write(place.name);
    setOpen(false);
    onChange({ id: place.id, name: place.name });
  };
  /** Who types a name and moves on means the first suggestion, also where its answer is still to come. */
  const settle = async () => {
    window.clearTimeout(timer.current);
    const [first] = fits ? places.slice(active) : await queries.fetchQuery(question(text.trim())).catch(() => []);
    if (first && typed.current === text) choose(first);
  };
  const unsettled = open && !value && text.trim() !== "";
  const leave = () => {
    setOpen(false);
    if (unsettled) void settle();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") setOpen(false);
    if (event.key === "Enter" && unsettled && (shown || !fits)) void settle();
    else if (event.key === "ArrowDown" && fits && shown) setActive((active + 1) % places.length);
    else if (event.key === "ArrowUp" && fits && shown) setActive((active - 1 + places.length) % places.length);
    else return;
    event.preventDefault();
  };
  const current = fits ? places[active] : undefined;
  const status =
    open && asked !== "" && found.isSuccess && !found.isPlaceholderData
      ? found.data.length > 0
        ? m.places_found({ count: found.data.length })
        : m.places_none({ text: asked })
      : "";

  return (
    <div className="relative">
      <Field label={m.where()} error={error}>
        {(control) => (
          <input
            {...control}
            role="combobox"
            aria-expanded={shown}
            aria-controls="places"
            aria-autocomplete="list"
            aria-activedescendant={current ? optionId(current.id) : undefined}
            autoComplete="off"
            maxLength={80}
            placeholder={m.where_placeholder()}
            value={text}
            onChange={(event) => type(event.target.value)}
            onKeyDown={press}
            onBlur={leave}
            className={INPUT}
          />
        )}
      </Field>
      <div
        id="places"
        role="listbox"
        aria-label={m.suggestions()}
        hidden={!shown}
        className="absolute inset-x-0 top-[5.1rem] z-30 max-h-80 overflow-y-auto rounded-xl border border-sand-200 bg-white p-1.5 shadow-card"
      >
        {places.map((place, index) => (
          // The keyboard is the input's, which keeps the focus and names the active option.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={place.id}
            id={optionId(place.id)}
            role="option"
            tabIndex={-1}
            aria-selected={place === current}
            // Keeps the focus in the input, so that leaving it isn't mistaken for giving up.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(place)}
            onPointerMove={() => setActive(index)}
            className="cursor-pointer rounded-lg px-3 py-2.5 aria-selected:bg-sand-100"
          >
            <span className="font-semibold">{place.name}</span> <span className="text-soft">{countryName(place.country)}</span>
            <span className="block text-sm text-soft">{place.propertyCount > 0 ? m.places_to_stay({ count: place.propertyCount }) : m.places_to_stay_none()}</span>
          </div>
        ))}
      </div>
      <p role="status" className={status && !shown ? "mt-1.5 text-sm text-soft" : "sr-only"}>
        {status}
      </p>
    </div>
  );
}
