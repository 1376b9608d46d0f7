// What happens by itself, in Statuspage's names. In: a body, an incident. Out: the schema, the command's fields, what an answer shows.
// Verifying by itself is ours: Statuspage goes from in progress to completed.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { Automation } from "../model/view.ts";
import { automationNames } from "./automation-names.ts";
import { flag, maybe, said } from "./fields.ts";

type FlagName = keyof typeof automationNames;
export const automationFlags = Object.keys(automationNames) as FlagName[];
const minuteMs = 60_000;

export const automationFields = {
  scheduled_auto_in_progress: maybe(flag()),
  scheduled_auto_completed: maybe(flag()),
  auto_transition_deliver_notifications_at_start: maybe(flag()),
  auto_transition_deliver_notifications_at_end: maybe(flag()),
  auto_transition_to_maintenance_state: maybe(flag()),
  auto_transition_to_operational_state: maybe(flag()),
  scheduled_remind_prior: maybe(flag()),
  /** Statuspage's other name of `scheduled_auto_in_progress`. */
  scheduled_auto_transition: maybe(flag()),
  scheduled_auto_verifying_minutes: t.Optional(
    t.Union([
      t.Numeric({ minimum: 1, maximum: limits.verifyMinutesMax, multipleOf: 1 }),
      t.Null(),
      t.Literal(""),
    ]),
  ),
};

type Said = Readonly<Partial<Record<FlagName | "scheduled_auto_transition", boolean | null | "">>> & {
  readonly scheduled_auto_verifying_minutes?: number | null | "";
};

/** All of it, as an incident's answer has it. */
export const automationAnswer = {
  ...Object.fromEntries(automationFlags.map((name) => [name, t.Boolean()] as const)),
  scheduled_auto_verifying_minutes: t.Union([t.Number(), t.Null()]),
};

/** Undefined where the body says nothing of it. */
export function automationOf(body: Said): Partial<Automation> | undefined {
  const flags = automationFlags.flatMap((name) => {
    const value = said(body[name]);
    return value === undefined ? [] : [[automationNames[name], value] as const];
  });
  const begins = said(body.scheduled_auto_transition);
  const minutes = body.scheduled_auto_verifying_minutes;
  const found: Partial<Automation> = {
    ...(begins === undefined ? {} : { begins }),
    ...Object.fromEntries(flags),
    ...(minutes === undefined ? {} : { verifyMs: typeof minutes === "number" ? minutes * minuteMs : null }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

/** What is known of it: of an incident all, of a change what it says. */
export function automationShape(automation: Partial<Automation>): Readonly<Record<string, unknown>> {
  const { verifyMs } = automation;
  return {
    ...Object.fromEntries(
      automationFlags.flatMap((name) => {
        const value = automation[automationNames[name]];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    ...(verifyMs === undefined
      ? {}
      : { scheduled_auto_verifying_minutes: verifyMs === null ? null : verifyMs / minuteMs }),
  };
}
