// Which access users and groups may see a component, from the component's side. In: ids of users or groups. Out: the component.
import { t } from "elysia";
import type { RowKind } from "../store/page-rows.ts";
import { idList, type Keeping, keepRows, knownIds } from "./access-rows.ts";
import { answers } from "./answers.ts";
import { componentOf } from "./components.ts";
import { answer, type Endpoint, endpoint } from "./endpoint.ts";
import { componentShape } from "./shapes.ts";

interface Holder {
  readonly id: string;
  readonly componentIds: readonly string[];
}

/** Adds the component to the holders' lists, or takes it away; `ids` undefined stands for all. */
async function change(
  call: Keeping & { readonly nowMs: () => number },
  kind: RowKind,
  what: string,
  { component, ids, add }: { component: string; ids: readonly string[] | undefined; add: boolean },
): Promise<void> {
  const { view, rows, principal, effect, nowMs } = call;
  const page = view.page.id;
  await keepRows({ view, rows, principal, effect }, () => {
    const holders = rows.list<Holder>(page, kind);
    const named = ids && knownIds(ids, (id) => holders.some((it) => it.id === id), what);
    return holders
      .filter(
        ({ id, componentIds }) => (named?.includes(id) ?? true) && componentIds.includes(component) !== add,
      )
      .map((holder) => {
        const others = holder.componentIds.filter((id) => id !== component);
        const row = { ...holder, componentIds: add ? [...others, component] : others, updatedAt: nowMs() };
        return { kind, id: holder.id, row };
      });
  });
}

function accessOf(kind: RowKind, word: "users" | "groups"): readonly Endpoint[] {
  const path = `/pages/:page_id/components/:component_id/page_access_${word}` as const;
  const asked = `page_access_${word === "users" ? "user" : "group"}_ids`;
  const example = { body: { [asked]: [`{${asked.replace(/s$/, "")}}`] } };
  const what = `Page access ${word === "users" ? "user" : "group"}`;
  const idsIn = (body: unknown): readonly string[] | undefined =>
    (body as Readonly<Record<string, readonly string[]>> | undefined)?.[asked];
  return [
    endpoint({
      methods: ["POST"],
      path,
      summary: `Let access ${word} see a component`,
      answers: { 201: answers.component },
      example,
      needs: "administer",
      body: t.Object({ [asked]: idList() }),
      async answer(call) {
        const component = componentOf(call.view, call.params.component_id);
        await change(call, kind, what, {
          component: component.id,
          ids: idsIn(call.body) ?? [],
          add: true,
        });
        return answer(201, componentShape(component, call.view.page));
      },
    }),
    endpoint({
      methods: ["DELETE"],
      path,
      summary: `Take a component from access ${word}: from the named ones, or from all`,
      answers: { 200: answers.component },
      example,
      needs: "administer",
      body: t.Object({ [asked]: t.Optional(idList()) }),
      async answer(call) {
        const component = componentOf(call.view, call.params.component_id);
        await change(call, kind, what, { component: component.id, ids: idsIn(call.body), add: false });
        return answer(200, componentShape(component, call.view.page));
      },
    }),
  ];
}

export const componentAccessEndpoints = [
  ...accessOf("access-user", "users"),
  ...accessOf("access-group", "groups"),
];
