// A small OpenID Connect provider on a port of this machine, with real keys and real tokens. In: who is signed in there, what it does wrong.
// Out: discovery, keys, a token endpoint that checks client, code and PKCE, and the place where a browser would be sent.
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { listenHttp } from "../../src/host/http.ts";

/** What it says of the account that is signed in there; the rest of an ID token it fills in itself. */
export type Claims = Readonly<Record<string, unknown>>;

export interface OidcProvider {
  readonly issuer: string;
  readonly client: string;
  readonly secret: string;
  /** What is asked of it. */
  readonly asked: string[];
  /** Changes what the next tokens say; `undefined` takes a claim out. */
  claims: Claims;
  /** What the next answers do wrong. */
  wrong: "nothing" | "signature" | "algorithm" | "no-token" | "too-long";
  /** What its page does when a browser comes to `location`: the query with which it is sent back. */
  consent(location: string): string;
  stop(): Promise<void>;
}

const jsonOf = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export function startOidcProvider(): OidcProvider {
  const own = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const foreign = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const codes = new Map<
    string,
    { readonly challenge: string; readonly nonce: string; readonly back: string }
  >();
  const listener = listenHttp({ address: "127.0.0.1", port: 0, bodyBytesMax: 10_000, fetch: answer });
  const issuer = `http://127.0.0.1:${listener.port}`;
  const provider: OidcProvider = {
    ...{
      issuer,
      client: "pharos",
      secret: "provider's secret & more",
      asked: [],
      claims: {},
      wrong: "nothing",
    },
    consent(location) {
      const query = new URL(location).searchParams;
      const code = randomUUID();
      const of = (name: string): string => query.get(name) ?? "";
      codes.set(code, { challenge: of("code_challenge"), nonce: of("nonce"), back: of("redirect_uri") });
      return `?${new URLSearchParams({ code, state: of("state"), iss: issuer })}`;
    },
    stop: () => listener.stop(true),
  };

  function idToken(nonce: string): string {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer, aud: provider.client, iat: now, exp: now + 300, nonce, ...provider.claims };
    if (provider.wrong === "algorithm") return `${part({ alg: "none" })}.${part(claims)}.`;
    const text = `${part({ alg: "RS256", kid: "1" })}.${part(claims)}`;
    const { privateKey } = provider.wrong === "signature" ? foreign : own;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  }

  async function token(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const known = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const [client, secret] = Buffer.from(request.headers.get("authorization")?.slice(6) ?? "", "base64")
      .toString()
      .split(":")
      .map((text) => decodeURIComponent(text.replaceAll("+", " ")));
    if (client !== provider.client || secret !== provider.secret)
      return jsonOf({ error: "invalid_client" }, 401);
    const hashed = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (known === undefined || hashed !== known.challenge || form.get("redirect_uri") !== known.back)
      return jsonOf({ error: "invalid_grant" }, 400);
    if (provider.wrong === "too-long") return jsonOf({ filler: "x".repeat(2_000_000) });
    const tokens = { access_token: "a", token_type: "Bearer", expires_in: 60 };
    return jsonOf(provider.wrong === "no-token" ? tokens : { ...tokens, id_token: idToken(known.nonce) });
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    provider.asked.push(pathname);
    if (pathname === "/.well-known/openid-configuration")
      return jsonOf({
        ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
        ...{
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
        },
        id_token_signing_alg_values_supported: ["RS256"],
        authorization_response_iss_parameter_supported: true,
      });
    if (pathname === "/keys")
      return jsonOf({
        keys: [{ ...own.publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }],
      });
    return pathname === "/token" ? token(request) : new Response(null, { status: 404 });
  }
  return provider;
}
