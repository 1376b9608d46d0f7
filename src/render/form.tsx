// Forms that visitors fill in. In: a page's components, what is offered, a voice. Out: what stands in a page. They work without a script.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Component, PageView } from "../model/view.ts";
import type { Voice } from "./languages.ts";
import { Name } from "./piece.tsx";
import { attribute } from "./prose.tsx";
import type { Offer } from "./types.ts";
import { formWords } from "./words-forms.ts";

/** Those that have a form. */
export type FormKind = keyof (typeof formWords)["en"]["channels"];

export function formKinds(offer: Offer): readonly FormKind[] {
  return offer.channels.filter((kind) => kind !== "integration_partner");
}

const fields: Readonly<Record<FormKind, readonly [name: string, type: string, autocomplete: string]>> = {
  email: ["email", "email", "email"],
  sms: ["phone_number", "tel", "tel"],
  webhook: ["endpoint", "url", "off"],
  slack: ["endpoint", "url", "off"],
  teams: ["endpoint", "url", "off"],
  discord: ["endpoint", "url", "off"],
};

/** Asks to be told by `kind`. */
export function AskForm({
  kind,
  voice,
  incident,
  children = "",
}: {
  readonly kind: FormKind;
  readonly voice: Voice;
  /** The one that is to be told of. */
  readonly incident?: string;
  readonly children?: JSX.Element;
}): JSX.Element {
  const { field, send } = formWords[voice.code].channels[kind];
  const [name, type, autocomplete] = fields[kind];
  return (
    <form method="post" action={attribute(voice.path("/subscribe"))} class="fm">
      <input type="hidden" name="kind" value={kind} />
      {incident === undefined ? "" : <input type="hidden" name="incident" value={attribute(incident)} />}
      <p>
        <label for={`f-${kind}`} safe>
          {field}
        </label>
        <input
          id={`f-${kind}`}
          name={name}
          type={type}
          autocomplete={autocomplete}
          dir="ltr"
          required={true}
          maxlength={type === "url" ? "2000" : "254"}
        />
      </p>
      {children}
      <button type="submit" safe>
        {send}
      </button>
    </form>
  );
}

/** The whole page, or some of its components. */
export function ScopeFields({
  components,
  voice,
}: {
  readonly components: readonly Component[];
  readonly voice: Voice;
}): JSX.Element {
  const words = formWords[voice.code];
  if (components.length === 0) return <input type="hidden" name="scope" value="page" />;
  return (
    <>
      <fieldset>
        <legend safe>{words.scope}</legend>
        <label>
          <input type="radio" name="scope" value="page" checked={true} /> {Html.escapeHtml(words.page)}
        </label>
        <label>
          <input type="radio" name="scope" value="components" /> {Html.escapeHtml(words.chosen)}
        </label>
      </fieldset>
      <fieldset class="pick">
        <legend safe>{words.components}</legend>
        {components.map(({ id, name }) => (
          <label>
            <input type="checkbox" name="component_ids" value={attribute(id)} />{" "}
            <span>
              <Name of={name} />
            </span>
          </label>
        ))}
      </fieldset>
    </>
  );
}

/** What can be chosen, in the page's order, and what keys say of it. */
export function choiceOf({ components }: PageView): readonly Component[] {
  return components.filter(({ group }) => !group);
}

export function choiceInputs(components: readonly Component[]): readonly string[] {
  return components.flatMap(({ id, name }) => [id, name]);
}
