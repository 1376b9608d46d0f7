// Somebody else changed what a form is about while it was open. In: both, as names and values. Out: both, side by side; nothing was sent.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";

type Values = readonly (readonly [name: string, value: string])[];

export function Stale({
  what,
  now,
  yours,
}: {
  readonly what: string;
  readonly now: Values;
  readonly yours: Values;
}): JSX.Element {
  return (
    <div class="say deg" role="alert">
      <h2 safe>{`Somebody changed this ${what} while you wrote`}</h2>
      <p>Nothing of yours was sent. It is all below as you left it: save it as it is, or change it first.</p>
      <div class="pair">
        <Side title="As it is now" values={now} />
        <Side title="Yours" values={yours} />
      </div>
    </div>
  );
}

function Side({ title, values }: { readonly title: string; readonly values: Values }): JSX.Element {
  return (
    <div>
      <h3 safe>{title}</h3>
      <dl>
        {values.map(([name, value]) => (
          <>
            <dt class="hint" safe>
              {name}
            </dt>
            <dd dir="auto" safe>
              {value === "" ? "–" : value}
            </dd>
          </>
        ))}
      </dl>
    </div>
  );
}
