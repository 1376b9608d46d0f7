// What somebody sees who cannot be shown what they asked for. In: why. Out: what stands in the frame.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { lacking, type Need } from "../model/roles.ts";
import { attribute } from "../render/prose.tsx";
import { Area, Head } from "./field.tsx";
import type { Form } from "./form.ts";

export function Missing({ what }: { readonly what: string }): JSX.Element {
  return (
    <>
      <Head title={`${what} not found`} />
      <p>It is not there, or it is not yours to see.</p>
      <p>
        <a href="/admin/">To your pages</a>
      </p>
    </>
  );
}

export function NotAllowed({ need }: { readonly need: Need }): JSX.Element {
  return (
    <>
      <Head title="Not yours to do" />
      <p safe>{lacking(need)}</p>
      <p>
        <a href="/admin/">To your pages</a>
      </p>
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

/** Texts of a form that was not taken, to be copied. */
export function Written({ form }: { readonly form: Form | null }): JSX.Element {
  const texts = (form?.under("") ?? []).filter(([name, text]) => name !== "csrf" && text.length > 24);
  if (texts.length === 0) return "";
  return (
    <section>
      <h2>What you wrote</h2>
      {texts.map(([name, text]) => (
        <Area name={name} label={name} value={text} readonly={true} />
      ))}
    </section>
  );
}
