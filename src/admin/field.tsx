// What forms are put together from. In: names, values, whom it speaks to. Out: HTML. Each field has its words, and works without script.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { Icon } from "../render/icon.tsx";
import { attribute } from "../render/prose.tsx";
import type { Mark } from "../render/severity.ts";
import type { Who } from "./screen.ts";

/** A form that changes something: it carries the proof that it is ours. */
export function Post({
  who,
  to,
  children,
  kind = "",
  file = false,
  id,
}: {
  readonly who: Who;
  readonly to: string;
  readonly children: JSX.Element | JSX.Element[];
  readonly kind?: string;
  readonly file?: boolean;
  readonly id?: string;
}): JSX.Element {
  const safeChildren = children;
  return (
    <form
      method="post"
      action={attribute(to)}
      class={attribute(kind)}
      id={id === undefined ? undefined : attribute(id)}
      enctype={file ? "multipart/form-data" : undefined}
    >
      <input type="hidden" name="csrf" value={attribute(who.csrf)} />
      {safeChildren}
    </form>
  );
}

/** A form at a door: whoever is signed in all the same proves that it is theirs. */
export function DoorForm({
  title,
  who,
  to,
  children,
}: {
  readonly title: string;
  readonly who: Who | null;
  readonly to: string;
  readonly children: JSX.Element | JSX.Element[];
}): JSX.Element {
  const safeChildren = children;
  return (
    <section class="door" aria-labelledby="door-h">
      <h1 id="door-h" safe>
        {title}
      </h1>
      <form method="post" action={attribute(to)}>
        {who === null ? "" : <Hidden name="csrf" value={who.csrf} />}
        {safeChildren}
      </form>
    </section>
  );
}

