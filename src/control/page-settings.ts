// Settings of a page that Statuspage has and no part of Pharos asks for. In: a body. Out: what was set before, as an answer says it.
// They are kept, so that a client that plans by what it reads sees no change. Two promise privacy, and are refused instead of being kept unheeded.
import { t } from "elysia";
import type { PageRows } from "../store/page-rows.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { flag, maybe, oneOf, text } from "./fields.ts";

const word = () => t.Optional(t.Union([text(1_000), t.Null()]));
const yes = () => maybe(flag());

export const settingFields = {
  subdomain: word(),
  branding: maybe(oneOf(["basic", "premium"])),
  css_body_background_color: word(),
  css_font_color: word(),
  css_light_font_color: word(),
  css_greens: word(),
  css_yellows: word(),
  css_oranges: word(),
  css_reds: word(),
  css_blues: word(),
  css_border_color: word(),
  css_graph_color: word(),
  css_no_data: word(),
  hidden_from_search: yes(),
  viewers_must_be_team_members: yes(),
  allow_page_subscribers: yes(),
  allow_incident_subscribers: yes(),
  allow_email_subscribers: yes(),
  allow_sms_subscribers: yes(),
  allow_rss_atom_feeds: yes(),
  allow_webhook_subscribers: yes(),
  notifications_from_email: word(),
  notifications_email_footer: word(),
};

type Settings = Readonly<Partial<Record<keyof typeof settingFields, string | boolean | null>>>;

const id = "settings";

export function settingsOf(rows: PageRows, page: string): Settings {
  return rows.get<Settings>(page, "page-settings", id) ?? {};
}

/** What the body says of them. Throws where it asks for a privacy that the page would not have. */
export function settingsAsked(body: Settings): Settings {
  for (const [name, what] of [
    ["viewers_must_be_team_members", "Pages of Pharos are public"],
    ["hidden_from_search", "Pages of Pharos are found by search engines"],
  ] as const)
    if (body[name] === true) throw new ApiRefusal(unprocessable(`${what}: ${name} cannot be true`));
  const names = Object.keys(settingFields) as (keyof Settings)[];
  return Object.fromEntries(
    names.flatMap((name) =>
      body[name] === undefined ? [] : [[name, body[name] === "" ? null : body[name]]],
    ),
  );
}

export const settingsChange = (rows: PageRows, page: string, asked: Settings) => ({
  kind: "page-settings" as const,
  id,
  row: { ...settingsOf(rows, page), ...asked },
});
