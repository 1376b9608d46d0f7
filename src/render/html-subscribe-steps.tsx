// The pages around being told: asked, confirm, confirmed, manage, managed, unsubscribe, unsubscribed. In: a scene. Out: a document each, in its language.
// A GET changes nothing, since mail scanners open links: what changes something is a button. Its form has no address, so that it goes to the page's own, with
// the query that carries the link's token.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { choiceScriptPath } from "./choice-script.ts";
import { choiceInputs, choiceOf, ScopeFields } from "./form.tsx";
import { frameInputs, htmlDocument } from "./html-page.tsx";
import { keyOf } from "./key.ts";
import { type Voice, voiceOf } from "./languages.ts";
import { attribute } from "./prose.tsx";
import { subjectPage } from "./subject-page.tsx";
import type { Document, Scene } from "./types.ts";
import { type FormStep, formWords } from "./words-forms.ts";

const paths: Readonly<Record<FormStep, string>> = {
  asked: "/subscribe/asked",
  confirm: "/subscribe/confirm",
  confirmed: "/subscribe/confirmed",
  manage: "/subscribe/manage",
  managed: "/subscribe/managed",
  unsubscribe: "/unsubscribe",
  unsubscribed: "/unsubscribed",
};
const steps = Object.keys(paths) as FormStep[];

/** None where nobody takes what visitors say. */
export function* subscribeSteps(scene: Scene): Iterable<Document> {
  const { view, offer } = scene;
  if (offer === null) return;
  const voice = voiceOf(scene);
  const components = choiceOf(view);
  for (const step of steps) {
    const more = step === "manage" ? [choiceScriptPath, ...choiceInputs(components)] : [];
    yield {
      path: voice.path(paths[step]),
      ...htmlDocument,
      key: keyOf(`subscribe-${step}`, [...frameInputs(view.page, voice), ...more]),
      body: () => {
        const [title, lead] = formWords[voice.code].steps[step];
        return subjectPage({
          page: view.page,
          voice,
          path: paths[step],
          title,
          lead,
          marks: [],
          style: ["ask"],
          // Nobody is to find it by searching, and nothing on it changes while it is open.
          isMissing: true,
          ...(step === "manage" && { script: choiceScriptPath }),
          children: <section>{partOf(step, components, voice)}</section>,
        });
      },
    };
  }
}

function partOf(step: FormStep, components: ReturnType<typeof choiceOf>, voice: Voice): JSX.Element {
  const words = formWords[voice.code];
  if (step === "manage")
    return (
      <form method="post" class="fm">
        <ScopeFields components={components} voice={voice} />
        <p class="mu" id="chosen" data-then={attribute(words.chosenThen)} safe>
          {words.replaces}
        </p>
        <button type="submit" safe>
          {words.buttons.manage}
        </button>
      </form>
    );
  if (step === "confirm" || step === "unsubscribe")
    return (
      <form method="post" class="fm">
        <button type="submit" safe>
          {words.buttons[step]}
        </button>
      </form>
    );
  return (
    <p>
      <a href={voice.path("/")} safe>
        {voice.words.frame.current}
      </a>
    </p>
  );
}
