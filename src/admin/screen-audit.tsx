// /admin/p/<page>/audit: who changed what, the latest first. The op-log is the audit of a page; people and keys have one of their own beside it.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { Json, Op } from "../model/op.ts";
import type { PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { type AuditEntry, seenBy } from "../store/audit.ts";
import { Head } from "./field.tsx";
import type { Places } from "./places.ts";
import { askerOf, screen, shown, type Visit } from "./screen.ts";
import { counted, voiceFor } from "./speech.ts";

/** One deed: all that one person changed at one moment. */
interface Deed {
  readonly at: number;
  readonly actor: string;
  /** What it befell, and what that is from then on. */
  readonly lines: readonly string[];
  /** Where it stands in the op-log; null of what does not. */
  readonly position: number | null;
}

export const auditScreen = screen({
  path: "/admin/p/:page/audit",
  title: "Audit",
  needs: "administer",
  menu: "page",
  show(visit) {
    const { path, view } = visit;
    const { deeds, before } = deedsOf(visit);
    return shown(
      <>
        <Head title="Audit" />
        <p class="hint">
          Every change of the page, and of who may change it. Nothing here is ever changed or taken away.
        </p>
        <ul class="list">
          {deeds.map((deed) => (
            <li>
              <div>
                <b dir="auto" safe>
                  {nameOf(visit, deed.actor)}
                </b>
                <small class="sub">
                  <When ms={deed.at} voice={voiceFor(view)} />
                </small>
                <Lines lines={deed.lines} />
              </div>
            </li>
          ))}
        </ul>
        {before === null ? (
          ""
        ) : (
          <p class="pg">
            <a class="btn quiet" href={attribute(`${path}?before=${before}`)}>
              Older
            </a>
          </p>
        )}
      </>,
    );
  },
});

const linesMax = 6;

/** An import is one deed of thousands of lines: the first stand there, the next are folded away, the others are in the API's trail. */
function Lines({ lines }: { readonly lines: readonly string[] }): JSX.Element {
  const line = (text: string): JSX.Element => (
    <small class="sub" dir="auto" safe>
      {text}
    </small>
  );
  const rest = lines.slice(linesMax, limits.adminListMax);
  return (
    <>
      {lines.slice(0, linesMax).map(line)}
      {rest.length === 0 ? (
        ""
      ) : (
        <details class="more">
          <summary safe>{counted(lines.length - linesMax, "more change")}</summary>
          {rest.map(line)}
          {lines.length > limits.adminListMax
            ? line(`and ${counted(lines.length - limits.adminListMax, "other")}`)
            : ""}
        </details>
      )}
    </>
  );
}

/** Ops are read from the end in pieces, so that a page of a long log costs what it shows. */
const pieceOps = 2_000;

function deedsOf({ may, places, query, view }: Visit<PageView>): {
  readonly deeds: readonly Deed[];
  readonly before: number | null;
} {
  const asked = Number(query.get("before") ?? Number.NaN);
  const end = Number.isSafeInteger(asked) ? asked : places.ledger.position() + 1;
  const deeds: Deed[] = [];
  let below = end;
  while (below > 1 && deeds.length < limits.adminListMax) {
    const from = Math.max(0, below - 1 - pieceOps);
    deeds.push(...changesBetween(places, view, from, below).reverse());
    below = from + 1;
  }
  const shownDeeds = deeds.slice(0, limits.adminListMax);
  const last = shownDeeds.at(-1);
  const isWhole = deeds.length <= limits.adminListMax && below <= 1;
  const oldest = isWhole ? Number.NEGATIVE_INFINITY : (last?.at ?? Number.NEGATIVE_INFINITY);
  const newest = Number.isSafeInteger(asked) ? (shownDeeds[0]?.at ?? 0) : Number.POSITIVE_INFINITY;
  const others = entriesOf(places, (page) => may("administer", page)).filter(
    ({ at }) => at >= oldest && at <= newest,
  );
  const all = [...shownDeeds, ...others].sort((a, b) => b.at - a.at);
  return { deeds: all, before: isWhole ? null : (last?.position ?? null) };
}

/** Deeds of a page between two positions (both excluded), oldest first. */
function changesBetween({ ledger }: Places, view: PageView, after: number, before: number): Deed[] {
  const deeds: (Deed & { readonly lines: string[] })[] = [];
  for (const { op, position } of ledger.opsAfter(after)) {
    if (position >= before) break;
    if (op.page !== view.page.id) continue;
    const last = deeds.at(-1);
    const line = lineOf(op, view);
    if (last !== undefined && last.at === op.at && last.actor === op.actor) {
      if (line !== null) last.lines.push(line);
    } else deeds.push({ at: op.at, actor: op.actor, lines: line === null ? [] : [line], position });
  }
  return deeds;
}

const valueCharsMax = 120;

/** What an op says, in a line; null of one that says only when the page changed. */
function lineOf({ fields, id, kind, sets }: Op, view: PageView): string | null {
  const said = Object.entries(fields).filter(([name]) => name !== "updatedAt");
  const members = Object.entries(sets ?? {}).flatMap(([name, { add = [], remove = [] }]) => [
    ...(add.length > 0 ? [`${name} + ${add.join(", ")}`] : []),
    ...(remove.length > 0 ? [`${name} − ${remove.length}`] : []),
  ]);
  if (said.length + members.length === 0) return null;
  const values = said.map(([name, value]) => `${name}: ${clipped(valueText(name, value))}`);
  return `${kind} ${calledIn(view, id)}: ${[...values, ...members].join("; ")}`;
}

/** What it is called now; its id where it is gone, or has no name. */
function calledIn(view: PageView, id: string): string {
  const named =
    view.componentById.get(id) ??
    view.incidentById.get(id) ??
    [...view.templates, ...view.metrics, ...view.recurrences].find((it) => it.id === id);
  return named === undefined ? id : `“${clipped(named.name)}”`;
}

/** A number that is a moment: named so, and after 1973, as a length of time is not. */
const isMoment = (name: string, value: Json): value is number =>
  typeof value === "number" && value > 1e11 && /(At|Ms|^at|^expires|^from|^until|^made)$/.test(name);

/** Values as people read them: times as times, what is none as a dash, parts by their names. */
function valueText(name: string, value: Json): string {
  if (isMoment(name, value)) return `${new Date(value).toISOString().slice(0, 19)}Z`;
  if (value === null || value === "") return "–";
  if (name === "grants" && Array.isArray(value)) return value.map(grantText).join(", ");
  if (Array.isArray(value))
    return value.length === 0 ? "–" : value.map((it) => valueText(name, it)).join(", ");
  if (typeof value !== "object") return String(value);
  const parts = Object.entries(value).map(([part, of]) => `${part} ${valueText(part, of)}`);
  return `(${parts.join(", ")})`;
}

function grantText(grant: Json): string {
  const [page, role] = Array.isArray(grant) ? grant : [];
  return `${role} of ${page === "*" ? "all pages" : page}`;
}

const clipped = (text: string): string =>
  text.length <= valueCharsMax ? text : `${text.slice(0, valueCharsMax - 1).toWellFormed()}…`;

function entriesOf({ audit }: Places, administers: (page: string) => boolean): readonly Deed[] {
  const deeds: Deed[] = [];
  for (const entry of audit.newestFirst()) {
    const seen = seenBy(entry, administers);
    if (seen !== null) deeds.push(deedOf(seen));
    if (deeds.length >= limits.adminChoicesMax) break;
  }
  return deeds;
}

function deedOf({ actor, after, at, before, subject, what }: AuditEntry): Deed {
  const told = (fields: AuditEntry["before"]): string =>
    fields === null
      ? "–"
      : Object.entries(fields)
          .map(([name, value]) => `${name}: ${clipped(valueText(name, value))}`)
          .join("; ");
  const change = before === null && after === null ? "" : `: ${told(before)} → ${told(after)}`;
  return { at, actor, position: null, lines: [`${what} ${subject.name}${change}`] };
}

/** A person by name; a token, the timer and the command line as they stand. */
function nameOf({ places: { accounts }, who }: Visit<PageView>, actor: string): string {
  if (!actor.startsWith("user:")) return actor;
  return accounts.desk.get(askerOf(who), actor.slice(5))?.name ?? actor;
}
