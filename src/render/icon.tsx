// The shapes of the marks: a page draws each once and refers to it. In: a mark. Out: SVG.
// A shape tells its mark without colour: disc, triangle, diamond, octagon, square, ring.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Mark } from "./severity.ts";

export const shapes: Readonly<Record<Mark, string>> = {
  ok: "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0ZM7 11.7 3.4 8.1l1.3-1.3L7 9.1l4.3-4.3 1.3 1.3Z",
  deg: "M8 .6a1 1 0 0 1 .9.5l6.9 12.4a1 1 0 0 1-.9 1.5H1.1a1 1 0 0 1-.9-1.5L7.1 1.1A1 1 0 0 1 8 .6ZM7.1 5.5v5h1.8v-5Zm0 6.2v1.8h1.8v-1.8Z",
  par: "M8.7.3l7 7a1 1 0 0 1 0 1.4l-7 7a1 1 0 0 1-1.4 0l-7-7a1 1 0 0 1 0-1.4l7-7a1 1 0 0 1 1.4 0ZM4.2 7.1v1.8h7.6V7.1Z",
  maj: "M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7ZM5.4 4.1 4.1 5.4 6.7 8l-2.6 2.6 1.3 1.3L8 9.3l2.6 2.6 1.3-1.3L9.3 8l2.6-2.6-1.3-1.3L8 6.7Z",
  mnt: "M2.5 0h11A2.5 2.5 0 0 1 16 2.5v11a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 0 13.5v-11A2.5 2.5 0 0 1 2.5 0ZM7 3v5.6l4 2.4.9-1.5-3.1-1.9V3Z",
  inf: "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0Zm0 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8ZM7.1 7v5h1.8V7Zm0-3v1.8h1.8V4Z",
};

/** The shapes of a page, drawn nowhere. */
export function IconShapes({ marks }: { readonly marks: readonly Mark[] }): JSX.Element {
  return (
    <svg class="def" aria-hidden="true">
      {marks.map((mark) => (
        <symbol id={`i-${mark}`} viewBox="0 0 16 16">
          <path fill-rule="evenodd" d={shapes[mark]} />
        </symbol>
      ))}
    </svg>
  );
}

/** One mark, in the colour of what it stands in; the words stand beside it, so it is silent to those who listen. Written out: a page has hundreds, and JSX closes by a tag. */
export function Icon({ mark }: { readonly mark: Mark }): JSX.Element {
  return `<svg class="i" aria-hidden="true"><use href="#i-${mark}"/></svg>`;
}

/** An address that holds the mark as a picture, for browser tabs. */
export function faviconOf(mark: Mark): string {
  const colours: Readonly<Record<Mark, string>> = {
    ok: "#0f9d63",
    deg: "#c98500",
    par: "#e8630c",
    maj: "#d92432",
    mnt: "#3b7ddd",
    inf: "#6b7a88",
  };
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='${colours[mark]}' fill-rule='evenodd' d='${shapes[mark]}'/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg).replaceAll("%20", " ").replaceAll("%3D", "=").replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%27", "'")}`;
}
