// What a POP says of itself where no page can: a heading and a sentence for each trouble, in the interface's languages. In: a trouble, a path. Out: words.
// Not render's files of words: a POP loads nothing that makes pages. A language that is missing here is answered in English.

export type Trouble =
  | "badHost"
  | "badPath"
  | "badMethod"
  | "misdirected"
  | "gone"
  | "notAcceptable"
  | "notFound"
  | "noEvents"
  | "noChallenge"
  | "notYet"
  | "damaged"
  | "absent"
  | "late"
  | "busy"
  | "failed"
  | "badType"
  | "badBody"
  | "longBody"
  | "slowBody"
  | "tooMany"
  | "unkept"
  | "full"
  | "overloaded";

export interface PlainWords {
  readonly dir: "ltr" | "rtl";
  /** A link to the front page. */
  readonly front: string;
  readonly says: Readonly<Record<Trouble, readonly [title: string, sentence: string]>>;
}

const english: PlainWords = {
  dir: "ltr",
  front: "Current status",
  says: {
    badHost: ["Bad request", "A request needs exactly one Host header of a host and, if any, a port."],
    badPath: ["Bad request", "The path has a broken escape or a dot segment."],
    badMethod: ["Method not allowed", "This address answers GET, HEAD, OPTIONS."],
    misdirected: ["Misdirected request", "This server has no status page under this host name."],
    gone: ["Gone", "This status page was removed by its owner."],
    notAcceptable: ["Not acceptable", "Accept-Encoding refuses every encoding, the plain one too."],
    notFound: ["Not found", "This status page has nothing at this address."],
    noEvents: ["Not found", "This status page has no events."],
    noChallenge: ["Not found", "No certificate is being asked for by this name."],
    notYet: ["Not available", "This server has not received the status page yet."],
    damaged: ["Not available", "This server's copy of this page is damaged and is being fetched again."],
    absent: [
      "Not available",
      "This server has not fetched this old page yet, and its source does not give it now.",
    ],
    late: ["Not available", "This server has not fetched this old page yet, and its source takes too long."],
    busy: ["Not available", "This server is fetching too many old pages at once."],
    failed: ["Not available", "This server failed to answer. It has written why to its log."],
    badType: ["Not understood", "This address takes a form or JSON, and nothing else."],
    badBody: ["Not understood", "What was sent is not what it says it is, or was broken off."],
    longBody: ["Too long", "This is more than anybody has to say here."],
    slowBody: ["Too slow", "What was sent did not arrive in time. Please try again."],
    tooMany: ["Too many", "Too much was sent from here within a minute. Please try again later."],
    unkept: ["Not kept", "This server cannot write it down now. Please try again in a minute."],
    full: ["Busy", "This server has no room for another event stream."],
    overloaded: ["Busy", "This server is busy. Please try again in a few seconds."],
  },
};

const german: PlainWords = {
  dir: "ltr",
  front: "Aktueller Status",
  says: {
    badHost: ["Ungültige Anfrage", "Eine Anfrage braucht genau einen Host, wenn nötig mit Port."],
    badPath: ["Ungültige Anfrage", "Der Pfad enthält ein kaputtes Zeichen oder ein Punktsegment."],
    badMethod: ["Methode nicht erlaubt", "Diese Adresse beantwortet GET, HEAD, OPTIONS."],
    misdirected: ["Falscher Server", "Dieser Server hat unter diesem Namen keine Statusseite."],
    gone: ["Entfernt", "Diese Statusseite wurde von ihrem Betreiber entfernt."],
    notAcceptable: ["Nicht lieferbar", "Accept-Encoding lehnt jede Kodierung ab, auch die einfache."],
    notFound: ["Nicht gefunden", "Diese Statusseite hat unter dieser Adresse nichts."],
    noEvents: ["Nicht gefunden", "Diese Statusseite sendet keine Ereignisse."],
    noChallenge: ["Nicht gefunden", "Unter diesem Namen wird kein Zertifikat beantragt."],
    notYet: ["Nicht verfügbar", "Dieser Server hat die Statusseite noch nicht erhalten."],
    damaged: ["Nicht verfügbar", "Die Kopie dieser Seite ist beschädigt und wird neu geholt."],
    absent: [
      "Nicht verfügbar",
      "Dieser Server hat diese alte Seite noch nicht geholt, und seine Quelle gibt sie jetzt nicht her.",
    ],
    late: [
      "Nicht verfügbar",
      "Dieser Server hat diese alte Seite noch nicht geholt, und seine Quelle braucht zu lange.",
    ],
    busy: ["Nicht verfügbar", "Dieser Server holt gerade zu viele alte Seiten."],
    failed: ["Nicht verfügbar", "Dieser Server konnte nicht antworten. Warum, steht in seinem Protokoll."],
    badType: ["Nicht verstanden", "Diese Adresse nimmt ein Formular oder JSON an, sonst nichts."],
    badBody: ["Nicht verstanden", "Das Gesendete ist nicht, was es zu sein vorgibt, oder brach ab."],
    longBody: ["Zu lang", "Das ist mehr, als hier jemand zu sagen hat."],
    slowBody: ["Zu langsam", "Das Gesendete kam nicht rechtzeitig an. Bitte versuchen Sie es noch einmal."],
    tooMany: [
      "Zu viel",
      "Von hier kam innerhalb einer Minute zu viel. Bitte versuchen Sie es später wieder.",
    ],
    unkept: [
      "Nicht angenommen",
      "Dieser Server kann es gerade nicht aufschreiben. Bitte versuchen Sie es in einer Minute wieder.",
    ],
    full: ["Ausgelastet", "Dieser Server hat keinen Platz für einen weiteren Ereignisstrom."],
    overloaded: [
      "Ausgelastet",
      "Dieser Server ist ausgelastet. Bitte versuchen Sie es in einigen Sekunden wieder.",
    ],
  },
};

