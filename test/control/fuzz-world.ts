// A world in which there is always one of everything: on a page, on another one, and deleted. In: a world. Out: ids by the words of requests.
import { seededRandom } from "../../src/base/random.ts";
import { createApi } from "../../src/control/api.ts";
import type { Command } from "../../src/model/command.ts";
import { noContact } from "../../src/model/subscriber.ts";
import type { PageView } from "../../src/model/view.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { checkedAnswers } from "./checked-answers.ts";
import type { ControlWorld } from "./control-world.ts";

export interface FuzzWorld {
  /** That of the world, but for this: it does not note when a key was used, so that all that is written was asked for. */
  api(request: Request): Promise<Response>;
  /** The text with an id for each word. */
  named(text: string): string;
  /** One of everything is there again, whatever was deleted. */
  fill(): Promise<void>;
}

/** What a page has of a kind that it counts in its view, and how one more is made. */
interface Kind {
  readonly kind: string;
  of(view: PageView): readonly string[];
  make(view: PageView): Command;
  readonly remove?: (id: string) => Command;
}

const ids = (all: readonly { readonly id: string }[]): readonly string[] => all.map(({ id }) => id);

const kinds: readonly Kind[] = [
  {
    kind: "component_id",
    of: ({ components }) => ids(components.filter(({ group }) => !group)),
    make: () => ({ kind: "component.create", fields: { name: "One more" } }),
    remove: (id) => ({ kind: "component.delete", id }),
  },
  {
    kind: "group_id",
    of: ({ components }) => ids(components.filter(({ group }) => group)),
    make: ({ components }) => ({
      kind: "group.create",
      fields: { name: "Group" },
      members: ids(components.filter(({ group }) => !group)).slice(0, 1),
    }),
    remove: (id) => ({ kind: "component.delete", id }),
  },
  {
    kind: "incident_id",
    of: ({ incidents, maintenances }) => ids([...incidents, ...maintenances]),
    make: () => ({ kind: "incident.create", fields: { name: "Down", body: "We look." } }),
    remove: (id) => ({ kind: "incident.delete", id }),
  },
  {
    kind: "metric_id",
    of: ({ metrics }) => ids(metrics),
    make: () => ({ kind: "metric.create", fields: { name: "Latency" } }),
    remove: (id) => ({ kind: "metric.delete", id }),
  },
  {
    kind: "template_id",
    of: ({ templates }) => ids(templates),
    make: () => ({ kind: "template.create", fields: { name: "Slow", title: "Slow", body: "We look." } }),
    remove: (id) => ({ kind: "template.delete", id }),
  },
  {
    kind: "draft_id",
    of: ({ drafts }) => ids(drafts),
    make: () => ({
      kind: "draft.create",
      publishAt: null,
      command: { kind: "incident.create", fields: { name: "Later" } },
    }),
    remove: (id) => ({ kind: "draft.delete", id }),
  },
  {
    kind: "check_id",
    of: ({ checks }) => ids(checks),
    make: () => ({
      kind: "check.create",
      fields: {
        name: "Port",
        target: { kind: "tcp", host: "db.example", port: 5432, send: null, expect: null },
      },
    }),
    remove: (id) => ({ kind: "check.delete", id }),
  },
  {
    kind: "recurrence_id",
    of: ({ recurrences }) => ids(recurrences),
    make: () => ({
      kind: "recurrence.create",
      fields: { name: "Backups", rule: "FREQ=WEEKLY", start: "2026-01-11T02:30", durationMs: 3_600_000 },
    }),
    remove: (id) => ({ kind: "recurrence.delete", id }),
  },
  {
    kind: "upstream_id",
    of: ({ upstreams }) => ids(upstreams),
    make: () => ({ kind: "upstream.create", fields: { vendor: "github" } }),
    remove: (id) => ({ kind: "upstream.delete", id }),
  },
];

/** Rows that no view has, by the path that makes them. */
const posted: Readonly<Record<string, readonly [path: string, body: (at: number) => object]>> = {
  metrics_provider_id: ["metrics_providers", () => ({ metrics_provider: { type: "Self" } })],
  page_access_user_id: ["page_access_users", (at) => ({ page_access_user: { email: `u${at}@example.com` } })],
  page_access_group_id: ["page_access_groups", (at) => ({ page_access_group: { name: `G${at}` } })],
};

const few = 2;

