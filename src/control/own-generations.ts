// /api/pharos/v1/pages/{page_id}/generations. In: calls. Out: what was published and is still held, how two differ, and ways back.
import { t } from "elysia";
import { orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { aboutPage, isoOf, refusing } from "./own-fields.ts";

const number = () => t.Numeric({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, multipleOf: 1 });
const paths = () => t.Array(t.String());

const listAnswer = t.Object(
  {
    pinned_to: orNull(t.Integer()),
    generations: t.Array(
      t.Object({ generation: t.Integer(), epoch: t.Integer(), created_at: time(), manifest: t.String() }),
    ),
  },
  { title: "Generations" },
);
const diffAnswer = t.Object(
  {
    from: t.Integer(),
    to: t.Integer(),
    added: paths(),
    removed: paths(),
    changed: paths(),
    bytes: t.Number(),
  },
  { title: "GenerationDiff" },
);
const madeAnswer = t.Object({ generation: t.Integer(), changed: t.Boolean() }, { title: "MadeGeneration" });

const base = "/pages/:page_id/generations";

export const ownGenerationEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/generations",
    summary: "List the generations of a page that are still held",
    answers: { 200: listAnswer },
    needs: "read",
    async answer({ view, install }) {
      const { kept, pinnedTo } = await refusing(() => install.generations.list(view.page.id));
      const generations = kept.map(({ generation, epoch, createdMs, manifest }) => ({
        ...{ generation, epoch, created_at: isoOf(createdMs), manifest },
      }));
      return answer(200, { pinned_to: pinnedTo, generations });
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/diff`,
    summary: "Compare two generations of a page",
    answers: { 200: diffAnswer },
    needs: "read",
    query: t.Object({ from: number(), to: number() }),
    example: { query: { from: "1", to: "2" } },
    async answer({ view, install, query: { from, to } }) {
      const found = await refusing(() => install.generations.diff(view.page.id, from, to));
      return answer(200, { from, to, ...found });
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${base}/rollback`,
    summary: "Show an earlier generation again, until it is released",
    description:
      "It is published as the next generation, and the page stays there: changes appear when it is released.",
    answers: { 200: madeAnswer },
    needs: "administer",
    body: t.Object({ generation: number() }),
    example: { body: { generation: 1 } },
    async answer({ view, install, principal, body, effect }) {
      const { id } = view.page;
      await refusing(() => {
        const { kept } = install.generations.list(id);
        // Known before anything is done, so that a dry run refuses it, too.
        if (!kept.some(({ generation }) => generation === body.generation))
          install.generations.diff(id, body.generation, body.generation);
      });
      const { generation, changed } = await refusing(() =>
        effect(() => install.generations.rollback(id, body.generation)),
      );
      await install.audit.record({
        ...aboutPage(view, principal),
        what: "page.rollback",
        after: { generation, to: body.generation },
      });
      return answer(200, { generation, changed });
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${base}/release`,
    summary: "Let a page that was rolled back go on",
    answers: { 200: madeAnswer },
    needs: "administer",
    async answer({ view, install, principal, effect }) {
      const { generation, changed } = await refusing(() =>
        effect(() => install.generations.release(view.page.id)),
      );
      await install.audit.record({
        ...aboutPage(view, principal),
        what: "page.release",
        after: { generation },
      });
      return answer(200, { generation, changed });
    },
  }),
];