const arabic: PlainWords = {
  dir: "rtl",
  front: "الحالة الآن",
  says: {
    badHost: ["طلب غير صالح", "يحتاج الطلب إلى اسم مضيف واحد فقط، مع منفذ عند الحاجة."],
    badPath: ["طلب غير صالح", "في المسار ترميز مكسور أو مقطع من نقاط."],
    badMethod: ["طريقة غير مسموح بها", "يجيب هذا العنوان عن \u2066GET, HEAD, OPTIONS\u2069."],
    misdirected: ["خادم آخر", "ليس على هذا الخادم صفحة حالة بهذا الاسم."],
    gone: ["أُزيلت", "أزال مالك صفحة الحالة هذه صفحته."],
    notAcceptable: ["غير مقبول", "يرفض \u2066Accept-Encoding\u2069 كل ترميز، حتى البسيط منها."],
    notFound: ["غير موجود", "لا يوجد في صفحة الحالة شيء على هذا العنوان."],
    noEvents: ["غير موجود", "لا ترسل صفحة الحالة هذه أحداثًا."],
    noChallenge: ["غير موجود", "لا تُطلب شهادة بهذا الاسم."],
    notYet: ["غير متاح", "لم يتلقَّ هذا الخادم صفحة الحالة بعد."],
    damaged: ["غير متاح", "نسخة هذه الصفحة على الخادم تالفة ويجري جلبها من جديد."],
    absent: ["غير متاح", "لم يجلب هذا الخادم هذه الصفحة القديمة بعد، ومصدره لا يعطيها الآن."],
    late: ["غير متاح", "لم يجلب هذا الخادم هذه الصفحة القديمة بعد، ومصدره يستغرق وقتًا أطول من اللازم."],
    busy: ["غير متاح", "يجلب هذا الخادم صفحات قديمة كثيرة في آن واحد."],
    failed: ["غير متاح", "لم يستطع هذا الخادم أن يجيب، وقد كتب السبب في سجله."],
    badType: ["غير مفهوم", "يقبل هذا العنوان نموذجًا أو \u2066JSON\u2069 ولا شيء غيرهما."],
    badBody: ["غير مفهوم", "ما أُرسل ليس كما يصف نفسه، أو انقطع إرساله."],
    longBody: ["طويل جدًا", "هذا أكثر مما يلزم قوله هنا."],
    slowBody: ["بطيء جدًا", "لم يصل ما أُرسل في الوقت المناسب. يُرجى المحاولة مرة أخرى."],
    tooMany: ["كثير جدًا", "أُرسل من هنا الكثير خلال دقيقة. يُرجى المحاولة لاحقًا."],
    unkept: ["لم يُحفظ", "لا يستطيع هذا الخادم تدوينه الآن. يُرجى المحاولة بعد دقيقة."],
    full: ["مشغول", "لا مكان في هذا الخادم لبث أحداث آخر."],
    overloaded: ["مشغول", "هذا الخادم مشغول. يُرجى المحاولة مرة أخرى بعد ثوانٍ."],
  },
};

export const plainWords: Readonly<Record<string, PlainWords>> = { en: english, de: german, ar: arabic };

/** The language of a path's prefix, `/de/history`, where it is one of ours; else English. */
export function languageIn(path: string): string {
  const code = firstOf(path);
  return Object.hasOwn(plainWords, code) ? code : "en";
}

/** The first segment: where a page has several languages, all but the first are below their code. */
export function firstOf(path: string): string {
  const end = path.indexOf("/", 1);
  return end === -1 ? path.slice(1) : path.slice(1, end);
}
