// What was told of an incident, the latest first. In: an incident. Out: its updates as readers see them, each with a way to mend it.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute, Prose } from "../render/prose.tsx";
import { pageAt } from "./screen.ts";
import { componentWord, statusWord, voiceFor } from "./speech.ts";

export function IncidentLog({
  view,
  incident,
  mayEdit,
}: {
  readonly view: PageView;
  readonly incident: Incident;
  readonly mayEdit: boolean;
}): JSX.Element {
  const voice = voiceFor(view);
  const at = pageAt(view.page.id, `/incidents/${encodeURIComponent(incident.id)}/updates/`);
  return (
    <ol class="log">
      {incident.updates.map((update) => (
        <li>
          <h3>
            <span safe>{statusWord(update.status)}</span>
            <When ms={update.displayAt} voice={voice} />
            {mayEdit ? (
              <a href={attribute(at + encodeURIComponent(update.id))} class="hint">
                Edit
              </a>
            ) : (
              ""
            )}
          </h3>
          <Prose told={update} />
          <ul class="chg">
            {(update.affectedComponents ?? [])
              .filter((it) => it.oldStatus !== it.newStatus)
              .map((it) => (
                <li
                  class="hint"
                  safe
                >{`${it.name}: ${componentWord(it.oldStatus)} → ${componentWord(it.newStatus)}`}</li>
              ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}
