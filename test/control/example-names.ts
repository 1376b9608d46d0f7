// What the parameters of an operation's example name. In: a world, the operation. Out: a value for each parameter, made for this operation alone,
// so that one example cannot take away what another one speaks of.
import type { ControlWorld } from "./control-world.ts";

type Make = (world: ControlWorld, operation: string) => Promise<string>;

/** How a thing is made that a parameter names. */
const makers: Readonly<Record<string, Make>> = {
  page_id: async ({ page }) => page,
  component_id: ({ run, page }) => run(page, { kind: "component.create", fields: { name: "Example" } }),
  incident_id: incidentFor,
  metric_id: ({ run, page }) => run(page, { kind: "metric.create", fields: { name: "Example" } }),
};

export async function namesFor(world: ControlWorld, operation: string): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const [name, make] of Object.entries(makers))
    if (name === "page_id" || operation.includes(name) || alsoNamed(operation, name))
      names[name] = await make(world, operation);
  return names;
}

/** Bodies name things, too. */
const alsoNamed = (operation: string, name: string): boolean =>
  name === "metric_id" && operation.includes("_metrics_");

async function incidentFor({ run, page }: ControlWorld, operation: string): Promise<string> {
  const id = await run(page, { kind: "incident.create", fields: { name: "Example", body: "x" } });
  if (!operation.includes("postmortem")) return id;
  await run(page, { kind: "incident.update", id, fields: { status: "resolved", body: "x" } });
  await run(page, { kind: "postmortem.draft", id, body: "x" });
  if (operation.endsWith("revert")) await run(page, { kind: "postmortem.publish", id });
  return id;
}
