// /api/pharos/v1/tokens. In: calls. Out: keys as they are listed, a new one (its secret once), and their end. Who administers all pages of a key may
// see and revoke it; nobody makes a key that may more than he does.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { allows, roles, strongerRole } from "../model/roles.ts";
import { byOf, may, type Principal, roleOn } from "../people/principal.ts";
import type { HeldToken, Tokens } from "../store/tokens.ts";
import { ApiRefusal, forbidden, notFound, unprocessable } from "./answer.ts";
import { orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { name, oneOf, pageOf, paging, text } from "./fields.ts";
import { isoOf, isoOrNull } from "./own-fields.ts";

const fields = {
  id: t.String(),
  name: t.String(),
  grants: t.Array(t.Object({ page_id: t.String(), role: oneOf(roles) })),
  created_at: time(),
  created_by: orNull(t.String()),
  expires_at: orNull(time()),
  used_at: orNull(time()),
};
const tokenAnswer = t.Object(fields, { title: "Token" });
const madeAnswer = t.Object({ ...fields, token: t.String() }, { title: "MadeToken" });

const body = t.Object({
  token: t.Object({
    name: name(),
    page_id: text(limits.idCharsMax, 1),
    role: t.Optional(oneOf(roles)),
    expires_at: t.Optional(orNull(t.String({ maxLength: 64 }))),
  }),
});

function shape(token: HeldToken) {
  return {
    ...{ id: token.id, name: token.name },
    grants: token.grants.map(([page, role]) => ({ page_id: page, role })),
    created_at: isoOf(token.createdMs),
    created_by: token.createdBy,
    expires_at: isoOrNull(token.expiresMs),
    used_at: isoOrNull(token.usedMs),
  };
}

/** Whether all of a key is the principal's to see. */
const sees = (principal: Principal, { grants }: HeldToken): boolean =>
  grants.every(([page]) => may(principal, page, "administer"));

function tokenOf(tokens: Tokens, principal: Principal, id: string | undefined): HeldToken {
  const token = tokens.list().find((one) => one.id === id && sees(principal, one));
  if (token === undefined) throw new ApiRefusal(notFound("Token"));
  return token;
}

/** ms since the epoch; null for a key that does not end. */
function endOf(given: string | null | undefined, nowMs: number): number | null {
  if (given === undefined || given === null || given === "") return null;
  const ms = Date.parse(given);
  if (Number.isNaN(ms)) throw new ApiRefusal(unprocessable("Token expires at is no time"));
  if (ms <= nowMs) throw new ApiRefusal(unprocessable("Token expires at must be in the future"));
  return ms;
}

export const ownTokenEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/tokens",
    summary: "List the keys of the pages that you administer",
    answers: { 200: t.Array(tokenAnswer) },
    needs: "read",
    query: t.Object(paging),
    answer: ({ install, principal, query }) =>
      answer(
        200,
        pageOf(
          install.tokens.list().filter((token) => sees(principal, token)),
          query,
        ).map(shape),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/tokens",
    summary: "Make a key",
    description:
      "The answer has the key itself in `token`, once: it is kept hashed. `page_id` may be `*` for all pages; the role is editor where none is said.",
    answers: { 201: madeAnswer },
    needs: "read",
    body,
    example: { body: { token: { name: "deploys", page_id: "{page_id}", role: "responder" } } },
    async answer({ install, principal, body: { token: asked }, effect, nowMs, views }) {
      const { page_id: page, role = "editor" } = asked;
      const own = roleOn(principal, page);
      const isKnown = page === "*" || views().some((view) => view.page.id === page);
      if (own === null || !isKnown) throw new ApiRefusal(notFound("Page"));
      if (!allows(own, "administer") || strongerRole(own, role) !== own)
        throw new ApiRefusal(
          forbidden("A key may do no more than who makes it, and is made by who administers its page."),
        );
      const wanted = {
        name: asked.name,
        grants: [[page, role]] as const,
        expiresMs: endOf(asked.expires_at, nowMs()),
      };
      const { token, held } = await effect(() => install.tokens.add(wanted, byOf(principal)));
      return answer(201, { ...shape(held), token });
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: "/tokens/:token_id",
    summary: "Revoke a key",
    answers: { 200: tokenAnswer },
    needs: "read",
    async answer({ install, principal, params, effect }) {
      const token = tokenOf(install.tokens, principal, params.token_id);
      await effect(() => install.tokens.revoke(({ id }) => id === token.id, byOf(principal)));
      return answer(200, shape(token));
    },
  }),
];
