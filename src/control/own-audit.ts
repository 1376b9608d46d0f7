// /api/pharos/v1/audit. In: calls. Out: what was done on the pages that the caller administers, and to their people and keys, oldest first.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { may } from "../people/principal.ts";
import { seenBy } from "../store/audit.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { text } from "./fields.ts";
import { timeOf } from "./incident-fields.ts";
import { isoOf } from "./own-fields.ts";
import { createTrail, type Trail, type TrailCursor } from "./trail.ts";

const fields = t.Record(t.String(), t.Unknown());
const entryAnswer = t.Object(
  {
    at: time(),
    actor: t.String(),
    pages: t.Array(t.String()),
    what: t.String(),
    entity: t.Object({ kind: t.String(), id: t.String(), name: orNull(t.String()) }),
    address: orNull(t.String()),
    before: orNull(fields),
    after: orNull(fields),
  },
  { title: "AuditEntry" },
);
const listAnswer = t.Object(
  { entries: t.Array(entryAnswer), cursor: t.String(), more: t.Boolean() },
  { title: "AuditEntries" },
);

const query = t.Object({
  cursor: t.Optional(text(64)),
  limit: t.Optional(t.Numeric({ minimum: 1, maximum: limits.apiListMax, multipleOf: 1 })),
  page_id: t.Optional(text(limits.idCharsMax)),
  actor: t.Optional(text(limits.nameCharsMax)),
  entity: t.Optional(text(limits.idCharsMax)),
  since: t.Optional(text(64)),
  until: t.Optional(text(64)),
});

/** One a log, since it keeps an index of it. */
const trails = new WeakMap<object, Trail>();

function trailOf(install: Parameters<typeof createTrail>[0]): Trail {
  const trail = trails.get(install.log) ?? createTrail(install);
  trails.set(install.log, trail);
  return trail;
}

function cursorIn(text: string | undefined): TrailCursor {
  if (text === undefined || text === "") return { position: 0, audit: 0 };
  const [, position, audit] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (position === undefined || audit === undefined)
    throw new ApiRefusal(unprocessable("Cursor must be one that an answer gave"));
  return { position: Number(position), audit: Number(audit) };
}

export const ownAuditEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/audit",
    summary: "Read what was done",
    description:
      "Oldest first, after `cursor`. `entity` is an id. An answer may have fewer entries than asked for, or none, while `more` is true: ask again with its cursor.",
    answers: { 200: listAnswer },
    needs: "read",
    query,
    example: { query: { limit: "20" } },
    async answer({ install, principal, query: asked }) {
      const sentences: string[] = [];
      const since = timeOf("Since", asked.since, sentences) ?? Number.NEGATIVE_INFINITY;
      const until = timeOf("Until", asked.until, sentences) ?? Number.POSITIVE_INFINITY;
      if (sentences.length > 0) throw new ApiRefusal(unprocessable(...sentences));
      const { page_id: page, actor, entity, limit = limits.apiListMax } = asked;
      const administers = (one: string): boolean => may(principal, one, "administer");
      const wanted = (one: { readonly at: number; readonly actor: string }, id: string): boolean =>
        one.at >= since &&
        one.at <= until &&
        (actor === undefined || one.actor === actor) &&
        (entity === undefined || id === entity);
      const { entries, next, more } = await trailOf(install)({
        from: cursorIn(asked.cursor),
        count: limit,
        ofOp: (op) => (page === undefined || op.page === page) && administers(op.page) && wanted(op, op.id),
        ofAudit(entry) {
          const seen = wanted(entry, entry.subject.id) ? seenBy(entry, administers) : null;
          return page === undefined || seen?.pages.some((one) => one === page || one === "*") ? seen : null;
        },
      });
      return answer(200, {
        entries: entries.map((entry) => ({ ...entry, at: isoOf(entry.at) })),
        cursor: `${next.position}-${next.audit}`,
        more,
      });
    },
  }),
];
