// /admin/people, /admin/people/invitations, /admin/people/<id>: who may do what. In: addresses and roles. Out: one-time links, shown once; people.
// The desk (people/desk.ts) says what whoever asks may see and change: nothing here decides it.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */

import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { type Grants, isRole, roles } from "../model/roles.ts";
import { linkPaths } from "../people/entrances.ts";
import type { Denial } from "../people/refusals.ts";
import { administersSome } from "../people/rules.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import type { User } from "../store/people-rows.ts";
import { Button, Dangerous, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { Listing, partOf } from "./listing.tsx";
import {
  askerOf,
  go,
  missing,
  type Reply,
  type Sent,
  screen,
  shown,
  statusOf,
  type Visit,
} from "./screen.ts";
import { says, voiceFor } from "./speech.ts";

const roleChoices = roles.map((value) => ({ value, label: value }));

export const peopleScreen = screen({
  path: "/admin/people",
  title: "People",
  needs: "read",
  isFor: administersSome,
  menu: "install",
  done: { removed: "The account is removed." },
  show(visit) {
    const { path, places, query, who } = visit;
    const people = places.accounts.desk.list(askerOf(who));
    const part = partOf(people, query, (it, question) => says(question, it.name, it.email));
    return shown(
      <>
        <Head title="People">
          <a class="btn" href="/admin/people/invitations">
            Invite
          </a>
        </Head>
        <Listing part={part} path={path} noun="person">
          <ul class="list">
            {part.items.map((user) => (
              <PersonRow visit={visit} user={user} />
            ))}
          </ul>
        </Listing>
      </>,
    );
  },
});

/** What somebody may, in words. */
function grantsText({ places: { ledger } }: Visit<null>, grants: Grants): string {
  return grants
    .map(
      ([page, role]) => `${role} of ${page === "*" ? "all pages" : (ledger.view(page)?.page.name ?? page)}`,
    )
    .join(", ");
}

function PersonRow({ visit, user }: { readonly visit: Visit<null>; readonly user: User }): JSX.Element {
  return (
    <li>
      <div>
        <a class="whole" href={attribute(`/admin/people/${encodeURIComponent(user.id)}`)} dir="auto" safe>
          {user.name}
        </a>
        <small class="sub" safe>
          {[user.email, grantsText(visit, user.grants)].join(" · ")}
        </small>
      </div>
      <span class="hint">
        {user.disabled ? "May not sign in" : user.hasSecondFactor ? "Two factors" : "Password alone"}
      </span>
    </li>
  );
}

/** Pages on which whoever asks may give roles, and all where they may. */
function pageChoices({ may, places: { ledger } }: Visit<null>) {
  const own = ledger.pages().filter((id) => may("administer", id));
  const all = may("administer", "*") ? [{ value: "*", label: "All pages" }] : [];
  const named = own.map((id) => ({ value: id, label: ledger.view(id)?.page.name ?? id }));
  return [...all, ...named].slice(0, limits.adminChoicesMax);
}

export const invitationsScreen = screen({
  path: "/admin/people/invitations",
  title: "Invitations",
  needs: "read",
  isFor: administersSome,
  done: { gone: "The link opens nothing any more." },
  show: (visit) => invitationsOf(visit, formFrom(new URLSearchParams({ role: "responder" }))),
  async take(sent) {
    const { form, path, places, who } = sent;
    const { desk } = places.accounts;
    if (form.text("do") === "revoke") {
      const done = await desk.revokeLink(askerOf(who), form.text("link"));
      return done.ok ? go(path, "gone") : invitationsOf(sent, form, { sentences: done.reason.sentences });
    }
    const role = form.text("role");
    const grants: Grants = [[form.text("page"), isRole(role) ? role : "viewer"]];
    const done = await desk.invite(askerOf(who), { email: form.text("email"), grants });
    return done.ok
      ? invitationsOf(sent, form, { path: linkPaths.invite(done.value.secret) })
      : invitationsOf(sent, form, { sentences: done.reason.sentences });
  },
});

interface Said {
  /** Where the new link leads. */
  readonly path?: string;
  readonly sentences?: readonly string[];
}

function invitationsOf(visit: Visit<null>, form: Form, { path: made, sentences = [] }: Said = {}): Reply {
  const { path, places, who } = visit;
  return shown(
    <>
      <Head title="Invitations" />
      <Refused sentences={sentences} />
      {made === undefined ? "" : <MadeLink path={made} />}
      <Post who={who} to={path}>
        <Line name="email" label="E-mail address" type="email" value={form.text("email")} required={true} />
        <div class="two">
          <Select name="page" label="Page" value={form.text("page")} from={pageChoices(visit)} />
          <Select name="role" label="Role" value={form.text("role")} from={roleChoices} />
        </div>
        <div class="acts">
          <Button does="invite" label="Make a link" />
        </div>
      </Post>
      <section aria-labelledby="open-h">
        <h2 id="open-h">Not taken up yet</h2>
        {places.accounts.desk.links(askerOf(who)).length === 0 ? <p class="empty">None.</p> : ""}
        <ul class="list">
          {places.accounts.desk.links(askerOf(who)).map((link) => (
            <li>
              <div>
                <b safe>{link.email}</b>
                <small class="sub">
                  {link.kind === "invite" ? Html.escapeHtml(grantsText(visit, link.grants)) : "New password"},
                  until <When ms={link.expiresMs} voice={voiceFor(null)} />
                </small>
              </div>
              <Post who={who} to={path} kind="bare">
                <Hidden name="link" value={link.id} />
                <Button
                  does="revoke"
                  label="Withdraw"
                  kind="quiet"
                  says={`Withdraw the link for ${link.email}`}
                />
              </Post>
            </li>
          ))}
        </ul>
      </section>
    </>,
    { status: statusOf(sentences) },
  );
}

function MadeLink({ path }: { readonly path: string }): JSX.Element {
  return (
    <div class="say ok" role="status">
      <b>The link, for one time. It is shown this once: send it to them.</b>
      <p class="key">
        <a href={attribute(path)} safe>
          {path}
        </a>
      </p>
      <p class="hint">It begins with this very address: copy it as a link.</p>
    </div>
  );
}

export const personScreen = screen({
  path: "/admin/people/:person",
  title: "Person",
  needs: "read",
  isFor: administersSome,
  done: { saved: "Saved.", ended: "The session is over." },
  show(visit) {
    const user = personIn(visit);
    return user === null ? missing("Person") : personOf(visit, user);
  },
  async take(sent) {
    const user = personIn(sent);
    return user === null ? missing("Person") : changed(sent, user);
  },
});

function personIn({ params, places, who }: Visit<null>): User | null {
  return places.accounts.desk.get(askerOf(who), params.person ?? "");
}

async function changed(sent: Sent<null>, user: User): Promise<Reply> {
  const { form, path, places, who } = sent;
  const { desk } = places.accounts;
  const asker = askerOf(who);
  const refused = (reason: Denial): Reply => personOf(sent, user, { sentences: reason.sentences });
  switch (form.text("do")) {
    case "role": {
      const [page, role] = [form.text("page"), form.text("role")];
      const others = user.grants.filter(([known]) => known !== page);
      const grants: Grants = isRole(role) ? [...others, [page, role]] : others;
      const done = await desk.update(asker, user.id, { grants });
      return done.ok ? go(path, "saved") : refused(done.reason);
    }
    case "disable":
    case "enable": {
      const done = await desk.setDisabled(asker, user.id, form.text("do") === "disable");
      return done.ok ? go(path, "saved") : refused(done.reason);
    }
    case "remove": {
      const done = await desk.remove(asker, user.id);
      return done.ok ? go("/admin/people", "removed") : refused(done.reason);
    }
    case "reset": {
      const done = await desk.resetLink(asker, user.id);
      return done.ok
        ? personOf(sent, user, { path: linkPaths.reset(done.value.secret) })
        : refused(done.reason);
    }
    default: {
      const done = await desk.revokeSession(asker, user.id, form.text("session"));
      return done.ok ? go(path, "ended") : refused(done.reason);
    }
  }
}

function personOf(visit: Visit<null>, user: User, { path: made, sentences = [] }: Said = {}): Reply {
  const { path, places, who } = visit;
  const sessions = places.accounts.desk.sessions(askerOf(who), user.id);
  return shown(
    <>
      <Head title={user.name} />
      <Refused sentences={sentences} />
      {made === undefined ? "" : <MadeLink path={made} />}
      <p class="hint" safe>
        {[
          user.email,
          user.disabled ? "may not sign in" : user.hasSecondFactor ? "two factors" : "password alone",
          grantsText(visit, user.grants) || "no role",
        ].join(" · ")}
      </p>
      <section aria-labelledby="role-h">
        <h2 id="role-h">Role</h2>
        <Post who={who} to={path}>
          <div class="two">
            <Select name="page" label="Page" value={user.grants[0]?.[0] ?? ""} from={pageChoices(visit)} />
            <Select
              name="role"
              label="Role"
              value={user.grants[0]?.[1] ?? ""}
              from={[...roleChoices, { value: "", label: "None" }]}
            />
          </div>
          <div class="acts">
            <Button does="role" label="Save" />
          </div>
        </Post>
      </section>
      <section aria-labelledby="sessions-h">
        <h2 id="sessions-h">Sessions</h2>
        {sessions.length === 0 ? <p class="empty">None that you may see.</p> : ""}
        <ul class="list">
          {sessions.map((session) => (
            <li>
              <div>
                <b safe>{session.address ?? "Address unknown"}</b>
                <small class="sub">
                  Last seen <When ms={session.seenMs} voice={voiceFor(null)} />
                </small>
              </div>
              <Post who={who} to={path} kind="bare">
                <Hidden name="session" value={session.id} />
                <Button does="end" label="End it" kind="quiet" />
              </Post>
            </li>
          ))}
        </ul>
      </section>
      <Dangerous
        label="Password lost, or gone for good…"
        says="A link lets them set a new password, and takes their second factor off. Who may not sign in keeps nothing open. What a removed person did stays in the trail."
      >
        <Post who={who} to={path} kind="bare">
          <Button does="reset" label="Make a link for a new password" kind="quiet" />
          {user.disabled ? (
            <Button does="enable" label="Let them sign in again" kind="quiet" />
          ) : (
            <Button does="disable" label="Let them sign in no more" kind="no" />
          )}
          <Button does="remove" label="Remove the account" kind="no" />
        </Post>
      </Dangerous>
    </>,
    { title: user.name, status: statusOf(sentences) },
  );
}
