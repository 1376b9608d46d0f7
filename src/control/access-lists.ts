// What an access user or group may see: its lists of components and metrics. In: ids. Out: the user or group, or what is in the list.
// Statuspage's words: PATCH and PUT add, POST replaces, DELETE removes what it names, or all. One function makes the rows of each list.
import { type TSchema, t } from "elysia";
import type { PageView } from "../model/view.ts";
import type { PageRows, RowKind } from "../store/page-rows.ts";
import {
  accessGroupAnswer,
  accessGroupOf,
  accessGroupShape,
  accessUserAnswer,
  accessUserOf,
  accessUserShape,
  accessUsers,
  idList,
  isComponent,
  isMetric,
  type Keeping,
  keepRows,
  knownIds,
} from "./access-rows.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { answers } from "./answers.ts";
import { answer, type Endpoint, endpoint } from "./endpoint.ts";
import { pageOf, paging } from "./fields.ts";
import { componentShape, metricShape } from "./shapes.ts";

interface Holder {
  readonly id: string;
  readonly componentIds: readonly string[];
  readonly metricIds: readonly string[];
}

/** Whose lists they are. */
interface Subject {
  readonly kind: RowKind;
  readonly path: string;
  readonly noun: string;
  readonly answer: TSchema;
  find(rows: PageRows, page: string, params: Readonly<Record<string, string>>): Holder;
  shape(id: string, view: PageView, rows: PageRows): object;
}

const user: Subject = {
  kind: "access-user",
  path: "/pages/:page_id/page_access_users/:page_access_user_id",
  noun: "access user",
  answer: accessUserAnswer,
  find: (rows, page, params) => accessUserOf(rows, page, params.page_access_user_id),
  shape: (id, view, rows) => accessUserShape(accessUserOf(rows, view.page.id, id), view, rows),
};

const group: Subject = {
  kind: "access-group",
  path: "/pages/:page_id/page_access_groups/:page_access_group_id",
  noun: "access group",
  answer: accessGroupAnswer,
  find: (rows, page, params) => accessGroupOf(rows, page, params.page_access_group_id),
  shape: (id, view, rows) =>
    accessGroupShape(accessGroupOf(rows, view.page.id, id), view, accessUsers(rows, view.page.id)),
};

/** What is listed. */
interface Listed {
  readonly word: "components" | "metrics";
  readonly field: "componentIds" | "metricIds";
  readonly asked: "component_ids" | "metric_ids";
  readonly param: "component_id" | "metric_id";
  readonly noun: string;
  readonly answer: TSchema;
  isKnown(view: PageView): (id: string) => boolean;
  shapes(view: PageView, ids: readonly string[]): readonly object[];
}

const components: Listed = {
  word: "components",
  field: "componentIds",
  asked: "component_ids",
  param: "component_id",
  noun: "Component",
  answer: answers.component,
  isKnown: isComponent,
  shapes: (view, ids) =>
    ids.flatMap((id) => view.componentById.get(id) ?? []).map((it) => componentShape(it, view.page)),
};

const metrics: Listed = {
  word: "metrics",
  field: "metricIds",
  asked: "metric_ids",
  param: "metric_id",
  noun: "Metric",
  answer: answers.metric,
  isKnown: isMetric,
  shapes: (view, ids) =>
    ids.flatMap((id) => view.metrics.filter((it) => it.id === id)).map((it) => metricShape(it, null)),
};

type Asked = Readonly<Partial<Record<Listed["asked"], readonly string[]>>>;

function listEndpoints(subject: Subject, listed: Listed): readonly Endpoint[] {
  const path = `${subject.path}/${listed.word}` as `/pages/:page_id/${string}`;
  const of = `of an ${subject.noun}`;
  const required = t.Object({ [listed.asked]: idList() });
  const optional = t.Object({ [listed.asked]: t.Optional(idList()) });
  const example = { body: { [listed.asked]: [`{${listed.param}}`] } };
  const asked = (body: unknown): readonly string[] | undefined => (body as Asked | undefined)?.[listed.asked];
  const change = async (
    { view, rows, params, principal, nowMs, effect }: ChangeCall,
    next: (held: readonly string[]) => readonly string[],
  ): Promise<object> => {
    const page = view.page.id;
    const { id } = subject.find(rows, page, params);
    await keepRows({ view, rows, principal, effect }, () => {
      const held = subject.find(rows, page, params);
      const row = { ...held, [listed.field]: next(held[listed.field]), updatedAt: nowMs() };
      return [{ kind: subject.kind, id, row }];
    });
    return subject.shape(id, view, rows);
  };
  const named = (call: ChangeCall & { readonly body: unknown }): readonly string[] =>
    knownIds(asked(call.body) ?? [], listed.isKnown(call.view), listed.noun);
  return [
    endpoint({
      methods: ["GET"],
      path,
      summary: `List the ${listed.word} ${of}`,
      answers: { 200: t.Array(listed.answer) },
      needs: "edit",
      query: t.Object(paging),
      answer({ view, rows, params, query }) {
        const ids = subject.find(rows, view.page.id, params)[listed.field];
        return answer(200, pageOf(listed.shapes(view, ids), query));
      },
    }),
    endpoint({
      methods: ["PATCH", "PUT"],
      path,
      summary: `Add ${listed.word} to those ${of}`,
      answers: { 200: subject.answer },
      example,
      needs: "administer",
      body: required,
      async answer(call) {
        const ids = named(call);
        return answer(200, await change(call, (held) => [...new Set([...held, ...ids])]));
      },
    }),
    endpoint({
      methods: ["POST"],
      path,
      summary: `Replace the ${listed.word} ${of}`,
      answers: { 201: subject.answer },
      example,
      needs: "administer",
      body: required,
      async answer(call) {
        const ids = named(call);
        return answer(201, await change(call, () => ids));
      },
    }),
    endpoint({
      methods: ["DELETE"],
      path,
      summary: `Take ${listed.word} from those ${of}: the named ones, or all`,
      answers: { 200: subject.answer },
      example,
      needs: "administer",
      body: optional,
      async answer(call) {
        const ids = asked(call.body);
        return answer(
          200,
          await change(call, (held) => (ids === undefined ? [] : held.filter((id) => !ids.includes(id)))),
        );
      },
    }),
    endpoint({
      methods: ["DELETE"],
      path: `${path}/:${listed.param}`,
      summary: `Take one of the ${listed.word} from those ${of}`,
      answers: { 200: subject.answer },
      needs: "administer",
      async answer(call) {
        const gone = call.params[listed.param] ?? "";
        if (!subject.find(call.rows, call.view.page.id, call.params)[listed.field].includes(gone))
          throw new ApiRefusal(notFound(listed.noun));
        return answer(200, await change(call, (held) => held.filter((id) => id !== gone)));
      },
    }),
  ];
}

interface ChangeCall extends Keeping {
  readonly params: Readonly<Record<string, string>>;
  readonly nowMs: () => number;
}

export const accessListEndpoints = [
  ...listEndpoints(user, components),
  ...listEndpoints(user, metrics),
  ...listEndpoints(group, components),
];
