// Post-mortems of incidents. In: what an editor writes, publishes, takes back. Out: Statuspage's shape of it.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { answers } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, said, text } from "./fields.ts";
import { incidentOf } from "./incidents.ts";
import { postmortemShape } from "./shapes.ts";
import { noTweets, refuseTweets } from "./tweets.ts";

const base = "/pages/:page_id/incidents/:incident_id/postmortem";

export const postmortemEndpoints = [
  endpoint({
    methods: ["GET"],
    path: base,
    summary: "Read a post-mortem and its draft",
    answers: { 200: answers.postmortem },
    needs: "read",
    answer({ view, params }) {
      const incident = incidentOf(view, params.incident_id);
      if (incident.postmortem === null && incident.postmortemDraft === null)
        throw new ApiRefusal(notFound("Postmortem"));
      return answer(200, postmortemShape(incident));
    },
  }),
  endpoint({
    methods: ["PUT"],
    path: base,
    summary: "Write the draft of a post-mortem",
    answers: { 200: answers.postmortem },
    example: { body: { postmortem: { body_draft: "## What happened" } } },
    needs: "respond",
    body: t.Object({ postmortem: t.Object({ body_draft: text(limits.updateCharsMax, 1) }) }),
    async answer({ view, params, body, submit }) {
      const { id } = incidentOf(view, params.incident_id);
      const after = await submit({ kind: "postmortem.draft", id, body: body.postmortem.body_draft });
      return answer(200, postmortemShape(incidentOf(after.view, id)));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: base,
    summary: "Delete a post-mortem and its draft",
    answers: { 204: null },
    needs: "respond",
    async answer({ view, params, submit }) {
      const { id } = incidentOf(view, params.incident_id);
      await submit({ kind: "postmortem.delete", id });
      return answer(204, null);
    },
  }),
  endpoint({
    methods: ["PUT"],
    path: `${base}/publish`,
    summary: "Publish the draft of a post-mortem",
    unable: noTweets,
    answers: { 200: answers.postmortem },
    example: { body: { postmortem: {} } },
    needs: "respond",
    body: t.Object({
      postmortem: maybe(t.Object({ notify_subscribers: maybe(flag()), notify_twitter: maybe(flag()) })),
    }),
    async answer({ view, params, body, submit }) {
      const { id } = incidentOf(view, params.incident_id);
      refuseTweets(said(body.postmortem) ?? {}, "notify_twitter");
      const deliverNotifications = said(said(body.postmortem)?.notify_subscribers) ?? false;
      const after = await submit({ kind: "postmortem.publish", id, deliverNotifications });
      return answer(200, postmortemShape(incidentOf(after.view, id)));
    },
  }),
  endpoint({
    methods: ["PUT"],
    path: `${base}/revert`,
    summary: "Take a published post-mortem back: it is a draft again",
    answers: { 200: answers.postmortem },
    needs: "respond",
    async answer({ view, params, submit }) {
      const { id } = incidentOf(view, params.incident_id);
      const after = await submit({ kind: "postmortem.revert", id });
      return answer(200, postmortemShape(incidentOf(after.view, id)));
    },
  }),
];
