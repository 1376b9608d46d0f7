// What a maintenance does by itself, as boxes to tick. In: a form, or what is so already. Out: the boxes, or what they say.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Automation } from "../model/view.ts";
import { Check } from "./field.tsx";
import type { Form } from "./form.ts";

/** Ticked unless somebody says otherwise. */
export const usualBoxes = { notify: "on", remind: "on", itself: "on", affect: "on" } as const;

export function MaintenanceBoxes({ form }: { readonly form: Form }): JSX.Element {
  return (
    <>
      <Check name="notify" label="Notify subscribers now" checked={form.has("notify")} />
      <Check name="remind" label="Remind subscribers an hour before" checked={form.has("remind")} />
      <Check name="itself" label="It begins and completes by itself" checked={form.has("itself")} />
      <Check name="tell" label="Notify subscribers when it does" checked={form.has("tell")} />
      <Check
        name="affect"
        label="Its components are under maintenance meanwhile"
        hint="Afterwards they are what they were before."
        checked={form.has("affect")}
      />
    </>
  );
}

export function automationIn(form: Form): Partial<Automation> {
  const [itself, affect, tell] = [form.has("itself"), form.has("affect"), form.has("tell")];
  return {
    ...{ begins: itself, completes: itself, setsMaintenance: affect, setsOperational: affect },
    ...{ tellsAtStart: tell, tellsAtEnd: tell, remindsPrior: form.has("remind") },
  };
}

/** The boxes as they are ticked for one that is there. */
export function boxesOf(of: Partial<Automation>, notify: boolean): Readonly<Record<string, string>> {
  const ticked = {
    notify,
    remind: of.remindsPrior === true,
    itself: of.begins === true,
    tell: of.tellsAtStart === true,
    affect: of.setsMaintenance === true,
  };
  return Object.fromEntries(Object.entries(ticked).flatMap(([name, is]) => (is ? [[name, "on"]] : [])));
}
