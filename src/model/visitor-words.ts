// The words in which visitors speak of their subscriptions. In: nothing. Out: paths and names of fields, the same for the forms of a page, for the links of
// messages, and for who takes them in. All of these paths take a POST; a GET of them is a page, and changes nothing.

/** Paths of a page, without its language. A token stands in the query of all but the first and the last. */
export const visitorPaths = {
  subscribe: "/subscribe",
  confirm: "/subscribe/confirm",
  manage: "/subscribe/manage",
  /** A token of `manage` does here as well. */
  unsubscribe: "/unsubscribe",
  /** The same for programs that click for their reader (RFC 8058): it answers, and leads nowhere. */
  oneClick: "/unsubscribe/one-click",
  /** For programs, as Statuspage has it: `subscriber[email]=…`, or `{"subscriber": {"email": …}}`. */
  program: "/api/v2/subscribers.json",
} as const;
export type VisitorPath = (typeof visitorPaths)[keyof typeof visitorPaths];

/** In the query, so that a form that posts to its own address keeps it. */
export const tokenField = "token";

/** Fields of forms; each may be written `subscriber[…]` as well, as programs do. */
export const visitorFields = {
  email: "email",
  /** As it is dialled, with `phone_country` (two letters) or a + before it. */
  phoneNumber: "phone_number",
  phoneCountry: "phone_country",
  /** Address of a webhook, or of a channel of Slack, Teams or Discord: its host says of which, unless `kind` does. */
  endpoint: "endpoint",
  /** `webhook`, `slack`, `teams` or `discord`; may be left out. */
  kind: "kind",
  /** `all` or `some`. Left out: some where components are named, all where none are. */
  scope: "scope",
  /** An id; as often as there are components. `component_ids` and `component_ids[]` are the same. */
  components: "component_ids",
  /** An id: told of this one alone. */
  incident: "incident",
} as const;

/** The address of a link: of the page as its readers write it, without a slash at the end. */
export function linkAddress(base: string, path: VisitorPath, token: string): string {
  return `${base}${path}?${tokenField}=${token}`;
}
