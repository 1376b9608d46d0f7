// What the tests of decisions share. In: fields, worlds. Out: commands, ops in short, refusals looked at.
import { expect } from "bun:test";
import type { Command, IncidentFields } from "../../src/model/command.ts";
import type { ComponentStatus } from "../../src/model/view.ts";
import type { World } from "./world.ts";

export const minute = 60_000;

export const setStatus = (id: string, status: ComponentStatus): Command => ({
  kind: "component.update",
  id,
  fields: { status },
});

export const open = (fields: Partial<IncidentFields> = {}, id = "i"): Command => ({
  kind: "incident.create",
  id,
  fields: { name: "Slow logins", ...fields },
});

export const change = (fields: IncidentFields, id = "i"): Command => ({
  kind: "incident.update",
  id,
  fields,
});

/** Kind and id of each op; ids that were made for it are "new". */
export const kinds = (ops: readonly { readonly kind: string; readonly id: string }[]) =>
  ops.map((op) => `${op.kind} ${op.id.startsWith("id") ? "new" : op.id}`);

export function expectRefusal(made: World, command: Command, status: number, sentence: string): void {
  const refusal = made.refusal(command);
  expect(refusal.status).toBe(status);
  expect(refusal.sentences.join("\n")).toContain(sentence);
}
