// The colours of everything Pharos draws, by name and ground. In: nothing. Out: hexadecimal colours, and the custom properties made of them.
// Page, badge, widget and mail take them from here. test/render/palette.test.ts holds text to 4.5:1 and marks to 3:1 on each ground.
import type { Mark } from "./severity.ts";

/** A ground, what stands on it, and the marks as they are readable there. */
export interface Ground extends Readonly<Record<Mark, string>> {
  /** The ground. */
  readonly bg: string;
  /** Text. */
  readonly tx: string;
  /** Text that steps back. */
  readonly mu: string;
  /** Links and the ring of focus. */
  readonly lk: string;
}

/** Ground of the page: `ln` draws lines, `sf` is the ground of what stands out a little, `q` draws quiet days. */
export interface Scheme extends Ground {
  readonly ln: string;
  readonly sf: string;
  readonly q: string;
}

export const light: Scheme = {
  bg: "#ffffff",
  sf: "#f4f7f9",
  tx: "#14202b",
  mu: "#53616d",
  ln: "#dfe5ea",
  lk: "#0b5cad",
  q: "#7cc6a4",
  ok: "#0a7748",
  deg: "#855600",
  par: "#ac4206",
  maj: "#be1420",
  mnt: "#1d5bb8",
  inf: "#53616d",
};

export const dark: Scheme = {
  bg: "#0b131b",
  sf: "#121d28",
  tx: "#e4eaef",
  mu: "#9aa8b4",
  ln: "#243240",
  lk: "#7db8f5",
  q: "#2f7f5d",
  ok: "#4cc38a",
  deg: "#eeb02b",
  par: "#ff9450",
  maj: "#ff7b7b",
  mnt: "#74adff",
  inf: "#9aa8b4",
};

/** The night sea behind the state, the same in both schemes. A brand colour turns its hue, never its lightness. */
export const sea: Ground = {
  bg: "#0f2031",
  tx: "#ffffff",
  mu: "#b8c6d3",
  lk: "#b3d6fb",
  ok: "#54d399",
  deg: "#f6c34c",
  par: "#ff9b5a",
  maj: "#ff8585",
  mnt: "#8cbcff",
  inf: "#b8c6d3",
};

/** `--bg:#fff;--tx:…` of a ground. */
export function customProperties(ground: Partial<Scheme>): string {
  return Object.entries(ground)
    .map(([name, colour]) => `--${name}:${colour.replace(/^#(.)\1(.)\2(.)\3$/, "#$1$2$3")}`)
    .join(";");
}
