// Who may see parts of a page, as it is kept: access users and groups. In: rows. Out: rows, Statuspage's shapes of them. They restrict nothing yet.
// Membership stands with the user alone; what a group says of its members is read from them. Ids of what is gone are left out when read.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { PageView } from "../model/view.ts";
import { byOf } from "../people/principal.ts";
import type { PageRows, RowChange } from "../store/page-rows.ts";
import { ApiRefusal, notFound, tooManyRows } from "./answer.ts";
import { id, orNull, time } from "./answers.ts";
import type { Call } from "./endpoint.ts";
import { text } from "./fields.ts";
import { isoOf } from "./own-fields.ts";

export interface AccessUser {
  readonly id: string;
  readonly email: string | null;
  readonly externalLogin: string | null;
  readonly groupIds: readonly string[];
  readonly componentIds: readonly string[];
  readonly metricIds: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface AccessGroup {
  readonly id: string;
  readonly name: string;
  readonly externalIdentifier: string | null;
  readonly componentIds: readonly string[];
  readonly metricIds: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A list of ids in a body. */
export const idList = () => t.Array(text(limits.idCharsMax), { maxItems: limits.componentsPerCommandMax });

const oldestFirst = (a: { readonly createdAt: number }, b: { readonly createdAt: number }): number =>
  a.createdAt - b.createdAt;

export function accessUsers(rows: PageRows, page: string): readonly AccessUser[] {
  return [...rows.list<AccessUser>(page, "access-user")].sort(oldestFirst);
}

export function accessGroups(rows: PageRows, page: string): readonly AccessGroup[] {
  return [...rows.list<AccessGroup>(page, "access-group")].sort(oldestFirst);
}

export function accessUserOf(rows: PageRows, page: string, id: string | undefined): AccessUser {
  const user = rows.get<AccessUser>(page, "access-user", id ?? "");
  if (user === null) throw new ApiRefusal(notFound("Page access user"));
  return user;
}

export function accessGroupOf(rows: PageRows, page: string, id: string | undefined): AccessGroup {
  const group = rows.get<AccessGroup>(page, "access-group", id ?? "");
  if (group === null) throw new ApiRefusal(notFound("Page access group"));
  return group;
}

export interface Keeping
  extends Pick<Call<unknown, unknown, PageView>, "view" | "rows" | "principal" | "effect"> {}

/** Keeps what `decide` says, after everything that was asked for before. */
export async function keepRows(
  { view, rows, principal, effect }: Keeping,
  decide: () => readonly RowChange[],
): Promise<void> {
  const done = await effect(() => rows.write(view.page.id, decide, byOf(principal)));
  if (!done.ok) throw new ApiRefusal(tooManyRows());
}

/** The ids without the empty ones and each once, all of them known; else 404 by `what`. */
export function knownIds(
  ids: readonly string[],
  isKnown: (id: string) => boolean,
  what: string,
): readonly string[] {
  const wanted = [...new Set(ids)].filter((id) => id !== "");
  if (!wanted.every(isKnown)) throw new ApiRefusal(notFound(what));
  return wanted;
}

export const isComponent =
  (view: PageView) =>
  (id: string): boolean =>
    view.componentById.has(id);

export const isMetric =
  (view: PageView) =>
  (id: string): boolean =>
    view.metrics.some((metric) => metric.id === id);

const ids = () => t.Array(id());

export const accessUserAnswer = t.Object(
  {
    id: id(),
    page_id: id(),
    email: orNull(t.String()),
    external_login: orNull(t.String()),
    page_access_group_id: orNull(id()),
    page_access_group_ids: ids(),
    created_at: time(),
    updated_at: time(),
  },
  { title: "PageAccessUser" },
);

export const accessGroupAnswer = t.Object(
  {
    id: id(),
    page_id: id(),
    name: t.String(),
    page_access_user_ids: ids(),
    external_identifier: orNull(t.String()),
    metric_ids: ids(),
    component_ids: ids(),
    created_at: time(),
    updated_at: time(),
  },
  { title: "PageAccessGroup" },
);

export function accessUserShape(user: AccessUser, view: PageView, rows: PageRows): object {
  const groups = user.groupIds.filter((id) => rows.get(view.page.id, "access-group", id) !== null);
  return {
    id: user.id,
    page_id: view.page.id,
    email: user.email,
    external_login: user.externalLogin,
    page_access_group_id: groups[0] ?? null,
    page_access_group_ids: groups,
    created_at: isoOf(user.createdAt),
    updated_at: isoOf(user.updatedAt),
  };
}

export function accessGroupShape(group: AccessGroup, view: PageView, users: readonly AccessUser[]): object {
  return {
    id: group.id,
    page_id: view.page.id,
    name: group.name,
    page_access_user_ids: users.filter(({ groupIds }) => groupIds.includes(group.id)).map(({ id }) => id),
    external_identifier: group.externalIdentifier,
    metric_ids: group.metricIds.filter(isMetric(view)),
    component_ids: group.componentIds.filter(isComponent(view)),
    created_at: isoOf(group.createdAt),
    updated_at: isoOf(group.updatedAt),
  };
}
