// `pharos snapshot verify`: is all that a data folder holds what its publisher signed? In: a control plane's or a POP's folder. Out: counts, or
// the first sentences of what does not hold and exit code 1. What is running meanwhile is not disturbed.
import { defineCommand } from "./flags.ts";
import { counted } from "./page-choice.ts";
import { createProgress } from "./progress.ts";
import { readRootKey } from "./read-keys.ts";
import { readFlags, withReader } from "./snapshot-read.ts";
import { type Found, verifyStore } from "./verify-store.ts";

/** More of them say nothing new. */
const sentencesMax = 20;

export const command = defineCommand({
  name: "snapshot verify",
  summary: "check every signature, digest and delegation of a data folder",
  about:
    "Without --root-key the keys that signed the delegations in the folder are taken for root: then it shows damage, not a forged root.",
  example: [
    "snapshot verify --data /var/lib/pharos --root-key keys/root.pub",
    "snapshot verify --data pop --json",
  ],
  flags: {
    ...readFlags,
    page: { kind: "string", help: "id of the page to look at; left out, all" },
    "root-key": { kind: "list", help: "files of the public root keys" },
  },
  async run(values, context) {
    const rootKeys = values.rootKey.map(readRootKey);
    const progress = createProgress(context);
    const onPage = (at: number, of: number): void => {
      if (at > 0 && at % 10 === 0) progress.step(`${at} of ${of} pages`);
    };
    let found: Found;
    try {
      found = await withReader(values.data, context, (store) =>
        verifyStore(store, { rootKeys, page: values.page, onPage }),
      );
    } finally {
      progress.end();
    }
    const { wrong, ...counts } = found;
    const first = wrong.slice(0, sentencesMax);
    const ok = wrong.length === 0;
    if (values.json) context.out(JSON.stringify({ ok, ...counts, wrong: first, wrongCount: wrong.length }));
    else for (const line of [...first, spoken(found, first.length)]) context.out(line);
    return ok ? 0 : 1;
  },
});

function spoken({ documents, generations, parts, bodies, later, wrong }: Found, told: number): string {
  const looked = [
    counted(documents, "document"),
    counted(generations, "generation"),
    counted(parts, "part"),
    counted(bodies, "body", "bodies"),
  ].join(", ");
  const rest = later === 0 ? "" : ` ${counted(later, "body", "bodies")} of old pages can still come.`;
  if (wrong.length === 0) return `All of it holds: ${looked}.${rest}`;
  const more = wrong.length > told ? `, of which these are the first ${told}` : "";
  return `${counted(wrong.length, "fault")}${more}, in ${looked}.`;
}
