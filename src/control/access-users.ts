// /v1/pages/{page_id}/page_access_users. In: calls. Out: the people that may see parts of a page. Kept and read back; they restrict nothing yet.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { isEmail } from "../model/addresses.ts";
import type { PageRows } from "../store/page-rows.ts";
import {
  type AccessUser,
  accessUserAnswer,
  accessUserOf,
  accessUserShape,
  accessUsers,
  idList,
  keepRows,
  knownIds,
} from "./access-rows.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, pageOf, paging, text } from "./fields.ts";

const body = t.Object({
  page_access_user: t.Object({
    external_login: t.Optional(t.Union([text(limits.nameCharsMax), t.Null()])),
    email: t.Optional(t.Union([text(limits.emailCharsMax), t.Null()])),
    page_access_group_ids: t.Optional(idList()),
    subscribe_to_components: maybe(flag()),
  }),
});

type Said = (typeof body)["static"]["page_access_user"];

/** The user as the body wants it. Throws where an address is none, is taken, or a group is unknown. */
function changed(held: AccessUser, said: Said, rows: PageRows, page: string): AccessUser {
  const next = {
    ...held,
    ...(said.email === undefined ? {} : { email: said.email || null }),
    ...(said.external_login === undefined ? {} : { externalLogin: said.external_login || null }),
    ...(said.page_access_group_ids === undefined
      ? {}
      : {
          groupIds: knownIds(
            said.page_access_group_ids,
            (id) => rows.get(page, "access-group", id) !== null,
            "Page access group",
          ),
        }),
  };
  if (next.email === null && next.externalLogin === null)
    throw new ApiRefusal(unprocessable("Email or external login must be given"));
  if (next.email !== null && !isEmail(next.email))
    throw new ApiRefusal(unprocessable("Email must be an address such as name@example.com"));
  const others = accessUsers(rows, page).filter(({ id }) => id !== held.id);
  if (next.email !== null && others.some(({ email }) => email?.toLowerCase() === next.email?.toLowerCase()))
    throw new ApiRefusal({ status: 409, error: "A page access user with this email exists already." });
  if (next.externalLogin !== null && others.some((it) => it.externalLogin === next.externalLogin))
    throw new ApiRefusal({
      status: 409,
      error: "A page access user with this external login exists already.",
    });
  return next;
}

const base = "/pages/:page_id/page_access_users";

export const accessUserEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/page_access_users",
    summary: "List the access users of a page",
    answers: { 200: t.Array(accessUserAnswer) },
    needs: "edit",
    query: t.Object({ ...paging, email: t.Optional(text(limits.emailCharsMax)) }),
    answer({ view, rows, query }) {
      const wanted = query.email?.toLowerCase() ?? "";
      const found = accessUsers(rows, view.page.id).filter(
        ({ email }) => wanted === "" || email?.toLowerCase() === wanted,
      );
      return answer(
        200,
        pageOf(found, query).map((user) => accessUserShape(user, view, rows)),
      );
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/page_access_users",
    summary: "Add an access user",
    answers: { 201: accessUserAnswer },
    example: { body: { page_access_user: { email: "ann@example.com" } } },
    needs: "administer",
    body,
    async answer({ view, rows, principal, effect, body, nowMs }) {
      const [id, now] = [rows.newId(), nowMs()];
      const blank = { id, email: null, externalLogin: null, groupIds: [], componentIds: [], metricIds: [] };
      await keepRows({ view, rows, principal, effect }, () => {
        const made = { ...blank, createdAt: now, updatedAt: now };
        return [{ kind: "access-user", id, row: changed(made, body.page_access_user, rows, view.page.id) }];
      });
      return answer(201, accessUserShape(accessUserOf(rows, view.page.id, id), view, rows));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:page_access_user_id`,
    summary: "Read an access user",
    answers: { 200: accessUserAnswer },
    needs: "edit",
    answer: ({ view, rows, params }) =>
      answer(200, accessUserShape(accessUserOf(rows, view.page.id, params.page_access_user_id), view, rows)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:page_access_user_id`,
    summary: "Change an access user",
    answers: { 200: accessUserAnswer },
    example: { body: { page_access_user: { page_access_group_ids: ["{page_access_group_id}"] } } },
    needs: "administer",
    body,
    async answer({ view, rows, principal, effect, params, body, nowMs }) {
      const page = view.page.id;
      const { id } = accessUserOf(rows, page, params.page_access_user_id);
      await keepRows({ view, rows, principal, effect }, () => {
        const held = accessUserOf(rows, page, id);
        const row = changed({ ...held, updatedAt: nowMs() }, body.page_access_user, rows, page);
        return [{ kind: "access-user", id, row }];
      });
      return answer(200, accessUserShape(accessUserOf(rows, page, id), view, rows));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:page_access_user_id`,
    summary: "Delete an access user",
    answers: { 204: null },
    needs: "administer",
    async answer({ view, rows, principal, effect, params }) {
      const { id } = accessUserOf(rows, view.page.id, params.page_access_user_id);
      await keepRows({ view, rows, principal, effect }, () => [{ kind: "access-user", id, row: null }]);
      return answer(204, null);
    },
  }),
];