interface Labelled {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

/** A line of text. */
export function Line({
  name,
  label,
  hint = "",
  value = "",
  type = "text",
  required = false,
  max,
  min,
  autocomplete,
  keep = false,
  focus = false,
  readonly = false,
}: Labelled & {
  readonly value?: string;
  readonly readonly?: boolean;
  /** Of a number: the least that it may be. */
  readonly min?: number;
  readonly type?: "text" | "search" | "url" | "email" | "number" | "datetime-local" | "date" | "password";
  readonly required?: boolean;
  readonly max?: number;
  readonly autocomplete?: string;
  readonly keep?: boolean;
  readonly focus?: boolean;
}): JSX.Element {
  return (
    <label>
      <span safe>{label}</span>
      <Hint text={hint} />
      <input
        type={type}
        name={attribute(name)}
        value={attribute(value)}
        required={required}
        maxlength={max}
        min={min}
        step={type === "number" ? "any" : undefined}
        autocomplete={attribute(autocomplete ?? "off")}
        autofocus={focus}
        readonly={readonly}
        data-keep={keep ? attribute(name) : undefined}
        dir={type === "text" || type === "search" ? "auto" : undefined}
      />
    </label>
  );
}

/** Several lines of text. */
export function Area({
  name,
  label,
  hint = "",
  value = "",
  max,
  long = false,
  required = false,
  keep = false,
  focus = false,
  readonly = false,
}: Labelled & {
  readonly value?: string;
  readonly max?: number;
  readonly long?: boolean;
  readonly required?: boolean;
  readonly keep?: boolean;
  readonly focus?: boolean;
  readonly readonly?: boolean;
}): JSX.Element {
  return (
    <label>
      <span safe>{label}</span>
      <Hint text={hint} />
      {/* The first line end of a textarea is nobody's: without one of our own a text that begins with one would lose it. */}
      <textarea
        name={attribute(name)}
        maxlength={max}
        required={required}
        autofocus={focus}
        readonly={readonly}
        class={long ? "long" : undefined}
        data-keep={keep ? attribute(name) : undefined}
        dir="auto"
      >
        {"\n"}
        {Html.escapeHtml(value)}
      </textarea>
    </label>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly mark?: Mark;
}

/** One of a few, in a list that opens. */
export function Select({
  name,
  label,
  hint = "",
  value,
  from,
}: Labelled & { readonly value: string; readonly from: readonly Choice[] }): JSX.Element {
  return (
    <label>
      <span safe>{label}</span>
      <Hint text={hint} />
      <select name={attribute(name)}>
        {from.map((it) => (
          <option value={attribute(it.value)} selected={it.value === value} safe>
            {it.label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** One of a few, all in sight. */
export function Chips({
  name,
  label,
  value,
  from,
}: Labelled & { readonly value: string; readonly from: readonly Choice[] }): JSX.Element {
  return (
    <fieldset>
      <legend safe>{label}</legend>
      <div class="chips">
        {from.map((it) => (
          <label>
            <input
              type="radio"
              name={attribute(name)}
              value={attribute(it.value)}
              checked={it.value === value}
            />
            {it.mark === undefined ? (
              ""
            ) : (
              <span class={`st ${it.mark}`}>
                <Icon mark={it.mark} />
              </span>
            )}
            {Html.escapeHtml(it.label)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A box to tick. */
export function Check({
  name,
  label,
  checked = false,
  value = "on",
  hint = "",
}: Labelled & { readonly checked?: boolean; readonly value?: string }): JSX.Element {
  return (
    <label class="ck">
      <input type="checkbox" name={attribute(name)} value={attribute(value)} checked={checked} />
      <span>
        {Html.escapeHtml(label)}
        <Hint text={hint} />
      </span>
    </label>
  );
}

function Hint({ text }: { readonly text: string }): JSX.Element {
  if (text === "") return "";
  return (
    <small class="hint" safe>
      {text}
    </small>
  );
}

/** What a form sends beside what is seen. */
export function Hidden({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return <input type="hidden" name={attribute(name)} value={attribute(value)} />;
}

/** A button; `does` tells the screen which of its forms' deeds is meant. */
export function Button({
  does,
  label,
  kind = "",
  says,
}: {
  readonly does: string;
  readonly label: string;
  readonly kind?: "" | "quiet" | "no";
  /** For those who listen, where the label is a sign. */
  readonly says?: string;
}): JSX.Element {
  return (
    <button
      type="submit"
      name="do"
      value={attribute(does)}
      class={kind === "" ? undefined : kind}
      aria-label={says === undefined ? undefined : attribute(says)}
      safe
    >
      {label}
    </button>
  );
}

/** A deed that cannot be undone: it takes opening this first, and needs no script to ask. */
export function Dangerous({
  label,
  says,
  children,
}: {
  readonly label: string;
  readonly says: string;
  readonly children: JSX.Element;
}): JSX.Element {
  return (
    <details class="del">
      <summary safe>{label}</summary>
      <p safe>{says}</p>
      {children}
    </details>
  );
}

/** Why something was not done: sentences of the model, or our own. */
export function Refused({ sentences }: { readonly sentences: readonly string[] }): JSX.Element {
  if (sentences.length === 0) return "";
  return (
    <div class="say maj" role="alert">
      <b>This was not done.</b>
      <ul>
        {sentences.map((sentence) => (
          <li safe>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}

/** The heading of a screen, and what can be done from there. */
export function Head({
  title,
  children = "",
}: {
  readonly title: string;
  readonly children?: JSX.Element | JSX.Element[];
}): JSX.Element {
  const safeChildren = children;
  return (
    <div class="head">
      <h1 dir="auto" safe>
        {title}
      </h1>
      {children === "" ? "" : <div class="acts">{safeChildren}</div>}
    </div>
  );
}

/** A mark with its words. */
export function Lamp({ mark, words }: { readonly mark: Mark; readonly words: string }): JSX.Element {
  return (
    <span class={`st ${mark}`}>
      <Icon mark={mark} />
      {Html.escapeHtml(words)}
    </span>
  );
}
