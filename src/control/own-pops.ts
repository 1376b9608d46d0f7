// /api/pharos/v1/pops. In: calls of who administers the install. Out: POPs as they are, drained, revoked.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { byOf } from "../people/principal.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import type { PopDesk, PopSeen } from "./install.ts";
import { isoOf, refusing } from "./own-fields.ts";

const popAnswer = t.Object(
  {
    name: t.String(),
    key: t.String(),
    pages: t.Array(t.String()),
    drained: t.Boolean(),
    revoked: t.Boolean(),
    joined_at: time(),
    said: orNull(
      t.Object({
        level: t.Integer(),
        load_permille: t.Number(),
        pages_held: t.Integer(),
        age_ms: t.Number(),
        lag: orNull(t.Object({ generations: t.Integer(), ms: t.Number() })),
      }),
    ),
  },
  { title: "Pop" },
);

function shape({ name, key, pages, drained, revoked, joinedMs, said }: PopSeen) {
  return {
    ...{ name, key, pages: [...pages], drained, revoked, joined_at: isoOf(joinedMs) },
    said: said && {
      level: said.level,
      load_permille: said.load,
      pages_held: said.pagesHeld,
      age_ms: said.ageMs,
      lag: said.lag,
    },
  };
}

async function popOf(pops: PopDesk, key: string | undefined): Promise<PopSeen> {
  const pop = (await pops.list()).find((one) => one.key === key);
  if (pop === undefined) throw new ApiRefusal(notFound("POP"));
  return pop;
}

const marks = [
  ["drain", "Lead visitors away from a POP", { drained: true }],
  ["undrain", "Lead visitors to a POP again", { drained: false }],
  ["revoke", "Send a POP away for good", { revoked: true }],
] as const;

export const ownPopEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pops",
    summary: "List the POPs",
    answers: { 200: t.Array(popAnswer, { maxItems: limits.popsMax }) },
    needs: "administer",
    answer: async ({ install }) => answer(200, (await install.pops.list()).map(shape)),
  }),
  endpoint({
    methods: ["GET"],
    path: "/pops/:pop_key",
    summary: "Read a POP",
    answers: { 200: popAnswer },
    needs: "administer",
    answer: async ({ install, params }) => answer(200, shape(await popOf(install.pops, params.pop_key))),
  }),
  ...marks.map(([word, summary, wanted]) =>
    endpoint({
      methods: ["POST"],
      path: `/pops/:pop_key/${word}`,
      summary,
      answers: { 200: popAnswer },
      needs: "administer",
      async answer({ install, principal, params, effect }) {
        const { key, name } = await popOf(install.pops, params.pop_key);
        await refusing(() => effect(() => install.pops.mark(key, wanted)));
        await install.audit.record({
          ...byOf(principal),
          ...{ what: "pop.mark", subject: { kind: "pop", id: key, name }, pages: ["*"] },
          ...{ before: null, after: wanted },
        });
        return answer(200, shape(await popOf(install.pops, key)));
      },
    }),
  ),
];
