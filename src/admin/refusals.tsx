// What somebody sees who cannot be shown what they asked for. In: why. Out: what stands in the frame.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { lacking, type Need } from "../model/roles.ts";
import { attribute } from "../render/prose.tsx";
import { Area, Head } from "./field.tsx";
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
export function NotOurs({ says, form }: { readonly says: string; readonly form: Form }): JSX.Element {
  return (
    <>
      <Head title="Not sent" />
      <p safe>{says}</p>
      <p>Nothing was changed.</p>
      <Written form={form} />
    </>
  );
}

/** A form that came after the session was over. */
export function NotSignedIn({
  door,
  form,
}: {
  readonly door: string;
  readonly form: Form | null;
}): JSX.Element {
  return (
    <>
      <Head title="Not sent" />
      <p>Your session was over before this arrived. Nothing was changed.</p>
      <p class="acts end">
        <a class="btn" href={attribute(door)}>
          Sign in again
        </a>
      </p>
      <Written form={form} />
    </>
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
