// What somebody sees who cannot be shown what they asked for. In: why. Out: what stands in the frame.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { lacking, type Need } from "../model/roles.ts";
import { attribute } from "../render/prose.tsx";
import { Area, Head, Hidden } from "./field.tsx";
import type { Form } from "./form.ts";

/** `form` is what was sent to it, if anything was: somebody else may have taken away meanwhile what it was about. */
export function Missing({ what, form }: { readonly what: string; readonly form: Form | null }): JSX.Element {
  return (
    <>
      <Head title={`${what} not found`} />
      <p>It is not there, or it is not yours to see.</p>
      {form === null ? "" : <p>Nothing was changed.</p>}
      <p>
        <a href="/admin/">To your pages</a>
      </p>
      <Written form={form} />
    </>
  );
}

/** A role may have been taken away while somebody wrote. */
export function NotAllowed({ need, form }: { readonly need: Need; readonly form: Form | null }): JSX.Element {
  return (
    <>
      <Head title="Not yours to do" />
      <p safe>{lacking(need)}</p>
      {form === null ? "" : <p>Nothing was changed.</p>}
      <p>
        <a href="/admin/">To your pages</a>
      </p>
      <Written form={form} />
    </>
  );
}

/** A form whose proof does not hold: another session's, or another site's. What was written is not lost. */
export function NotOurs({
  says,
  form,
  again,
}: {
  readonly says: string;
  readonly form: Form;
  /** Null for one of another site: nobody is led to send what somebody else wrote. */
  readonly again: Again | null;
}): JSX.Element {
  return (
    <>
      <Head title="Not sent" />
      <p safe>{says}</p>
      <p>Nothing was changed.</p>
      {again === null ? "" : <SendAgain form={form} again={again} />}
      <Written form={form} />
    </>
  );
}

/** A form that came after the session was over. */
export function NotSignedIn({
  door,
  form,
  path,
}: {
  readonly door: string;
  readonly form: Form | null;
  readonly path: string;
}): JSX.Element {
  return (
    <>
      <Head title="Not sent" />
      <p>
        Your session was over before this arrived. Nothing was changed, and nothing that you wrote is lost.
      </p>
      {form === null ? "" : <p>Sign in again in another tab, come back to this one, and send it again.</p>}
      <p class="acts end">
        <a class="btn" href={attribute(door)} target={form === null ? undefined : "_blank"} rel="opener">
          Sign in again
        </a>
      </p>
      {form === null ? "" : <SendAgain form={form} again={{ path, csrf: "" }} />}
      <Written form={form} />
    </>
  );
}

export interface Again {
  readonly path: string;
  /** Proof of the session that is there now; "" while none is. */
  readonly csrf: string;
}

/** Fields that are never written into a page. */
const secrets = ["csrf", "password", "old", "fresh", "code"];

/** The whole form once more, ticks and hidden fields with it. A file has to be chosen anew. */
function SendAgain({
  form,
  again: { path, csrf },
}: {
  readonly form: Form;
  readonly again: Again;
}): JSX.Element {
  const names = form.under("").map(([name]) => name);
  if (names.some((name) => name !== "csrf" && secrets.includes(name))) return "";
  const fields = names.flatMap((name) => {
    const values = form.list(name);
    const all = name === "text" || values.length === 0 ? [form.body(name)] : values;
    return secrets.includes(name) ? [] : all.map((value) => [name, value] as const);
  });
  return (
    <form method="post" action={attribute(path)}>
      <Hidden name="csrf" value={csrf} />
      {fields.map(([name, value]) => (
        <Hidden name={name} value={value} />
      ))}
      <div class="acts end">
        <button type="submit" class={csrf === "" ? "quiet" : undefined}>
          Send it again
        </button>
      </div>
    </form>
  );
}

export function Unreadable({ long }: { readonly long: boolean }): JSX.Element {
  return (
    <>
      <Head title="Not sent" />
      <p>
        {long
          ? "This form is larger than a form may be. Nothing was changed."
          : "This form did not arrive whole. Nothing was changed; send it again."}
      </p>
    </>
  );
}

/** What people write of their own words, and what those fields are called. What is secret is never shown again. */
const writtenIn: Readonly<Record<string, string>> = {
  ...{ name: "Title or name", title: "Title", text: "Text", description: "Description", footer: "Footer" },
  ...{ hosts: "Hosts", headerLinks: "Links in the header", footerLinks: "Links in the footer" },
  ...{ headline: "Headline", tooltip: "Description" },
};

/** Texts of a form that was not taken, to be copied. */
function Written({ form }: { readonly form: Form | null }): JSX.Element {
  const texts = Object.entries(writtenIn).flatMap(([name, label]) => {
    const text = form?.body(name) ?? "";
    return text.trim() === "" ? [] : [[name, label, text] as const];
  });
  if (texts.length === 0) return "";
  return (
    <section aria-labelledby="written-h">
      <h2 id="written-h">What you wrote</h2>
      {texts.map(([name, label, text]) => (
        <Area name={name} label={label} value={text} readonly={true} />
      ))}
    </section>
  );
}
