// What an import brings that no reader sees: templates, recurring maintenances, drafts, checks, names of what was deleted. In: view, bundle that was checked,
// moment. Out: ops for what differs. None of them changes the page's own time.
import { withSecrets } from "./check-target.ts";
import type { ImportBundle, ImportedCheck, ImportedTemplate } from "./command.ts";
import { storedUpstream } from "./decide-upstream.ts";
import { differing, opOf } from "./drafts.ts";
import { recordKey } from "./fold.ts";
import { type EntityKind, entityKinds, type OpDraft } from "./op.ts";
import type { Upstream } from "./upstream.ts";
import type { PageView, Recurrence, TellingDraft } from "./view.ts";

/** Told to whoever looks at the draft. */
export const momentPassed = "Its moment had passed when it was imported.";

export function keptOps(view: PageView | null, bundle: ImportBundle, now: number): readonly OpDraft[] {
  const { page, templates = [], recurrences = [], drafts = [], checks = [], upstreams = [] } = bundle;
  return [
    ...templates.flatMap((it) => templateOps(view, page.id, it, now)),
    ...recurrences.flatMap((it) => recurrenceOps(view, page.id, it)),
    ...drafts.flatMap((it) => draftOps(view, page.id, it, now)),
    ...checks.flatMap((it, at) => checkOps(view, page.id, it, at + 1)),
    ...upstreams.flatMap((it, at) => upstreamOps(view, page.id, it, at + 1)),
    ...goneOps(view, bundle),
  ];
}

function templateOps(
  view: PageView | null,
  page: string,
  { id, ...wanted }: ImportedTemplate,
  now: number,
): readonly OpDraft[] {
  const held = view?.templates.find((template) => template.id === id);
  if (held === undefined)
    return opOf(page, "template", id, differing({}, { createdAt: now, updatedAt: now, ...wanted }));
  const changes = differing(held, wanted);
  if (Object.keys(changes).length === 0) return [];
  return opOf(page, "template", id, { updatedAt: now, ...changes });
}

/** With its state: the occurrences that it has made come with the bundle, and are not made again. */
function recurrenceOps(
  view: PageView | null,
  page: string,
  { id, ...wanted }: Omit<Recurrence, "version">,
): readonly OpDraft[] {
  const held = view?.recurrences.find((recurrence) => recurrence.id === id);
  return opOf(page, "recurrence", id, differing(held === undefined ? {} : stored(held), stored(wanted)));
}

/** As its record has it. */
function stored({ made, nextAt, ...of }: Omit<Recurrence, "id" | "version">) {
  return { ...of, occurrences: { made, nextAt } };
}

/** One whose moment has passed waits for a person: where it came from may have told it already. */
function draftOps(
  view: PageView | null,
  page: string,
  { id, ...said }: Omit<TellingDraft, "version">,
  now: number,
): readonly OpDraft[] {
  const held = view?.drafts.find((draft) => draft.id === id);
  const late = said.publishAt !== null && said.publishAt <= now;
  const wanted = late ? { ...said, publishAt: null, refusal: [momentPassed] } : said;
  return opOf(page, "draft", id, differing(held ?? {}, wanted));
}

/** Secrets that were left out stay as they are here. */
function checkOps(
  view: PageView | null,
  page: string,
  { target, ...said }: ImportedCheck,
  place: number,
): readonly OpDraft[] {
  const held = view?.checks.find((check) => check.id === said.id);
  const { id, ...wanted } = said;
  const fresh = held === undefined ? { rank: place } : {};
  const whole = { ...wanted, ...fresh, target: withSecrets(target, held?.target ?? null) };
  return opOf(page, "check", id, differing(held ?? {}, whole));
}

function upstreamOps(
  view: PageView | null,
  page: string,
  wanted: Omit<Upstream, "version" | "rank">,
  place: number,
): readonly OpDraft[] {
  const held = view?.upstreams.find(({ id }) => id === wanted.id);
  const whole = storedUpstream({ ...wanted, rank: held?.rank ?? place, version: "" });
  return opOf(page, "upstream", wanted.id, differing(held ?? {}, whole));
}

/** What is there stays, whatever another page deleted. */
function goneOps(view: PageView | null, { page, gone = [], ...bundle }: ImportBundle): readonly OpDraft[] {
  const named = (kind: EntityKind, list: readonly { readonly id: string }[] = []): readonly string[] =>
    list.map(({ id }) => recordKey(kind, id));
  const incidents = [...(view?.incidents ?? []), ...(view?.maintenances ?? []), ...bundle.incidents];
  const there = new Set([
    recordKey("page", page.id),
    ...named("component", [...(view?.components ?? []), ...bundle.components]),
    ...named("incident", incidents),
    ...incidents.flatMap(({ updates }) => named("update", updates)),
    ...named("metric", [...(view?.metrics ?? []), ...(bundle.metrics ?? [])]),
    ...named("template", [...(view?.templates ?? []), ...(bundle.templates ?? [])]),
    ...named("recurrence", [...(view?.recurrences ?? []), ...(bundle.recurrences ?? [])]),
    ...named("draft", [...(view?.drafts ?? []), ...(bundle.drafts ?? [])]),
    ...named("upstream", [...(view?.upstreams ?? []), ...(bundle.upstreams ?? [])]),
    ...named("check", [...(view?.checks ?? []), ...(bundle.checks ?? [])]),
  ]);
  return gone.flatMap((key) => {
    const name = goneName(key);
    if (name === null || there.has(key) || view?.gone.has(key) === true) return [];
    return opOf(page.id, name.kind, name.id, { deleted: true });
  });
}

/** Kind and id of a `recordKey`; null for what is none. */
export function goneName(key: string): { readonly kind: EntityKind; readonly id: string } | null {
  const cut = key.indexOf("/");
  const kind = entityKinds.find((one) => one === key.slice(0, cut));
  const id = key.slice(cut + 1);
  return kind === undefined || id === "" ? null : { kind, id };
}
