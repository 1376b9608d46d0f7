// What the forms of a page say, and the pages behind them, in each language. In: nothing. Out: words. The frame of a page has its own (words-*.ts).
import type { LanguageCode } from "../model/language.ts";
import type { SubscriberKind } from "../model/subscriber.ts";

export type FormStep =
  | "asked"
  | "confirm"
  | "confirmed"
  | "manage"
  | "managed"
  | "unsubscribe"
  | "unsubscribed";

/** A way of being told: its name, what is asked for, and what its button says. */
export interface ChannelWords {
  readonly name: string;
  readonly field: string;
  readonly send: string;
}

export interface FormWords {
  readonly channels: Readonly<Record<Exclude<SubscriberKind, "integration_partner">, ChannelWords>>;
  /** Over what else there is. */
  readonly other: string;
  readonly feeds: string;
  readonly scope: string;
  readonly page: string;
  readonly chosen: string;
  readonly components: string;
  /** Below a form: what happens next. */
  readonly next: string;
  /** Below a form, with the address of the page itself: for a copy of it, which takes no form. */
  readonly copy: string;
  readonly follow: string;
  readonly followSays: string;
  readonly steps: Readonly<Record<FormStep, readonly [title: string, says: string]>>;
  readonly buttons: Readonly<Record<"confirm" | "manage" | "unsubscribe", string>>;
  readonly replaces: string;
  /** Where the link said what was chosen when its message was written. */
  readonly chosenThen: string;
}

const english: FormWords = {
  channels: {
    email: { name: "By e-mail", field: "E-mail address", send: "Follow by e-mail" },
    sms: { name: "By SMS", field: "Phone number, with + and the country", send: "Follow by SMS" },
    webhook: { name: "By webhook", field: "Address (https)", send: "Follow by webhook" },
    slack: { name: "In Slack", field: "Address of an incoming webhook", send: "Follow in Slack" },
    teams: { name: "In Microsoft Teams", field: "Address of an incoming webhook", send: "Follow in Teams" },
    discord: { name: "In Discord", field: "Address of a webhook", send: "Follow in Discord" },
  },
  other: "Other ways to be told",
  feeds: "Feeds, calendar and programs",
  scope: "What do you want to hear of?",
  page: "Everything on this page",
  chosen: "Only what I choose here",
  components: "Components",
  next: "You get one message to confirm. Nothing else is sent before you do, and each message has a link to unsubscribe.",
  copy: "If the form is not taken, this is a copy of the page. The page itself is here:",
  follow: "Follow this incident",
  followSays: "By e-mail, until it is resolved.",
  steps: {
    asked: [
      "Look into your messages",
      "Where this address can be reached and is not subscribed yet, it gets a message with a link to confirm. It may take a few minutes.",
    ],
    confirm: [
      "Confirm",
      "With this button you say that you want to be told. The link is good for seven days.",
    ],
    confirmed: ["Thank you", "If the link was still good, you are told from now on."],
    manage: ["Your choice", "Choose what you want to hear of."],
    managed: ["Your choice is taken", "It holds from now on, within a minute."],
    unsubscribe: ["Unsubscribe", "With this button nothing more is sent to you."],
    unsubscribed: [
      "You are unsubscribed",
      "Nothing more is sent to you. What is on its way already may still arrive.",
    ],
  },
  buttons: { confirm: "Yes, tell me", manage: "Save my choice", unsubscribe: "Unsubscribe" },
  replaces: "What you choose here replaces what you chose before.",
  chosenThen: "Marked is what you had chosen when the message with this link was written.",
};

