// What services that send mail post of mail that came back, by the examples of their own documents (the fields that matter of each). In: posts. Out: bounces.
import { describe, expect, test } from "bun:test";
import { type BounceVendor, bounceVendorNames, bounceVendors } from "../../src/notify/bounce-vendors.ts";

const notification = (message: object) => ({
  Type: "Notification",
  MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
  TopicArn: "arn:aws:sns:us-west-2:123456789012:bounces",
  Message: JSON.stringify(message),
  Timestamp: "2012-05-02T00:54:06.655Z",
  SignatureVersion: "1",
  UnsubscribeURL: "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe",
});
const sesBounce = (bounceType: string) => ({
  notificationType: "Bounce",
  bounce: {
    ...{ bounceType, bounceSubType: "General", reportingMTA: "dns; email.example.com" },
    bouncedRecipients: [
      {
        ...{ emailAddress: "jane@example.com", status: "5.1.1", action: "failed" },
        diagnosticCode: "smtp; 550 5.1.1 <jane@example.com>... User",
      },
      { emailAddress: "richard@example.com" },
    ],
    timestamp: "2016-01-27T14:59:38.237Z",
    feedbackId: "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000",
  },
  mail: { source: "john@example.com", destination: ["jane@example.com", "richard@example.com"] },
});
const jane = {
  address: "jane@example.com",
  kind: "hard",
  reason: "smtp; 550 5.1.1 <jane@example.com>... User",
};
const confirmation = (SubscribeURL: string) => ({
  Type: "SubscriptionConfirmation",
  Token: "2336412f37",
  SubscribeURL,
});
const topic = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37";

const postmarkBounce = (Type: string, TypeCode: number) => ({
  ...{ RecordType: "Bounce", MessageStream: "outbound", ID: 4323372036854776000, Type, TypeCode },
  ...{
    Name: "Hard bounce",
    Description: "The server was unable to deliver your message",
    Details: "smtp;550 5.1.1",
  },
  ...{ Email: "john@example.com", From: "sender@example.com", BouncedAt: "2019-11-05T16:33:54.9070259Z" },
  ...{ DumpAvailable: true, Inactive: true, CanActivate: true, Subject: "Test" },
});
const mailgunEvent = (data: object) => ({
  signature: {
    timestamp: "1529006854",
    token: "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0",
    signature: "d20",
  },
  "event-data": {
    id: "G9Bn5sl1TC6nu79C8C0bwg",
    recipient: "alice@example.com",
    "log-level": "error",
    ...data,
  },
});
const failed = (severity: string, reason: string) =>
  mailgunEvent({
    ...{ event: "failed", severity, reason },
    "delivery-status": {
      "attempt-no": 1,
      message: "",
      code: 605,
      description: "Not delivering to previously bounced address",
    },
  });
const alice = { address: "alice@example.com", reason: "Not delivering to previously bounced address" };
const sendgridEvent = (fields: object) => ({
  ...{ email: "example@test.com", timestamp: 1513299569, "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>" },
  ...{
    sg_event_id: "6g4ZI7SA-xmRDv57GoPIPw==",
    sg_message_id: "14c5d75ce93.dfd.64b469.filter0001.16648.0",
    ...fields,
  },
});
const example = { address: "example@test.com" };

