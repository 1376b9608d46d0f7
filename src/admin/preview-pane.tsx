// The page as readers will see it, beside the form that makes it so. In: what was looked at. Out: a frame, the number it goes to, or why not.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { attribute } from "../render/prose.tsx";
import { Refused } from "./field.tsx";
import type { Looked } from "./page-preview.ts";
import { counted } from "./speech.ts";

export interface Pane {
  /** Null before anything was written. */
  readonly looked: Looked | null;
  /** Whether those who follow are told. */
  readonly notify: boolean;
  /** How many they are; null where nobody counts them. */
  readonly told: number | null;
}

export function PreviewPane({ looked, notify, told }: Pane): JSX.Element {
  return (
    <section class="side" id="preview" aria-labelledby="preview-h">
      <h2 id="preview-h">What readers will see</h2>
      <p class="hint" safe>
        {sentTo(notify, told)}
      </p>
      <Seen looked={looked} />
    </section>
  );
}

function sentTo(notify: boolean, told: number | null): string {
  if (!notify) return "Nobody will be notified.";
  const whom = told === null ? "Subscribers" : counted(told, "subscriber");
  return `For ${whom}.`;
}

function Seen({ looked }: { readonly looked: Looked | null }): JSX.Element {
  if (looked === null) return <p class="empty">The page appears here as soon as you write.</p>;
  if (!looked.ok) return <Refused sentences={looked.sentences} />;
  return (
    <>
      <iframe
        class="view"
        title="The front page after this"
        src={attribute(looked.front)}
        sandbox="allow-same-origin"
        loading="eager"
      />
      {looked.own === null ? (
        ""
      ) : (
        <p>
          <a href={attribute(looked.own)} target="_blank" rel="noopener">
            The incident’s own page
          </a>
        </p>
      )}
    </>
  );
}

/** What makes a form ask for its preview while it is filled in. Without script its button does. */
export const previewing = {
  "hx-post": "",
  "hx-trigger": "input delay:400ms, change delay:200ms",
  "hx-vals": '{"do":"preview"}',
  "hx-target": "#preview",
  "hx-select": "#preview",
  "hx-swap": "outerHTML",
  "hx-sync": "this:replace",
} as const;
