// /admin/pops: who serves the pages, how they are and how far behind. In: a new one's name, marks. Out: a token to join by, shown once.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { PopSeen } from "../control/install.ts";
import { mayTouch } from "../people/principal.ts";
import { everything, isPageOrEverything } from "../snapshot/names.ts";
import { Button, Dangerous, Head, Hidden, Line, Post, Refused } from "./field.tsx";
import { PopFacts } from "./pop-row.tsx";
import { go, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";

export const popsScreen = screen({
  path: "/admin/pops",
  title: "POPs",
  needs: "read",
  changes: "administer",
  menu: "install",
  done: {
    drained: "Visitors are led elsewhere.",
    back: "It takes visitors again.",
    revoked: "It may not follow any more.",
  },
  show: (visit) => listFor(visit),
  async take(sent) {
    const { form, path, places } = sent;
    const does = form.text("do");
    if (does === "token") {
      const pages = form
        .text("pages")
        .split(/[\s,]+/)
        .filter((it) => it !== "");
      if (!pages.every(isPageOrEverything))
        return listFor(sent, { sentences: ["Pages are named by their ids, or * for all."] });
      const grant = { name: form.text("name") || null, pages: pages.length === 0 ? [everything] : pages };
      return listFor(sent, { made: await places.pops.addToken(grant) });
    }
    const key = form.text("pop");
    if (does === "revoke") await places.pops.mark(key, { revoked: true });
    else await places.pops.mark(key, { drained: does === "drain" });
    return go(path, does === "revoke" ? "revoked" : does === "drain" ? "drained" : "back");
  },
});

interface Said {
  readonly sentences?: readonly string[];
  readonly made?: { readonly token: string; readonly expiresMs: number };
}

/** So many pages are named in a row of the list. */
const pagesNamed = 3;

/** The newest generation of the one page that there is; of several the first ones' by name. */
function newestOf({ places: { ledger, snapshots }, who }: Visit<null>): string | null {
  snapshots.refresh();
  const heads = ledger.pages().flatMap((id) => {
    const head = mayTouch(who.principal, id) ? snapshots.head(id) : null;
    return head === null ? [] : [{ name: ledger.view(id)?.page.name ?? id, ...head }];
  });
  const [first] = heads;
  if (first === undefined) return null;
  if (heads.length === 1) return `generation ${first.generation}`;
  const named = heads.slice(0, pagesNamed).map(({ name, generation }) => `${name} ${generation}`);
  return `generations ${named.join(", ")}${heads.length > pagesNamed ? ", …" : ""}`;
}

async function listFor(visit: Visit<null>, { sentences = [], made }: Said = {}): Promise<Reply> {
  const { may, path, places, who } = visit;
  const pops = await places.pops.list();
  const newest = newestOf(visit);
  return shown(
    <>
      <Head title="POPs" />
      <Refused sentences={sentences} />
      {made === undefined ? (
        ""
      ) : (
        <Made token={made.token} minutes={Math.round((made.expiresMs - visit.nowMs) / 60_000)} />
      )}
      <div id="pops" hx-get={path} hx-trigger="every 5s" hx-select="#pops" hx-swap="outerHTML">
        {pops.length === 0 ? <p class="empty">No POP has joined.</p> : ""}
        <ul class="list">
          {pops.map((pop) => (
            <PopFacts pop={pop} newest={newest}>
              {may("administer") && !pop.revoked ? <Marks visit={visit} pop={pop} /> : ""}
            </PopFacts>
          ))}
        </ul>
      </div>
      {may("administer") ? (
        <section aria-labelledby="join-h">
          <h2 id="join-h">Another POP</h2>
          <Post who={who} to={path}>
            <Line name="name" label="Name" hint="Left empty, the POP says its own." />
            <Line name="pages" label="Pages" hint="Ids, or * for all." value="*" />
            <div class="acts">
              <Button does="token" label="Make a token" />
            </div>
          </Post>
        </section>
      ) : (
        ""
      )}
    </>,
    { status: statusOf(sentences) },
  );
}

function Made({ token, minutes }: { readonly token: string; readonly minutes: number }): JSX.Element {
  return (
    <div class="say ok" role="status">
      <b safe>{`The token, for one POP and ${minutes} minutes. It is shown this once.`}</b>
      <p class="key" safe>
        {token}
      </p>
      <p class="hint">Give it to pharos pop join on the new machine.</p>
    </div>
  );
}

function Marks({
  visit: { path, who },
  pop,
}: {
  readonly visit: Visit<null>;
  readonly pop: PopSeen;
}): JSX.Element {
  return (
    <>
      <Post who={who} to={path} kind="bare">
        <Hidden name="pop" value={pop.key} />
        {pop.drained ? (
          <Button
            does="undrain"
            label="Take visitors"
            kind="quiet"
            says={`${pop.name}: take visitors again`}
          />
        ) : (
          <Button does="drain" label="Drain" kind="quiet" says={`Drain ${pop.name}`} />
        )}
      </Post>
      <Dangerous label="Revoke…" says="It stays revoked: to come back it joins anew, with a key of its own.">
        <Post who={who} to={path} kind="bare">
          <Hidden name="pop" value={pop.key} />
          <Button does="revoke" label="Revoke for good" kind="no" says={`Revoke for good: ${pop.name}`} />
        </Post>
      </Dangerous>
    </>
  );
}
