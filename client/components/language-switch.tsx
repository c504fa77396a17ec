import { m } from "../lib/i18n/compiled/messages.js";
import { getLocale, locales, setLocale } from "../lib/i18n/compiled/runtime.js";

const NAMES: Record<string, string> = { en: "English", id: "Bahasa Indonesia" };

/** Loads the page anew in the other language; the URL keeps the screen's state. */
export function LanguageSwitch() {
  return (
    <div role="group" aria-label={m.language()} className="flex rounded-lg border border-white/30 text-sm">
      {locales.map((locale) => (
        <button
          key={locale}
          type="button"
          lang={locale}
          aria-label={NAMES[locale]}
          aria-pressed={locale === getLocale()}
          onClick={() => void setLocale(locale)}
          className="min-h-8 rounded-[7px] px-2.5 font-semibold uppercase aria-pressed:bg-sand-100 aria-pressed:text-navy-900"
        >
          {locale}
        </button>
      ))}
    </div>
  );
}
