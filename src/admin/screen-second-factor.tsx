// /admin/me/second-factor: a code from an app beside the password. In: a code of it. Out: the factor and its recovery codes, shown once.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { enrolment } from "../people/second-factor.ts";
import { Button, Dangerous, Head, Hidden, Line, Post, Refused } from "./field.tsx";
import { QrCode } from "./qr.tsx";
import { go, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";

export const secondFactorScreen = screen({
  path: "/admin/me/second-factor",
  title: "Second factor",
  needs: "read",
  show: (visit) =>
    visit.who.user.hasSecondFactor
      ? heldOf(visit, [])
      : enrolOf(visit, visit.places.accounts.own.startTotp(visit.who), []),
  async take(sent) {
    const { form, places, who } = sent;
    const { own } = places.accounts;
    const code = form.text("code");
    switch (form.text("do")) {
      case "confirm": {
        const secret = form.text("secret");
        const done = await own.confirmTotp(who, secret, code);
        return done.ok
          ? codesOf(done.value.codes)
          : enrolOf(sent, startedBy(sent, secret), done.reason.sentences);
      }
      case "codes": {
        const done = await own.recoveryCodes(who, code);
        return done.ok ? codesOf(done.value.codes) : heldOf(sent, done.reason.sentences);
      }
      default: {
        const done = await own.removeTotp(who, code);
        return done.ok ? go("/admin/me", "factor") : heldOf(sent, done.reason.sentences);
      }
    }
  },
});

interface Started {
  readonly secret: string;
  readonly text: string;
  readonly uri: string;
}

/** The same secret again: the app has it already. */
function startedBy({ places, who }: Visit<null>, secret: string): Started {
  const bytes = Buffer.from(secret.slice(0, 100), "base64url");
  if (bytes.length !== 20) return places.accounts.own.startTotp(who);
  return { secret, ...enrolment(bytes, { email: who.user.email, issuer: "Pharos" }) };
}

function enrolOf({ path, who }: Visit<null>, started: Started, sentences: readonly string[]): Reply {
  return shown(
    <>
      <Head title="Second factor" />
      <p>
        Show this to an authenticator app on your phone. From then on signing in also asks for the code that
        it shows.
      </p>
      <QrCode text={started.uri} says="QR code for an authenticator app; the same as text stands below." />
      <p class="hint">Or type this into the app:</p>
      <p class="key" safe>
        {started.text}
      </p>
      <Refused sentences={sentences} />
      <Post who={who} to={path}>
        <Hidden name="secret" value={started.secret} />
        <Line name="code" label="The code that the app shows" autocomplete="one-time-code" required={true} />
        <div class="acts">
          <Button does="confirm" label="Turn it on" />
          <a href="/admin/">Later</a>
        </div>
      </Post>
    </>,
    { status: statusOf(sentences) },
  );
}

/** The one time that they are shown. */
function codesOf(codes: readonly string[]): Reply {
  return shown(
    <>
      <Head title="Recovery codes" />
      <div class="say ok" role="status">
        <b>The second factor is on.</b>
        <p>
          Each of these codes opens your account once where the phone is not at hand. They are shown this
          once: print them, or keep them in a safe place.
        </p>
      </div>
      <ul class="key codes">
        {codes.map((code) => (
          <li safe>{code}</li>
        ))}
      </ul>
      <p class="acts end">
        <a class="btn" href="/admin/">
          I have them
        </a>
      </p>
    </>,
    { title: "Recovery codes" },
  );
}

function heldOf({ path, who }: Visit<null>, sentences: readonly string[]): Reply {
  return shown(
    <>
      <Head title="Second factor" />
      <Refused sentences={sentences} />
      <p safe>{`It is on. ${who.user.recoveryCodesLeft} recovery codes are left.`}</p>
      <Post who={who} to={path}>
        <Line
          name="code"
          label="Code"
          hint="Of the app, or a recovery code."
          autocomplete="one-time-code"
          required={true}
        />
        <div class="acts">
          <Button does="codes" label="New recovery codes" kind="quiet" />
        </div>
      </Post>
      <Dangerous label="Turn it off…" says="Your password alone opens this account then.">
        <Post who={who} to={path}>
          <Line name="code" label="Code" autocomplete="one-time-code" required={true} />
          <div class="acts">
            <Button does="remove" label="Turn it off" kind="no" />
          </div>
        </Post>
      </Dangerous>
    </>,
    { status: statusOf(sentences) },
  );
}
