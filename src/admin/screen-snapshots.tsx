// /admin/p/<page>/snapshots: the generations that are kept, what differs between two, and the way back. In: a generation. Out: the page as it was then.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { PageView } from "../model/view.ts";
import { pinIn } from "../publish/pin.ts";
import { generationsOf, type HeldGeneration } from "../publish/published.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { diffSnapshots, type SnapshotDiff } from "../snapshot/diff.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Digest, Part } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { Button, Dangerous, Head, Hidden, Post, Refused, Select } from "./field.tsx";
import { go, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { counted, voiceFor } from "./speech.ts";

export const snapshotsScreen = screen({
  path: "/admin/p/:page/snapshots",
  title: "Snapshots",
  needs: "read",
  changes: "administer",
  menu: "page",
  done: {
    back: "Rolled back. The page stays there until it is released; what is changed meanwhile is kept.",
    released: "The page goes on.",
  },
  show: (visit) => listFor(visit, []),
  async take(sent) {
    const { form, places, view } = sent;
    const isBack = form.text("do") === "rollback";
    try {
      if (isBack) await places.byHand.rollback(view.page.id, Number(form.text("to")));
      else await places.byHand.release(view.page.id);
    } catch (thrown) {
      // What the publisher refuses is a sentence for its operator; all else is a failure.
      if (thrown instanceof Fault) return listFor(sent, [thrown.message, thrown.remedy]);
      throw thrown;
    }
    return go(sent.path, isBack ? "back" : "released");
  },
});

function listFor(visit: Visit<PageView>, sentences: readonly string[]): Reply {
  const { places, query, view } = visit;
  const store = places.snapshots;
  store.refresh();
  const held = [...generationsOf(store, view.page.id).take(limits.adminListMax)];
  const pin = pinIn(store.notes(view.page.id));
  const [older, newer] = [query.get("from"), query.get("to")].map((number) =>
    held.find(({ manifest }) => String(manifest.generation) === number),
  );
  return shown(
    <>
      <Head title="Snapshots" />
      <Refused sentences={sentences} />
      {pin === null ? "" : <Pinned visit={visit} to={pin.to} sinceMs={pin.sinceMs} />}
      {held.length === 0 ? <p class="empty">Nothing was published yet.</p> : ""}
      {held.length > 1 ? <Compare visit={visit} held={held} /> : ""}
      {older !== undefined && newer !== undefined ? (
        <Difference store={store} older={older} newer={newer} />
      ) : (
        ""
      )}
      <ul class="list">
        {held.map((generation, at) => (
          <Row visit={visit} generation={generation} isNewest={at === 0} />
        ))}
      </ul>
    </>,
    { status: statusOf(sentences) },
  );
}

function Pinned({
  visit: { may, path, view, who },
  to,
  sinceMs,
}: {
  readonly visit: Visit<PageView>;
  readonly to: number;
  readonly sinceMs: number;
}): JSX.Element {
  return (
    <div class="say deg">
      <b safe>{`The page shows generation ${to} again`}</b>
      <p>
        since <When ms={sinceMs} voice={voiceFor(view)} />. What is changed meanwhile appears when it is
        released.
      </p>
      {may("administer") ? (
        <Post who={who} to={path} kind="bare">
          <Button does="release" label="Release" />
        </Post>
      ) : (
        ""
      )}
    </div>
  );
}

function Compare({
  visit: { path, query },
  held,
}: {
  readonly visit: Visit<PageView>;
  readonly held: readonly HeldGeneration[];
}): JSX.Element {
  const from = held.map(({ manifest: { generation } }) => ({
    value: String(generation),
    label: `Generation ${generation}`,
  }));
  return (
    <form method="get" action={attribute(path)} class="row">
      <Select name="from" label="Compare" value={query.get("from") ?? from[1]?.value ?? ""} from={from} />
      <Select name="to" label="with" value={query.get("to") ?? from[0]?.value ?? ""} from={from} />
      <button type="submit" class="quiet">
        Compare
      </button>
    </form>
  );
}

function Difference({
  store,
  older,
  newer,
}: {
  readonly store: SnapshotStore;
  readonly older: HeldGeneration;
  readonly newer: HeldGeneration;
}): JSX.Element {
  const found = diffSnapshots(older.manifest, newer.manifest, (digest) => partOf(store, digest));
  const title = `From generation ${older.manifest.generation} to ${newer.manifest.generation}`;
  return (
    <section aria-labelledby="diff-h">
      <h2 id="diff-h" safe>
        {title}
      </h2>
      {found.ok ? <Routes diff={found.value} /> : <p>A part of one of the two is missing or damaged.</p>}
    </section>
  );
}

function Routes({ diff: { added, changed, removed } }: { readonly diff: SnapshotDiff }): JSX.Element {
  const lines = [
    ...added.map((path) => ["+", path] as const),
    ...removed.map((path) => ["−", path] as const),
    ...changed.map((path) => ["~", path] as const),
  ];
  return (
    <>
      <p class="hint" safe>
        {`${counted(added.length, "address", "addresses")} more, ${removed.length} fewer, ${changed.length} with other bytes.`}
      </p>
      <ul class="diff">
        {lines.slice(0, limits.adminChoicesMax).map(([sign, path]) => (
          <li safe>{`${sign} ${path}`}</li>
        ))}
      </ul>
    </>
  );
}

function partOf(store: SnapshotStore, digest: Digest): Part | null {
  const bytes = store.tree(digest);
  const part = bytes === null ? null : decodePart(bytes);
  return part?.ok === true ? part.value : null;
}

function Row({
  visit: { may, path, view, who },
  generation: { manifest },
  isNewest,
}: {
  readonly visit: Visit<PageView>;
  readonly generation: HeldGeneration;
  readonly isNewest: boolean;
}): JSX.Element {
  const number = String(manifest.generation);
  return (
    <li>
      <div>
        <b safe>{`Generation ${number}`}</b>
        <small class="sub">
          <When ms={manifest.createdMs} voice={voiceFor(view)} />
        </small>
      </div>
      {isNewest ? <span class="hint">Now served</span> : ""}
      {!isNewest && may("administer") ? (
        <Dangerous
          label="Roll back…"
          says="Readers see this generation again until it is released. Incidents and components are kept as they are."
        >
          <Post who={who} to={path} kind="bare">
            <Hidden name="to" value={number} />
            <Button does="rollback" label={`Roll back to ${number}`} kind="no" />
          </Post>
        </Dangerous>
      ) : (
        ""
      )}
    </li>
  );
}
