// What the parameters of an operation's example name. In: a world, the command. Out: a value for each of its variables, made for this command
// alone, so that one example cannot take away what another one speaks of.
import { seededRandom } from "../../src/base/random.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { commandLine } from "../../src/store/tokens.ts";
import type { ControlWorld } from "./control-world.ts";

type Names = Readonly<Record<string, string>>;
type Make = (world: ControlWorld, command: string, names: Names) => Promise<string>;

/** Makes what a path lists, by the body that its POST takes. */
const posted =
  (path: string, body: object): Make =>
  async ({ send, page }) => {
    const { status, json } = await send("POST", `/v1/pages/${page}/${path}`, body);
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`);
    return json.id;
  };

let made = 0;

/** How a thing is made that a variable names. Those that a later one needs stand before it. */
const makers: Readonly<Record<string, Make>> = {
  page_id: async ({ page }) => page,
  vendor: async () => "postmark",
  component_id: posted("components", { component: { name: "Example" } }),
  metric_id: posted("metrics", { metric: { name: "Example" } }),
  incident_id: incidentFor,
  template_id: posted("incident_templates", { template: { name: "Example", title: "Example", body: "x" } }),
  id: posted("component-groups", { component_group: { name: "Example", components: [] } }),
  draft_id: async ({ run, page }) =>
    run(page, {
      kind: "draft.create",
      publishAt: null,
      command: { kind: "incident.create", fields: { name: "Example" } },
    }),
  check_id: async ({ run, page }) =>
    run(page, {
      kind: "check.create",
      fields: {
        name: "Example",
        target: { kind: "tcp", host: "db.example", port: 5432, send: null, expect: null },
      },
    }),
  recurrence_id: async ({ run, page }) =>
    run(page, {
      kind: "recurrence.create",
      fields: { name: "Example", rule: "FREQ=WEEKLY", start: "2026-01-11T02:30", durationMs: 3_600_000 },
    }),
  upstream_id: async ({ run, page }) => run(page, { kind: "upstream.create", fields: { vendor: "github" } }),
  alert_source_id: async ({ send, page }) => {
    const { json } = await send("POST", `/api/pharos/v1/pages/${page}/alert_sources`, {
      alert_source: { name: "Example", format: "grafana" },
    });
    return json.id;
  },
  metrics_provider_id: posted("metrics_providers", { metrics_provider: { type: "Self" } }),
  page_access_user_id: (world, command) =>
    posted("page_access_users", { page_access_user: { email: `example-${++made}@example.com` } })(
      world,
      command,
      {},
    ),
  organization_id: async () => "pharos",
  user_id: async ({ parts, page }) => {
    const by = {
      principal: { kind: "user", id: "", name: "", grants: [["*", "owner"]] },
      address: null,
    } as const;
    const asked = {
      firstName: "Ann",
      lastName: "",
      email: `ann-${++made}@example.com`,
      password: "four words of hers",
    };
    const added = await parts.install.people.add(by, asked);
    if (!added.ok) throw new Error(added.reason.sentences.join(" "));
    await parts.install.people.update(by, added.value.id, { grants: [[page, "viewer"]] });
    return added.value.id;
  },
  pop_key: joined,
  token_id: async ({ tokens, page }) =>
    (await tokens.add({ name: "example", grants: [[page, "viewer"]], expiresMs: null }, commandLine)).held.id,
  subscriber_id: subscriberFor,
  webhook_id: async ({ subscribers, page }) => {
    const contact = { ...noContact, endpoint: `https://hook-${++made}.example.com/` };
    const state = "active";
    const none = {
      components: null,
      incident: null,
      accessUser: null,
      skipConfirmation: true,
      language: null,
    };
    const [added] = await subscribers.add(page, [
      { kind: "webhook", state, contact, ...none, by: "example" },
    ]);
    return added?.ok === true ? added.value.id : "";
  },
  suppression_id: async ({ subscribers, page }) => {
    const contact = { ...noContact, email: `never-${++made}@example.com` };
    return (await subscribers.suppress(page, [{ kind: "email", contact }], "operator"))[0] ?? "";
  },
  page_access_group_id: posted("page_access_groups", { page_access_group: { name: "Example" } }),
};

async function joined({ pops }: ControlWorld): Promise<string> {
  const key = generateKeyPair("pop", seededRandom(++made)).publicKey;
  const { token } = await pops.addToken({ name: `example-${made}`, pages: ["*"] });
  const pop = await pops.join(token, { key, name: "example" });
  if (!pop.ok) throw new Error(pop.reason);
  return key;
}

export async function namesFor(world: ControlWorld, command: string): Promise<Record<string, string>> {
  const wanted = new Set([...command.matchAll(/\$(\w+)/g)].map(([, name = ""]) => name));
  for (const given of ["pharos", "key", "now"]) wanted.delete(given);
  const names: Record<string, string> = {};
  for (const [name, make] of Object.entries(makers))
    if (wanted.delete(name)) names[name] = await make(world, command, names);
  if (wanted.delete("incident_update_id"))
    names.incident_update_id =
      world.ledger.view(world.page)?.incidentById.get(names.incident_id ?? "")?.updates[0]?.id ?? "";
  if (wanted.size > 0) throw new Error(`No example is known of ${[...wanted].join(", ")}.`);
  await fillList(world, command, names);
  return names;
}

/** What a DELETE takes from a list has to be in it. */
async function fillList(world: ControlWorld, command: string, names: Record<string, string>): Promise<void> {
  const found = /\$(page_access_\w+_id)\/(components|metrics)\/\$(\w+)/.exec(command);
  if (found === null) return;
  const [, holder = "", list = "", param = ""] = found;
  const place = `/v1/pages/${world.page}/${holder.replace(/_id$/, "s")}/${names[holder]}/${list}`;
  const { status } = await world.send("POST", place, { [`${param}s`]: [names[param]] });
  if (status !== 201) throw new Error(`${place}: ${status}`);
}

async function incidentFor({ run, page }: ControlWorld, command: string): Promise<string> {
  const id = await run(page, { kind: "incident.create", fields: { name: "Example", body: "x" } });
  if (!command.includes("/postmortem")) return id;
  await run(page, { kind: "incident.update", id, fields: { status: "resolved", body: "x" } });
  await run(page, { kind: "postmortem.draft", id, body: "x" });
  if (command.includes("/revert")) await run(page, { kind: "postmortem.publish", id });
  return id;
}

/** Of the incident that is named, or of the page. */
function subscriberFor(world: ControlWorld, command: string, names: Names): Promise<string> {
  const place = names.incident_id === undefined ? "" : `incidents/${names.incident_id}/`;
  const email = `example-${++made}@example.com`;
  return posted(`${place}subscribers`, { subscriber: { email } })(world, command, names);
}
