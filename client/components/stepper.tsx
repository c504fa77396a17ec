const BUTTON =
  "grid size-11 place-items-center rounded-full border border-field bg-white text-xl leading-none font-semibold hover:bg-sand-100 disabled:cursor-not-allowed disabled:opacity-40";

/** A small number with less and more; the texts name what each button does. */
export function Stepper({
  label,
  less,
  more,
  value,
  min,
  max,
  onChange,
}: {
  label: string;
  less: string;
  more: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}) {
  return (
    <div className="flex items-center justify-between gap-4" role="group" aria-label={label}>
      <span className="font-medium">{label}</span>
      <div className="flex items-center gap-2">
        <button type="button" className={BUTTON} aria-label={less} disabled={value <= min} onClick={() => onChange(value - 1)}>
          −
        </button>
        <output className="tabular w-8 text-center font-semibold" aria-live="polite">
          {value}
        </output>
        <button type="button" className={BUTTON} aria-label={more} disabled={value >= max} onClick={() => onChange(value + 1)}>
          +
        </button>
      </div>
    </div>
  );
}
