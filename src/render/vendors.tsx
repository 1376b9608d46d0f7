// What vendors say of themselves. In: a page's upstreams and what was learned of them. Out: the block of the front page, and /vendors.
// The front page tells states alone, so that it moves when one changes; times stand on /vendors, which moves each round.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { type UpstreamState, upstreamPage } from "../model/upstream.ts";
import { byGravity, countsOf, type ShownUpstream, shownUpstreams } from "../model/upstream-shown.ts";
import { dayOf } from "../model/zone.ts";
import { frameInputs, htmlDocument } from "./html-page.tsx";
import { Icon } from "./icon.tsx";
import { keyOf } from "./key.ts";
import { minuteIso, minuteText, momentIn } from "./moment.ts";
import { Name } from "./piece.tsx";
import { attribute } from "./prose.tsx";
import type { Mark } from "./severity.ts";
import { componentMarks } from "./severity.ts";
import { subjectPage } from "./subject-page.tsx";
import type { Document, Scene } from "./types.ts";

/** Of those that are not well, on the front page. */
const namedMax = 8;

const shownIn = ({ view, upstreams, asOf }: Scene): readonly ShownUpstream[] =>
  byGravity(shownUpstreams(view, upstreams, asOf));

const markOf = ({ status }: Pick<ShownUpstream, "status">): Mark =>
  status === null ? "inf" : componentMarks[status];

/** What stands on the front page: those that say they are not well. That we cannot ask one is no news to its visitors. */
const troubledIn = (shown: readonly ShownUpstream[]): readonly ShownUpstream[] =>
  shown.filter(({ state }) => state !== "operational" && state !== "unknown").slice(0, namedMax);

/** All that the block is made of, for keys. */
export function vendorInputs(scene: Scene): readonly (string | number)[] {
  if (scene.view.upstreams.length === 0) return [];
  const shown = shownIn(scene);
  const named = troubledIn(shown).flatMap(({ upstream, state, status }) => [
    upstream.name,
    state,
    status ?? "",
  ]);
  return ["vendors", countsOf(shown).operational, shown.length, ...named];
}

