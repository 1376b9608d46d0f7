// An incident or maintenance as lists show it. In: the incident. Out: a row: its name, its impact and state, when.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, PageView } from "../model/view.ts";
import { Facts } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { pageAt } from "./screen.ts";
import { voiceFor } from "./speech.ts";

export function IncidentRow({
  view,
  incident,
}: {
  readonly view: PageView;
  readonly incident: Incident;
}): JSX.Element {
  const to = pageAt(view.page.id, `/incidents/${encodeURIComponent(incident.id)}`);
  return (
    <li>
      <div>
        <a class="whole" href={attribute(to)} dir="auto" safe>
          {incident.name}
        </a>
        <Facts incident={incident} voice={voiceFor(view)} />
      </div>
    </li>
  );
}
