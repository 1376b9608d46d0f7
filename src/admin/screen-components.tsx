// /admin/p/<page>/components: all of them in their order, groups with their members. In: which one goes up or down. Out: the new order.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Command } from "../model/command.ts";
import type { Component, PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { componentMarks } from "../render/severity.ts";
import { inOrder } from "./component-order.ts";
import { Button, Head, Hidden, Lamp, Post, Refused } from "./field.tsx";
import { Listing, partOf } from "./listing.tsx";
import { go, pageAt, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { componentWord, fullName, says } from "./speech.ts";

export const componentsScreen = screen({
  path: "/admin/p/:page/components",
  title: "Components",
  needs: "read",
  changes: "edit",
  menu: "page",
  done: { moved: "Moved.", made: "The component is there.", deleted: "The component is deleted." },
  show: (visit) => listFor(visit, []),
  async take(sent) {
    const sentences = await moved(sent, sent.form.text("component"), sent.form.text("do") === "up" ? -1 : 1);
    const back = new URLSearchParams({ q: sent.form.text("q"), part: sent.form.text("part") });
    return sentences.length === 0 ? go(`${sent.path}?${back}`, "moved") : listFor(sent, sentences);
  },
});

/** Changes places with its neighbour of the same group, in one change of the page. Where positions are not their order already, they become it. */
async function moved(sent: Sent<PageView>, id: string, by: 1 | -1): Promise<readonly string[]> {
  const held = sent.view.componentById.get(id);
  if (held === undefined) return ["There is no such component on this page."];
  const siblings = sent.view.components.filter(({ groupId }) => groupId === held.groupId);
  const at = siblings.indexOf(held);
  const neighbour = siblings[at + by];
  if (neighbour === undefined) return [];
  const order = siblings.with(at, neighbour).with(at + by, held);
  const commands = order.flatMap((component, index): Command[] =>
    component.position === index + 1
      ? []
      : [{ kind: "component.update", id: component.id, fields: { position: index + 1 } }],
  );
  const done = await sent.submit(commands);
  return done.ok ? [] : done.sentences;
}

function listFor(visit: Visit<PageView>, sentences: readonly string[]): Reply {
  const { path, query, view } = visit;
  const part = partOf(inOrder(view), query, (it, question) =>
    says(question, fullName(view, it), it.description),
  );
  const back = { q: part.question, part: String(part.number) };
  return shown(
    <>
      <Head title="Components">
        {visit.may("edit") ? (
          <a class="btn" href={attribute(pageAt(view.page.id, "/components/new"))}>
            New component
          </a>
        ) : (
          ""
        )}
      </Head>
      <Refused sentences={sentences} />
      <Listing
        part={part}
        path={path}
        noun="component"
        empty="None. Components are what readers see the state of: an API, a website, a region."
      >
        <ul class="list">
          {part.items.map((component) => (
            <Row visit={visit} component={component} back={back} />
          ))}
        </ul>
      </Listing>
    </>,
    { status: statusOf(sentences) },
  );
}

function Row({
  visit: { may, path, view, who },
  component,
  back,
}: {
  readonly visit: Visit<PageView>;
  readonly component: Component;
  readonly back: { readonly q: string; readonly part: string };
}): JSX.Element {
  const { group, groupId, id, name, status } = component;
  return (
    <li class={groupId === null ? undefined : "in"}>
      <div>
        <a
          class="whole"
          href={attribute(pageAt(view.page.id, `/components/${encodeURIComponent(id)}`))}
          dir="auto"
          safe
        >
          {name}
        </a>
      </div>
      {group ? (
        <span class="hint">Group</span>
      ) : (
        <Lamp mark={componentMarks[status]} words={componentWord(status)} />
      )}
      {may("edit") ? (
        <Post who={who} to={path} kind="bare">
          <Hidden name="component" value={id} />
          <Hidden name="q" value={back.q} />
          <Hidden name="part" value={back.part} />
          <Button does="up" label="↑" kind="quiet" says={`Move ${name} up`} />
          <Button does="down" label="↓" kind="quiet" says={`Move ${name} down`} />
        </Post>
      ) : (
        ""
      )}
    </li>
  );
}
