// Signing on by an account of another service (OpenID Connect). In: its address, our client there. Out: where to send the browser, and, when it
// comes back, the same outcome as of a password. Code flow with PKCE, state and nonce; the signature of the ID token is checked as well.
// An account joins its user once, by a verified e-mail address; from then on it is known by its name there, for addresses get new owners.
import * as oidc from "openid-client";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { dial } from "../host/dial.ts";
import type { People } from "../store/people.ts";
import { type SignOn as Account, emailKey, type User } from "../store/people-rows.ts";
import { sealBy } from "../store/seal.ts";
import { type Denial, denied } from "./refusals.ts";
import type { SignIn, SignInOutcome } from "./sign-in.ts";
import { createSpent } from "./spent.ts";
import type { Visit, Visits } from "./visit.ts";

export interface SignOnSettings {
  readonly issuer: string;
  readonly client: string;
  readonly secret: string;
  /** What the button says. */
  readonly name: string;
}

/** Where the service sends the browser back to. */
export const signOnPath = "/admin/sign-on";

export interface SignOns {
  readonly name: string;
  /**
   * Where to send the browser, with cookies. `to` is a path of the admin pages where it goes in the end, `link` the secret of an invitation that
   * the account is to take. 503 where the service does not answer.
   */
  start(asked: {
    readonly to: string;
    readonly link: string | null;
  }): Promise<Result<{ readonly location: string; readonly cookies: readonly string[] }, Denial>>;
  /** The browser is back at `signOnPath` with this query. */
  finish(
    visit: Visit,
    query: string,
  ): Promise<{ readonly outcome: SignInOutcome; readonly to: string; readonly cookies: readonly string[] }>;
}

