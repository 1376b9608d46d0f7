// Commands on systems of others that a page shows. In: view, command, moment. Out: upstream ops, or a refusal. What a round learns of them is no op;
// what follows from it for a component comes by that component's commands.
import { limits } from "../base/limits.ts";
import { checkId, checkName, checkNewId, checkWord, type Sentences } from "./checks.ts";
import type { Command, DecideContext, Decision, UpstreamFields } from "./command.ts";
import { decided, differing, type Fields, given, opOf, refused } from "./drafts.ts";
import { jsonPathOf } from "./json-path.ts";
import type { Json, OpDraft } from "./op.ts";
import {
  type Upstream,
  type UpstreamOptions,
  type UpstreamSource,
  upstreamFormats,
  upstreamStates,
} from "./upstream.ts";
import { vendorById } from "./vendors.ts";
import type { PageView } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

const upstreamOf = (view: PageView, id: string): Upstream | undefined =>
  view.upstreams.find((upstream) => upstream.id === id);

const noUpstream = (id: string): Decision => refused(404, `There is no upstream "${id}" on this page.`);

export function createUpstream(
  view: PageView,
  command: Of<"upstream.create">,
  { now, newId }: DecideContext,
): Decision {
  const id = command.id ?? newId();
  if (upstreamOf(view, id) !== undefined) return refused(409, `The upstream "${id}" exists already.`);
  if (view.upstreams.length >= limits.upstreamsPerPageMax)
    return refused(422, `A page has at most ${limits.upstreamsPerPageMax} upstreams.`);
  const last = (of: "position" | "rank"): number => Math.max(0, ...view.upstreams.map((one) => one[of]));
  const { vendor = null, name = vendorById.get(vendor ?? "")?.name ?? "" } = command.fields;
  const wanted: Upstream = {
    ...{ source: null, url: null, componentId: null, position: 1 + last("position") },
    ...(given(command.fields as Fields) as UpstreamFields),
    ...{ id, name, vendor, rank: 1 + last("rank"), createdAt: now, updatedAt: now, version: "" },
  };
  const wrong = [...checkNewId(view, "upstream", id), ...wrongWith(wanted), ...wrongSubject(view, wanted)];
  if (wrong.length > 0) return refused(422, ...wrong);
  return decided(id, opOf(view.page.id, "upstream", id, storedUpstream(wanted)));
}

export function updateUpstream(
  view: PageView,
  { id, fields }: Of<"upstream.update">,
  { now }: DecideContext,
): Decision {
  const held = upstreamOf(view, id);
  if (held === undefined) return noUpstream(id);
  const wanted: Upstream = { ...held, ...(given(fields as Fields) as UpstreamFields) };
  const wrong = [...wrongWith(wanted), ...wrongSubject(view, wanted)];
  if (wrong.length > 0) return refused(422, ...wrong);
  const changes = differing(held, storedUpstream(wanted));
  if (Object.keys(changes).length === 0) return decided(id, []);
  return decided(id, opOf(view.page.id, "upstream", id, { ...changes, updatedAt: now }));
}

export function deleteUpstream(view: PageView, { id }: Of<"upstream.delete">): Decision {
  if (upstreamOf(view, id) === undefined) return noUpstream(id);
  return decided(id, opOf(view.page.id, "upstream", id, { deleted: true }));
}

export function reorderUpstreams(
  view: PageView,
  { ids }: Of<"upstream.reorder">,
  { now }: DecideContext,
): Decision {
  const unknown = ids.find((id) => upstreamOf(view, id) === undefined);
  if (unknown !== undefined) return noUpstream(unknown);
  if (new Set(ids).size < ids.length) return refused(422, "An upstream is named twice.");
  const others = view.upstreams.filter(({ id }) => !ids.includes(id));
  const ordered = [...ids.flatMap((id) => upstreamOf(view, id) ?? []), ...others];
  const ops = ordered.flatMap(({ id, position }, at) =>
    position === at + 1 ? [] : opOf(view.page.id, "upstream", id, { position: at + 1, updatedAt: now }),
  );
  return decided(ids[0] ?? view.page.id, ops);
}