/** The block of the front page; nothing where the page has none. */
export function Vendors({ scene }: { readonly scene: Scene }): JSX.Element {
  const { words, path, view } = scene;
  if (view.upstreams.length === 0) return "";
  const shown = shownIn(scene);
  return (
    <section id="p-vendors" aria-labelledby="vendors">
      <div class="hd">
        <h2 id="vendors" safe>
          {words.vendors.heading}
        </h2>
        <a href={path("/vendors")} safe>
          {words.vendors.all(shown.length)}
        </a>
      </div>
      <p class="mu" safe>
        {words.vendors.well(countsOf(shown).operational, shown.length)}
      </p>
      <ul class="rows">
        {troubledIn(shown).map((one) => (
          <li>
            <div class="row">
              <h3 class="nm">
                <Name of={one.upstream.name} />
              </h3>
              <State shown={one} scene={scene} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function State({ shown, scene }: { readonly shown: ShownUpstream; readonly scene: Scene }): JSX.Element {
  const mark = markOf(shown);
  return (
    <span class={`st ${mark}`}>
      <Icon mark={mark} />
      {Html.escapeHtml(scene.words.vendors.state[shown.state])}
    </span>
  );
}

/** /vendors: all of them, the worst first, with the age of what is told. */
export function* vendorPage(scene: Scene): Iterable<Document> {
  const { view, day } = scene;
  if (view.upstreams.length === 0) return;
  const shown = shownIn(scene);
  const told = shown.map(({ upstream, ...rest }) => [
    upstream.id,
    upstream.name,
    upstreamPage(upstream),
    rest,
  ]);
  yield {
    path: scene.path("/vendors"),
    ...htmlDocument,
    key: keyOf("vendors", [...frameInputs(view.page, scene), day, JSON.stringify(told)]),
    body: () => vendorBody(scene, shown),
  };
}

function vendorBody(scene: Scene, shown: readonly ShownUpstream[]): string {
  const { view, words } = scene;
  return subjectPage({
    page: view.page,
    voice: scene,
    path: "/vendors",
    title: words.vendors.heading,
    lead: words.vendors.lead(view.page.name),
    marks: ["ok", "deg", "par", "maj", "mnt", "inf"],
    style: ["rows", "vendors"],
    children: (
      <>
        <section>
          <Summary shown={shown} scene={scene} />
          <p class="mu" safe>
            {words.vendors.note(limits.upstreamFreshMsMax / 60_000)}
          </p>
        </section>
        <section aria-label={attribute(words.vendors.heading)}>
          <ul class="rows">
            {shown.map((one) => (
              <li>
                <Row shown={one} scene={scene} />
              </li>
            ))}
          </ul>
        </section>
      </>
    ),
  });
}

const marksByState: Readonly<Record<UpstreamState, Mark>> = {
  outage: "maj",
  degraded: "deg",
  maintenance: "mnt",
  unknown: "inf",
  operational: "ok",
};

/** How many there are of each state. */
function Summary({
  shown,
  scene: { words },
}: {
  readonly shown: readonly ShownUpstream[];
  readonly scene: Scene;
}): JSX.Element {
  const counts = countsOf(shown);
  const present = (Object.keys(marksByState) as UpstreamState[]).filter((state) => counts[state] > 0);
  return (
    <ul class="cmp">
      {present.map((state) => (
        <li class={marksByState[state]}>
          <span class="st">
            <Icon mark={marksByState[state]} />
            {Html.escapeHtml(words.vendors.state[state])} <b class="n">{counts[state]}</b>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Row({ shown, scene }: { readonly shown: ShownUpstream; readonly scene: Scene }): JSX.Element {
  const { upstream, said } = shown;
  const page = upstreamPage(upstream);
  return (
    <div class="row">
      <div class="nm">
        <h3>
          {page === null ? (
            <Name of={upstream.name} />
          ) : (
            <a href={attribute(page)} rel="noopener">
              <Name of={upstream.name} />
            </a>
          )}
        </h3>
        {said === null ? (
          ""
        ) : (
          <small dir="auto" safe>
            {said}
          </small>
        )}
      </div>
      <p class="ages mu">
        <Ages shown={shown} scene={scene} />
      </p>
      <State shown={shown} scene={scene} />
    </div>
  );
}

/** When it was looked at, what it says of its own time, how soon it answered; of what is unknown what was known last, and why. */
function Ages({ shown, scene }: { readonly shown: ShownUpstream; readonly scene: Scene }): JSX.Element {
  const { vendors } = scene.words;
  const { checkedAt, confirmedAt, updatedAt, lastKnown, ms, why } = shown;
  const facts = [
    ...(why === null ? [] : [Html.escapeHtml(vendors.why[why])]),
    ...(lastKnown === null || confirmedAt === null
      ? []
      : [`${Html.escapeHtml(vendors.lastKnown(vendors.state[lastKnown]))} ${At(scene, confirmedAt)}`]),
    ...(checkedAt === null ? [] : [`${Html.escapeHtml(vendors.checked)} ${At(scene, checkedAt)}`]),
    ...(updatedAt === null || why !== null
      ? []
      : [`${Html.escapeHtml(vendors.updated)} ${At(scene, updatedAt)}`]),
    ...(ms === null || why !== null ? [] : [Html.escapeHtml(vendors.answered(ms))]),
  ];
  const safeFacts = facts.join(" · ");
  return <span class="n">{safeFacts}</span>;
}

/** "14:03 UTC" on the page's day, the day too on another. */
function At(scene: Scene, ms: number): string {
  const { time, zone } = momentIn(ms, scene.zone);
  const isToday = dayOf(ms, scene.zone) === scene.day;
  const text = isToday ? `${time} ${zone}` : minuteText(ms, scene);
  return `<time datetime="${minuteIso(ms)}">${Html.escapeHtml(text)}</time>`;
}
