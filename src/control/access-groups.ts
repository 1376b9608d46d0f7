// /v1/pages/{page_id}/page_access_groups. In: calls. Out: groups of access users. Kept and read back; they restrict nothing yet.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { PageView } from "../model/view.ts";
import type { PageRows, RowChange } from "../store/page-rows.ts";
import {
  type AccessGroup,
  accessGroupAnswer,
  accessGroupOf,
  accessGroupShape,
  accessGroups,
  accessUsers,
  idList,
  isComponent,
  isMetric,
  keepRows,
  knownIds,
} from "./access-rows.ts";
import { answer, endpoint } from "./endpoint.ts";
import { maybe, name, pageOf, paging, said, text } from "./fields.ts";

const fields = {
  name: maybe(text(limits.nameCharsMax)),
  external_identifier: t.Optional(t.Union([text(limits.nameCharsMax), t.Null()])),
  component_ids: t.Optional(idList()),
  metric_ids: t.Optional(idList()),
  page_access_user_ids: t.Optional(idList()),
};
const body = t.Object({ page_access_group: t.Object(fields) });
const newBody = t.Object({ page_access_group: t.Object({ ...fields, name: name() }) });

type Said = (typeof body)["static"]["page_access_group"];

function changed(held: AccessGroup, asked: Said, view: PageView): AccessGroup {
  return {
    ...held,
    name: said(asked.name) ?? held.name,
    ...(asked.external_identifier === undefined
      ? {}
      : { externalIdentifier: asked.external_identifier || null }),
    ...(asked.component_ids === undefined
      ? {}
      : { componentIds: knownIds(asked.component_ids, isComponent(view), "Component") }),
    ...(asked.metric_ids === undefined
      ? {}
      : { metricIds: knownIds(asked.metric_ids, isMetric(view), "Metric") }),
  };
}

/** Users that come into the group or leave it, so that its members are those asked for. */
function membership(
  rows: PageRows,
  page: string,
  id: string,
  asked: readonly string[] | undefined,
  now: number,
): readonly RowChange[] {
  if (asked === undefined) return [];
  const users = accessUsers(rows, page);
  const wanted = knownIds(asked, (it) => users.some((user) => user.id === it), "Page access user");
  return users.flatMap((user) => {
    const [is, shall] = [user.groupIds.includes(id), wanted.includes(user.id)];
    if (is === shall) return [];
    const groupIds = shall ? [...user.groupIds, id] : user.groupIds.filter((it) => it !== id);
    return [{ kind: "access-user" as const, id: user.id, row: { ...user, groupIds, updatedAt: now } }];
  });
}

const shapeOf = (rows: PageRows, view: PageView, id: string | undefined): object =>
  accessGroupShape(accessGroupOf(rows, view.page.id, id), view, accessUsers(rows, view.page.id));

const base = "/pages/:page_id/page_access_groups";

export const accessGroupEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/page_access_groups",
    summary: "List the access groups of a page",
    answers: { 200: t.Array(accessGroupAnswer) },
    needs: "edit",
    query: t.Object(paging),
    answer({ view, rows, query }) {
      const users = accessUsers(rows, view.page.id);
      return answer(
        200,
        pageOf(accessGroups(rows, view.page.id), query).map((group) => accessGroupShape(group, view, users)),
      );
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/page_access_groups",
    summary: "Create an access group",
    answers: { 201: accessGroupAnswer },
    example: { body: { page_access_group: { name: "Customers in Europe" } } },
    needs: "administer",
    body: newBody,
    async answer({ view, rows, principal, effect, body, nowMs }) {
      const [id, now, page] = [rows.newId(), nowMs(), view.page.id];
      const { name, page_access_user_ids: users } = body.page_access_group;
      const blank = { id, name, externalIdentifier: null, componentIds: [], metricIds: [] };
      await keepRows({ view, rows, principal, effect }, () => {
        const made = { ...blank, createdAt: now, updatedAt: now };
        const row = changed(made, body.page_access_group, view);
        return [{ kind: "access-group", id, row }, ...membership(rows, page, id, users, now)];
      });
      return answer(201, shapeOf(rows, view, id));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:page_access_group_id`,
    summary: "Read an access group",
    answers: { 200: accessGroupAnswer },
    needs: "edit",
    answer: ({ view, rows, params }) => answer(200, shapeOf(rows, view, params.page_access_group_id)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:page_access_group_id`,
    summary: "Change an access group",
    answers: { 200: accessGroupAnswer },
    example: { body: { page_access_group: { component_ids: ["{component_id}"] } } },
    needs: "administer",
    body,
    async answer({ view, rows, principal, effect, params, body, nowMs }) {
      const [now, page] = [nowMs(), view.page.id];
      const { id } = accessGroupOf(rows, page, params.page_access_group_id);
      const { page_access_user_ids: users } = body.page_access_group;
      await keepRows({ view, rows, principal, effect }, () => {
        const held = { ...accessGroupOf(rows, page, id), updatedAt: now };
        const row = changed(held, body.page_access_group, view);
        return [{ kind: "access-group", id, row }, ...membership(rows, page, id, users, now)];
      });
      return answer(200, shapeOf(rows, view, id));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:page_access_group_id`,
    summary: "Delete an access group",
    answers: { 200: accessGroupAnswer },
    needs: "administer",
    async answer({ view, rows, principal, effect, params, nowMs }) {
      const page = view.page.id;
      const shape = shapeOf(rows, view, params.page_access_group_id);
      const { id } = accessGroupOf(rows, page, params.page_access_group_id);
      await keepRows({ view, rows, principal, effect }, () => [
        { kind: "access-group", id, row: null },
        ...membership(rows, page, id, [], nowMs()),
      ]);
      return answer(200, shape);
    },
  }),
];
