// What each component of an incident is from now on. In: its components, what a form says of them. Out: a field each: those that were chosen, then those
// in trouble, then the others; of more than a list holds, those that fit a question. What was chosen is always there, so that it is sent.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { type Component, componentStatuses, type PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { Select } from "./field.tsx";
import type { Form } from "./form.ts";
import { componentWord, counted, fullName, says } from "./speech.ts";

interface Own {
  readonly view: PageView;
  readonly components: readonly Component[];
  readonly form: Form;
}

const fieldOf = ({ id }: Component): string => `component:${id}`;

function fitting({ view, components, form }: Own): {
  readonly listed: readonly Component[];
  readonly more: number;
} {
  const isChosen = (it: Component): boolean => form.text(fieldOf(it)) !== "";
  const chosen = components.filter(isChosen);
  const fit = components.filter((it) => !isChosen(it) && says(form.text("of"), fullName(view, it)));
  const others = [
    ...fit.filter(({ status }) => status !== "operational"),
    ...fit.filter(({ status }) => status === "operational"),
  ];
  const room = Math.max(0, limits.adminListMax - chosen.length);
  return { listed: [...chosen, ...others.slice(0, room)], more: Math.max(0, others.length - room) };
}

export function OwnStates(own: Own): JSX.Element {
  const { view, components, form } = own;
  const { listed, more } = fitting(own);
  return (
    <>
      {components.length > limits.adminListMax ? <Find question={form.text("of")} /> : ""}
      <div id="own">
        <div class="two">
          {listed.map((component) => (
            <Select
              name={fieldOf(component)}
              label={fullName(view, component)}
              value={form.text(fieldOf(component))}
              from={[
                { value: "", label: `${componentWord(component.status)} (as it is)` },
                ...componentStatuses
                  .filter((it) => it !== component.status)
                  .map((value) => ({ value, label: componentWord(value) })),
              ]}
            />
          ))}
        </div>
        {components.length > 0 && listed.length === 0 ? <p class="empty">None of them fits.</p> : ""}
        {more > 0 ? (
          <p class="hint" safe>{`${counted(more, "more component")} of it: find them by name.`}</p>
        ) : (
          ""
        )}
      </div>
    </>
  );
}

/** With htmx while one types, without it by the button. */
function Find({ question }: { readonly question: string }): JSX.Element {
  return (
    <div class="find">
      <input
        type="search"
        name="of"
        value={attribute(question)}
        aria-label="Find among its components"
        placeholder="Find among its components"
        autocomplete="off"
        hx-post=""
        hx-trigger="input changed delay:300ms"
        hx-include="closest form"
        hx-vals='{"do":"find"}'
        hx-target="#own"
        hx-select="#own"
        hx-swap="outerHTML"
      />
      <button type="submit" name="do" value="find" class="quiet" formnovalidate={true}>
        Find
      </button>
    </div>
  );
}
