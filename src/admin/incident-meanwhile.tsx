// Somebody else told more while this was written. In: the incident as it is, the text that was written. Out: both, side by side.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident } from "../model/view.ts";
import { Prose } from "../render/prose.tsx";
import { statusWord } from "./speech.ts";

export function Meanwhile({
  incident,
  text,
}: {
  readonly incident: Incident;
  readonly text: string;
}): JSX.Element {
  const latest = incident.updates[0];
  return (
    <div class="say deg" role="alert">
      <h2>Somebody changed this incident while you wrote</h2>
      <p>
        Nothing of yours was sent. It is all below as you left it: publish it as it is, or change it first.
      </p>
      <div class="pair">
        <div>
          <h3>As it is now</h3>
          <p safe>{`${incident.name}: ${statusWord(incident.status)}`}</p>
          {latest === undefined ? "" : <Prose told={latest} />}
        </div>
        <div>
          <h3>Yours</h3>
          {text.trim() === "" ? <p class="hint">No text.</p> : <Prose told={{ body: text }} />}
        </div>
      </div>
    </div>
  );
}
