// The components of the front page. In: a scene. Out: rows in groups, each with its bar.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { membersByGroup } from "../model/group.ts";
import type { Component } from "../model/view.ts";
import { Bar, barText, CalmWater } from "./bar.tsx";
import { type Ninety, ninetyDays, uptimeDays } from "./days.ts";
import { perLanguage } from "./languages.ts";
import { percentText } from "./moment.ts";
import { componentPath, Name, oneLine, State } from "./piece.tsx";
import { attribute } from "./prose.tsx";
import type { Scene } from "./types.ts";
import type { Words } from "./words.ts";

/** What stands at the top level: a group with its members, or components without one that follow each other. */
type Block =
  | { readonly kind: "group"; readonly group: Component; readonly members: readonly Component[] }
  | { readonly kind: "loose"; readonly members: readonly Component[] };

/** The section; nothing where a page has no components to show. */
export function Components({ scene }: { readonly scene: Scene }): JSX.Element {
  const blocks = blocksOf(scene.view.components);
  const { front } = scene.words;
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
      <CalmWater day={scene.day} />
      {placed(blocks).map(([block, at]) =>
        block.kind === "group" ? (
          <Group block={block} at={at} scene={scene} />
        ) : (
          <Rows members={block.members} at={at} scene={scene} />
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
  readonly scene: Scene;
}

/** A group folds; it stands open while something in it is wrong. */
function Group({
  block,
  at,
  scene,
}: InView & { readonly block: Extract<Block, { kind: "group" }> }): JSX.Element {
  const { group, members } = block;
  const { words } = scene;
  const { days } = ninetyDays(scene, group.id);
  return (
    <details class="g" open={group.status !== "operational"}>
      <summary class="row" id={`p-c${at}`}>
        <div class="nm">
          <h3>
            <Name of={group.name} />
          </h3>
        </div>
        <span class="bar" role="img" aria-label={attribute(barText(days, words))}>
          <Bar days={days} spoken={false} words={words} />
        </span>
        <span class="up" safe>
          {words.front.parts(members.length)}
        </span>
        <State component={group} words={words} />
      </summary>
      <Rows members={members} at={at + 1} scene={scene} />
      <p class="all">
        <a href={scene.path(componentPath(group))} safe>
          {words.part.allOfGroup}
        </a>
      </p>
    </details>
  );
}

function Rows({ members, at, scene }: InView & { readonly members: readonly Component[] }): JSX.Element {
  return (
    <ul class="rows">
      {members.map((component, index) => (
        <Row component={component} at={at + index} scene={scene} />
      ))}
    </ul>
  );
}

interface Kept {
  readonly at: number;
  readonly known: number;
  readonly href: string;
  readonly html: JSX.Element;
}

/**
 * Rows of components without a bad day: nothing but the component, its place and the number of days that are known stands in them. On a page of
 * 500 components they are most of the work of its front page.
 */
const quietRows = perLanguage(() => new WeakMap<Component, Kept>());

function Row({ component, at, scene }: InView & { readonly component: Component }): JSX.Element {
  const ninety = ninetyDays(scene, component.id);
  const href = scene.path(componentPath(component));
  if (ninety.bad > 0) return drawnRow(component, at, ninety, href, scene.words);
  const { known } = ninety;
  const kept = quietRows(scene.code).get(component);
  if (kept?.known === known && kept.at === at && kept.href === href) return kept.html;
  const html = drawnRow(component, at, ninety, href, scene.words);
  quietRows(scene.code).set(component, { at, known, href, html });
  return html;
}

/** The bar is the row's one link, to the table of its days; it reaches over all of the row. */
function drawnRow(
  component: Component,
  at: number,
  { days, known, ratio }: Ninety,
  href: string,
  words: Words,
): JSX.Element {
  const { name, description } = component;
  return (
    <li class="row" id={`p-c${at}`}>
      <div class="nm">
        <h3>
          <Name of={name} />
        </h3>
        {description === null ? (
          ""
        ) : (
          <small dir="auto" safe>
            {description}
          </small>
        )}
      </div>
      <a class="bar" href={href} aria-label={attribute(`${oneLine(name)}: ${barText(days, words)}`)}>
        <Bar days={days} spoken={true} words={words} />
      </a>
      <span class="up n">
        <span safe>{percentText(ratio, words)}</span>
        {known < uptimeDays ? <small safe>{words.bars.days(known)}</small> : ""}
      </span>
      <State component={component} words={words} />
    </li>
  );
}
