// `pharos emergency`: a text on top of a page, from this machine straight to the POPs. In: the emergency key, a text, addresses.
// Out: what each POP made of it. Needs no control plane, no store and no network but the way to the POPs.
import { createHash } from "node:crypto";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { createPosting } from "../notify/posting.ts";
import type { Account } from "../notify/social-types.ts";
import { isEmergencyText, signEmergency } from "../snapshot/emergency.ts";
import { isPageId } from "../snapshot/names.ts";
import type { Emergency } from "../snapshot/types.ts";
import { type Context, defineCommand } from "./flags.ts";
import { publicMode, writeNewFile } from "./key-files.ts";
import { readSecretKey } from "./read-keys.ts";
import { ingestOf, isHttpUrl, sendDocument } from "./send-document.ts";
import { accountsOf, socialFlags } from "./social-flags.ts";

const untilDefault = "2h";

export const command = defineCommand({
  name: "emergency",
  summary: "put a text on top of a page at POPs, straight from here, or take it back",
  about:
    "The last good page stays below the text, and is back alone once the text is withdrawn or its time is over. Give it again with a new text, or a new time, to replace it. Exit code 1 where a POP did not take it; the others have it.",
  example: [
    'emergency --key emergency.key --page k7x2m9q4w1zz --text "All regions are down. Updates at https://example.org/incident." --until 2h --to http://192.0.2.1:8081,http://192.0.2.2:8081',
    "emergency --key emergency.key --page k7x2m9q4w1zz --withdraw --to http://192.0.2.1:8081,http://192.0.2.2:8081",
  ],
  flags: {
    key: { kind: "path", required: true, help: "file of the secret emergency key" },
    page: { kind: "string", required: true, help: "id of the page" },
    text: {
      kind: "string",
      help: `one line, shown as it is; at most ${limits.emergencyTextBytesMax} bytes`,
    },
    until: {
      kind: "duration",
      min: 1_000,
      max: limits.emergencyMsMax,
      help: `how long it is shown from now on; left out, ${untilDefault}`,
    },
    withdraw: { kind: "boolean", help: "take the text back" },
    to: { kind: "list", help: "ops addresses of the POPs" },
    ...socialFlags,
    out: { kind: "path", help: "also write the signed document to this file; it must not exist" },
    sequence: {
      kind: "integer",
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      help: "a higher one replaces a lower one; left out, the time in ms",
    },
    json: { kind: "boolean", help: "one JSON object" },
  },
  async run(values, context) {
    checkUse(values);
    const { clock } = context;
    const posting = createPosting({ clock, policy: "configured", allowed: undefined, perHostMax: 1 });
    const accounts = accountsOf(values.post, values.postTokenFile, posting);
    const emergency = emergencyOf(values, context.clock.wallMs());
    const bytes = signEmergency(emergency, readSecretKey(values.key, "emergency"));
    if (values.out !== undefined) writeNewFile(values.out, bytes, publicMode);
    const [pops, posts] = await Promise.all([
      Promise.all(values.to.map((address) => give(address, bytes))),
      Promise.all(accounts.map((account) => postTo(account, emergency, clock.wallMs()))),
    ]);
    posting.close();
    say({ ...values, emergency, pops, posts }, context);
    const isTold =
      pops.every(({ outcome }) => outcome === "taken") && posts.every(({ outcome }) => outcome === "posted");
    return isTold ? 0 : 1;
  },
});

interface Wanted {
  readonly page: string;
  readonly text: string | undefined;
  readonly until: number | undefined;
  readonly withdraw: boolean;
  readonly to: readonly string[];
  readonly post: readonly string[];
  readonly out: string | undefined;
  readonly sequence: number | undefined;
}

const untilDefaultMs = 2 * 3_600_000;

function emergencyOf({ page, text, until, withdraw, sequence }: Wanted, wallMs: number): Emergency {
  const [said, untilMs] = withdraw ? ["", 0] : [text ?? "", wallMs + (until ?? untilDefaultMs)];
  return { page, sequence: sequence ?? wallMs, text: said, untilMs };
}

