import { createElement, type ReactElement } from "react";

/** A part of the app did not come; whether it is gone for good, `isReplaced` tells. */
export class ChunkError extends Error {
  override readonly name = "ChunkError";
}

type Part = () => ReactElement | null;
type Screen = Part & { preload: () => Promise<void> };

/**
 * A screen in a chunk of its own. One that could not be loaded is loaded anew at the next try, and the error is
 * shown by us: the router's own lazy component takes each failure for a new deployment, and loads the page anew.
 */
export function screen<Name extends string>(load: () => Promise<Record<Name, Part>>, name: Name): Screen {
  let loaded: Part | undefined;
  let loading: Promise<void> | undefined;
  async function loadOnce(): Promise<void> {
    try {
      loaded = (await load())[name];
    } catch (cause) {
      loading = undefined;
      throw new ChunkError("a part of the app did not come", { cause });
    }
  }
  const preload = () => (loading ??= loadOnce());
  function Lazy() {
    // React's way to wait: the router has loaded it before, save in a preload's shadow.
    // oxlint-disable-next-line typescript/only-throw-error
    if (!loaded) throw preload();
    return createElement(loaded);
  }
  return Object.assign(Lazy, { preload });
}

/** The address of the script that this page began with: another build has another one. */
function ownScript(): string | undefined {
  const script = document.querySelector<HTMLScriptElement>("script[type=module][src]");
  return script?.getAttribute("src") ?? undefined;
}

/** What the server hands out now: this build, another one (ours is gone), or nothing of ours. */
export async function askBuild(): Promise<"same" | "replaced" | "none"> {
  const own = ownScript();
  const page = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(10_000) }).then(
    (response) => (response.ok ? response.text() : ""),
    () => "",
  );
  if (!own || !/<script [^>]*type="module"/.test(page) || !page.includes('id="root"')) return "none";
  return page.includes(`"${own}"`) ? "same" : "replaced";
}

const RELOADED = "reloaded";

/** Loads the page anew in the new build; not twice in a row, should that not help. @returns whether it does */
export function loadNewBuild(): boolean {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (Date.now() - last < 10_000) return false;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
  return true;
}