const german: FormWords = {
  channels: {
    email: { name: "Per E-Mail", field: "E-Mail-Adresse", send: "Per E-Mail abonnieren" },
    sms: { name: "Per SMS", field: "Telefonnummer mit + und Landesvorwahl", send: "Per SMS abonnieren" },
    webhook: { name: "Per Webhook", field: "Adresse (https)", send: "Per Webhook abonnieren" },
    slack: { name: "In Slack", field: "Adresse eines eingehenden Webhooks", send: "In Slack abonnieren" },
    teams: {
      name: "In Microsoft Teams",
      field: "Adresse eines eingehenden Webhooks",
      send: "In Teams abonnieren",
    },
    discord: { name: "In Discord", field: "Adresse eines Webhooks", send: "In Discord abonnieren" },
  },
  other: "Weitere Wege",
  feeds: "Feeds, Kalender und Programme",
  scope: "Wovon möchten Sie hören?",
  page: "Von allem auf dieser Seite",
  chosen: "Nur von dem, was ich hier auswähle",
  components: "Komponenten",
  next: "Sie erhalten eine Nachricht zum Bestätigen. Vorher wird nichts gesendet, und jede Nachricht hat einen Link zum Abbestellen.",
  copy: "Wird das Formular nicht angenommen, ist dies eine Kopie der Seite. Die Seite selbst ist hier:",
  follow: "Dieser Störung folgen",
  followSays: "Per E-Mail, bis sie behoben ist.",
  steps: {
    asked: [
      "Sehen Sie in Ihre Nachrichten",
      "Ist diese Adresse erreichbar und noch nicht angemeldet, erhält sie eine Nachricht mit einem Link zum Bestätigen. Das kann einige Minuten dauern.",
    ],
    confirm: [
      "Bestätigen",
      "Mit diesem Knopf sagen Sie, dass Sie benachrichtigt werden möchten. Der Link gilt sieben Tage.",
    ],
    confirmed: ["Vielen Dank", "War der Link noch gültig, werden Sie von jetzt an benachrichtigt."],
    manage: ["Ihre Auswahl", "Wählen Sie, wovon Sie hören möchten."],
    managed: ["Ihre Auswahl ist angekommen", "Sie gilt von jetzt an, spätestens in einer Minute."],
    unsubscribe: ["Abbestellen", "Mit diesem Knopf wird Ihnen nichts mehr gesendet."],
    unsubscribed: [
      "Sie sind abgemeldet",
      "Ihnen wird nichts mehr gesendet. Was schon unterwegs ist, kann noch ankommen.",
    ],
  },
  buttons: { confirm: "Ja, benachrichtigen", manage: "Auswahl speichern", unsubscribe: "Abbestellen" },
  replaces: "Was Sie hier wählen, ersetzt Ihre frühere Auswahl.",
  chosenThen: "Angekreuzt ist, was Sie gewählt hatten, als die Nachricht mit diesem Link geschrieben wurde.",
};

const arabic: FormWords = {
  channels: {
    email: { name: "بالبريد الإلكتروني", field: "عنوان البريد الإلكتروني", send: "اشترك بالبريد" },
    sms: { name: "برسالة نصية", field: "رقم الهاتف مع \u2066+\u2069 ورمز البلد", send: "اشترك برسالة نصية" },
    webhook: {
      name: "عبر \u2066Webhook\u2069",
      field: "العنوان (\u2066https\u2069)",
      send: "اشترك عبر \u2066Webhook\u2069",
    },
    slack: {
      name: "في \u2066Slack\u2069",
      field: "عنوان \u2066webhook\u2069 وارد",
      send: "اشترك في \u2066Slack\u2069",
    },
    teams: {
      name: "في \u2066Microsoft Teams\u2069",
      field: "عنوان \u2066webhook\u2069 وارد",
      send: "اشترك في \u2066Teams\u2069",
    },
    discord: {
      name: "في \u2066Discord\u2069",
      field: "عنوان \u2066webhook\u2069",
      send: "اشترك في \u2066Discord\u2069",
    },
  },
  other: "طرق أخرى",
  feeds: "الخلاصات والتقويم والبرامج",
  scope: "عمّ تريد أن تُبلَّغ؟",
  page: "كل ما في هذه الصفحة",
  chosen: "ما أختاره هنا فقط",
  components: "المكوّنات",
  next: "تصلك رسالة واحدة للتأكيد. لا يُرسل شيء قبل ذلك، وفي كل رسالة رابط لإلغاء الاشتراك.",
  copy: "إذا لم يُقبل النموذج فهذه نسخة من الصفحة. الصفحة نفسها هنا:",
  follow: "تابع هذا الحادث",
  followSays: "بالبريد الإلكتروني، حتى يُحلّ.",
  steps: {
    asked: [
      "انظر في رسائلك",
      "إذا كان الوصول إلى هذا العنوان ممكنًا ولم يكن مشتركًا، فستصله رسالة فيها رابط للتأكيد. قد يستغرق ذلك بضع دقائق.",
    ],
    confirm: ["تأكيد", "بهذا الزر تقول إنك تريد أن تُبلَّغ. الرابط صالح لسبعة أيام."],
    confirmed: ["شكرًا لك", "إذا كان الرابط لا يزال صالحًا فستُبلَّغ من الآن."],
    manage: ["اختيارك", "اختر ما تريد أن تُبلَّغ عنه."],
    managed: ["وصل اختيارك", "يسري من الآن، خلال دقيقة."],
    unsubscribe: ["إلغاء الاشتراك", "بهذا الزر لا يُرسل إليك شيء بعد الآن."],
    unsubscribed: ["أُلغي اشتراكك", "لا يُرسل إليك شيء بعد الآن. قد يصل ما أُرسل من قبل."],
  },
  buttons: { confirm: "نعم، أبلغوني", manage: "حفظ الاختيار", unsubscribe: "إلغاء الاشتراك" },
  replaces: "ما تختاره هنا يحل محل اختيارك السابق.",
  chosenThen: "المحدَّد هو ما كنت قد اخترته عند كتابة الرسالة التي تحوي هذا الرابط.",
};

export const formWords: Readonly<Record<LanguageCode, FormWords>> = { en: english, de: german, ar: arabic };
