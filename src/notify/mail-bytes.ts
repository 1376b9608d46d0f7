// A mail as bytes. In: what is the same for all who get it, once; what is one reader's own, for each. Out: a message of two parts (RFC 5322, 2046, 2045), complete but for its
// signature. nodemailer encodes names, subjects and texts; that is done once a text, because for each mail anew it was two thirds of all work of sending.
import MimeNode from "nodemailer/lib/mime-node";
import { encode, wrap } from "nodemailer/lib/qp";
import type { Pieces, Place } from "../render/message.ts";
import { attributeValue, type Mail } from "../render/message-mail.tsx";

/** Headers that need encoding where somebody's words stand in them. */
export interface SharedHeaders {
  readonly from: { readonly name: string; readonly address: string };
  readonly listId: string;
  readonly language: string;
  /** Message-ID of the thread; null stands alone. */
  readonly thread: string | null;
}

export interface OwnHeaders {
  /** As servers take it, one address (`mail-address.ts`). */
  readonly to: string;
  readonly messageId: string;
  readonly atMs: number;
  /** Takes a POST (RFC 8058); null leaves the header out. */
  readonly oneClick: string | null;
  readonly links: Readonly<Record<Place, string>>;
}

/** No encoded text has it: there a `=` is followed by hexadecimal digits or a line's end (RFC 2045, 6.7). */
const boundary = "=_pharos_parts";
/** Two less than a line may have, for the sign of a line that goes on. */
const lineCharsMax = 74;

export function mailBytes({ subject, text, html }: Mail, shared: SharedHeaders): (own: OwnHeaders) => Buffer {
  const head = headOf(subject, shared);
  const [letters, page] = [encoded(text), encoded(html)];
  return ({ to, messageId, atMs, oneClick, links }) => {
    const lines = [`To: ${to}`, `Message-ID: ${messageId}`, `Date: ${dateOf(atMs)}`];
    if (oneClick !== null)
      lines.push(`List-Unsubscribe: <${oneClick}>`, "List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    // Each of these is ours or was checked; a line's end in one would be a header of somebody else.
    for (const line of lines)
      if (/[\r\n]/.test(line)) throw new TypeError(`A header has an end of a line: ${line}`);
    const parts = [
      `${partHead("text/plain")}${inPlaces(letters, links, (link) => link)}`,
      `${partHead("text/html")}${inPlaces(page, links, attributeValue)}`,
    ].map((part) => `\r\n--${boundary}\r\n${part}`);
    return Buffer.from(`${head}${lines.join("\r\n")}\r\n${parts.join("")}\r\n--${boundary}--\r\n`);
  };
}

function headOf(subject: string, { from, listId, language, thread }: SharedHeaders): string {
  const node = new MimeNode("text/plain");
  node.setHeader("From", from);
  node.setHeader("Subject", subject);
  const written = node.buildHeaders().split(/\r\n(?![ \t])/);
  const lines = [
    ...written.filter((line) => /^(from|subject):/i.test(line)),
    `List-Id: <${listId}>`,
    ...(thread === null ? [] : [`In-Reply-To: ${thread}`, `References: ${thread}`]),
    // Nobody answers a machine, and no machine answers it (RFC 3834).
    "Auto-Submitted: auto-generated",
    "X-Auto-Response-Suppress: All",
    "Precedence: list",
    `Content-Language: ${language}`,
    "MIME-Version: 1.0",
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
  ];
  return `${lines.join("\r\n")}\r\n`;
}

const partHead = (type: string): string =>
  `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`;

const encoded = (pieces: Pieces): Pieces =>
  pieces.map((piece) => (typeof piece === "string" ? soft(piece) : piece));

/** Quoted-printable, in lines; what follows it goes on in the same line of the text. */
const soft = (text: string): string =>
  `${wrap(encode(text.replace(/\r\n|\r|\n/g, "\r\n")), lineCharsMax)}=\r\n`;

function inPlaces(pieces: Pieces, links: OwnHeaders["links"], written: (address: string) => string): string {
  let text = "";
  for (const piece of pieces) text += typeof piece === "string" ? piece : soft(written(links[piece.place]));
  return text;
}

/** "Sun, 22 Nov 2026 06:00:00 +0000" (RFC 5322, 3.3) */
const dateOf = (ms: number): string => new Date(ms).toUTCString().replace("GMT", "+0000");
