// Telling later: by itself at a moment, or when somebody says so. In: a form with what is to be told. Out: a draft, which no reader sees.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { DraftCommand, PageView } from "../model/view.ts";
import { Button, Line } from "./field.tsx";
import type { Form } from "./form.ts";
import { momentOf } from "./local-time.ts";
import { go, pageAt, type Reply, type Sent } from "./screen.ts";

interface Later {
  readonly form: Form;
  readonly view: PageView;
}

/** Null waits for somebody; undefined cannot be read. */
export function publishAtIn({ form, view }: Later): number | null | undefined {
  const text = form.text("publishAt");
  return text === "" ? null : (momentOf(text, view.page.timeZone) ?? undefined);
}

export const unreadableMoment = ["The time at which it is to be published cannot be read."];

/** Folded away: who has an incident to tell of tells it now. */
export function PublishLater(later: Later): JSX.Element {
  return (
    <details class="more" open={later.form.has("publishAt") && later.form.text("publishAt") !== ""}>
      <summary>Not now</summary>
      <PublishAt {...later} />
      <div class="acts">
        <Button does="draft" label="Save as a draft" kind="quiet" />
      </div>
    </details>
  );
}

export function PublishAt({ form, view }: Later): JSX.Element {
  return (
    <Line
      name="publishAt"
      label="Publishes itself at"
      hint={`${view.page.timeZone}. Left empty, it waits for somebody.`}
      type="datetime-local"
      value={form.text("publishAt")}
    />
  );
}

/** Keeps it as a draft, or says why that cannot be told. */
export async function drafted(
  sent: Sent<PageView>,
  command: DraftCommand,
): Promise<Reply | readonly string[]> {
  const publishAt = publishAtIn(sent);
  if (publishAt === undefined) return unreadableMoment;
  const done = await sent.submit({ kind: "draft.create", publishAt, command });
  return done.ok ? go(pageAt(sent.view.page.id, "/drafts"), "made") : done.sentences;
}
