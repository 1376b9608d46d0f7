// /api/pharos/v1: what is too much of a page for one value, line by line, out and in: its subscribers, and points of its metrics. In: calls. Out: lines; how
// many were new. Subscribers are for an owner's key alone, and each time is in the audit: one request takes everybody's address along.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { PageView } from "../model/view.ts";
import { may } from "../people/principal.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answer, type Call, endpoint } from "./endpoint.ts";
import { headIn, type List, pointList, refusedAt, subscriberList, tail } from "./lists.ts";
import { aboutPage } from "./own-fields.ts";

const doneAnswer = t.Object(
  { page_id: t.String(), added: t.Integer(), known: t.Integer(), erased: t.Integer() },
  { title: "Brought" },
);

type Asked = Call<unknown, unknown, PageView | null>;

/** Head, lines, and how many they were. */
async function* linesOut<Line>(list: List<Line>, call: Asked, page: string): AsyncGenerator<object> {
  yield { format: list.format, page };
  let count = 0;
  for await (const lines of list.out(call, page)) {
    count += lines.length;
    yield* lines as readonly object[];
  }
  yield { end: count };
}

/** Takes lines as they come, some at once. What is before a line that is refused is kept; sent again it changes nothing. */
async function linesIn<Line>(list: List<Line>, call: Asked) {
  const iterator = call.lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const { page } = headIn(list, first.done === true ? undefined : first.value);
  const view = call.views().find((one) => one.page.id === page);
  if (view === undefined || !may(call.principal, page, list.needs)) throw new ApiRefusal(notFound("Page"));
  const done = { page_id: page, added: 0, known: 0, erased: 0 };
  let [group, number, end]: [Line[], number, number | null] = [[], 1, null];
  const keep = async (): Promise<void> => {
    const brought = await call.effect(() => list.bring(call, view, group));
    done.added += brought.added;
    done.known += brought.known;
    done.erased += brought.erased;
    group = [];
  };
  for (
    let { value, done: over } = await iterator.next();
    over !== true;
    { value, done: over } = await iterator.next()
  ) {
    number++;
    const read = list.read(value, number, view);
    if (end !== null) throw refusedAt(number, "stands behind the last one");
    if ("end" in read) end = read.end;
    else group.push(read.line);
    if (group.length >= limits.subscribersPerTxn) await keep();
  }
  if (group.length > 0) await keep();
  if (end !== number - 2)
    throw new ApiRefusal(
      unprocessable(
        `The list ends after ${number - 1} of its lines, without the one that says how many there are: what came is kept, and sending all of it again changes nothing of that`,
      ),
    );
  return done;
}

const exampleOf = ({ format }: Pick<List<never>, "format">) => ({
  lines: [{ format, page: "{page_id}" }, { end: 0 }],
});

export const ownListEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/export/subscribers",
    summary: "Export the subscribers of a page",
    description:
      "A line each, with state, times and by whose word it is told (consent). Those that unsubscribed are among them, so that nobody subscribes them again unasked. Only for an owner's key; the audit tells of it. The answer is text that anyone can read: keep it as you keep the addresses themselves.",
    answers: { 200: t.Union([subscriberList.head, subscriberList.line, tail]) },
    lines: "out",
    needs: "own",
    async answer(call) {
      const { view, install, principal } = call;
      await install.audit.record({
        ...aboutPage(view, principal),
        what: "subscribers.export",
        after: null,
      });
      return answer(200, linesOut(subscriberList, call, view.page.id));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/import/subscribers",
    summary: "Import subscribers",
    description:
      "What an export of them gave, line by line. Who is here already stays as here, and who was erased here stays erased. Only for an owner's key of the page that the first line names.",
    answers: { 200: doneAnswer },
    bodyBytesMax: limits.listBytesMax,
    lines: "in",
    needs: "read",
    example: exampleOf(subscriberList),
    async answer(call) {
      const done = await linesIn(subscriberList, call);
      const view = call.views().find(({ page }) => page.id === done.page_id);
      if (view !== undefined && done.added > 0)
        await call.install.audit.record({
          ...aboutPage(view, call.principal),
          what: "subscribers.import",
          after: { added: done.added, known: done.known, erased: done.erased },
        });
      return answer(200, done);
    },
  }),
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/export/points",
    summary: "Export the points of a page's metrics",
    description:
      "A line for five minutes, with its values by the step within them, or for an hour that is kept rolled up.",
    answers: { 200: t.Union([pointList.head, pointList.line, tail]) },
    lines: "out",
    needs: "administer",
    answer: (call) => answer(200, linesOut(pointList, call, call.view.page.id)),
  }),
  endpoint({
    methods: ["POST"],
    path: "/import/points",
    summary: "Import points of metrics",
    description: "What an export of them gave, line by line. What is sent twice counts once.",
    answers: { 200: doneAnswer },
    bodyBytesMax: limits.listBytesMax,
    lines: "in",
    needs: "read",
    example: exampleOf(pointList),
    answer: async (call) => answer(200, await linesIn(pointList, call)),
  }),
];
