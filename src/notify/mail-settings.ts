// How mail leaves us, as the operator said it. In: nothing. Out: a type.
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the start; STARTTLS or nothing; STARTTLS where it is offered, by whatever certificate (this machine itself); never. */
  readonly security: "tls" | "starttls" | "offered" | "none";
  readonly login: { readonly user: string; readonly password: string } | null;
  /** Without a name, messages come in the name of their page. */
  readonly from: { readonly name: string | null; readonly address: string };
  /** An RSA key in PEM. */
  readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null;
  /** Where bounces go, an address for each subscriber; null: to the sender. */
  readonly bounceDomain: string | null;
}
