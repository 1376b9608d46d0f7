// /admin/me: one's own account. In: a name, an address, a password, which session ends. Out: the account after it.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { Button, Head, Hidden, Line, Post, Refused } from "./field.tsx";
import { go, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { voiceFor } from "./speech.ts";

export const meScreen = screen({
  path: "/admin/me",
  title: "My account",
  needs: "read",
  done: {
    renamed: "Saved.",
    password: "The password is changed. Your other sessions are over.",
    email: "The address is changed. Your other sessions are over.",
    ended: "The session is over.",
    factor: "The second factor is off.",
  },
  show: (visit) => accountOf(visit, []),
  async take(sent) {
    const { form, path, places, who } = sent;
    const { own } = places.accounts;
    switch (form.text("do")) {
      case "rename": {
        const done = await own.rename(who, form.text("name"));
        return done.ok ? go(path, "renamed") : accountOf(sent, done.reason.sentences);
      }
      case "password": {
        const done = await own.changePassword(who, form.body("old"), form.body("fresh"));
        return done.ok ? go(path, "password") : accountOf(sent, done.reason.sentences);
      }
      case "email": {
        const done = await own.changeEmail(who, form.body("password"), form.text("email"));
        return done.ok ? go(path, "email") : accountOf(sent, done.reason.sentences);
      }
      case "end":
        await own.revokeSession(who, form.text("session"));
        return go(path, "ended");
      default:
        return accountOf(sent, ["This form has no such button."]);
    }
  },
});

function accountOf(visit: Visit<null>, sentences: readonly string[]): Reply {
  const { path, who } = visit;
  const { user } = who;
  return shown(
    <>
      <Head title="My account" />
      <Refused sentences={sentences} />
      <p class="hint" safe>
        {user.email}
      </p>
      <Post who={who} to={path}>
        <Line
          name="name"
          label="Name"
          value={user.name}
          max={limits.nameCharsMax}
          autocomplete="name"
          required={true}
        />
        <div class="acts">
          <Button does="rename" label="Save" kind="quiet" />
        </div>
      </Post>
      <section aria-labelledby="factor-h">
        <h2 id="factor-h">Second factor</h2>
        <p>
          {user.hasSecondFactor
            ? `On. ${user.recoveryCodesLeft} recovery codes are left.`
            : "Off: your password alone opens this account."}
        </p>
        <p class="acts end">
          <a class="btn quiet" href="/admin/me/second-factor">
            {user.hasSecondFactor ? "Recovery codes, turn it off" : "Set it up"}
          </a>
        </p>
      </section>
      <section aria-labelledby="password-h">
        <h2 id="password-h">Password</h2>
        <Post who={who} to={path}>
          <input type="text" autocomplete="username" value={attribute(user.email)} hidden={true} />
          <Line
            name="old"
            label="The old one"
            type="password"
            autocomplete="current-password"
            required={true}
          />
          <Line
            name="fresh"
            label="The new one"
            hint="At least twelve characters."
            type="password"
            autocomplete="new-password"
            required={true}
          />
          <div class="acts">
            <Button does="password" label="Change it" kind="quiet" />
          </div>
        </Post>
      </section>
      <section aria-labelledby="email-h">
        <h2 id="email-h">E-mail address</h2>
        <Post who={who} to={path}>
          <Line
            name="email"
            label="Address you sign in with"
            type="email"
            value={user.email}
            max={limits.emailCharsMax}
            autocomplete="email"
            required={true}
          />
          <Line
            name="password"
            label="Your password"
            type="password"
            autocomplete="current-password"
            required={true}
          />
          <div class="acts">
            <Button does="email" label="Change the address" kind="quiet" />
          </div>
        </Post>
      </section>
      <Sessions visit={visit} />
    </>,
    { status: statusOf(sentences) },
  );
}

function Sessions({ visit: { path, places, who } }: { readonly visit: Visit<null> }): JSX.Element {
  return (
    <section aria-labelledby="sessions-h">
      <h2 id="sessions-h">Sessions</h2>
      <ul class="list">
        {places.accounts.own.sessions(who).map((session) => (
          <li>
            <div>
              <b safe>{session.address ?? "Address unknown"}</b>
              <small class="sub" safe>
                {session.agent ?? ""}
              </small>
              <small class="sub">
                Last seen <When ms={session.seenMs} voice={voiceFor(null)} />
              </small>
            </div>
            {session.id === who.session.id ? (
              <span class="hint">This one</span>
            ) : (
              <Post who={who} to={path} kind="bare">
                <Hidden name="session" value={session.id} />
                <Button
                  does="end"
                  label="End it"
                  kind="quiet"
                  says={`End it: the session of ${session.address ?? "an unknown address"}`}
                />
              </Post>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
