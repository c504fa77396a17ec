import { useId } from "react";
import { m } from "../lib/i18n/compiled/messages.js";
import { MAX_ADULTS, MAX_CHILDREN, MAX_CHILD_AGE, MAX_ROOMS, type PartyRoom } from "../lib/party.ts";
import { partyText } from "../lib/party-words.ts";
import { INPUT, LABEL } from "./field.tsx";
import { Stepper } from "./stepper.tsx";

const AGES = Array.from({ length: MAX_CHILD_AGE + 1 }, (_, age) => age);
const USUAL_AGE = 8;

/** Who sleeps where: a button that says it, and a panel (the browser's own popover) to change it. */
export function PartyField({ value, onChange }: { value: PartyRoom[]; onChange: (party: PartyRoom[]) => void }) {
  const id = useId();
  const change = (index: number, room: PartyRoom) => onChange(value.with(index, room));
  return (
    <div>
      <span id={`${id}-label`} className={LABEL}>
        {m.who()}
      </span>
      <button type="button" popoverTarget={`${id}-panel`} id={`${id}-button`} aria-labelledby={`${id}-label ${id}-button`} className={`${INPUT} party-button text-left`}>
        {partyText(value)}
      </button>
      <div
        id={`${id}-panel`}
        popover="auto"
        role="dialog"
        aria-labelledby={`${id}-label`}
        className="party-panel w-[min(24rem,calc(100vw-4rem))] overflow-y-auto rounded-2xl border border-sand-200 bg-white p-5 text-ink shadow-card"
      >
        {value.map((room, index) => (
          <RoomFields
            key={index}
            number={index + 1}
            room={room}
            onChange={(changed) => change(index, changed)}
            onRemove={value.length > 1 ? () => onChange(value.toSpliced(index, 1)) : undefined}
          />
        ))}
        <div className="mt-4 flex items-center justify-between gap-3">
          <button
            type="button"
            className="font-semibold underline underline-offset-4 disabled:opacity-40"
            disabled={value.length >= MAX_ROOMS}
            onClick={() => onChange([...value, { adults: 2, childAges: [] }])}
          >
            {m.add_room()}
          </button>
          <button
            type="button"
            popoverTarget={`${id}-panel`}
            popoverTargetAction="hide"
            className="min-h-11 rounded-xl bg-navy-900 px-5 font-semibold text-white hover:bg-navy-800"
          >
            {m.done()}
          </button>
        </div>
      </div>
    </div>
  );
}

/** The people of one room. */
export function RoomFields({ number, room, onChange, onRemove }: { number: number; room: PartyRoom; onChange: (room: PartyRoom) => void; onRemove: (() => void) | undefined }) {
  const { adults, childAges } = room;
  const setChildren = (count: number) => onChange({ adults, childAges: count > childAges.length ? [...childAges, USUAL_AGE] : childAges.slice(0, count) });
  return (
    <fieldset className="border-b border-sand-200 pb-4 not-first:pt-4">
      <legend className="float-left mb-3 w-full font-bold">
        {m.room_number({ number })}
        {onRemove && (
          <button type="button" onClick={onRemove} className="float-right text-sm font-medium underline underline-offset-4">
            {m.remove_room({ number })}
          </button>
        )}
      </legend>
      <div className="clear-both grid gap-3">
        <Stepper
          label={m.adults_label()}
          less={m.fewer_adults()}
          more={m.more_adults()}
          value={adults}
          min={1}
          max={MAX_ADULTS}
          onChange={(count) => onChange({ adults: count, childAges })}
        />
        <Stepper label={m.children_label()} less={m.fewer_children()} more={m.more_children()} value={childAges.length} min={0} max={MAX_CHILDREN} onChange={setChildren} />
        {childAges.map((age, index) => (
          <label key={index} className="flex items-center justify-between gap-4 text-[0.95rem]">
            {m.child_age({ number: index + 1 })}
            <select className={`${INPUT} max-w-32`} value={age} onChange={(event) => onChange({ adults, childAges: childAges.with(index, Number(event.target.value)) })}>
              {AGES.map((years) => (
                <option key={years} value={years}>
                  {m.years({ count: years })}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
