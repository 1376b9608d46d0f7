// The answer to the one question: is it them or me? In: the state of a page, what is open. Out: shape, words, whom it touches, how old it is.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { severityOf } from "../model/group.ts";
import type { OverallStatus } from "../model/status.ts";
import type { Component, Incident } from "../model/view.ts";
import { Icon } from "./icon.tsx";
import { secondIso, secondText } from "./moment.ts";
import { componentPath, Name } from "./piece.tsx";
import { attribute } from "./prose.tsx";
import { isActive } from "./selection.ts";
import { componentMarks, type Mark } from "./severity.ts";
import type { Scene } from "./types.ts";

/** What the answer is made of. */
export interface Answered extends Scene {
  readonly overall: OverallStatus;
  readonly open: readonly Incident[];
  readonly maintenances: readonly Incident[];
}

/** Components named above the fold, the worst first. */
const namedMax = 4;

/** `version` is the key of the front page: the page carries it, so that its script knows what it has. */
export function Answer({
  front,
  mark,
  version,
}: {
  readonly front: Answered;
  readonly mark: Mark;
  readonly version: string;
}): JSX.Element {
  const { words } = front;
  const { updatedAt } = front.view.page;
  const parts = front.view.components.filter((component) => !component.group);
  const affected = parts.filter((component) => component.status !== "operational");
  return (
    <div class={`lamp ${mark}`} id="p-now" data-v={version}>
      <Icon mark={mark} />
      <div>
        <h1 safe>{words.overall[front.overall.description]}</h1>
        <p safe>{countText(front, affected.length, parts.length)}</p>
        {affected.length === 0 ? (
          <Help front={front} mark={mark} />
        ) : (
          <Affected affected={affected} front={front} />
        )}
        <p class="n">
          {Html.escapeHtml(words.front.updated)}{" "}
          <time datetime={secondIso(updatedAt)} safe>
            {secondText(updatedAt, front)}
          </time>
        </p>
      </div>
    </div>
  );
}

/** "2 of 24 components affected · 1 open incident": nothing is said of what there is none of. */
function countText({ open, maintenances, words }: Answered, affected: number, all: number): string {
  const active = maintenances.filter(isActive).length;
  const counts = [
    affected > 0 ? words.front.affected(affected, all) : "",
    open.length > 0 ? words.front.openIncidents(open.length) : "",
    active > 0 ? words.front.maintenances(active) : "",
  ].filter((count) => count !== "");
  if (counts.length > 0) return counts.join(" · ");
  return all > 0 ? words.front.noneAffected(all) : words.front.noneOpen;
}

/** Whom it touches, by name, shape and colour. */
function Affected({
  affected,
  front,
}: {
  readonly affected: readonly Component[];
  readonly front: Answered;
}): JSX.Element {
  const { front: words } = front.words;
  const worst = affected.toSorted((a, b) => severityOf[b.status] - severityOf[a.status]).slice(0, namedMax);
  const rest = affected.length - worst.length;
  return (
    <ul class="cmp" aria-label={attribute(words.affectedLabel)}>
      {worst.map((component) => (
        <li class={componentMarks[component.status]}>
          <Icon mark={componentMarks[component.status]} />
          <a href={front.path(componentPath(component))}>
            <Name of={component.name} />
          </a>
        </li>
      ))}
      {rest > 0 ? <li safe>{words.moreNames(rest)}</li> : ""}
    </ul>
  );
}

/** Nothing is wrong here: where those get help for whom something does not work. */
function Help({ front, mark }: { readonly front: Answered; readonly mark: Mark }): JSX.Element {
  const { supportUrl } = front.view.page.looks;
  if (supportUrl === null || mark !== "ok") return "";
  return (
    <p>
      {Html.escapeHtml(front.words.front.notHere)}{" "}
      <a href={attribute(supportUrl)} rel="noopener" safe>
        {front.words.frame.help}
      </a>
    </p>
  );
}
