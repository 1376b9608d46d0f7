// /admin/first, /admin/invitation, /admin/new-password: coming in by a one-time link. In: its secret, a name, a password. Out: signed in, or why not.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Result } from "../base/result.ts";
import type { Denial } from "../people/refusals.ts";
import type { SignInOutcome } from "../people/sign-in.ts";
import { attribute } from "../render/prose.tsx";
import type { Link } from "../store/links.ts";
import { entered, signInPath } from "./door.ts";
import { DoorForm, Hidden, Line, Refused } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { type Door, go, type Knock, type Reply, shown } from "./screen.ts";

const blank = formFrom(new URLSearchParams());
const passwordHint = "At least twelve characters; a few words that only you put together are best.";

/** What a link gave: where it goes on, or the form again with what is wrong. */
function after(
  done: Result<SignInOutcome, Denial>,
  to: string,
  again: (sentences: readonly string[], status: number) => Reply,
): Reply {
  if (!done.ok) return again(done.reason.sentences, done.reason.status);
  return entered(done.value, to, (sentence, status) => again([sentence], status));
}

export const firstDoor: Door = {
  path: "/admin/first",
  title: "The first owner",
  show(knock) {
    const secret = knock.query.get("token") ?? "";
    return knock.accounts.entrances.isFirst(secret) ? firstForm(knock, secret, blank, [], 200) : over();
  },
  async take({ form, ...knock }) {
    const { accounts, caller } = knock;
    const secret = form.text("token");
    if (!accounts.entrances.isFirst(secret)) return over();
    const typed = { name: form.text("name"), email: form.text("email"), password: form.body("password") };
    const done = await accounts.entrances.first(caller, secret, typed);
    return after(done, "/admin/me/second-factor", (sentences, status) =>
      firstForm(knock, secret, form, sentences, status),
    );
  },
};

function firstForm(
  { path, who }: Knock,
  secret: string,
  form: Form,
  sentences: readonly string[],
  status: number,
): Reply {
  return shown(
    <DoorForm title="The first owner" who={who} to={path}>
      <p>Nobody may sign in here yet. Whoever has this link becomes the owner, once.</p>
      <Refused sentences={sentences} />
      <Hidden name="token" value={secret} />
      <Line
        name="name"
        label="Your name"
        value={form.text("name")}
        autocomplete="name"
        required={true}
        focus={true}
      />
      <Line
        name="email"
        label="E-mail address"
        type="email"
        value={form.text("email")}
        autocomplete="username"
        required={true}
      />
      <Line
        name="password"
        label="Password"
        hint={passwordHint}
        type="password"
        autocomplete="new-password"
        required={true}
      />
      <div class="acts">
        <button type="submit">Become the owner</button>
      </div>
    </DoorForm>,
    { status },
  );
}

export const invitationDoor: Door = {
  path: "/admin/invitation",
  title: "Invitation",
  show(knock) {
    const secret = knock.query.get("token") ?? "";
    const link = knock.accounts.entrances.find(secret);
    return link?.kind === "invite" ? invitationForm(knock, secret, link, blank, [], 200) : over();
  },
  async take({ form, ...knock }) {
    const { accounts, caller, who } = knock;
    const { entrances } = accounts;
    const secret = form.text("token");
    const link = entrances.find(secret);
    if (link?.kind !== "invite") return over();
    const again = (sentences: readonly string[], status: number) =>
      invitationForm(knock, secret, link, form, sentences, status);
    if (who !== null) {
      const done = await entrances.acceptAs(caller, secret, who.user);
      return done.ok ? go("/admin/") : again(done.reason.sentences, done.reason.status);
    }
    const typed = { name: form.text("name"), password: form.body("password") };
    return after(await entrances.accept(caller, secret, typed), "/admin/me/second-factor", again);
  },
};

function invitationForm(
  { path, who }: Knock,
  secret: string,
  { email, grants }: Link,
  form: Form,
  sentences: readonly string[],
  status: number,
): Reply {
  const roles = grants.map(([page, role]) => `${role} of ${page === "*" ? "all pages" : `the page ${page}`}`);
  const here = `${path}?${new URLSearchParams({ token: secret })}`;
  return shown(
    <DoorForm title="Invitation" who={who} to={path}>
      <p safe>{`You are invited to be ${roles.join(", ")}.`}</p>
      <Refused sentences={sentences} />
      <Hidden name="token" value={secret} />
      {who === null ? (
        <>
          <Line
            name="email"
            label="E-mail address"
            type="email"
            value={email}
            autocomplete="username"
            readonly={true}
          />
          <Line
            name="name"
            label="Your name"
            value={form.text("name")}
            autocomplete="name"
            required={true}
            focus={true}
          />
          <Line
            name="password"
            label="Password"
            hint={passwordHint}
            type="password"
            autocomplete="new-password"
            required={true}
          />
        </>
      ) : (
        <p safe>{`As ${who.user.name}, who is signed in here.`}</p>
      )}
      <div class="acts">
        <button type="submit">Accept</button>
        {who === null ? (
          <a href={attribute(`${signInPath}?${new URLSearchParams({ to: here })}`)}>I have an account</a>
        ) : (
          ""
        )}
      </div>
    </DoorForm>,
    { status },
  );
}

export const newPasswordDoor: Door = {
  path: "/admin/new-password",
  title: "New password",
  show(knock) {
    const secret = knock.query.get("token") ?? "";
    const link = knock.accounts.entrances.find(secret);
    return link?.kind === "reset" ? passwordForm(knock, secret, [], 200) : over();
  },
  async take({ form, ...knock }) {
    const secret = form.text("token");
    if (knock.accounts.entrances.find(secret)?.kind !== "reset") return over();
    const done = await knock.accounts.entrances.reset(knock.caller, secret, form.body("password"));
    return after(done, "/admin/me/second-factor", (sentences, status) =>
      passwordForm(knock, secret, sentences, status),
    );
  },
};

function passwordForm(
  { path, who }: Knock,
  secret: string,
  sentences: readonly string[],
  status: number,
): Reply {
  return shown(
    <DoorForm title="New password" who={who} to={path}>
      <p>Your other sessions end, and your second factor is set up anew.</p>
      <Refused sentences={sentences} />
      <Hidden name="token" value={secret} />
      <Line
        name="password"
        label="Password"
        hint={passwordHint}
        type="password"
        autocomplete="new-password"
        required={true}
        focus={true}
      />
      <div class="acts">
        <button type="submit">Set it</button>
      </div>
    </DoorForm>,
    { status },
  );
}

function over(): Reply {
  return shown(
    <section class="door">
      <h1>This link opens nothing</h1>
      <p>It was used already, or it is over. Ask for another one: links are for one time.</p>
      <p class="acts end">
        <a class="btn" href={signInPath}>
          Sign in
        </a>
      </p>
    </section>,
    { status: 404, title: "This link opens nothing" },
  );
}
