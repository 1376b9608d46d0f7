// A QR code as a drawing. In: a text. Out: SVG of one path. Drawn here, so that the secret in it goes to nobody.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { encode } from "uqr";
import { attribute } from "../render/prose.tsx";

/** Modules of light around it (ISO/IEC 18004, 5.3.8). */
const quietModules = 4;

export function QrCode({ text, says }: { readonly text: string; readonly says: string }): JSX.Element {
  const { data, size } = encode(text, { ecc: "M", border: quietModules });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join("");
  return (
    <svg
      class="qr"
      role="img"
      aria-label={attribute(says)}
      viewBox={`0 0 ${size} ${size}`}
      shape-rendering="crispEdges"
    >
      <path d={attribute(path)} />
    </svg>
  );
}
