// Subscribers from a CSV, by hand. In: a file or a text. Out: what would become of each; after a yes, that. The text goes along in the form, so that what
// is agreed to is what was looked at, and stands there to be mended where a line is wrong.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { ApiRefusal } from "../control/answer.ts";
import {
  bringCsv,
  type CsvCounts,
  csvColumns,
  csvSentences,
  foreseenOf,
  readSubscriberCsv,
} from "../control/subscriber-csv.ts";
import type { PageView } from "../model/view.ts";
import { byOf } from "../people/accounts.ts";
import { actorOf } from "../people/principal.ts";
import { Area, Button, Check, Post } from "./field.tsx";
import type { Form } from "./form.ts";
import type { Places } from "./places.ts";
import type { Sent, Visit } from "./screen.ts";
import { counted } from "./speech.ts";

type Kept = NonNullable<Places["subscribers"]>;

/** What was looked at: how many of each, and that it may be kept. */
export interface CsvLook {
  readonly text: string;
  readonly counts: CsvCounts;
  readonly wrong: readonly string[];
}

export type CsvTaken =
  | { readonly kind: "look"; readonly look: CsvLook }
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly sentences: readonly string[] };

/** Looks at it; with `csv-import` it is kept where nothing is wrong, or where what is wrong is to be left out. */
export async function csvTaken(sent: Sent<PageView>, kept: Kept): Promise<CsvTaken> {
  const { form, view, who, nowMs } = sent;
  const text = csvIn(form);
  if (text.includes("\ufffd"))
    return { kind: "refused", sentences: ["It is not UTF-8: save it as “CSV UTF-8” and choose it again."] };
  if (text.trim() === "")
    return { kind: "refused", sentences: ["Choose a file, or paste the lines of one."] };
  try {
    const by = actorOf(who.principal);
    const { wanted, wrong } = await readSubscriberCsv(text, view, { nowMs, by });
    const sentences = csvSentences(wrong);
    if (form.text("do") === "csv-import" && (wrong.length === 0 || form.has("skip_wrong"))) {
      await bringCsv(kept, view.page.id, wanted, byOf(who));
      return { kind: "done" };
    }
    return {
      kind: "look",
      look: { text, counts: await foreseenOf(kept, view.page.id, wanted), wrong: sentences },
    };
  } catch (thrown) {
    // What is no such table is a sentence of the API's.
    if (thrown instanceof ApiRefusal) return { kind: "refused", sentences: [thrown.answer.error].flat() };
    throw thrown;
  }
}

/** A file that was chosen counts before what stands in the field. */
export function csvIn(form: Form): string {
  const file = form.file("file");
  return file === null ? form.body("csv") : new TextDecoder().decode(file.bytes);
}

export function CsvForm({
  visit: { path, who },
  text,
  look,
}: {
  readonly visit: Visit<PageView>;
  readonly text: string;
  readonly look: CsvLook | null;
}): JSX.Element {
  return (
    <section aria-labelledby="csv-h">
      <h2 id="csv-h">Many, from a CSV</h2>
      {look === null ? "" : <Foreseen look={look} />}
      <Post who={who} to={path} file={true}>
        <label>
          <span>A file</span>
          <small class="hint" safe>{`At most ${limits.csvRowsMax.toLocaleString("en")} rows.`}</small>
          <input type="file" name="file" accept=".csv,text/csv" />
        </label>
        <Area
          name="csv"
          label="Or its lines"
          hint={`The first names columns: ${csvColumns.join(", ")}. One address a row. consent_source says where each consent is from; it is kept.`}
          value={text}
          long={true}
        />
        {look !== null && look.wrong.length > 0 ? (
          <Check name="skip_wrong" label="Leave out the lines that are wrong" />
        ) : (
          ""
        )}
        <div class="acts">
          <Button does="csv-look" label="See what would change" kind={look === null ? "" : "quiet"} />
          {look === null ? "" : <Button does="csv-import" label="Import them" />}
        </div>
      </Post>
    </section>
  );
}

function Foreseen({ look: { counts, wrong } }: { readonly look: CsvLook }): JSX.Element {
  const { added, known, unsubscribed, suppressed } = counts;
  const rows = [
    `${counted(added, "subscriber")} would be added, and told from then on.`,
    ...(known > 0 ? [`${known.toLocaleString("en")} are here already, and stay as they are.`] : []),
    ...(unsubscribed > 0 ? [`${unsubscribed.toLocaleString("en")} unsubscribed, and stay so.`] : []),
    ...(suppressed > 0 ? [`To ${suppressed.toLocaleString("en")} nothing is ever sent.`] : []),
    ...wrong,
  ];
  return (
    <div class={wrong.length > 0 ? "say maj" : "say"} role="status">
      <b>Nothing is kept yet.</b>
      <ul>
        {rows.map((row) => (
          <li dir="auto" safe>
            {row}
          </li>
        ))}
      </ul>
    </div>
  );
}
