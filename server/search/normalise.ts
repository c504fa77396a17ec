/**
 * Text as the gazetteer's `search_text` has it and as typed text is compared: lower case, without
 * accents, anything but letters and digits as one space. "São Paulo" → "sao paulo". Pure and total.
 */
export function normalise(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll(/[øœæßłđðþı]/g, (letter) => PLAIN[letter] ?? letter)
    .replaceAll(/['’ʻ`]/g, "")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Letters that Unicode does not decompose, as people without that keyboard type them. */
const PLAIN: Record<string, string> = {
  ø: "o",
  œ: "oe",
  æ: "ae",
  ß: "ss",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};
