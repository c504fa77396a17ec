import type { CSSProperties } from "react";

// Colours stand twice: inline, where every mail program reads them, and by class for a dark screen.

const NAVY = "#14213d";
const INK = "#24304a";
const MUTED = "#5d6474";
const SAND = "#f4eee3";
const LINE = "#e5dccb";
const TERRACOTTA = "#a8452a";

const SANS = '"Inter", "Segoe UI", Helvetica, Arial, sans-serif';
const SERIF = 'Georgia, "Times New Roman", serif';
const MONO = '"SF Mono", Menlo, Consolas, "Courier New", monospace';

export const style = {
  body: { margin: 0, padding: "24px 12px", backgroundColor: SAND, fontFamily: SANS, color: INK },
  frame: { width: "100%", maxWidth: "600px", margin: "0 auto" },
  band: { backgroundColor: NAVY, borderRadius: "14px 14px 0 0", padding: "22px 36px" },
  logo: { margin: 0, color: "#ffffff", fontFamily: SERIF, fontSize: "22px", lineHeight: "28px" },
  dot: { color: "#e9a27f" },
  card: { backgroundColor: "#ffffff", borderRadius: "0 0 14px 14px", padding: "34px 36px 36px" },
  title: { margin: "0 0 12px", color: NAVY, fontFamily: SERIF, fontSize: "30px", lineHeight: "37px", fontWeight: 400 },
  heading: { margin: "0 0 10px", color: NAVY, fontFamily: SANS, fontSize: "16px", lineHeight: "24px", fontWeight: 700 },
  text: { margin: "0 0 14px", color: INK, fontSize: "16px", lineHeight: "25px" },
  line: { margin: "0 0 6px", color: INK, fontSize: "15px", lineHeight: "23px" },
  small: { margin: "0 0 6px", color: MUTED, fontSize: "14px", lineHeight: "21px" },
  label: { margin: 0, color: MUTED, fontSize: "13px", lineHeight: "19px" },
  strong: { margin: 0, color: NAVY, fontSize: "16px", lineHeight: "24px", fontWeight: 700 },
  code: { margin: "2px 0 0", color: NAVY, fontFamily: MONO, fontSize: "26px", lineHeight: "34px", fontWeight: 700, letterSpacing: "3px" },
  panel: { backgroundColor: SAND, borderRadius: "10px", padding: "16px 20px", margin: "20px 0" },
  rule: { borderColor: LINE, borderTopWidth: "1px", margin: "26px 0" },
  cell: { padding: "5px 0", color: INK, fontSize: "15px", lineHeight: "22px", verticalAlign: "top" },
  figure: { padding: "5px 0 5px 16px", color: INK, fontSize: "15px", lineHeight: "22px", textAlign: "right", verticalAlign: "top", whiteSpace: "nowrap" },
  total: { borderTop: `1px solid ${LINE}`, paddingTop: "10px", color: NAVY, fontSize: "17px", fontWeight: 700 },
  button: {
    display: "inline-block",
    backgroundColor: TERRACOTTA,
    color: "#ffffff",
    borderRadius: "8px",
    padding: "14px 26px",
    fontSize: "16px",
    lineHeight: "22px",
    fontWeight: 700,
    textDecoration: "none",
  },
  link: { color: TERRACOTTA, textDecoration: "underline" },
  footer: { margin: "18px 36px 0", color: MUTED, fontSize: "13px", lineHeight: "20px" },
} as const satisfies Record<string, CSSProperties>;

/** For programs that read a style sheet: dark screens, and narrow ones. */
export const SHEET = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page, .page > table > tbody > tr > td { background-color: #0d1526 !important; }
  .band { background-color: #1d2c4f !important; }
  .card { background-color: #16213a !important; }
  .panel { background-color: #202d4a !important; }
  .ink { color: #f3ecdf !important; }
  .muted { color: #b9c0cf !important; }
  .link { color: #f0a887 !important; }
  .rule { border-color: #33415f !important; }
}
@media (max-width: 480px) {
  .band, .card { padding-left: 22px !important; padding-right: 22px !important; }
  .stack { display: block !important; width: 100% !important; padding-left: 0 !important; padding-bottom: 12px !important; }
}
`;
