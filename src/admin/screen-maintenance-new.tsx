// /admin/p/<page>/maintenance/new: work that is announced. In: a text, when, what is affected. Out: the maintenance, or the page as it would be.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { Command } from "../model/command.ts";
import type { PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { PickComponents } from "./component-pick.tsx";
import { Area, Button, Head, Hidden, Refused } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { toldIn } from "./incident-said.ts";
import { localOf, momentOf } from "./local-time.ts";
import { automationIn, MaintenanceBoxes, usualBoxes } from "./maintenance-boxes.tsx";
import { type Looked, previewOf } from "./page-preview.ts";
import { PreviewPane, previewing } from "./preview-pane.tsx";
import { drafted, PublishLater } from "./publish-later.tsx";
import { go, pageAt, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { WindowLines } from "./window-lines.tsx";

const hourMs = 3_600_000;

export const newMaintenanceScreen = screen({
  path: "/admin/p/:page/maintenance/new",
  title: "Plan maintenance",
  needs: "respond",
  show(visit) {
    const zone = visit.view.page.timeZone;
    // Tomorrow at a full hour: a time that is wrong is seen as such, and one that is nearly right is soon corrected.
    const from = Math.ceil((visit.nowMs + 24 * hourMs) / hourMs) * hourMs;
    const given = {
      ...{ ...usualBoxes, seed: seedFor(visit) },
      ...{ from: localOf(from, zone), until: localOf(from + hourMs, zone) },
    };
    return formFor(visit, formFrom(new URLSearchParams(given)), null);
  },
  async take(sent) {
    const { form, view } = sent;
    const command = commandIn(form, view);
    const does = form.text("do");
    if (does === "find") return formFor(sent, form, null);
    if (command === null)
      return formFor(sent, form, null, [
        "The maintenance needs a time at which it begins and one at which it ends.",
      ]);
    const seed = form.text("seed") || seedFor(sent);
    if (does === "preview")
      return formFor(sent, form, form.text("text") === "" ? null : previewOf(sent, command, seed));
    if (does === "draft") {
      const kept = await drafted(sent, command);
      return "kind" in kept ? kept : formFor(sent, form, null, kept);
    }
    const done = await sent.submit(command, { seed });
    if (done.ok) return go(pageAt(view.page.id, `/incidents/${encodeURIComponent(done.id)}`), "opened");
    return formFor(sent, form, null, done.sentences);
  },
});

const seedFor = ({ places }: Visit<PageView>): string => Buffer.from(places.random.bytes(16)).toString("hex");

function commandIn(form: Form, view: PageView): Extract<Command, { kind: "incident.create" }> | null {
  const [from, until] = [form.text("from"), form.text("until")].map((it) => momentOf(it, view.page.timeZone));
  if (typeof from !== "number" || typeof until !== "number") return null;
  const { name, body } = toldIn(form);
  return {
    kind: "incident.create",
    fields: {
      name,
      ...(body === "" ? {} : { body }),
      window: { from, until },
      componentIds: form.list("component"),
      deliverNotifications: form.has("notify"),
      automation: automationIn(form),
    },
  };
}

async function formFor(
  visit: Visit<PageView>,
  form: Form,
  seen: Looked | null,
  sentences: readonly string[] = [],
): Promise<Reply> {
  const { path, places, view, who } = visit;
  const ticked = form.list("component");
  const told = (await places.subscriberCount?.(view.page.id, { id: "", componentIds: ticked })) ?? null;
  return shown(
    <>
      <Head title="Plan maintenance" />
      <Refused sentences={sentences} />
      <div class="cols">
        <form
          method="post"
          action={attribute(path)}
          class="wideform"
          {...previewing}
          hx-post={attribute(path)}
        >
          <Hidden name="csrf" value={who.csrf} />
          <Hidden name="seed" value={form.text("seed")} />
          <Area
            name="text"
            label="What will be done"
            hint="The first line becomes the title. Markdown."
            value={form.body("text")}
            max={limits.updateCharsMax}
            focus={true}
            keep={true}
          />
          <WindowLines from={form.text("from")} until={form.text("until")} zone={view.page.timeZone} />
          <PickComponents view={view} ticked={ticked} question={form.text("q")} />
          <MaintenanceBoxes form={form} />
          <div class="acts stick">
            <Button does="publish" label="Publish" />
            <Button does="preview" label="Preview" kind="quiet" />
          </div>
          <PublishLater form={form} view={view} />
        </form>
        <PreviewPane looked={seen} notify={form.has("notify")} told={told} />
      </div>
    </>,
    { status: statusOf(sentences) },
  );
}
