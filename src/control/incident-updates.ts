// /v1/pages/{page_id}/incidents/{incident_id}/incident_updates. In: calls. Out: an update as it reads after an edit.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answers } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, said, text } from "./fields.ts";
import { timeOf } from "./incident-fields.ts";
import { incidentOf } from "./incidents.ts";
import { updateShape } from "./shapes.ts";
import { noTweets, refuseTweets } from "./tweets.ts";

export const incidentUpdateEndpoints = [
  endpoint({
    methods: ["PATCH", "PUT"],
    path: "/pages/:page_id/incidents/:incident_id/incident_updates/:incident_update_id",
    summary: "Edit what an update said",
    unable: noTweets,
    answers: { 200: answers.incidentUpdate },
    example: { body: { incident_update: { body: "We see timeouts in Europe." } } },
    needs: "respond",
    body: t.Object({
      incident_update: t.Object({
        wants_twitter_update: maybe(flag()),
        body: maybe(text(limits.updateCharsMax)),
        display_at: maybe(text(64)),
        deliver_notifications: maybe(flag()),
      }),
    }),
    async answer({ view, params, body, submit }) {
      const incident = incidentOf(view, params.incident_id);
      const held = incident.updates.find(({ id }) => id === params.incident_update_id);
      if (held === undefined) throw new ApiRefusal(notFound("Incident update"));
      const asked = body.incident_update;
      refuseTweets(asked, "wants_twitter_update");
      const sentences: string[] = [];
      const displayAt = timeOf("Display at", asked.display_at, sentences);
      if (sentences.length > 0) throw new ApiRefusal(unprocessable(...sentences));
      const [words, deliverNotifications] = [said(asked.body), said(asked.deliver_notifications)];
      const fields = {
        ...(words === undefined ? {} : { body: words }),
        ...(displayAt === undefined ? {} : { displayAt }),
        ...(deliverNotifications === undefined ? {} : { deliverNotifications }),
      };
      const edited = await submit({ kind: "update.edit", incidentId: incident.id, id: held.id, fields });
      const after = incidentOf(edited.view, incident.id).updates.find(({ id }) => id === held.id);
      if (after === undefined) throw new ApiRefusal(notFound("Incident update"));
      return answer(200, updateShape(after));
    },
  }),
];
