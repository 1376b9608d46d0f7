// /methodology. In: a scene. Out: every interval, time to live and bound by which this page is made and served, and what its numbers mean. It is
// made from the settings that are in force (base/limits.ts) and the model's own rules: one that changes there changes here.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { impactOfStatus } from "../model/affected.ts";
import { downWeights } from "../model/uptime.ts";
import { type ComponentStatus, componentStatuses, type Page } from "../model/view.ts";
import { uptimeDays } from "./days.ts";
import { frameInputs, htmlDocument } from "./html-page.tsx";
import { Icon } from "./icon.tsx";
import { keyOf } from "./key.ts";
import { type Voice, voiceOf } from "./languages.ts";
import { shareText } from "./moment.ts";
import { componentMarks, type Mark } from "./severity.ts";
import { subjectPage } from "./subject-page.tsx";
import type { Document, Scene } from "./types.ts";
import type { MethodRow, Words } from "./words.ts";

const path = "/methodology";
const marks: readonly Mark[] = ["ok", "deg", "par", "maj", "mnt"];
const secondMs = 1_000;

type Section = "fresh" | "caches" | "open" | "kept";
/** A duration in ms, or a plain count. */
type Value = { readonly ms: number } | { readonly count: number };
const seconds = (count: number): Value => ({ ms: count * secondMs });

/** Read when asked for: what is in force is what the limits are then. */
const sectionsNow = (): Readonly<Record<Section, readonly (readonly [MethodRow, Value])[]>> => ({
  fresh: [
    ["heartbeat", { ms: limits.heartbeatMs }],
    ["stale", { ms: limits.staleAfterMs }],
    ["recover", { count: limits.heartbeatsToRecover }],
    ["source", { ms: limits.sourceSilentMs }],
    ["pollSource", { ms: limits.pollMs }],
    ["midnight", { ms: limits.publishSpreadMs }],
    ["emergency", { ms: limits.emergencyMsMax }],
  ],
  caches: [
    ["browserPage", seconds(limits.browserPageS)],
    ["browserFeed", seconds(limits.browserFeedS)],
    ["sharedFresh", seconds(limits.sharedFreshS)],
    ["sharedRenew", seconds(limits.sharedRenewS)],
    ["sharedSum", seconds(limits.sharedFreshS + limits.sharedRenewS)],
    ["sharedError", seconds(limits.sharedErrorS)],
    ["immutable", seconds(limits.immutableS)],
  ],
  open: [
    ["beat", { ms: limits.eventBeatMs }],
    ["pollPage", { ms: limits.pagePollMs }],
    ["hidden", { ms: limits.pageHiddenPace * limits.pagePollMs }],
    ["spread", { ms: limits.pageSpreadMs }],
    ["lost", { ms: limits.pageLostMs }],
  ],
  kept: [
    ["feeds", { count: limits.feedEntriesMax }],
    ["lists", { count: limits.listIncidentsMax }],
    ["bars", { ms: uptimeDays * 24 * 3_600_000 }],
    ["months", { count: limits.uptimeMonthsMax }],
    ["lazyAge", { ms: limits.lazyAgeMs }],
    ["lazyWait", { ms: limits.lazyWaitMsMax }],
  ],
});
const order: readonly Section[] = ["fresh", "caches", "open", "kept"];

/** The methodology page. */
export function* methodPage(scene: Scene): Iterable<Document> {
  const { page } = scene.view;
  const voice = voiceOf(scene);
  yield {
    path: voice.path(path),
    ...htmlDocument,
    key: keyOf("method", [...frameInputs(page, voice), page.indicatorRule, settingsPrint(page)]),
    body: () => methodBody(page, voice),
  };
}

/** A release with other settings makes another page. */
const settingsPrint = (page: Page): string =>
  JSON.stringify([sectionsNow(), downWeights(page), impactOfStatus]);

function methodBody(page: Page, voice: Voice): string {
  const { words } = voice;
  return subjectPage({
    page,
    voice,
    path,
    title: words.method.name,
    lead: words.method.lead,
    marks,
    style: ["table"],
    children: (
      <>
        {order.map((section) => (
          <SettingsOf section={section} words={words} />
        ))}
        <Meanings page={page} words={words} />
        <section aria-labelledby="rules">
          <h2 id="rules" safe>
            {words.method.rulesHeading}
          </h2>
          <ul class="md">
            {words.method.rules.map((rule) => (
              <li safe>{rule}</li>
            ))}
            <li safe>{words.method.indicator[page.indicatorRule]}</li>
          </ul>
        </section>
      </>
    ),
  });
}

function SettingsOf({ section, words }: { readonly section: Section; readonly words: Words }): JSX.Element {
  const { method } = words;
  return (
    <section aria-labelledby={section}>
      <h2 id={section} safe>
        {method.headings[section]}
      </h2>
      <table>
        <thead class="vh">
          <tr>
            <th scope="col" safe>
              {method.what}
            </th>
            <th scope="col" safe>
              {method.value}
            </th>
          </tr>
        </thead>
        <tbody>
          {sectionsNow()[section].map(([row, value]) => (
            <tr>
              <th scope="row" safe>
                {method.rows[row]}
              </th>
              <td class="n">
                <b safe>{valueText(value, words)}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What a status of a component means for the two numbers that are made of it. */
function Meanings({ page, words }: { readonly page: Page; readonly words: Words }): JSX.Element {
  const { method } = words;
  return (
    <section aria-labelledby="meaning">
      <h2 id="meaning" safe>
        {method.meaningHeading}
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col" safe>
              {method.status}
            </th>
            <th scope="col" safe>{`${method.impact}; ${method.weight}`}</th>
          </tr>
        </thead>
        <tbody>
          {componentStatuses.map((status) => (
            <tr>
              <th scope="row">
                <span class={`st ${componentMarks[status]}`}>
                  <Icon mark={componentMarks[status]} />
                  {Html.escapeHtml(words.component[status])}
                </span>
              </th>
              <td safe>{`${words.impact[impactOfStatus[status]]}; ${weightText(page, status, words)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function weightText(page: Page, status: ComponentStatus, words: Words): string {
  return status === "under_maintenance"
    ? words.method.uncounted
    : shareText(downWeights(page)[status], words);
}

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** Exact: the largest unit of which it is a whole number from two up. */
function valueText(value: Value, { times }: Words): string {
  if ("count" in value) return String(value.count);
  for (const [unit, ms] of units)
    if (value.ms >= 2 * ms && value.ms % ms === 0) return times.unit(value.ms / ms, unit);
  return times.unit(value.ms / secondMs, "second");
}