export interface SignOnOptions {
  readonly settings: SignOnSettings;
  /** The address by which browsers reach the admin pages. */
  readonly url: string;
  readonly people: People;
  readonly signIn: SignIn;
  readonly visits: Visits;
  readonly dial: typeof dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What the browser keeps while it is away. */
interface Away {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly to: string;
  readonly link: string | null;
  readonly untilMs: number;
}

/** What the service says of the account. */
interface Said {
  readonly account: Account;
  readonly email: string;
  readonly verified: boolean;
  readonly name: string;
}

const homePath = "/admin/";
const refused = (sentence: string): SignInOutcome => ({ kind: "refused", sentence });

export function createSignOns(options: SignOnOptions): SignOns {
  const { settings, url, visits, clock, random, log } = options;
  const seal = sealBy(random.bytes(32), random);
  const spent = createSpent(clock, limits.signOnUsedMax);
  const configured = configurationOf(options);
  const back = `${url}${signOnPath}`;
  const secretText = (): string => Buffer.from(random.bytes(32)).toString("base64url");

  function awayOf(visit: Visit): Away | null {
    const opened =
      visit.signOn && seal.open(Buffer.from(visit.signOn.slice(0, 4_000), "base64url"), "sign-on");
    return opened ? (JSON.parse(Buffer.from(opened).toString()) as Away) : null;
  }

  return {
    name: settings.name,
    async start({ to, link }) {
      const away: Away = {
        ...{ state: secretText(), nonce: secretText(), verifier: secretText() },
        ...{ to: /^\/admin\/[^\\]*$/.test(to) ? to.slice(0, 1_000) : homePath, link },
        untilMs: clock.wallMs() + limits.signOnMs,
      };
      try {
        const location = oidc.buildAuthorizationUrl(await configured(), {
          redirect_uri: back,
          scope: "openid email profile",
          state: away.state,
          nonce: away.nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(away.verifier),
          code_challenge_method: "S256",
        });
        const kept = Buffer.from(seal.seal(Buffer.from(JSON.stringify(away)), "sign-on")).toString(
          "base64url",
        );
        return ok({ location: location.href, cookies: [visits.cookie("sign-on", kept)] });
      } catch (thrown) {
        log.warn(`${settings.issuer} could not be asked for a sign-on: ${messageOf(thrown)}.`);
        return refuse(denied(503, `${settings.name} does not answer. Sign in by password, or try again.`));
      }
    },
    async finish(visit, query) {
      const away = awayOf(visit);
      const cookies = [visits.cookie("sign-on", null)];
      const to = away?.to ?? homePath;
      // Its state is spent before anything is asked: of two that come with it, one at most goes on.
      if (away === null || away.untilMs <= clock.wallMs() || !spent.spend(away.state, away.untilMs))
        return {
          outcome: refused("This took too long, or came twice. Sign in again."),
          to: homePath,
          cookies,
        };
      const said = await saidOf(
        options,
        configured,
        away,
        `${back}?${query.slice(0, 8_000).replace(/^\?/, "")}`,
      );
      return {
        outcome: said === null ? refusedBy(settings) : await entered(options, visit, said, away),
        to,
        cookies,
      };
    },
  };
}

function refusedBy({ name }: SignOnSettings): SignInOutcome {
  return refused(`${name} did not confirm who you are. Try again, or sign in by password.`);
}

/** Exchanges the code; null where anything of the answer is not as it must be. */
async function saidOf(
  { settings, log }: SignOnOptions,
  configured: () => Promise<oidc.Configuration>,
  { state, nonce, verifier }: Away,
  url: string,
): Promise<Said | null> {
  try {
    const configuration = await configured();
    const tokens = await oidc.authorizationCodeGrant(configuration, new URL(url), {
      ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
    });
    const claims = tokens.claims();
    if (claims === undefined) return null;
    // Small services say the address only when they are asked for it.
    const told =
      typeof claims.email === "string"
        ? claims
        : await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    return {
      account: { issuer: settings.issuer, subject: claims.sub },
      email: typeof told.email === "string" ? told.email : "",
      verified: told.email_verified === true,
      name: typeof told.name === "string" ? told.name.slice(0, limits.nameCharsMax) : "",
    };
  } catch (thrown) {
    log.warn(`A sign-on by ${settings.issuer} was refused: ${messageOf(thrown)}.`);
    return null;
  }
}

/** Whom the account is of: the user it joined, or who has its verified address, or who was invited by it. */
async function entered(options: SignOnOptions, visit: Visit, said: Said, away: Away): Promise<SignInOutcome> {
  const { people, signIn } = options;
  const known = people.bySignOn(said.account);
  if (known !== null) return signIn.enter(visit, known, "sign-on");
  const no = async (user: User | null, sentence: string): Promise<SignInOutcome> => {
    await people.failed(said.email, user, "sign-in.failed", visit);
    return refused(sentence);
  };
  if (said.email === "" || !said.verified)
    return no(
      null,
      `${options.settings.name} does not say that your e-mail address is yours. Confirm it there, and try again.`,
    );
  const user = people.byEmail(said.email);
  if (user === null) return invited(options, visit, said, away, no);
  if (user.signOn !== null)
    return no(
      user,
      "Your address belongs to somebody who signs on by another account. Ask an owner to look at it.",
    );
  const by = { actor: `user:${user.id}`, address: visit.address };
  const joined = user.disabled ? ok(user) : await people.setSignOn(user.id, said.account, by);
  return joined.ok
    ? signIn.enter(visit, joined.value, "sign-on")
    : no(user, "This could not be kept. Try again.");
}

async function invited(
  { people, signIn }: SignOnOptions,
  visit: Visit,
  said: Said,
  away: Away,
  no: (user: null, sentence: string) => Promise<SignInOutcome>,
): Promise<SignInOutcome> {
  const link = away.link === null ? null : people.links.find(away.link);
  if (link === null || away.link === null || emailKey(link.email) !== emailKey(said.email))
    return no(null, "Nobody invited this address. Ask somebody who administers a page for an invitation.");
  const name = said.name.trim() || (said.email.split("@")[0] ?? said.email);
  const made = await people.accept(away.link, { name, password: null, signOn: said.account }, visit);
  return made.ok
    ? signIn.enter(visit, made.value, "sign-on")
    : no(null, "This invitation was used, or is over.");
}

/** The service's own description, asked for at the first sign-on and kept; after a failure it is asked for again. */
function configurationOf({ settings, dial }: SignOnOptions): () => Promise<oidc.Configuration> {
  const { issuer, client, secret } = settings;
  const url = new URL(issuer);
  let held: Promise<oidc.Configuration> | null = null;
  return () => {
    held ??= oidc
      .discovery(url, client, undefined, oidc.ClientSecretBasic(secret), {
        [oidc.customFetch]: (asked, sent) => fetched(dial, asked, sent),
        // Without it the library trusts TLS alone for what it fetches itself.
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(url.protocol === "http:" ? [oidc.allowInsecureRequests] : []),
        ],
        timeout: limits.signOnAnswerMsMax / 1_000,
      })
      .catch((thrown) => {
        held = null;
        throw thrown;
      });
    return held;
  };
}

/** The library's requests go the one way out, bounded in time and size, and follow no redirect. */
async function fetched(
  dialling: typeof dial,
  url: string,
  { method, headers, body, signal }: oidc.CustomFetchOptions,
): Promise<Response> {
  const text = body === undefined || body === null ? null : String(body);
  const answer = await dialling(url, {
    policy: "configured",
    method: method === "POST" ? "POST" : "GET",
    headers: Object.fromEntries(new Headers(headers)),
    ...(text === null ? {} : { body: new TextEncoder().encode(text) }),
    timeoutMs: limits.signOnAnswerMsMax,
    ...(signal === undefined ? {} : { signal }),
  });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= limits.signOnAnswerBytesMax) continue;
    answer.close();
    throw new Fault(
      "unreachable",
      `${url} answers with more than ${limits.signOnAnswerBytesMax} bytes.`,
      "Check the address.",
    );
  }
  const type = answer.header("content-type");
  return new Response(length === 0 ? null : Buffer.concat(chunks), {
    status: answer.status,
    headers: type === undefined ? {} : { "content-type": type },
  });
}
