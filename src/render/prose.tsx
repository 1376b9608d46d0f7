// Texts that editors wrote. In: the body of an update, as typed or as imported. Out: paragraphs, line breaks and links; all else escaped.
// Imported bodies carry `<br />` and `<a href>`; those two are understood, no other tag is.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly href: string; readonly text: string }
  | { readonly kind: "break" };

// Each alternative is bounded and none nests, so time is linear in the text.
const marks =
  /<br\s{0,9}\/?>|\r?\n|<a\s[^<>]{0,200}?href="(https?:\/\/[^"<>\s]{1,2000})"[^<>]{0,200}>([^<]{1,2000})<\/a>|https?:\/\/[^\s<>"']{1,2000}/gi;

/** Takes a body apart. */
export function piecesOf(body: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of body.matchAll(marks)) {
    const [mark, href, label] = match;
    if (match.index > at) pieces.push({ kind: "text", text: body.slice(at, match.index) });
    at = match.index + mark.length;
    if (href !== undefined && label !== undefined) pieces.push({ kind: "link", href, text: label });
    else if (/^https?:/i.test(mark)) at -= pushBareLink(pieces, mark);
    else pieces.push({ kind: "break" });
  }
  if (at < body.length) pieces.push({ kind: "text", text: body.slice(at) });
  return pieces;
}

/** A bare address ends before the punctuation of its sentence. Returns how many characters were left over. */
function pushBareLink(pieces: Piece[], mark: string): number {
  const address = mark.replace(/[.,;:!?)\]}*]{1,20}$/, "");
  pieces.push({ kind: "link", href: address, text: address });
  return mark.length - address.length;
}

/** Paragraphs: two breaks or more end one. */
export function paragraphsOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const paragraphs: Piece[][] = [[]];
  let breaks = 0;
  for (const piece of pieces) {
    if (piece.kind === "break") {
      breaks++;
      continue;
    }
    if (piece.kind === "text" && breaks > 0 && piece.text.trim() === "") continue;
    const last = paragraphs.at(-1);
    if (breaks > 1 && last !== undefined && last.length > 0) paragraphs.push([piece]);
    else if (breaks === 1 && last !== undefined && last.length > 0) last.push({ kind: "break" }, piece);
    else last?.push(piece);
    breaks = 0;
  }
  return paragraphs.filter((paragraph) => paragraph.length > 0);
}

/** The first `chars` characters, cut at a space where there is one near. Says whether something was left out. */
export function clip(
  pieces: readonly Piece[],
  chars: number,
): { readonly pieces: readonly Piece[]; readonly cut: boolean } {
  const kept: Piece[] = [];
  let left = chars;
  for (const piece of pieces) {
    const length = piece.kind === "break" ? 40 : piece.text.length;
    if (length <= left) {
      kept.push(piece);
      left -= length;
      continue;
    }
    if (piece.kind === "text") kept.push({ kind: "text", text: `${cutText(piece.text, left)}…` });
    return { pieces: kept, cut: true };
  }
  return { pieces: kept, cut: false };
}

function cutText(text: string, chars: number): string {
  const space = text.lastIndexOf(" ", chars);
  const end = space > chars - 40 ? space : chars;
  // Half of a surrogate pair would be a replacement character.
  return text.slice(0, Math.max(0, end)).replace(/[\uD800-\uDBFF]$/, "");
}

function Run({ piece }: { readonly piece: Piece }): JSX.Element {
  switch (piece.kind) {
    case "text":
      return <>{Html.escapeHtml(piece.text)}</>;
    case "link":
      return (
        <a href={attribute(piece.href)} rel="nofollow noopener" safe>
          {piece.text}
        </a>
      );
    case "break":
      return <br />;
  }
}

/** A body as paragraphs of HTML. */
export function Prose({ pieces }: { readonly pieces: readonly Piece[] }): JSX.Element {
  return (
    <>
      {paragraphsOf(pieces).map((paragraph) => (
        <p dir="auto">
          {paragraph.map((piece) => (
            <Run piece={piece} />
          ))}
        </p>
      ))}
    </>
  );
}

/** A body as one run of HTML with line breaks: what feeds carry. */
export function proseLine(body: string): string {
  const runs = piecesOf(body).map((piece) => textOf(<Run piece={piece} />));
  return runs.join("");
}

/** A value for an attribute: the renderer escapes its quotes, and leaves `&` to us. */
export function attribute(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The text of rendered TSX. Nothing here waits, so a promise is a defect. */
export function textOf(element: JSX.Element): string {
  if (typeof element !== "string") throw new TypeError("Render: an element waits for something.");
  return element;
}
