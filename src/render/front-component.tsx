// The components of the front page. In: a view and the moment up to which uptime counts. Out: rows in groups, each with its bar.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { membersByGroup } from "../model/group.ts";
import { type DayBar, dayBars, uptime } from "../model/uptime.ts";
import type { Component, PageView } from "../model/view.ts";
import { Bar, barText, CalmWater, uptimeDays } from "./bar.tsx";
import { Icon } from "./icon.tsx";
import { perLanguage, type Voice } from "./languages.ts";
import { percentText } from "./moment.ts";
import { Name } from "./piece.tsx";
import { attribute } from "./prose.tsx";
import { componentMarks } from "./severity.ts";
import type { Words } from "./words.ts";

/** What stands at the top level: a group with its members, or components without one that follow each other. */
type Block =
  | { readonly kind: "group"; readonly group: Component; readonly members: readonly Component[] }
  | { readonly kind: "loose"; readonly members: readonly Component[] };

/** The section; nothing where a page has no components to show. */
export function Components({
  view,
  voice,
  until,
}: {
  readonly view: PageView;
  readonly voice: Voice;
  readonly until: number;
}): JSX.Element {
  const blocks = blocksOf(view.components);
  const { front } = voice.words;
  if (blocks.length === 0) return "";
  return (
    <section aria-labelledby="components">
      <div class="hd">
        <h2 id="components" safe>
          {front.componentsHeading}
        </h2>
        <p class="mu" safe>
          {front.barsNote(uptimeDays)}
        </p>
      </div>
      <CalmWater />
      {placed(blocks).map(([block, at]) =>
        block.kind === "group" ? (
          <Group block={block} at={at} view={view} voice={voice} until={until} />
        ) : (
          <Rows members={block.members} at={at} view={view} voice={voice} until={until} />
        ),
      )}
    </section>
  );
}

/** In the order of the list; a component that shows only when something is wrong is left out while nothing is. */
function blocksOf(components: readonly Component[]): readonly Block[] {
  const shown = components.filter((it) => !it.onlyShowIfDegraded || it.status !== "operational" || it.group);
  const members = membersByGroup(shown);
  const groups = new Set(shown.filter((it) => it.group).map((it) => it.id));
  const blocks: Block[] = [];
  let loose: Component[] | null = null;
  for (const component of shown) {
    if (component.group) {
      const mine = members.get(component.id);
      if (mine === undefined) continue;
      blocks.push({ kind: "group", group: component, members: mine });
      loose = null;
    } else if (component.groupId === null || !groups.has(component.groupId)) {
      if (loose === null) {
        loose = [];
        blocks.push({ kind: "loose", members: loose });
      }
      loose.push(component);
    }
  }
  return blocks;
}

/** Blocks with the number of rows above them: each row of the page is named by its place, a group's own row too. */
function placed(blocks: readonly Block[]): readonly (readonly [Block, number])[] {
  let rows = 0;
  return blocks.map((block) => {
    const at = rows;
    rows += block.members.length + (block.kind === "group" ? 1 : 0);
    return [block, at];
  });
}

interface InView {
  /** Place of the first row. */
  readonly at: number;
  readonly view: PageView;
  readonly voice: Voice;
  readonly until: number;
}

/** A group folds; it stands open while something in it is wrong. */
function Group({
  block,
  at,
  view,
  voice,
  until,
}: InView & { readonly block: Extract<Block, { kind: "group" }> }): JSX.Element {
  const { group, members } = block;
  const days = dayBars(view, group.id, until, uptimeDays);
  return (
    <details class="g" open={group.status !== "operational"}>
      <summary class="row" id={`p-c${at}`}>
        <div class="nm">
          <h3>
            <Name of={group.name} />
          </h3>
        </div>
        <span class="bar" role="img" aria-label={attribute(barText(days, voice.words))}>
          <Bar days={days} spoken={false} words={voice.words} />
        </span>
        <span class="up" safe>
          {voice.words.front.parts(members.length)}
        </span>
        <Status component={group} words={voice.words} />
      </summary>
      <Rows members={members} at={at + 1} view={view} voice={voice} until={until} />
    </details>
  );
}

function Rows({
  members,
  at,
  view,
  voice,
  until,
}: InView & { readonly members: readonly Component[] }): JSX.Element {
  return (
    <ul class="rows">
      {members.map((component, index) => (
        <Row component={component} at={at + index} view={view} voice={voice} until={until} />
      ))}
    </ul>
  );
}

/**
 * Rows of components without a bad day: nothing but the component, its place and the number of days that are known stands in them. On a page of
 * 500 components they are most of the work of its front page.
 */
const quietRows = perLanguage(
  () => new WeakMap<Component, { readonly at: number; readonly known: number; readonly html: JSX.Element }>(),
);

function Row({ component, at, view, voice, until }: InView & { readonly component: Component }): JSX.Element {
  const days = dayBars(view, component.id, until, uptimeDays);
  let [known, bad] = [0, 0];
  for (const { status } of days) {
    if (status !== null) known++;
    if (status !== null && status !== "operational") bad++;
  }
  if (bad > 0)
    return drawnRow(component, at, days, known, ratioOf(view, component, days, until), voice.words);
  const kept = quietRows(voice.code).get(component);
  if (kept?.known === known && kept.at === at) return kept.html;
  const html = drawnRow(component, at, days, known, known === 0 ? null : 1, voice.words);
  quietRows(voice.code).set(component, { at, known, html });
  return html;
}

function ratioOf(view: PageView, { id }: Component, days: readonly DayBar[], until: number): number | null {
  return uptime(view, id, days[0]?.from ?? until, until).ratio;
}

function drawnRow(
  component: Component,
  at: number,
  days: readonly DayBar[],
  known: number,
  ratio: number | null,
  words: Words,
): JSX.Element {
  return (
    <li class="row" id={`p-c${at}`}>
      <div class="nm">
        <h3>
          <Name of={component.name} />
        </h3>
        {component.description === null ? "" : <small safe>{component.description}</small>}
      </div>
      <span class="bar" role="img" aria-label={attribute(barText(days, words))}>
        <Bar days={days} spoken={true} words={words} />
      </span>
      <span class="up n">
        <span safe>{percentText(ratio, words)}</span>
        {known < uptimeDays ? <small safe>{words.bars.days(known)}</small> : ""}
      </span>
      <Status component={component} words={words} />
    </li>
  );
}

function Status({ component, words }: { readonly component: Component; readonly words: Words }): JSX.Element {
  const mark = componentMarks[component.status];
  return (
    <span class={`st ${mark}`}>
      <Icon mark={mark} />
      {Html.escapeHtml(words.component[component.status])}
    </span>
  );
}