/** Throws Fault `usage` for what no POP would take, before any is asked. */
function checkUse(values: Wanted): void {
  const { page, text, until, withdraw, to, post, out } = values;
  const wrong = (sentence: string, remedy: string): Fault => new Fault("usage", sentence, remedy);
  if (!isPageId(page))
    throw wrong(
      `--page: ${JSON.stringify(page)} is not allowed.`,
      "Give a page id: `pharos page list` says it.",
    );
  if (withdraw === (text !== undefined))
    throw wrong("Either a text is put up or it is taken back.", "Give either --text or --withdraw.");
  if (withdraw && until !== undefined)
    throw wrong("--until says how long a text is shown.", "Leave it out with --withdraw.");
  if (withdraw && post.length > 0)
    throw wrong(
      "--post says a text, and a post is taken back where it was made.",
      "Leave it out with --withdraw.",
    );
  if (text !== undefined && !isEmergencyText(text))
    throw wrong("--text: it is blank, or has a line break or control character.", "Give one line of text.");
  if (text !== undefined && Buffer.byteLength(text) > limits.emergencyTextBytesMax)
    throw wrong(
      `--text: it has ${Buffer.byteLength(text)} bytes.`,
      `Give at most ${limits.emergencyTextBytesMax} bytes.`,
    );
  if (to.length === 0 && out === undefined)
    throw wrong("Nothing says where the text goes.", "Give --to with ops addresses, or --out with a file.");
  const bad = to.find((address) => !isHttpUrl(address));
  if (bad !== undefined)
    throw wrong(
      `--to: ${JSON.stringify(bad)} is not allowed.`,
      "Give ops addresses such as http://192.0.2.1:8081, with commas between them.",
    );
}

interface Told {
  readonly to: string;
  readonly outcome: "taken" | "refused" | "unreachable";
  readonly says: string;
}

/** One POP's trouble is told and keeps the document from no other. */
async function give(to: string, bytes: Uint8Array): Promise<Told> {
  try {
    const { taken, status, says, holdsPage } = await sendDocument(ingestOf(to), bytes);
    if (taken) return { to, outcome: "taken", says: holdsPage === false ? noSuchPage : "" };
    return { to, outcome: "refused", says: says === "" ? `It answered ${status}.` : says };
  } catch (thrown) {
    return { to, outcome: "unreachable", says: messageOf(thrown) };
  }
}

interface Posted {
  readonly to: string;
  readonly outcome: "posted" | "refused" | "unreachable";
  readonly says: string;
}

/** The same text of the same emergency is one post, however often the command is given. */
async function postTo(account: Account, { page, text }: Emergency, atMs: number): Promise<Posted> {
  const key = createHash("sha256")
    .update(`pharos/emergency-post/1 ${page} ${text}`)
    .digest("base64url")
    .slice(0, 22);
  const outcome = await account.publish({ text, key, atMs, language: null }, new AbortController().signal);
  if (outcome.kind === "sent" || outcome.kind === "confirmed")
    return { to: account.name, outcome: "posted", says: "" };
  return {
    to: account.name,
    outcome: outcome.kind === "later" ? "unreachable" : "refused",
    says: outcome.why,
  };
}

const noSuchPage = "It has no such page, so nothing is shown there unless that page comes.";

interface Outcome extends Wanted {
  readonly json: boolean;
  readonly emergency: Emergency;
  readonly pops: readonly Told[];
  readonly posts: readonly Posted[];
}

function say({ json, out, emergency, pops, posts }: Outcome, context: Context): void {
  const { page, sequence, untilMs, text } = emergency;
  const until = text === "" ? null : new Date(untilMs).toISOString();
  if (json) {
    context.out(JSON.stringify({ page, sequence, until, file: out ?? null, pops, posts }));
    return;
  }
  if (out !== undefined) context.out(`${out}  sequence ${sequence}`);
  const done = until === null ? "taken, withdrawn" : `taken, until ${until}`;
  for (const { to, outcome, says } of pops)
    context.out(`${to}  ${outcome === "taken" ? done : outcome}${says === "" ? "" : `: ${says}`}`);
  for (const { to, outcome, says } of posts)
    context.out(`${to}  ${outcome}${says === "" ? "" : `: ${says}`}`);
}
