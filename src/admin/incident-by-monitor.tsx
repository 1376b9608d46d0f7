// Why an incident was opened, changed or resolved by itself. In: an incident. Out: the words of the monitor, for those who work here; nothing where it did nothing.
// They stand in the incident's metadata, which no page shows: they name POPs and what these met.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { isClosed } from "../model/order.ts";
import type { Incident } from "../model/view.ts";
import { monitorKey } from "../monitor/acting.ts";

export function ByMonitor({ incident }: { readonly incident: Incident }): JSX.Element {
  const said = incident.metadata[monitorKey] as { readonly explanation?: unknown } | undefined;
  if (typeof said?.explanation !== "string") return "";
  return (
    <div class="say" role="note">
      <b>By the monitor</b>
      <p dir="auto" safe>
        {said.explanation}
      </p>
      {isClosed(incident) ? (
        ""
      ) : (
        <p>It resolves the incident when all is well again, unless a person changes it first.</p>
      )}
    </div>
  );
}
