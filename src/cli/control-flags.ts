// How browsers reach a control plane's admin pages, as flags. In: nothing. Out: them, and what they say.
// Apart from what they set up: whoever reads the flags need not load it.

export const peopleFlags = {
  "admin-url": {
    kind: "string",
    help: "address by which browsers reach the admin pages, such as https://pharos.example.org; without it, that of --listen",
  },
  "behind-proxy": {
    kind: "boolean",
    help: "a proxy stands in front and names the client last in X-Forwarded-For",
  },
  "oidc-issuer": {
    kind: "string",
    help: "OpenID Connect service by whose accounts people sign on, such as https://accounts.example.org",
  },
  "oidc-client": { kind: "string", default: "pharos", help: "our client id there" },
  "oidc-secret-file": { kind: "path", help: "file with our client secret there" },
  "oidc-name": { kind: "string", default: "Single sign-on", help: "what the button of the sign-in says" },
} as const;

export interface PeopleFlags {
  readonly adminUrl?: string | undefined;
  readonly behindProxy?: boolean | undefined;
  readonly oidcIssuer?: string | undefined;
  readonly oidcClient?: string | undefined;
  readonly oidcSecretFile?: string | undefined;
  readonly oidcName?: string | undefined;
}
