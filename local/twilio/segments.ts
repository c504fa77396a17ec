const GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Sent as an escape and a second septet. */
const GSM_EXTENDED = "^{}\\[~]|€\f";

/** How many segments a text takes: GSM-7 160, or 153 each when several; UCS-2 70, or 67. */
export function countSegments(text: string): number {
  let septets = 0;
  for (const char of text) {
    if (GSM_EXTENDED.includes(char)) septets += 2;
    else if (GSM.includes(char)) septets += 1;
    else return parts(text.length, 70, 67);
  }
  return parts(septets, 160, 153);
}

function parts(length: number, single: number, each: number): number {
  return length <= single ? 1 : Math.ceil(length / each);
}
