// /admin/p/<page>/drafts: what is to be told, before any reader sees it: the first to publish itself first.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { PageView, TellingDraft } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { titleOf } from "./draft-said.ts";
import { Head, Lamp } from "./field.tsx";
import { Listing, partOf } from "./listing.tsx";
import { pageAt, screen, shown } from "./screen.ts";
import { says, voiceFor } from "./speech.ts";

export const draftsScreen = screen({
  path: "/admin/p/:page/drafts",
  title: "Drafts",
  needs: "read",
  menu: "page",
  done: { made: "The draft is saved. No reader sees it.", discarded: "The draft is gone." },
  show({ path, query, view }) {
    const part = partOf(view.drafts, query, (it, question) =>
      says(question, titleOf(view, it), it.command.fields.body ?? null),
    );
    return shown(
      <>
        <Head title="Drafts" />
        <Listing
          part={part}
          path={path}
          noun="draft"
          empty="None. An incident, an update or a maintenance that is not to be told yet is saved as a draft under “Not now”."
        >
          <ul class="list">
            {part.items.map((draft) => (
              <DraftRow view={view} draft={draft} />
            ))}
          </ul>
        </Listing>
      </>,
    );
  },
});

/** A draft as lists show it: what, and when or why not. */
export function DraftRow({
  view,
  draft,
}: {
  readonly view: PageView;
  readonly draft: TellingDraft;
}): JSX.Element {
  return (
    <li>
      <div>
        <a
          class="whole"
          href={attribute(pageAt(view.page.id, `/drafts/${encodeURIComponent(draft.id)}`))}
          dir="auto"
          safe
        >
          {titleOf(view, draft)}
        </a>
        <small class="sub">
          <DraftMoment view={view} draft={draft} />
        </small>
      </div>
      <DraftLamp draft={draft} />
    </li>
  );
}

/** When it is told, or why it was not. */
export function DraftMoment({
  view,
  draft: { publishAt, refusal },
}: {
  readonly view: PageView;
  readonly draft: TellingDraft;
}): JSX.Element {
  if (refusal !== null)
    return Html.escapeHtml(`It waits: at its time it could not be published. ${refusal.join(" ")}`);
  if (publishAt === null) return "Waits for somebody to publish it. No reader sees it.";
  return (
    <>
      Publishes itself at <When ms={publishAt} voice={voiceFor(view)} />
    </>
  );
}

export function DraftLamp({ draft: { publishAt, refusal } }: { readonly draft: TellingDraft }): JSX.Element {
  if (refusal !== null) return <Lamp mark="maj" words="Not published" />;
  return publishAt === null ? <Lamp mark="inf" words="Draft" /> : <Lamp mark="mnt" words="Scheduled" />;
}
