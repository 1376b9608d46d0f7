// /v1/organizations/{organization_id}: people and their roles, in Statuspage's words. In: calls. Out: users, permissions.
// One install is one organisation, by whatever id a client calls it: ids are answered as they were asked. Its people are those of every page, so a key needs a
// role on all pages. Statuspage gives three rights a page; here roles are a ladder (`model/roles.ts`), so what is no step of it is refused, not rounded up.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import { type Grants, type Role, roleIn } from "../model/roles.ts";
import type { Asker } from "../people/desk.ts";
import type { Principal } from "../people/principal.ts";
import { type Denial, missing } from "../people/refusals.ts";
import type { User } from "../store/people-rows.ts";
import { ApiRefusal, apiErrorOf, unprocessable } from "./answer.ts";
import { time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, pageOf, paging, text } from "./fields.ts";
import { isoOf } from "./own-fields.ts";

const userAnswer = t.Object(
  {
    id: t.String(),
    organization_id: t.String(),
    email: t.String(),
    first_name: t.String(),
    last_name: t.String(),
    created_at: time(),
    updated_at: time(),
  },
  { title: "User" },
);

const rights = ["page_configuration", "incident_manager", "maintenance_manager"] as const;
type Rights = Readonly<Record<(typeof rights)[number], boolean>>;

/** As the specification's examples have it. Its schema wraps it in `data` and there has room for one page, so that none is named there. */
const permissionsAnswer = t.Object(
  {
    user_id: t.String(),
    pages: t.Array(
      t.Object({
        page_id: t.String(),
        page_configuration: t.Boolean(),
        incident_manager: t.Boolean(),
        maintenance_manager: t.Boolean(),
      }),
    ),
    data: t.Object({ user_id: t.String(), pages: t.Null() }),
  },
  { title: "Permissions" },
);

/** The strongest first: what a role gives is what its step gives. */
const steps: readonly (readonly [Role, Rights])[] = [
  ["admin", { page_configuration: true, incident_manager: true, maintenance_manager: true }],
  ["editor", { page_configuration: false, incident_manager: true, maintenance_manager: true }],
  ["responder", { page_configuration: false, incident_manager: true, maintenance_manager: false }],
  ["viewer", { page_configuration: false, incident_manager: false, maintenance_manager: false }],
];

function rightsOf(role: Role): Rights {
  const [, found] = steps.find(([step]) => step === (role === "owner" ? "admin" : role)) ?? [];
  if (found === undefined) throw new TypeError(`${role} gives no rights.`);
  return found;
}

function roleOf(page: string, asked: Partial<Rights>): Role {
  const [role] =
    steps.find(([, step]) => rights.every((right) => step[right] === (asked[right] ?? false))) ?? [];
  if (role === undefined)
    throw new ApiRefusal(
      unprocessable(
        `Pages ${page}: no role has just these rights. Give incident_manager, or with it maintenance_manager, or all three, or none.`,
      ),
    );
  return role;
}

const askerOf = (principal: Principal): Asker => ({ principal, address: null });

function shape(user: User, organization: string | undefined) {
  return {
    ...{ id: user.id, organization_id: organization ?? "", email: user.email },
    ...{ first_name: user.firstName, last_name: user.lastName },
    ...{ created_at: isoOf(user.createdMs), updated_at: isoOf(user.changedMs) },
  };
}

function permissionsShape(user: User, pages: readonly string[]) {
  const held = pages.flatMap((page) => {
    const role = roleIn(user.grants, page);
    return role === null ? [] : [{ page_id: page, ...rightsOf(role) }];
  });
  return { user_id: user.id, pages: held, data: { user_id: user.id, pages: null } };
}

function done<Value>(result: Result<Value, Denial>): Value {
  if (!result.ok) throw new ApiRefusal(apiErrorOf(result.reason));
  return result.value;
}

