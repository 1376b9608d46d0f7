// `pharos snapshot rollback` and `pharos snapshot release`: back to what was good, and on again. In: a page, a generation. Out: a new generation.
// What is served stands still; the management API and the op-log do not: what is changed meanwhile appears on release.
import { byHandFlags, withByHand } from "./by-hand.ts";
import { defineCommand } from "./flags.ts";
import { pageMeant } from "./page-choice.ts";

const flags = {
  ...byHandFlags,
  page: { kind: "string", help: "id of the page; may be left out where there is one" },
  json: { kind: "boolean", help: "one JSON object" },
} as const;

const rollback = defineCommand({
  name: "snapshot rollback",
  summary: "publish an earlier generation of a page again, and keep the page there until it is released",
  about:
    "Its parts become the next generation, so that POPs take it like any other. Changes of incidents and components are kept and appear when the page is released.",
  example: "snapshot rollback --data /var/lib/pharos --page k7x2m9q4w1zz --to 41",
  flags: {
    ...flags,
    to: {
      kind: "integer",
      required: true,
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      help: "number of the generation; it must be kept still",
    },
  },
  run: (values, context) =>
    withByHand(values, context, async (byHand, store, running) => {
      const page = pageMeant(store, values.page);
      const { generation } = await byHand.rollback(page, values.to);
      if (values.json) context.out(JSON.stringify({ page, generation, to: values.to }));
      else
        context.out(
          `Page ${page} shows generation ${values.to} again, as generation ${generation}${running ? "" : ", sent to POPs when the control plane runs"}. It stays there until pharos snapshot release --page ${page}.`,
        );
    }),
});

const release = defineCommand({
  name: "snapshot release",
  summary: "let a page go on that was rolled back",
  example: "snapshot release --data /var/lib/pharos --page k7x2m9q4w1zz",
  flags,
  run: (values, context) =>
    withByHand(values, context, async (byHand, store, running) => {
      const page = pageMeant(store, values.page);
      const { generation, changed } = await byHand.release(page);
      const next = running
        ? "nothing was changed meanwhile; where it is made from a folder, publish that again"
        : "what was changed meanwhile appears when the control plane runs";
      if (values.json) context.out(JSON.stringify({ page, generation, changed }));
      else context.out(`Page ${page} goes on: ${changed ? `generation ${generation}` : next}.`);
    }),
});

export const commands = [rollback, release];
