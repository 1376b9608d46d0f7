// /v1/pages/{page_id}/status_embed_config. In: calls. Out: how an embed looks, as it was set. Kept and read back: the widget follows the page's own looks.
import { t } from "elysia";
import { keepRows } from "./access-rows.ts";
import { id as idAnswer, orNull } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { text } from "./fields.ts";

const word = () => t.Optional(t.Union([text(100), t.Null()]));
export const embedFields = {
  position: word(),
  incident_background_color: word(),
  incident_text_color: word(),
  maintenance_background_color: word(),
  maintenance_text_color: word(),
};

/** What Statuspage's own embed begins with. */
const unset = {
  position: "bottom-left",
  incident_background_color: "#CC0000",
  incident_text_color: "#FFFFFF",
  maintenance_background_color: "#0000CC",
  maintenance_text_color: "#FFFFFF",
};
const id = "settings";
const names = Object.keys(unset) as (keyof typeof unset)[];
type Settings = Readonly<Partial<Record<keyof typeof unset, string | null>>>;
const embedAnswer = t.Object(
  {
    page_id: idAnswer(),
    position: orNull(t.String()),
    incident_background_color: orNull(t.String()),
    incident_text_color: orNull(t.String()),
    maintenance_background_color: orNull(t.String()),
    maintenance_text_color: orNull(t.String()),
  },
  { title: "StatusEmbedConfig" },
);

export const embedEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/status_embed_config",
    summary: "Read the settings of a page's embed",
    answers: { 200: embedAnswer },
    needs: "read",
    answer: ({ view, rows }) =>
      answer(200, { page_id: view.page.id, ...unset, ...rows.get<Settings>(view.page.id, "embed", id) }),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: "/pages/:page_id/status_embed_config",
    summary: "Change the settings of a page's embed",
    answers: { 200: embedAnswer },
    example: { body: { status_embed_config: { position: "bottom-right" } } },
    needs: "administer",
    body: t.Object({ status_embed_config: t.Object(embedFields) }),
    async answer({ view, rows, principal, effect, body }) {
      const page = view.page.id;
      const asked = body.status_embed_config;
      const said: Settings = Object.fromEntries(
        names.flatMap((name) => (asked[name] === undefined ? [] : [[name, asked[name]]])),
      );
      await keepRows({ view, rows, principal, effect }, () => [
        { kind: "embed", id, row: { ...rows.get<Settings>(page, "embed", id), ...said } },
      ]);
      return answer(200, { page_id: page, ...unset, ...rows.get<Settings>(page, "embed", id) });
    },
  }),
];