function found(user: User | null): User {
  if (user === null) throw new ApiRefusal(apiErrorOf(missing("User")));
  return user;
}

export const organizationEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/organizations/:organization_id/users",
    summary: "List the people of the install",
    answers: { 200: t.Array(userAnswer) },
    needs: "administer",
    query: t.Object(paging),
    answer: ({ install, principal, params, query }) =>
      answer(
        200,
        pageOf(install.people.list(askerOf(principal)), query).map((user) =>
          shape(user, params.organization_id),
        ),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/organizations/:organization_id/users",
    summary: "Add somebody",
    description:
      "Somebody who signs in with this password and has no role yet: give some with the permissions. An invitation is better (`pharos user invite`): then nobody but its reader knows the password.",
    answers: { 201: userAnswer },
    needs: "administer",
    body: t.Object({
      user: t.Object({
        email: text(limits.emailCharsMax, 1),
        password: text(limits.passwordBytesMax, 1),
        first_name: t.Optional(text(limits.nameCharsMax)),
        last_name: t.Optional(text(limits.nameCharsMax)),
      }),
    }),
    example: {
      body: {
        user: {
          ...{ email: "ann@example.com", password: "four words of hers" },
          ...{ first_name: "Ann", last_name: "Example" },
        },
      },
    },
    async answer({ install, principal, params, body: { user: asked }, effect }) {
      const { email, password, first_name: firstName = "", last_name: lastName = "" } = asked;
      const made = await effect(async () =>
        done(await install.people.add(askerOf(principal), { firstName, lastName, email, password })),
      );
      return answer(201, shape(made, params.organization_id));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: "/organizations/:organization_id/users/:user_id",
    summary: "Remove somebody",
    description: "Ends the sessions. What the person did stays in the trail.",
    answers: { 200: userAnswer },
    needs: "administer",
    async answer({ install, principal, params, effect }) {
      const { id } = found(install.people.get(askerOf(principal), params.user_id ?? ""));
      const gone = await effect(async () => done(await install.people.remove(askerOf(principal), id)));
      return answer(200, shape(gone, params.organization_id));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: "/organizations/:organization_id/permissions/:user_id",
    summary: "Read what somebody may",
    answers: { 200: permissionsAnswer },
    needs: "administer",
    answer({ install, principal, params, views }) {
      const user = found(install.people.get(askerOf(principal), params.user_id ?? ""));
      return answer(200, permissionsShape(user, pagesOf(views())));
    },
  }),
  endpoint({
    methods: ["PUT"],
    path: "/organizations/:organization_id/permissions/:user_id",
    summary: "Say what somebody may",
    description:
      "Pages that are not named are taken away. A role on all pages, which this cannot say, is changed on the admin pages or with `pharos user role`.",
    answers: { 200: permissionsAnswer },
    needs: "administer",
    body: t.Object({
      pages: t.Record(
        text(limits.idCharsMax, 1),
        t.Object({
          page_configuration: t.Optional(flag()),
          incident_manager: t.Optional(flag()),
          maintenance_manager: t.Optional(flag()),
        }),
      ),
    }),
    example: { body: { pages: { "{page_id}": { incident_manager: true } } } },
    async answer({ install, principal, params, body, views, effect }) {
      const asker = askerOf(principal);
      const user = found(install.people.get(asker, params.user_id ?? ""));
      if (user.grants.some(([page]) => page === "*"))
        throw new ApiRefusal({ status: 409, error: "This user has a role on all pages: take that first." });
      const grants: Grants = Object.entries(body.pages).map(([page, asked]) => [page, roleOf(page, asked)]);
      const changed = await effect(async () => done(await install.people.update(asker, user.id, { grants })));
      return answer(200, permissionsShape(changed, pagesOf(views())));
    },
  }),
];

const pagesOf = (views: readonly { readonly page: { readonly id: string } }[]): readonly string[] =>
  views.map(({ page }) => page.id);
