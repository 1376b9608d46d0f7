// A page as one JSON value: what an export gives and an import takes. In: a view, rows. Out: the value; what an import makes of it. What is in it and
// what is not, and why, is one table: `control/README.md`, held by `test/control/export.test.ts`.
import { type Check, checkUnset } from "../model/check.ts";
import { type SaidTarget, withoutSecrets } from "../model/check-target.ts";
import type { ImportBundle, ImportedCheck, ImportedTemplate } from "../model/command.ts";
import { wholeIncident } from "../model/recall.ts";
import { type Incident, noAutomation, type PageView, type Recurrence } from "../model/view.ts";
import type { PageRows, RowChange, RowKind } from "../store/page-rows.ts";
import { type PageFile, pageFileFormat } from "./page-file-shape.ts";
import { settingsAsked } from "./page-settings.ts";

/** What the import command takes of it. */
export function bundleIn(file: PageFile): ImportBundle {
  const { page, components, metrics, transitions, templates, drafts, checks, upstreams, gone } = file;
  const recurrences = (file.recurrences ?? []).flatMap(({ state, ...it }) =>
    state === undefined
      ? []
      : [{ ...unsaid, ...it, automation: { ...noAutomation, ...it.automation }, ...state }],
  );
  return {
    page,
    components,
    recurrences,
    incidents: file.incidents.map(({ postmortemDraft, ...told }) =>
      typeof postmortemDraft === "string" || postmortemDraft === undefined
        ? told
        : { ...told, postmortemDraft },
    ),
    ...(metrics === undefined ? {} : { metrics }),
    ...(transitions === undefined ? {} : { transitions }),
    ...(templates === undefined ? {} : { templates: templates satisfies readonly ImportedTemplate[] }),
    ...(drafts === undefined ? {} : { drafts }),
    ...(checks === undefined ? {} : { checks: checks.map(checkOut) }),
    ...(upstreams === undefined ? {} : { upstreams: upstreams.map(upstreamOut) }),
    ...(gone === undefined ? {} : { gone }),
  };
}

function checkOut(check: NonNullable<PageFile["checks"]>[number], at: number): ImportedCheck {
  const { rank: _, version: __, ...unset } = checkUnset;
  const { target } = check;
  const read: SaidTarget =
    target.kind === "http"
      ? { ...target, headers: target.headers.map(([name, value]) => [name ?? "", value ?? null]) }
      : target;
  return { ...unset, position: at + 1, ...check, target: read };
}

function upstreamOut(
  said: NonNullable<PageFile["upstreams"]>[number],
  at: number,
): NonNullable<ImportBundle["upstreams"]>[number] {
  const unset = {
    vendor: null,
    source: null,
    url: null,
    componentId: null,
    createdAt: null,
    updatedAt: null,
  };
  return { ...unset, position: at + 1, ...said };
}

/** What a recurring maintenance is where the file does not say. */
const unsaid: Pick<Recurrence, "body" | "componentIds" | "deliverNotifications" | "ahead" | "paused"> = {
  body: "",
  componentIds: [],
  deliverNotifications: false,
  ahead: 1,
  paused: false,
};

/** Rows of the file that differ from those that are here. What the file does not name stays. Throws ApiRefusal. */
export function rowChanges({ page, rows: given = {} }: PageFile, rows: PageRows): readonly RowChange[] {
  return Object.entries(given).flatMap(([kind, own]) =>
    Object.entries(own ?? {}).flatMap(([id, said]) => {
      const row = rowIn(kind as RowKind, id, said);
      const held = rows.get<object>(page.id, kind as RowKind, id);
      return same(held, row) ? [] : [{ kind: kind as RowKind, id, row }];
    }),
  );
}

function rowIn(kind: RowKind, id: string, said: object): object {
  switch (kind) {
    case "embed":
      return said;
    case "page-settings":
      return settingsAsked(said);
    default:
      return { id, ...said };
  }
}

function same(one: object | null, other: object): boolean {
  const sorted = (value: object): string =>
    JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return one !== null && sorted(one) === sorted(other);
}

export function pageFileOf(view: PageView, rows: PageRows): PageFile {
  const { page, components, incidents, maintenances, metrics, templates, ...more } = view;
  const { recurrences, drafts, checks, upstreams, transitions, gone, ...rest } = more;
  const { componentById: _components, incidentById: _incidents, version: _version, ...unknown } = rest;
  // What a view has and this does not name is no export of everything: the compiler says so here.
  unknown satisfies Record<string, never>;
  const { version: _pageVersion, looks, ...told } = page;
  return JSON.parse(
    JSON.stringify({
      format: pageFileFormat,
      page: { ...told, ...looks },
      components: components.map(({ rank: _rank, version: _version, ...component }) => component),
      incidents: [...incidents, ...maintenances].map(incidentIn),
      metrics: metrics.map(({ rank: _rank, version: _version, ...metric }) => metric),
      // In an order that does not tell when each was first spoken of: two exports of the same page are the same.
      transitions: [...transitions]
        .sort(byId)
        .flatMap(([componentId, history]) => history.map((one) => ({ componentId, ...one }))),
      templates: templates.map(({ version: _version, ...template }) => template),
      recurrences: recurrences.map(recurrenceIn),
      drafts: drafts.map(({ version: _version, ...draft }) => draft),
      checks: checks.map(checkIn),
      upstreams: upstreams.map(({ rank: _rank, version: _version, ...upstream }) => upstream),
      gone: [...gone].sort(),
      rows: rowsIn(rows, page.id),
    }),
  );
}

function rowsIn(rows: PageRows, page: string): object {
  const byKind = Map.groupBy(rows.all(page), ({ kind }) => kind);
  return Object.fromEntries(
    Array.from(byKind, ([kind, own]) => {
      const named = kind === "embed" || kind === "page-settings";
      return [kind, Object.fromEntries(own.map(({ id, row }) => [id, named ? row : without(row, "id")]))];
    }),
  );
}

const byId = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

const without = (row: object, name: string): object =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));

function recurrenceIn({ version: _, ...of }: Recurrence) {
  const { revision, made, nextAt, skips, createdAt, updatedAt, ...said } = of;
  return { ...said, state: { revision, made, nextAt, skips, createdAt, updatedAt } };
}

/** Secrets stay here. */
function checkIn({ version: _, rank: __, target, ...check }: Check) {
  return { ...check, target: withoutSecrets(target) };
}

function incidentIn(of: Incident) {
  const { componentTags: _tags, born: _born, version: _, toldAt: __, ...incident } = wholeIncident(of);
  return { ...incident, updates: incident.updates.map(({ incidentId: _of, ...update }) => update) };
}
