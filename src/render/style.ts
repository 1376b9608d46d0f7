// The one stylesheet of a page, and the policy that lets it through. In: the pieces that the page needs, its brand. Out: CSS text, a policy.
import { createHash } from "node:crypto";
import { type Piece, pieces } from "./style-text.ts";

export type { Piece } from "./style-text.ts";

export interface Style {
  /** What stands between `<style>` and `</style>`. */
  readonly text: string;
  /**
   * The Content-Security-Policy of the page (CSP 3). It stands in the page itself, so that it also holds where the page is a file of a
   * mirror. The page's own script and what that asks for, no inline script, no style attribute, nothing from elsewhere.
   */
  readonly policy: string;
}

/** A page has a handful of kinds and one brand; brands come and go. */
const stylesMax = 200;
const styles = new Map<string, Style>();

/** `brand` is the CSS by which a brand changes the colours, "" without one. The same pieces give the same text: it is hashed once. */
export function styleOf(wanted: readonly Piece[], brand: string): Style {
  const key = `${wanted.join()} ${brand}`;
  const known = styles.get(key);
  if (known !== undefined) return known;
  if (styles.size >= stylesMax) styles.clear();
  const css = [pieces.base, ...wanted.map((piece) => pieces[piece])].join("") + brand;
  const text = css.replaceAll("\n", "");
  const made = { text, policy: policyOf(text) };
  styles.set(key, made);
  return made;
}

/** The policy that lets this stylesheet through and no other. */
export function policyOf(text: string): string {
  const sha256 = createHash("sha256").update(text).digest("base64");
  return `default-src 'none'; style-src 'sha256-${sha256}'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'`;
}
