import type { ButtonHTMLAttributes } from "react";

const SHAPE =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded-xl px-5 py-2.5 text-center font-semibold transition-colors disabled:cursor-not-allowed disabled:opacity-55";
const KINDS = {
  primary: "bg-clay-600 text-white hover:bg-clay-700",
  secondary: "border border-ink/25 bg-white text-ink hover:border-ink/60 hover:bg-sand-100",
  quiet: "text-ink underline decoration-ink/30 underline-offset-4 hover:decoration-current",
  danger: "bg-clay-800 text-white hover:bg-clay-700",
};
export type ButtonKind = keyof typeof KINDS;

/** The look of a button, for links that act as one. */
export function buttonClass(kind: ButtonKind = "primary", more = ""): string {
  return `${SHAPE} ${KINDS[kind]} ${more}`;
}

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  /** Says what goes on while it works; the button can't be pressed twice then. */
  busy?: string | undefined;
}

export function Button({ kind = "primary", busy, className = "", children, disabled, type = "button", ...rest }: Props) {
  return (
    <button type={type} className={buttonClass(kind, className)} disabled={disabled || busy !== undefined} {...rest}>
      {busy ?? children}
    </button>
  );
}
