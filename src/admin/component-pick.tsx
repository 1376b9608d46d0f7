// Choosing components for an incident. In: a page, what was ticked, what is looked for. Out: boxes: the ticked ones first, then those that fit.
// A page of 2,000 components shows some fifty at a time; a question narrows them, with htmx as it is typed, without it by a button.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { Component, PageView } from "../model/view.ts";
import { Icon } from "../render/icon.tsx";
import { attribute } from "../render/prose.tsx";
import { componentMarks } from "../render/severity.ts";
import { inOrder } from "./component-order.ts";
import { componentWord, counted, fullName, says } from "./speech.ts";

interface Picked {
  readonly view: PageView;
  readonly ticked: readonly string[];
  readonly question: string;
  /** Listed elsewhere. */
  readonly except?: readonly string[];
}

/** The components to tick, and how many more there are. */
function fitting({ view, ticked, question, except = [] }: Picked): {
  readonly listed: readonly Component[];
  readonly more: number;
} {
  const [chosen, left] = [new Set(ticked), new Set(except)];
  const members = inOrder(view).filter(({ group, id }) => !group && !left.has(id));
  const first = members.filter(({ id }) => chosen.has(id));
  const others = members.filter((it) => !chosen.has(it.id) && says(question, fullName(view, it)));
  const room = Math.max(0, limits.adminListMax - first.length);
  return { listed: [...first, ...others.slice(0, room)], more: Math.max(0, others.length - room) };
}

export function PickComponents(picked: Picked): JSX.Element {
  const { question, ticked, view } = picked;
  const { listed, more } = fitting(picked);
  const isLong = view.components.length > limits.adminListMax / 2;
  return (
    <fieldset id="pick">
      <legend>What is affected</legend>
      {isLong ? (
        <div class="find">
          <input
            type="search"
            name="q"
            value={attribute(question)}
            aria-label="Find components"
            placeholder="Find components"
            autocomplete="off"
            hx-post=""
            hx-trigger="input changed delay:300ms"
            hx-include="closest form"
            hx-vals='{"do":"find"}'
            hx-target="#picked"
            hx-select="#picked"
            hx-swap="outerHTML"
          />
          <button type="submit" name="do" value="find" class="quiet" formnovalidate={true}>
            Find
          </button>
        </div>
      ) : (
        ""
      )}
      <div id="picked">
        <div class="pick">
          {listed.map((component) => (
            <label class="ck">
              <input
                type="checkbox"
                name="component"
                value={attribute(component.id)}
                checked={ticked.includes(component.id)}
              />
              <span dir="auto" safe>
                {fullName(view, component)}
              </span>
              {component.status === "operational" ? (
                ""
              ) : (
                <span class={`st ${componentMarks[component.status]}`}>
                  <Icon mark={componentMarks[component.status]} />
                  {Html.escapeHtml(componentWord(component.status))}
                </span>
              )}
            </label>
          ))}
          {listed.length === 0 ? <p class="empty">No component fits.</p> : ""}
        </div>
        {more > 0 ? <p class="hint" safe>{`${counted(more, "more component")}: find them by name.`}</p> : ""}
      </div>
    </fieldset>
  );
}
