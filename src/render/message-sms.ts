// What phones are told: one short text. In: a message, or what is said of a subscription. Out: a text of few segments, and how many those are.
import type { Message, OwnMessage } from "./message.ts";
import { plainText } from "./prose.tsx";

/** An update costs its operator so many segments at most, whatever was written. */
const segmentsMax = 3;

/** The default alphabet of GSM, a septet each (3GPP TS 23.038, 6.2.1). */
const septets = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Its extension: an escape and one more (6.2.1.1). */
const escaped = new Set("^{}\\[~]|€\f");

/** Segments of a text: 160 septets or 70 UTF-16 units; of several, each has 7 or 3 less for the head that joins them (3GPP TS 23.040, 9.2.3.24.1). */
export function smsSegments(text: string): number {
  let units = 0;
  for (const char of text) {
    if (septets.has(char)) units += 1;
    else if (escaped.has(char)) units += 2;
    else return segmentsOf(text.length, 70, 67);
  }
  return segmentsOf(units, 160, 153);
}

function segmentsOf(units: number, alone: number, joined: number): number {
  return units <= alone ? 1 : Math.ceil(units / joined);
}

/** The text of an update is cut, its address never. */
export function smsText({ name, state, title, told, window, address }: Message): string {
  const head = `${name}: ${state}: ${title}`;
  const says = [
    window,
    plainText(told.body)
      .replace(/\p{Cc}/gu, " ")
      .trim(),
  ]
    .filter((it) => it !== null && it !== "")
    .join(". ");
  return fitted(says === "" ? head : `${head}. ${says}`, ` ${address}`);
}

export function ownSmsText(
  { kind, name, voice }: OwnMessage,
  links: { readonly confirm: string; readonly manage: string },
): string {
  const { message } = voice.words;
  if (kind === "confirm") return `${name}: ${message.confirm.act}: ${links.confirm}`;
  return kind === "changed"
    ? `${message.changed.title(name)}: ${links.manage}`
    : message.unsubscribed.title(name);
}

function fitted(text: string, end: string): string {
  if (smsSegments(text + end) <= segmentsMax) return text + end;
  const points = [...text];
  // By halves: a text has thousands of characters at most, and dots are of the default alphabet where an ellipsis is not.
  let [fits, tooMany] = [0, points.length];
  while (tooMany - fits > 1) {
    const half = (fits + tooMany) >> 1;
    if (smsSegments(`${points.slice(0, half).join("")}...${end}`) <= segmentsMax) fits = half;
    else tooMany = half;
  }
  return `${points.slice(0, fits).join("").trimEnd()}...${end}`;
}
