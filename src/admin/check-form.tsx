// A check as a form, a kind at a time. In: what was said so far, the page. Out: fields in plain words; and what they say, read back.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { type TargetWords, targetOf, targetWords, wordsOf } from "../control/check-words.ts";
import {
  type Check,
  type CheckKind,
  checkMethods,
  checkUnset,
  dnsTypes,
  outageStatuses,
} from "../model/check.ts";
import type { CheckFields } from "../model/command.ts";
import type { PageView } from "../model/view.ts";
import { actChoices } from "./check-said.ts";
import { Area, Check as Box, type Choice, Line, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { componentChoices, fullName } from "./speech.ts";

const choices = (words: readonly string[]): readonly Choice[] =>
  words.map((value) => ({ value, label: value }));

interface Told {
  readonly form: Form;
}

const text = ({ form }: Told, name: string): { readonly name: string; readonly value: string } => ({
  name,
  value: form.body(name).trim(),
});
const hostChars = 253;

/** Of each kind its own. */
const kindFields: Readonly<Record<CheckKind, (told: Told) => JSX.Element>> = {
  http: (told) => (
    <>
      <Line
        {...text(told, "url")}
        label="Address"
        hint="https://…"
        type="url"
        required={true}
        max={limits.checkUrlCharsMax}
      />
      <div class="two">
        <Select {...text(told, "method")} label="Method" from={choices(checkMethods)} />
        <Line {...text(told, "statuses")} label="Statuses that are up" hint="Such as 200-299,301." />
      </div>
      <Area
        {...text(told, "headers")}
        label="Headers"
        hint="One a line, Name: value. Values leave this installation in no export."
      />
      <Area
        {...text(told, "body")}
        label="Body"
        hint="With POST, PUT or OPTIONS."
        max={limits.checkTextCharsMax}
      />
      <Line
        {...text(told, "keyword")}
        label="A text that must be in the answer"
        max={limits.checkTextCharsMax}
      />
      <Box
        name="keyword_absent"
        label="It must not be in the answer"
        checked={told.form.has("keyword_absent")}
      />
      <div class="two">
        <Line
          {...text(told, "json_path")}
          label="A place in the JSON answer"
          hint="Such as status.checks[0].state."
        />
        <Line {...text(told, "json_equals")} label="must be" />
      </div>
      <div class="two">
        <Line {...text(told, "redirects_max")} label="Redirects that are followed" type="number" min={0} />
        <Line
          {...text(told, "certificate_days")}
          label="Slow when the certificate ends within so many days"
          hint="Empty: not looked at."
          type="number"
          min={0}
        />
      </div>
    </>
  ),
  tcp: (told) => (
    <>
      <Address told={told} />
      <Talk told={told} />
    </>
  ),
  tls: (told) => (
    <>
      <Address told={told} />
      <Line {...text(told, "server_name")} label="Server name" hint="Empty: the host." max={hostChars} />
      <Line {...text(told, "days")} label="Slow when it ends within so many days" type="number" min={0} />
    </>
  ),
  dns: (told) => (
    <>
      <div class="two">
        <Line {...text(told, "domain")} label="Name" required={true} max={hostChars} />
        <Select {...text(told, "record_type")} label="Record" from={choices(dnsTypes)} />
      </div>
      <Line
        {...text(told, "name_server")}
        label="Name server"
        hint="Empty: those of the POP."
        max={hostChars}
      />
      <Area
        {...text(told, "answers")}
        label="Answers that must be there"
        hint="One a line. Empty: any answer."
      />
    </>
  ),
  websocket: (told) => (
    <>
      <Line
        {...text(told, "url")}
        label="Address"
        hint="wss://…"
        type="url"
        required={true}
        max={limits.checkUrlCharsMax}
      />
      <Talk told={told} />
    </>
  ),
  heartbeat: (told) => (
    <>
      <Line {...text(told, "every_seconds")} label="Called every so many seconds" type="number" min={10} />
      <div class="two">
        <Line {...text(told, "cron")} label="Or by this schedule of cron" hint="Such as 30 2 * * 1-5." />
        <Line {...text(told, "time_zone")} label="on the clock of" />
      </div>
      <Line {...text(told, "grace_seconds")} label="May be late by so many seconds" type="number" min={0} />
    </>
  ),
};

function Address({ told }: { readonly told: Told }): JSX.Element {
  return (
    <div class="two">
      <Line {...text(told, "host")} label="Host" required={true} max={hostChars} />
      <Line {...text(told, "port")} label="Port" type="number" min={1} required={true} />
    </div>
  );
}

function Talk({ told }: { readonly told: Told }): JSX.Element {
  return (
    <div class="two">
      <Line {...text(told, "send")} label="Send" hint="Empty: nothing." max={limits.checkTextCharsMax} />
      <Line
        {...text(told, "expect")}
        label="and expect"
        hint="Empty: nothing."
        max={limits.checkTextCharsMax}
      />
    </div>
  );
}

/** `id`: of the check that is changed, which cannot be above itself. */
export function CheckFormFields({
  view,
  kind,
  form,
  id,
}: {
  readonly view: PageView;
  readonly kind: CheckKind;
  readonly form: Form;
  readonly id: string | null;
}): JSX.Element {
  const told = { form };
  const components = view.components.filter(({ group }) => !group);
  const parents = view.checks.filter((check) => check.id !== id);
  return (
    <>
      <Line {...text(told, "name")} label="Name" required={true} max={limits.nameCharsMax} />
      {kindFields[kind](told)}
      {kind === "heartbeat" ? "" : <Looks told={told} />}
      <h2>What follows</h2>
      <div class="two">
        <Line
          {...text(told, "failures")}
          label="Down after so many failures in a row"
          type="number"
          min={1}
        />
        <Line {...text(told, "successes")} label="Up again after so many successes" type="number" min={1} />
      </div>
      <Select
        {...text(told, "component")}
        label="It speaks for"
        from={[
          { value: "", label: "No component" },
          ...components.map((one) => ({ value: one.id, label: fullName(view, one) })),
        ]}
      />
      <Select {...text(told, "act")} label="When it is down" from={actChoices} />
      <div class="two">
        <Select
          {...text(told, "status")}
          label="Status of the component"
          from={componentChoices(outageStatuses)}
        />
        <Select
          {...text(told, "template")}
          label="Words of the incident"
          from={[
            { value: "", label: "Our own" },
            ...view.templates.map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
      </div>
      <Select
        {...text(told, "parent")}
        label="Says nothing while this check is down"
        from={[{ value: "", label: "None" }, ...parents.map((one) => ({ value: one.id, label: one.name }))]}
      />
      <Box
        name="alone"
        label="One POP alone may say that it is down"
        hint="Else a majority of those that reported lately."
        checked={form.has("alone")}
      />
      <Box name="latency" label="The page shows how soon it answers" checked={form.has("latency")} />
    </>
  );
}

function Looks({ told }: { readonly told: Told }): JSX.Element {
  return (
    <>
      <div class="two">
        <Line {...text(told, "every")} label="Looked at every so many seconds" type="number" min={5} />
        <Line {...text(told, "timeout")} label="Waits so many seconds at most" type="number" min={0} />
      </div>
      <div class="two">
        <Line
          {...text(told, "slow")}
          label="Slow above so many milliseconds"
          hint="Empty: never."
          type="number"
          min={1}
        />
        <Line {...text(told, "pops")} label="From these POPs" hint="Names with commas. Empty: from all." />
      </div>
    </>
  );
}

/** What its fields say. */
export function asItIs(check: Check): Form {
  const fields = new URLSearchParams();
  for (const [word, value] of Object.entries(wordsOf(check.target))) fields.set(word, fieldText(word, value));
  if (fields.get("keyword_absent") !== "true") fields.delete("keyword_absent");
  const more = {
    ...{ name: check.name, every: String(check.everyMs / 1_000), timeout: String(check.timeoutMs / 1_000) },
    ...{ slow: check.slowMs === null ? "" : String(check.slowMs), pops: check.pops.join(", ") },
    ...{ failures: String(check.failuresToOpen), successes: String(check.successesToClose) },
    ...{ component: check.componentId ?? "", parent: check.parentId ?? "", template: check.templateId ?? "" },
    ...{ act: check.act, status: check.outageStatus },
    ...(check.alone ? { alone: "on" } : {}),
    ...(check.latency ? { latency: "on" } : {}),
  };
  for (const [field, value] of Object.entries(more)) fields.set(field, value);
  return formFrom(fields);
}

/** A new one of this kind. */
export function freshForm(kind: CheckKind): Form {
  const target = targetOf(kind, targetWords[kind]);
  return asItIs({ ...checkUnset, id: "", name: "", target: target as Check["target"] });
}

function fieldText(word: string, value: unknown): string {
  if (value === null || value === undefined || (word === "port" && value === 0)) return "";
  if (word === "headers")
    return (value as readonly { readonly name: string; readonly value: string }[])
      .map(({ name, value }) => `${name}: ${value}`)
      .join("\n");
  return Array.isArray(value) ? value.join("\n") : String(value);
}

/** Words of the form that are numbers, and what nothing is there. */
const numbers: ReadonlySet<string> = new Set(
  "redirects_max certificate_days port days every_seconds grace_seconds".split(" "),
);

export function fieldsIn(form: Form, kind: CheckKind): CheckFields & { readonly name: string } {
  const number = (name: string): number => (form.text(name) === "" ? Number.NaN : Number(form.text(name)));
  const idIn = (name: string): string | null => form.text(name) || null;
  const ms = (name: string, unset: number): number =>
    form.text(name) === "" ? unset : Math.round(number(name) * 1_000);
  const target = targetOf(kind, wordsIn(form, kind));
  return {
    name: form.text("name"),
    target,
    everyMs: ms("every", checkUnset.everyMs),
    timeoutMs: ms("timeout", checkUnset.timeoutMs),
    pops: form
      .text("pops")
      .split(/[,\s]+/)
      .filter((pop) => pop !== ""),
    componentId: idIn("component"),
    parentId: idIn("parent"),
    templateId: idIn("template"),
    latency: form.has("latency"),
    slowMs: form.text("slow") === "" ? null : number("slow"),
    failuresToOpen: number("failures"),
    successesToClose: number("successes"),
    alone: form.has("alone"),
    outageStatus: form.text("status") as Check["outageStatus"],
    act: form.text("act") as Check["act"],
  };
}

function wordsIn(form: Form, kind: CheckKind): TargetWords {
  const words = Object.keys(targetWords[kind]).map((word) => {
    const said = form.body(word).trim();
    if (word === "headers") return [word, headersIn(said)] as const;
    if (word === "answers") return [word, linesOf(said)] as const;
    if (word === "keyword_absent") return [word, form.has(word)] as const;
    if (numbers.has(word))
      return [word, said === "" ? (targetWords[kind][word] ?? null) : Number(said)] as const;
    return [word, said === "" ? null : said] as const;
  });
  return Object.fromEntries(words);
}

const linesOf = (said: string): readonly string[] =>
  said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** A line without a colon is a name that has no value yet: the decision says so. */
const headersIn = (said: string) =>
  linesOf(said).map((line) => {
    const cut = line.indexOf(":");
    return cut === -1
      ? { name: line, value: null }
      : { name: line.slice(0, cut).trim(), value: line.slice(cut + 1).trim() || null };
  });