/** What follows for upstreams when a component goes: they stay on the page, and speak for nothing. */
export function withoutSpeaker({ page, upstreams }: PageView, componentId: string): readonly OpDraft[] {
  return upstreams
    .filter((upstream) => upstream.componentId === componentId)
    .flatMap(({ id }) => opOf(page.id, "upstream", id, { componentId: null }));
}

/** As its record has it. */
export function storedUpstream({ id: _, version: __, source, ...of }: Upstream): Fields {
  return { ...of, source: source as unknown as Json };
}

function wrongSubject(view: PageView, { id, componentId }: Upstream): Sentences {
  if (componentId === null) return [];
  const component = view.componentById.get(componentId);
  if (component === undefined) return [`There is no component "${componentId}" on this page.`];
  if (component.group) return [`"${componentId}" is a group: its status follows from its members.`];
  const other = view.upstreams.find((one) => one.id !== id && one.componentId === componentId);
  return other === undefined ? [] : [`"${other.name}" sets the component "${componentId}" already.`];
}

/** What is wrong with it wherever it stands. */
export function wrongWith({
  name,
  vendor,
  source,
  url,
  position,
}: Omit<Upstream, "rank" | "version">): Sentences {
  return [
    ...checkName(name, "the upstream"),
    ...(vendor !== null && !vendorById.has(vendor)
      ? [`The vendor "${vendor}" is not on the list; name a format and an address in its place.`]
      : []),
    ...(vendor === null && source === null
      ? ["An upstream has a vendor of the list, or a format and an address."]
      : []),
    ...(source === null ? [] : wrongSource(source, vendor === null)),
    ...(url === null ? [] : checkAddress(url, "link")),
    ...(Number.isSafeInteger(position) ? [] : [`The position ${position} is not a whole number.`]),
  ];
}

function wrongSource({ format, address, options }: UpstreamSource, isOwn: boolean): Sentences {
  const { path, selector } = options;
  return [
    ...(isOwn ? [...checkWord(format, upstreamFormats, "format"), ...checkAddress(address, "address")] : []),
    ...(isOwn && format === "json" && (jsonPathOf(path ?? "") ?? []).length === 0
      ? ["The format json needs the path of a word, such as status.state."]
      : []),
    ...(isOwn && format === "html" && !selector
      ? ["The format html needs a CSS selector, such as p.status."]
      : []),
    ...checkOptions(options),
  ];
}

function checkOptions({ component, path, selector, words = {} }: UpstreamOptions): Sentences {
  const all = Object.entries(words).flatMap(([state, some]) => [state, ...(some ?? [])]);
  const long = [component, path, selector, ...all].find(
    (text) => text !== undefined && text.length > limits.upstreamOptionCharsMax,
  );
  return [
    ...(long === undefined
      ? []
      : [
          `"${long.slice(0, 40)}…" has ${long.length} characters; ${limits.upstreamOptionCharsMax} are allowed.`,
        ]),
    ...Object.keys(words).flatMap((state) => checkWord<string>(state, upstreamStates.slice(0, -1), "state")),
    ...(all.length > limits.upstreamWordsMax
      ? [`At most ${limits.upstreamWordsMax} words can be given a meaning.`]
      : []),
  ];
}

function checkAddress(address: string, what: string): Sentences {
  if (address.length > limits.upstreamAddressCharsMax)
    return [`The ${what} has ${address.length} characters; ${limits.upstreamAddressCharsMax} are allowed.`];
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    return [`The ${what} "${address}" is no address that begins with https:// or http://.`];
  if (url.username !== "" || url.password !== "")
    return [`The ${what} holds a name or password: it is shown to everybody.`];
  return [];
}

/** Of an import: nothing here is looked up on the page but its component. */
export function checkImportedUpstream(of: Omit<Upstream, "rank" | "version">): Sentences {
  const what = `upstream "${of.id}"`;
  return [...checkId(of.id, what), ...wrongWith(of).map((sentence) => `The ${what}: ${sentence}`)];
}