const posts: readonly (readonly [BounceVendor, string, unknown, unknown])[] = [
  [
    "ses",
    "a permanent bounce of two",
    notification(sesBounce("Permanent")),
    [jane, { address: "richard@example.com", kind: "hard", reason: undefined }],
  ],
  [
    "ses",
    "a transient one, raw",
    sesBounce("Transient"),
    [
      { ...jane, kind: "soft" },
      { address: "richard@example.com", kind: "soft", reason: undefined },
    ],
  ],
  [
    "ses",
    "a complaint, by event publishing",
    notification({
      eventType: "Complaint",
      complaint: {
        complainedRecipients: [{ emailAddress: "richard@example.com" }],
        complaintFeedbackType: "abuse",
      },
    }),
    [{ address: "richard@example.com", kind: "complaint" }],
  ],
  [
    "ses",
    "a delivery",
    notification({ notificationType: "Delivery", delivery: { recipients: ["jane@example.com"] } }),
    [],
  ],
  ["ses", "the end of a subscription", { ...confirmation(topic), Type: "UnsubscribeConfirmation" }, []],
  [
    "postmark",
    "a hard bounce",
    postmarkBounce("HardBounce", 1),
    [{ address: "john@example.com", kind: "hard", reason: "smtp;550 5.1.1" }],
  ],
  [
    "postmark",
    "a full mailbox",
    postmarkBounce("SoftBounce", 4096),
    [{ address: "john@example.com", kind: "soft", reason: "smtp;550 5.1.1" }],
  ],
  [
    "postmark",
    "a spam complaint",
    { ...postmarkBounce("SpamComplaint", 512), RecordType: "SpamComplaint" },
    [{ address: "john@example.com", kind: "complaint" }],
  ],
  ["postmark", "an opening", { RecordType: "Open", Recipient: "john@example.com" }, []],
  [
    "sendgrid",
    "a batch",
    [
      sendgridEvent({ event: "processed" }),
      sendgridEvent({ event: "bounce", type: "bounce", status: "5.0.0", reason: "500 unknown recipient" }),
      sendgridEvent({ event: "bounce", type: "blocked", status: "4.7.1", reason: "blocked" }),
      sendgridEvent({ event: "spamreport" }),
      sendgridEvent({ event: "dropped", reason: "Bounced Address", status: "5.0.0" }),
      sendgridEvent({ event: "dropped", reason: "Spam Reporting Address" }),
      sendgridEvent({ event: "dropped", reason: "Unsubscribed Address" }),
    ],
    [
      { ...example, kind: "hard", reason: "500 unknown recipient" },
      { ...example, kind: "soft", reason: "blocked" },
      { ...example, kind: "complaint" },
      { ...example, kind: "hard", reason: "Bounced Address" },
      { ...example, kind: "complaint", reason: "Spam Reporting Address" },
      { ...example, kind: "soft", reason: "Unsubscribed Address" },
    ],
  ],
  ["mailgun", "a permanent failure", failed("permanent", "suppress-bounce"), [{ ...alice, kind: "hard" }]],
  ["mailgun", "a temporary one", failed("temporary", "generic"), [{ ...alice, kind: "soft" }]],
  [
    "mailgun",
    "one who unsubscribed there",
    failed("permanent", "suppress-unsubscribe"),
    [{ ...alice, kind: "soft" }],
  ],
  [
    "mailgun",
    "a complaint",
    mailgunEvent({ event: "complained" }),
    [{ address: "alice@example.com", kind: "complaint" }],
  ],
  ["mailgun", "a delivery", mailgunEvent({ event: "delivered" }), []],
];

describe("notify/bounces in the words of services", () => {
  test.each(posts)("%s: %s", (vendor, _what, post, bounces) => {
    expect(bounceVendors[vendor](post)).toEqual({ kind: "bounces", bounces } as never);
  });

  test("SES: a topic of Amazon's is confirmed, and no other address is asked for", () => {
    expect(bounceVendors.ses(confirmation(topic))).toEqual({ kind: "visit", address: topic });
    for (const address of [
      "https://sns.evil.example/?Action=ConfirmSubscription",
      "https://sns.us-west-2.amazonaws.com.evil.example/",
      "http://sns.us-west-2.amazonaws.com/",
      "https://sns.us-west-2.amazonaws.com:8443/",
      "https://user@169.254.169.254/sns.us-west-2.amazonaws.com",
      "no address",
    ])
      expect(bounceVendors.ses(confirmation(address))).toBeNull();
  });

  test("what is none of theirs, or none at all, is nothing", () => {
    for (const vendor of bounceVendorNames)
      for (const post of [
        null,
        7,
        "text",
        {},
        { Type: "Notification", Message: "no JSON" },
        { "event-data": [] },
      ])
        expect(bounceVendors[vendor](post)).toBeNull();
    expect(bounceVendors.sendgrid([null, 7, {}, { event: "bounce", email: 7 }])).toEqual({
      kind: "bounces",
      bounces: [],
    });
  });
});
