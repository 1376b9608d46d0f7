// /admin/p/<page>/tokens: API keys of a page. In: a name, a role, an end. Out: the key, shown once. Nobody gives a role above their own.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { isRole, type Role, roles } from "../model/roles.ts";
import type { PageView } from "../model/view.ts";
import { roleOn } from "../people/principal.ts";
import { When } from "../render/piece.tsx";
import type { HeldToken } from "../store/tokens.ts";
import { Button, Dangerous, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import { askerOf, go, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { voiceFor } from "./speech.ts";

const dayMs = 24 * 3_600_000;
/** How long a key may be asked to last. */
const lasts: readonly (readonly [days: string, label: string])[] = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "A year"],
  ["", "Until it is revoked"],
];

export const tokensScreen = screen({
  path: "/admin/p/:page/tokens",
  title: "API keys",
  needs: "administer",
  menu: "page",
  done: { revoked: "The key is revoked." },
  show: (visit) => listFor(visit),
  async take(sent) {
    if (sent.form.text("do") === "revoke") return revoked(sent);
    const { form, nowMs, places, view, who } = sent;
    const days = lasts.find(([it]) => it === form.text("days"))?.[0] ?? "90";
    const role = form.text("role");
    const made = await places.accounts.desk.makeKey(askerOf(who), {
      name: form.text("name"),
      grants: [[view.page.id, isRole(role) ? role : "viewer"]],
      expiresMs: days === "" ? null : nowMs + Number(days) * dayMs,
    });
    return made.ok
      ? listFor(sent, { made: made.value.token })
      : listFor(sent, { sentences: made.reason.sentences });
  },
});

/** Roles up to one's own on this page. */
function grantable({ view, who }: Visit<PageView>): readonly Role[] {
  const own = roleOn(who.principal, view.page.id);
  return own === null ? [] : roles.slice(roles.indexOf(own));
}

/** Keys that count on this page. */
function keysOf({ places, view, who }: Visit<PageView>): readonly HeldToken[] {
  return places.accounts.desk
    .keys(askerOf(who))
    .filter(({ grants }) => grants.some(([page]) => page === view.page.id || page === "*"));
}

async function revoked(sent: Sent<PageView>): Promise<Reply> {
  const { form, path, places, who } = sent;
  const named = form.text("key");
  if (!keysOf(sent).some(({ id }) => id === named))
    return listFor(sent, { sentences: ["There is no such key."] });
  const done = await places.accounts.desk.revokeKey(askerOf(who), named);
  return done.ok ? go(path, "revoked") : listFor(sent, { sentences: done.reason.sentences });
}

function listFor(
  visit: Visit<PageView>,
  { made, sentences = [] }: { readonly made?: string; readonly sentences?: readonly string[] } = {},
): Reply {
  const { path, who } = visit;
  return shown(
    <>
      <Head title="API keys" />
      <Refused sentences={sentences} />
      {made === undefined ? (
        ""
      ) : (
        <div class="say ok" role="status">
          <b>The new key. It is shown this once, and kept nowhere as it stands here.</b>
          <p class="key" safe>
            {made}
          </p>
        </div>
      )}
      {keysOf(visit).length === 0 ? (
        <p class="empty">None. A key lets a program do what its role may.</p>
      ) : (
        ""
      )}
      <ul class="list">
        {keysOf(visit).map((key) => (
          <Row visit={visit} held={key} />
        ))}
      </ul>
      <section aria-labelledby="new-h">
        <h2 id="new-h">New key</h2>
        <Post who={who} to={path}>
          <Line name="name" label="What it is for" max={limits.nameCharsMax} required={true} />
          <div class="two">
            <Select
              name="role"
              label="Role"
              value="editor"
              from={grantable(visit).map((value) => ({ value, label: value }))}
            />
            <Select
              name="days"
              label="Lasts"
              value="90"
              from={lasts.map(([value, label]) => ({ value, label }))}
            />
          </div>
          <div class="acts">
            <Button does="make" label="Make a key" />
          </div>
        </Post>
      </section>
    </>,
    { status: statusOf(sentences) },
  );
}

function Row({
  visit: { path, view, who },
  held,
}: {
  readonly visit: Visit<PageView>;
  readonly held: HeldToken;
}): JSX.Element {
  const { expiresMs, grants, id, name, usedMs } = held;
  const voice = voiceFor(view);
  const role = grants.find(([page]) => page === view.page.id || page === "*");
  return (
    <li>
      <div>
        <b dir="auto" safe>
          {name}
        </b>
        <small class="sub">
          {Html.escapeHtml(`${role?.[1] ?? ""}${role?.[0] === "*" ? " of all pages" : ""}, ${id}`)}
          {expiresMs === null ? (
            ", does not end"
          ) : (
            <>
              , ends <When ms={expiresMs} voice={voice} />
            </>
          )}
          {usedMs === null ? (
            ", never used"
          ) : (
            <>
              , last used <When ms={usedMs} voice={voice} />
            </>
          )}
        </small>
      </div>
      <Dangerous label="Revoke…" says="Whatever uses it is refused from then on. It does not come back.">
        <Post who={who} to={path} kind="bare">
          <Hidden name="key" value={id} />
          <Button does="revoke" label="Revoke for good" kind="no" says={`Revoke for good: ${name}`} />
        </Post>
      </Dangerous>
    </li>
  );
}
