// /admin/sign-in, /admin/sign-in/code, /admin/sign-out. In: address and password, a code. Out: a session, or why not.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { codePath, entered, placeIn, signInPath } from "./door.ts";
import { DoorForm, Hidden, Line, Refused } from "./field.tsx";
import { type Door, go, type Knock, type Reply, shown } from "./screen.ts";

export const signInDoor: Door = {
  path: signInPath,
  title: "Sign in",
  done: { out: "You are signed out." },
  show: (knock) => signInForm(knock, "", [], 200),
  async take({ accounts, caller, form, ...knock }) {
    const email = form.text("email");
    const to = placeIn(form.text("to"));
    const outcome = await accounts.signIn.byPassword(caller, { email, password: form.body("password") });
    return entered(outcome, to, (sentence, status) =>
      signInForm(
        { ...knock, accounts, caller, query: new URLSearchParams({ to }) },
        email,
        [sentence],
        status,
      ),
    );
  },
};

function signInForm(
  { query, who }: Knock,
  email: string,
  sentences: readonly string[],
  status: number,
): Reply {
  return shown(
    <DoorForm title="Sign in" who={who} to={signInPath}>
      <Refused sentences={sentences} />
      <Hidden name="to" value={placeIn(query.get("to"))} />
      <Line
        name="email"
        label="E-mail address"
        type="email"
        value={email}
        autocomplete="username"
        required={true}
        focus={email === ""}
      />
      <Line
        name="password"
        label="Password"
        type="password"
        autocomplete="current-password"
        required={true}
        focus={email !== ""}
      />
      <div class="acts">
        <button type="submit">Sign in</button>
      </div>
    </DoorForm>,
    { status },
  );
}

export const codeDoor: Door = {
  path: codePath,
  title: "Second factor",
  show: ({ query, who }) =>
    codeForm({ who, to: query.get("to"), challenge: query.get("challenge") ?? "" }, []),
  async take({ accounts, caller, form, who }) {
    const [to, challenge] = [placeIn(form.text("to")), form.text("challenge")];
    const outcome = await accounts.signIn.bySecondFactor(caller, { challenge, code: form.text("code") });
    if (outcome.kind === "second-factor")
      return codeForm(
        { who, to, challenge: outcome.challenge },
        outcome.sentence === null ? [] : [outcome.sentence],
      );
    return entered(outcome, to, (sentence, status) => codeForm({ who, to, challenge }, [sentence], status));
  },
};

function codeForm(
  {
    challenge,
    to,
    who,
  }: { readonly who: Knock["who"]; readonly to: string | null; readonly challenge: string },
  sentences: readonly string[],
  status = sentences.length === 0 ? 200 : 403,
): Reply {
  return shown(
    <DoorForm title="Second factor" who={who} to={codePath}>
      <Refused sentences={sentences} />
      <Hidden name="to" value={placeIn(to)} />
      <Hidden name="challenge" value={challenge} />
      <Line
        name="code"
        label="Code"
        hint="Six digits that your app shows, or one of your recovery codes."
        autocomplete="one-time-code"
        required={true}
        focus={true}
      />
      <div class="acts">
        <button type="submit">Go on</button>
        <a href={signInPath}>Begin anew</a>
      </div>
    </DoorForm>,
    { status },
  );
}

export const signOutDoor: Door = {
  path: "/admin/sign-out",
  title: "Sign out",
  // A link must not sign anybody out: a form does.
  show: () => go("/admin/"),
  async take({ accounts, who }) {
    const cookies = who === null ? [] : await accounts.signOut(who);
    return { kind: "go", to: signInPath, done: "out", cookies };
  },
};