export async function openFuzzWorld(world: ControlWorld): Promise<FuzzWorld> {
  const { ledger, run, subscribers, tokens, pops, clock } = world;
  const other = await run(null, {
    kind: "page.create",
    fields: { name: "Other", url: "https://status.other.example" },
  });
  const viewOf = (page: string): PageView => {
    const view = ledger.view(page);
    if (view === null) throw new Error("The page is gone.");
    return view;
  };
  const known = tokens.check(world.adminToken);
  const api = checkedAnswers(
    createApi({ ...world.parts, tokens: { check: (key) => (key === world.adminToken ? known : null) } }),
  );
  const gone = new Map<string, string[]>();
  const rows = new Map<string, string[]>();
  let made = 0;

  const asAdmin = async (method: string, path: string, body?: object): Promise<{ readonly id: string }> => {
    const headers = { authorization: `OAuth ${world.adminToken}` };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await api(new Request(`http://api.example${path}`, { method, headers, ...text }));
    const said = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said}`);
    return said === "" ? { id: "" } : JSON.parse(said);
  };
  const addSubscriber = async (page: string, incident: string | null): Promise<string> => {
    const contact = { ...noContact, email: `s${++made}@example.com` };
    const common = { components: null, accessUser: null, skipConfirmation: false, state: "active" as const };
    const [done] = await subscribers.add(page, [{ kind: "email", contact, incident, ...common }]);
    if (done?.ok !== true) throw new Error("Not subscribed.");
    return done.value.id;
  };
  const fillPage = async (page: string): Promise<void> => {
    for (const { kind, of, make, remove } of kinds) {
      while (of(viewOf(page)).length < few) await run(page, make(viewOf(page)));
      if (page !== world.page || gone.has(kind) || remove === undefined) continue;
      const id = await run(page, make(viewOf(page)));
      await run(page, remove(id));
      gone.set(kind, [id]);
    }
    for (const [kind, [path, body]] of Object.entries(posted)) {
      const place = `/v1/pages/${page}/${path}`;
      const held = (await asList(place)).map(({ id }) => id);
      while (held.length < few) held.push((await asAdmin("POST", place, body(++made))).id);
      rows.set(`${page} ${kind}`, held);
      if (page !== world.page || gone.has(kind)) continue;
      const { id } = await asAdmin("POST", place, body(++made));
      await asAdmin("DELETE", `${place}/${id}`);
      gone.set(kind, [id]);
    }
    await fillSubscribers(page);
    await fillSuppressions(page);
  };
  const asList = async (path: string): Promise<readonly { readonly id: string }[]> =>
    (await asAdmin("GET", path)) as unknown as readonly { readonly id: string }[];
  const fillSubscribers = async (page: string): Promise<void> => {
    const [first = ""] = kinds[2]?.of(viewOf(page)) ?? [];
    for (const [kind, path, incident] of [
      ["subscriber_id", "subscribers", null],
      ["incident_subscriber_id", `incidents/${first}/subscribers`, first],
    ] as const) {
      const held = (await asList(`/v1/pages/${page}/${path}`)).map(({ id }) => id);
      while (held.length < few) held.push(await addSubscriber(page, incident));
      rows.set(`${page} ${kind}`, held);
      if (!gone.has(kind)) gone.set(kind, [await erased(page, incident)]);
    }
  };
  const fillSuppressions = async (page: string): Promise<void> => {
    const held = subscribers.suppressions(page, "", few).map(({ id }) => id);
    while (held.length < few) {
      const contact = { ...noContact, email: `s${++made}@example.com` };
      held.push(...(await subscribers.suppress(page, [{ kind: "email", contact }], "operator")));
    }
    rows.set(`${page} suppression_id`, held);
    rows.set(`${page} webhook_id`, await webhooksOf(page));
  };
  const webhooksOf = async (page: string): Promise<string[]> => {
    const asked = { states: ["active"], incident: null, sort: "primary", descending: false } as const;
    const found = await subscribers.list(page, { ...asked, kind: "webhook", offset: 0, limit: few });
    const held = found.map(({ id }) => id);
    const none = { components: null, incident: null, accessUser: null, skipConfirmation: true } as const;
    while (held.length < few) {
      const contact = { ...noContact, endpoint: `https://w${++made}.example.com/` };
      const one = { kind: "webhook", state: "active", contact, ...none, language: null, by: "fuzz" } as const;
      for (const added of await subscribers.add(page, [one])) if (added.ok) held.push(added.value.id);
    }
    return held;
  };
  const erased = async (page: string, incident: string | null): Promise<string> => {
    const id = await addSubscriber(page, incident);
    await subscribers.erase(page, [id]);
    return id;
  };
  const fillInstall = async (): Promise<void> => {
    const spare = tokens.list().filter(({ name }) => name === "spare");
    while (spare.length < few)
      spare.push(
        (await tokens.add({ name: "spare", grants: [[world.page, "viewer"]], expiresMs: null }, commandLine))
          .held,
      );
    rows.set(`${world.page} token_id`, ids(spare).slice());
    const keys = (await world.parts.install.pops.list()).flatMap(({ key, revoked }) =>
      revoked ? [] : [key],
    );
    while (keys.length < few) keys.push(await joined(++made));
    rows.set(`${world.page} pop_key`, keys);
  };
  const joined = async (at: number): Promise<string> => {
    const key = generateKeyPair("pop", seededRandom(at)).publicKey;
    const { token } = await pops.addToken({ name: `pop-${at}`, pages: ["*"] });
    const pop = await pops.join(token, { key, name: `pop-${at}` });
    if (!pop.ok) throw new Error(pop.reason);
    return key;
  };

  const idsOf = (page: string, kind: string): readonly string[] => {
    const view = viewOf(page);
    if (kind === "page_id") return [page];
    if (kind === "incident_update_id")
      return [...view.incidents, ...view.maintenances].map(({ updates }) => updates[0]?.id ?? "none");
    return kinds.find((one) => one.kind === kind)?.of(view) ?? rows.get(`${page} ${kind}`) ?? [];
  };
  const idFor = (owner: string, kind: string, place: number): string => {
    const from =
      owner === "gone"
        ? (gone.get(kind) ?? [])
        : owner === "none"
          ? []
          : idsOf(owner === "own" ? world.page : other, kind);
    return from[place % Math.max(1, from.length)] ?? "0none0none00";
  };
  const fill = async (): Promise<void> => {
    await fillPage(world.page);
    await fillPage(other);
    await fillInstall();
    await clock.advance(1_000);
  };
  await fill();
  return {
    api,
    fill,
    named: (text) =>
      text.replaceAll(/§(\w+) (\w+) (\d+)§/g, (_, owner, kind, place) => idFor(owner, kind, Number(place))),
  };
}
