// Checks in a page's file: flat words, which of them follows from the kind. In: a check; what a file says. Out: its words without secrets; fields of a command.
import {
  type Check,
  type CheckKind,
  checkActs,
  checkKinds,
  checkUnset,
  outageStatuses,
} from "../model/check.ts";
import { withoutSecrets } from "../model/check-target.ts";
import type { Json } from "../model/op.ts";
import { foreignWords, targetOf, targetWords, wordsOf } from "./check-words.ts";
import type { ConfigField, ConfigList, ConfigValues } from "./config-shape.ts";

const field = (
  word: string,
  kind: ConfigField["kind"],
  blank: Json,
  more: Partial<ConfigField> = {},
): ConfigField => ({ word, key: word, kind, blank, ...more });

const kindsByWord: Readonly<Record<string, ConfigField["kind"]>> = {
  headers: "headers",
  answers: "texts",
  keyword_absent: "flag",
  ...{ redirects_max: "whole", certificate_days: "whole", port: "whole", days: "whole" },
  ...{ every_seconds: "number", grace_seconds: "number" },
};

/** Where kinds differ in what a word is by itself, it is always written. */
const targetFields: readonly ConfigField[] = [
  ...new Set(Object.values(targetWords).flatMap((words) => Object.keys(words))),
].map((word) => {
  const blanks = new Set(
    Object.values(targetWords).flatMap((words) => (Object.hasOwn(words, word) ? [words[word]] : [])),
  );
  const [only] = blanks;
  const blank = word === "headers" ? {} : blanks.size === 1 && only !== "" ? (only ?? null) : null;
  return field(word, kindsByWord[word] ?? "text", blank);
});

const secondsOf = (ms: number): number => ms / 1_000;

export const checkList: ConfigList = {
  word: "checks",
  one: "check",
  isOrdered: true,
  made: { target: targetOf("http", {}) as unknown as Json },
  fields: [
    field("kind", "text", "http", { allowed: checkKinds }),
    ...targetFields,
    field("interval_seconds", "number", secondsOf(checkUnset.everyMs)),
    field("timeout_seconds", "number", secondsOf(checkUnset.timeoutMs)),
    field("slow_ms", "whole", null, { key: "slowMs" }),
    field("pops", "texts", []),
    field("component", "reference", null, { key: "componentId", to: "components" }),
    field("parent", "reference", null, { key: "parentId", to: "checks" }),
    field("template", "reference", null, { key: "templateId", to: "templates" }),
    field("latency", "flag", false),
    field("failures_to_open", "whole", checkUnset.failuresToOpen, { key: "failuresToOpen" }),
    field("successes_to_close", "whole", checkUnset.successesToClose, { key: "successesToClose" }),
    field("alone", "flag", false),
    field("outage_status", "text", checkUnset.outageStatus, { key: "outageStatus", allowed: outageStatuses }),
    field("act", "text", checkUnset.act, { allowed: checkActs }),
    field("paused", "flag", false),
  ],
  wrong: (values, said) => {
    const kind = kindOf(values);
    const ownWords = new Set(targetFields.map(({ word }) => word));
    const named = Object.fromEntries(Object.entries(said).filter(([word]) => ownWords.has(word)));
    const isBoth = typeof said.cron === "string" && typeof said.every_seconds === "number";
    return [
      ...foreignWords(kind, named).map((word) => `is of kind ${kind}, which has no \`${word}\`.`),
      ...(isBoth ? ["says both `cron` and `every_seconds`: leave one out."] : []),
    ];
  },
  toFields: checkFields,
};

const kindOf = ({ kind }: ConfigValues): CheckKind => checkKinds.find((one) => one === kind) ?? "http";

/** A command says what is looked at as a whole, and times in ms. */
function checkFields(given: Readonly<Record<string, Json>>, values: ConfigValues): Record<string, Json> {
  const { interval_seconds: every, timeout_seconds: timeout, kind: _, ...rest } = given;
  const ownWords = new Set(["kind", ...targetFields.map(({ word }) => word)]);
  const plain = Object.fromEntries(Object.entries(rest).filter(([word]) => !ownWords.has(word)));
  const kind = kindOf(values);
  const target = Object.keys(given).some((word) => ownWords.has(word)) ? targetFor(kind, values) : undefined;
  return {
    ...plain,
    ...(typeof every === "number" ? { everyMs: Math.round(every * 1_000) } : {}),
    ...(typeof timeout === "number" ? { timeoutMs: Math.round(timeout * 1_000) } : {}),
    ...(target === undefined ? {} : { target: target as unknown as Json }),
  };
}

function targetFor(kind: CheckKind, values: ConfigValues) {
  const own = Object.fromEntries(
    Object.keys(targetWords[kind]).flatMap((word) => {
      const value = values[word];
      const isUnsaid = value === undefined || (value === null && targetWords[kind][word] !== null);
      return isUnsaid ? [] : [[word, value] as const];
    }),
  );
  const headers = Object.entries((own.headers ?? {}) as Readonly<Record<string, string | null>>);
  const listed = "headers" in own ? { headers: headers.map(([name, value]) => ({ name, value })) } : {};
  return targetOf(kind, { ...own, ...listed });
}

/** By the words of the file. A body that is kept apart is "", and each header has its name alone. */
export function checkWords({ target, everyMs, timeoutMs }: Check): Readonly<Record<string, Json>> {
  const words = wordsOf(withoutSecrets(target));
  const headers = (words.headers ?? []) as readonly { readonly name: string }[];
  return {
    ...words,
    kind: target.kind,
    headers: Object.fromEntries(headers.map(({ name }) => [name, null])),
    interval_seconds: secondsOf(everyMs),
    timeout_seconds: secondsOf(timeoutMs),
  };
}
