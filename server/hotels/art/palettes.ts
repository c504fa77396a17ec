/** The inks of one poster. Scenes mix their tones from these and use no colour of their own. */
export interface Palette {
  /** From the zenith to the horizon. */
  sky: [string, string, string];
  /** Sun or moon. */
  sun: string;
  /** Distant and close land; what stands between is mixed. */
  far: string;
  near: string;
  /** The darkest tone: silhouettes of the foreground. */
  ink: string;
  accent: string;
  light: string;
  leaf: string;
  water: string;
  /** Lamps are lit and stars are out. */
  dark: boolean;
}

export const PALETTES: Record<string, Palette> = {
  dawn: { sky: ["#5f86b5", "#f2c3ad", "#fde8cb"], sun: "#fff0cc", far: "#c8a6b2", near: "#43517a", ink: "#232f50", accent: "#e2725b", light: "#fff4e3", leaf: "#5c8a78", water: "#9db7c9", dark: false },
  noon: { sky: ["#3a9fd0", "#9fd9e6", "#eaf6ea"], sun: "#fff4cf", far: "#9ccac8", near: "#22707c", ink: "#12394a", accent: "#f1623d", light: "#fffdf3", leaf: "#3f9a72", water: "#3a9cbb", dark: false },
  sunset: { sky: ["#54306b", "#e3604f", "#fdbd6b"], sun: "#ffe5a6", far: "#cc6259", near: "#4f254c", ink: "#2a1433", accent: "#ff9450", light: "#ffeacb", leaf: "#6d4058", water: "#d9725c", dark: false },
  coral: { sky: ["#f39a8c", "#fbc9ae", "#fff1dc"], sun: "#fd6f59", far: "#e8a892", near: "#8f4566", ink: "#4f233e", accent: "#1f8a8c", light: "#fff7ec", leaf: "#2f8a7f", water: "#74c0bc", dark: false },
  dusk: { sky: ["#1f2b5b", "#6d5c97", "#f4aa86"], sun: "#ffdcae", far: "#7e6ca1", near: "#2c3263", ink: "#161b3f", accent: "#f7b267", light: "#ffe9c9", leaf: "#3c5076", water: "#6570a8", dark: true },
  night: { sky: ["#0a1431", "#1d3163", "#46679a"], sun: "#f6efd2", far: "#35558a", near: "#15284f", ink: "#080f26", accent: "#ffc857", light: "#f5e9c8", leaf: "#1f5560", water: "#2a5186", dark: true },
  mist: { sky: ["#a9c0c8", "#d8e3df", "#f6f0e3"], sun: "#fff8e6", far: "#b4c6c5", near: "#56777d", ink: "#294450", accent: "#d8674d", light: "#fbf7ec", leaf: "#6c9381", water: "#9cb9be", dark: false },
  jade: { sky: ["#84c9b8", "#cbe9d0", "#fcf6da"], sun: "#ffdf86", far: "#9ad0b0", near: "#2f7f60", ink: "#13443a", accent: "#e8763a", light: "#fffbea", leaf: "#55a866", water: "#80c8c0", dark: false },
  amber: { sky: ["#ee9f55", "#f7cb87", "#fef1d2"], sun: "#fff6d8", far: "#e2af78", near: "#96543a", ink: "#472724", accent: "#2c7c85", light: "#fff8e8", leaf: "#7c8a4a", water: "#82b1ad", dark: false },
  blossom: { sky: ["#86b1dc", "#d6c8e4", "#fce4e4"], sun: "#fff4ea", far: "#b7b4d7", near: "#59679c", ink: "#2b335f", accent: "#d6434f", light: "#fff9f4", leaf: "#ea9cb3", water: "#9dbbde", dark: false },
}; // prettier-ignore

/** `a` at 0, `b` at 1. */
export function mix(a: string, b: string, share: number): string {
  const [x, y] = [channels(a), channels(b)];
  return `#${x
    .map((value, at) =>
      Math.round(value + ((y[at] ?? 0) - value) * share)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** A tone of the land: 0 is the horizon, 1 is close by. */
export function land(palette: Palette, nearness: number): string {
  return mix(palette.far, palette.near, nearness);
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
