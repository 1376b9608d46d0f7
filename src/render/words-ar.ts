// The interface in Arabic. Digits are Western: times, versions, addresses and figures stand beside Latin text that has none other, they are
// read from Rabat to Baghdad, and a reader compares them with logs and with the API. A time among Arabic words is isolated (U+2066, U+2069):
// its parts would change places.
import { valueText } from "./metric-text.ts";
import type { Day, Words } from "./words.ts";

const months = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split(" ");
const weekdays = "الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت".split(" ");
const units = { second: "ث", minute: "د", hour: "س" } as const;

const monthOf = (month: number): string => months[month - 1] ?? "";
const date = ({ day, month, year }: Day): string => `${day} ${monthOf(month)} ${year}`;

/** A counted noun: one, two, a few (3 to 10), many (11 to 99), and a hundred or more. */
interface Noun {
  readonly one: string;
  readonly two: string;
  readonly few: string;
  readonly many: string;
  readonly other: string;
}

/** The numbers of Arabic (CLDR, plural rules of `ar`); nothing is counted here of which there is none. */
function count(amount: number, { one, two, few, many, other }: Noun): string {
  if (amount === 1) return one;
  if (amount === 2) return two;
  const rest = amount % 100;
  return `${amount} ${rest >= 3 && rest <= 10 ? few : rest >= 11 ? many : other}`;
}

const component: Noun = {
  one: "مكوّن واحد",
  two: "مكوّنان",
  few: "مكوّنات",
  many: "مكوّنًا",
  other: "مكوّن",
};
/** After a preposition. */
const ofComponents: Noun = { ...component, two: "مكوّنين" };
const day: Noun = { one: "يوم واحد", two: "يومان", few: "أيام", many: "يومًا", other: "يوم" };
const openIncident: Noun = {
  one: "عطل واحد مفتوح",
  two: "عطلان مفتوحان",
  few: "أعطال مفتوحة",
  many: "عطلًا مفتوحًا",
  other: "عطل مفتوح",
};
const maintenance: Noun = {
  one: "عملية صيانة واحدة جارية",
  two: "عمليتا صيانة جاريتان",
  few: "عمليات صيانة جارية",
  many: "عملية صيانة جارية",
  other: "عملية صيانة جارية",
};
const plannedWork: Noun = {
  one: "عملية صيانة واحدة",
  two: "عمليتا صيانة",
  few: "عمليات صيانة",
  many: "عملية صيانة",
  other: "عملية صيانة",
};
const earlierUpdate: Noun = {
  one: "تحديث سابق واحد",
  two: "تحديثان سابقان",
  few: "تحديثات سابقة",
  many: "تحديثًا سابقًا",
  other: "تحديث سابق",
};

const componentWords = {
  operational: "يعمل",
  degraded_performance: "أداء منخفض",
  partial_outage: "انقطاع جزئي",
  major_outage: "انقطاع كبير",
  under_maintenance: "قيد الصيانة",
} as const;

export const arabic: Words = {
  banner: "قد لا تكون هذه الصفحة محدَّثة: تعذّر الوصول إلى مصدرها. آخر تأكيد: \u2066{time}\u2069.",
  overall: {
    "All Systems Operational": "جميع الأنظمة تعمل",
    "Service Under Maintenance": "الخدمة قيد الصيانة",
    "Partially Degraded Service": "انخفاض جزئي في أداء الخدمة",
    "Minor Service Outage": "انقطاع طفيف في الخدمة",
    "Partial System Outage": "انقطاع جزئي في النظام",
    "Major Service Outage": "انقطاع كبير في الخدمة",
  },
  component: componentWords,
  componentWithin: componentWords,
  impact: {
    none: "بلا تأثير",
    minor: "تأثير طفيف",
    major: "تأثير كبير",
    critical: "تأثير حرج",
    maintenance: "صيانة",
  },
  status: {
    investigating: "قيد التحقيق",
    identified: "حُدِّد السبب",
    monitoring: "قيد المراقبة",
    resolved: "تم الحل",
    postmortem: "تقرير ما بعد العطل",
    scheduled: "مجدولة",
    in_progress: "جارية",
    verifying: "قيد التحقق",
    completed: "اكتملت",
  },
  update: "تحديث",
  times: {
    date,
    weekdayDate: (of, weekday) => `${weekdays[weekday] ?? ""} ${date(of)}`,
    dates(from, until) {
      if (from.year !== until.year) return `${date(from)} – ${date(until)}`;
      const start = from.month === until.month ? `${from.day}` : `${from.day} ${monthOf(from.month)}`;
      return `${start} – ${date(until)}`;
    },
    month: (year, month) => `${monthOf(month)} ${year}`,
    monthShort: monthOf,
    dateTime: (date, time) => `${date}، ${time}`,
    comma: "، ",
    unit: (amount, unit) => (unit === "day" ? count(amount, day) : `${amount} ${units[unit]}`),
    percent: (hundredths) => (hundredths === 10_000 ? "100%" : `${(hundredths / 100).toFixed(2)}%`),
    zone: (name) => `المنطقة الزمنية: ${name}`,
    since: "منذ",
  },
  frame: {
    pages: "الصفحات",
    follow: "المتابعة",
    languages: "اللغات",
    status: "الحالة",
    history: "السجل",
    atom: "موجز Atom",
    rss: "موجز RSS",
    api: "واجهة API",
    current: "الحالة الآن",
    uptime: "نسبة التشغيل",
    calendar: "الصيانة",
    subscribe: "الاشتراك",
    method: "كيف تعمل هذه الصفحة",
    help: "احصل على المساعدة",
  },
  front: {
    description: (page) => `الحالة الحالية لـ ${page}`,
    updated: "آخر تحديث:",
    affected: (affected, components) =>
      `${affected === 1 ? "تأثّر" : "تأثّرت"} ${affected} من ${count(components, ofComponents)}`,
    openIncidents: (incidents) => count(incidents, openIncident),
    maintenances: (maintenances) => count(maintenances, maintenance),
    noneAffected: (components) =>
      components < 3
        ? `${count(components, component)} ${components === 1 ? "يعمل" : "يعملان"}`
        : `${count(components, component)} تعمل جميعها`,
    noneOpen: "لا توجد أعطال مفتوحة",
    notHere: "ما زال شيء لا يعمل لديك؟",
    componentsHeading: "المكوّنات",
    barsNote: (days) =>
      `نسبة التشغيل لآخر ${count(days, day)}، علامة لكل يوم واليوم آخرها. كلما علت العلامة كان اليوم أسوأ.`,
    parts: (parts) => count(parts, component),
    openHeading: (incidents) => (incidents === 1 ? "عطل مفتوح" : "أعطال مفتوحة"),
    maintenanceHeading: "الصيانة",
    lateEnd: "تستغرق أطول من المخطط",
    lateStart: "لم تبدأ بعد",
    progressLabel: "التقدم",
    latest: "آخر تحديث:",
    readOn: "اقرأ المزيد",
    earlier: (updates, isCut) => `${isCut ? "اقرأ المزيد، و" : ""}${count(updates, earlierUpdate)}`,
    affectedLabel: "المكوّنات المتأثرة",
    moreNames: (names) => `و${names} غيرها`,
    pastHeading: (days) => `آخر ${count(days, day)}`,
    fullHistory: "السجل الكامل",
    quiet: "لا جديد.",
  },
  bars: {
    days: (days) => count(days, day),
    unknown: "لا يوجد سجل بعد",
    well: (known) => `${count(known, day)} بلا أعطال`,
    bad: (known, bad, worst) => `${count(known, day)}، منها ${bad} فيها أعطال، أسوؤها: ${worst}`,
    day: (date, status, duration) => `${date}: ${componentWords[status]}، ${duration}`,
    withUptime: (day, percent) => `${day}، نسبة التشغيل ${percent}`,
  },
  part: {
    component: "مكوّن",
    group: "مجموعة مكوّنات",
    uptime: (percent, days) => `نسبة التشغيل ${percent} خلال آخر ${count(days, day)}`,
    daysHeading: (days) => `آخر ${count(days, day)}`,
    day: "اليوم",
    state: "أسوأ حالة",
    lasted: "المدة",
    uptimeHead: "نسبة التشغيل",
    counted: (partial) =>
      `يُحسب الانقطاع الكبير كاملًا، والانقطاع الجزئي بنسبة ${partial}، ولا يُحسب انخفاض الأداء. لا تدخل الصيانة في الحساب. ينتهي اليوم عند منتصف الليل في المنطقة الزمنية للصفحة.`,
    membersHeading: "مكوّنات هذه المجموعة",
    incidentsHeading: "أعطال هذه الأيام وأعمال صيانتها",
    allOfGroup: "أيام هذه المجموعة وأعطالها",
  },
  incident: {
    title: (status, incident) => `${status}: ${incident}`,
    affectedHeading: "المكوّنات المتأثرة",
    updatesHeading: "التحديثات",
    courseHeading: "المكوّنات عبر الوقت",
    postmortemHeading: "تقرير ما بعد العطل",
    published: "نُشر في",
    readPostmortem: "اقرأ تقرير ما بعد العطل",
    permalink: "رابط هذا التحديث",
    neighbours: "ما قبله وما بعده",
    history: "السجل",
  },
  history: {
    name: "السجل",
    title: (month) => `السجل، ${month}`,
    description: (page, month) => `أعطال ${page} وأعمال صيانتها في ${month}`,
    listLabel: "الأعطال وأعمال الصيانة",
    nothing: "لم يُبلَّغ عن شيء.",
    quiet: (from, to) =>
      from === to ? `لم يُبلَّغ عن شيء في ${from}.` : `لم يُبلَّغ عن شيء من ${from} إلى ${to}.`,
    monthsLabel: "الأشهر",
    monthsHeading: "كل الأشهر",
  },
  uptime: {
    name: "نسبة التشغيل",
    lead: (page) => `نسبة تشغيل كل مكوّن من مكوّنات ${page} يومًا بيوم`,
    note: "الخط المستوي يوم هادئ؛ وكلما علت العلامة كان اليوم أسوأ. تُحسب الأيام بعد انتهائها.",
    nothing: "لا يوجد يوم مكتمل لعرضه بعد.",
    moreDays: (days) => `و${count(days, day)} غيرها`,
  },
  calendar: {
    name: "تقويم الصيانة",
    lead: (page) => `أعمال الصيانة المخطط لها لـ ${page}`,
    subscribe: "اشترك من تقويمك (⁦.ics⁩)",
    past: "أشهر سابقة",
    nothing: "لا توجد صيانة مخطط لها.",
    events: (events) => count(events, plannedWork),
    weekdays: ["اثن", "ثلا", "أرب", "خمي", "جمع", "سبت", "أحد"],
  },
  subscribe: {
    name: "متابعة هذه الصفحة",
    lead: (page) => `طرق لمعرفة أعطال ${page} وأعمال صيانتها`,
    ways: {
      atom: { name: "موجز Atom", says: "لقارئات الموجزات وأدوات المحادثة: كل عطل وصيانة مع جميع التحديثات." },
      rss: { name: "موجز RSS", says: "المحتوى نفسه للبرامج التي تقرأ RSS." },
      json: { name: "موجز JSON", says: "المحتوى نفسه مرة أخرى بصيغة JSON." },
      calendar: {
        name: "التقويم",
        says: "أعمال الصيانة المخطط لها في تقويمك. اشترك في هذا العنوان؛ وسيبقى محدَّثًا.",
      },
      open: {
        name: "هذه الصفحة مفتوحةً",
        says: "تُظهر الصفحة المفتوحة أي تغيير خلال ثانية، ويُظهر لسانها الحالة.",
      },
      widget: { name: "في موقعك", says: "الحالة سطرًا أو شريطًا أو إطارًا أو شارة: ما تنسخه وكيف يبدو." },
      api: { name: "واجهة API", says: "الحالة بصيغة JSON كما في واجهة Statuspage بإصدارها الثاني." },
    },
  },
  message: {
    subject: (page, told) => `[${page}] ${told}`,
    soon: "تبدأ قريبًا",
    details: "التفاصيل في صفحة الحالة",
    because: (page) => `تصلك هذه الرسالة لأن هذا العنوان مشترك في ${page}.`,
    manage: "اختر ما يصلك",
    unsubscribe: "إلغاء الاشتراك",
    chosen: "ما تُبلَّغ به",
    everything: "جميع أعطال الصفحة وأعمال صيانتها",
    confirm: {
      title: (page) => `أكِّد اشتراكك في ${page}`,
      lead: (page) =>
        `طلب شخص، وهو أنت على الأرجح، إبلاغ هذا العنوان بأعطال ${page} وأعمال صيانتها. لن يُرسل شيء قبل أن تؤكد ذلك.`,
      act: "تأكيد الاشتراك",
    },
    changed: {
      title: (page) => `تغيَّر اشتراكك في ${page}`,
      lead: (page) => `هذا ما سيُبلِّغ به ${page} هذا العنوان من الآن.`,
      act: "اختر ما يصلك",
    },
    unsubscribed: {
      title: (page) => `أُلغي اشتراكك في ${page}`,
      lead: (page) => `لن تصل إلى هذا العنوان رسائل أخرى من ${page}.`,
      act: "اشترك من جديد",
    },
    notYou: "ألم تكن أنت؟ لا تفعل شيئًا إذن: لن يُرسل شيء دون تأكيدك.",
    expires: "الرابط صالح لمدة \u20667\u2069 أيام.",
  },
  method: {
    name: "كيف تعمل هذه الصفحة",
    lead: "كل المهل والحدود المعمول بها، مكتوبةً من الإعدادات نفسها.",
    headings: {
      fresh: "مدى حداثتها",
      caches: "ما يجوز لذاكرات التخزين المؤقت أن تحتفظ به",
      open: "ما دامت مفتوحة",
      kept: "إلى أي مدى تعود",
    },
    what: "البند",
    value: "القيمة",
    rows: {
      heartbeat: "يؤكد المصدر أن هذه الصفحة هي الأحدث كل",
      stale: "من دون تأكيد تقول الصفحة ذلك، ومنذ متى، بعد",
      recover: "عدد التأكيدات المتتالية التي تُنهي هذا التنبيه",
      source: "يترك الخادم مصدرًا صامتًا بعد",
      pollSource: "حيث لا يبقى اتصال مفتوح، يسأل الخادم مصدره كل",
      midnight: "عند منتصف الليل بتوقيت الصفحة تنتقل الأيام خلال",
      emergency: "ينتهي تنبيه الطوارئ من نفسه في موعد أقصاه",
      browserPage: "تعرض المتصفحات الصفحات وJSON دون سؤال لمدة",
      browserFeed: "تحتفظ البرامج بالموجزات والصور لمدة",
      sharedFresh: "تجيب الذاكرة المؤقتة الأمامية دون سؤال لمدة",
      sharedRenew: "وبنسخة أقدم ريثما تسأل، لمدة إضافية قدرها",
      sharedSum: "لذلك تكون الصفحة عبرها أقدم مما لدى خوادمها بما لا يزيد على",
      sharedError: "حيث لا يجيب أي خادم، تعرض آخر صفحة لمدة",
      immutable: "تُحفظ الملفات المسمّاة بمحتواها لمدة",
      beat: "يقول الخادم إنه موجود كل",
      pollPage: "من دون هذا الاتصال تسأل الصفحة كل",
      hidden: "والأمر نفسه في لسان لا ينظر إليه أحد",
      spread: "بعد أي تغيير تجلب الصفحات ما ينقصها خلال",
      lost: "إذا لم يُجب أحد قالت الصفحة ذلك وذكرت عمر ما تعرضه بعد",
      feeds: "الأعطال في الموجز",
      lists: "الأعطال في قائمة من قوائم الواجهة",
      bars: "الأيام في شريط المكوّن",
      months: "أشهر نسبة التشغيل",
      lazyAge: "تُجلب صفحات الأعطال عند الطلب من الخوادم التي تنقصها بعد انتهاء العطل بمدة",
      lazyWait: "ولا ينتظر الزائر حينئذ أكثر من",
    },
    meaningHeading: "ما معنى كل حالة",
    status: "حالة المكوّن",
    impact: "تأثير عطله",
    weight: "وما يُحسب من الوقت انقطاعًا",
    uncounted: "لا تُحسب",
    rulesHeading: "ما معنى الأرقام",
    rules: [
      "نسبة التشغيل هي الوقت الخالي من الانقطاع ضمن الوقت المحسوب. وتُحسب كل حالة كما يبيّن الجدول.",
      "لا تُحسب الصيانة تشغيلًا ولا انقطاعًا، ولا يُدّعى شيء عمّا قبل بداية المكوّن.",
      "تُقرَّب نسبة التشغيل نزولًا إلى جزء من مئة من المئة: 100% تعني أنه لم يقع أي انقطاع.",
      "تكون المجموعة في كل لحظة بسوء أسوأ أجزائها.",
      "تأثير العطل هو أسوأ ما كانت عليه مكوّناته وهو مفتوح، ما لم يقل محرّروه غير ذلك؛ ولا ينخفض وهي تتعافى.",
      "«آخر تحديث» هو وقت آخر تغيير فيما تقوله هذه الصفحة، لا وقت إنشائها أو تحميلها.",
    ],
    indicator: {
      components: "تنتج حالة الصفحة من المكوّنات.",
      incidents: "تنتج حالة الصفحة من المكوّنات؛ فإن كانت جميعها تعمل فمن الأعطال المفتوحة.",
    },
  },
  metrics: {
    heading: "القياسات",
    title: (page) => `القياسات · ${page}`,
    description: (page) => `قياسات ${page} خلال يوم وأسبوع وشهر`,
    span: { day: "آخر 24 ساعة", week: "آخر 7 أيام", month: "آخر 30 يومًا" },
    longer: "الأسبوع والشهر",
    summary: (lowest, average, highest) => `الأدنى ${lowest}، المتوسط ${average}، الأعلى ${highest}`,
    asOf: "حتى",
    value: (number, suffix) => `\u2066${valueText(number, suffix)}\u2069`,
  },
  vendors: {
    heading: "المزوّدون",
    title: (page) => `المزوّدون · ${page}`,
    lead: (page) => `ما يقوله المزوّدون الذين تتابعهم ${page} عن أنظمتهم`,
    all: (count) => `الكل (${count})`,
    well: (count, all) => `${count} من ${all} يعمل`,
    state: {
      operational: "يعمل",
      degraded: "أداء منخفض",
      outage: "انقطاع",
      maintenance: "صيانة",
      unknown: "غير معروف",
    },
    why: {
      timeout: "لم تُجب صفحة الحالة في الوقت المحدد",
      unreachable: "لا يمكن الوصول إلى صفحة الحالة",
      refused: "لا يُسمح بسؤال صفحة الحالة",
      busy: "تطلب صفحة الحالة الانتظار",
      status: "ترفض صفحة الحالة طلبنا",
      "too-large": "ترسل صفحة الحالة أكثر مما ينبغي",
      format: "تقول صفحة الحالة ما لا نفهمه",
      unasked: "لم تُسأل بعد",
      late: "لم تُسأل منذ مدة",
    },
    checked: "فُحص",
    updated: "حدّثه المزوّد",
    lastKnown: (state) => `آخر حالة معروفة: ${state}،`,
    answered: (ms) => `أجاب خلال \u2066${ms} ms\u2069`,
    note: (minutes) => `يُسأل المزوّدون كل دقيقة. وما لم يؤكده أحد منذ ${minutes} دقائق يُعد غير معروف.`,
  },
  widget: {
    details: "التفاصيل",
    close: "إغلاق",
    asOf: "حتى {time}",
    title: "الأداة والشارات",
    description: (page) => `كيف تُعرض حالة ${page} على موقع آخر`,
    intro: "اعرض هذه الحالة حيث يوجد زوارك. لا يُسأل أي طرف ثالث، ولا يُحفظ شيء عن أحد.",
    scriptHeading: "الأداة",
    script: "نص برمجي واحد، وعنصر في المكان الذي تظهر فيه الحالة. لا يصل إليه أي تنسيق من الموقع المحيط به.",
    auto: "لا شيء ما دام كل شيء على ما يرام، وشريط عند حدوث خلل. يمكن للزوار إغلاقه.",
    bar: "شريط ظاهر دائمًا.",
    inline: "سطر واحد، لأسفل الصفحة مثلًا.",
    policy:
      "مع سياسة أمان المحتوى يسمح الموقع بهذا المضيف في script-src وconnect-src؛ ولا حاجة إلى تنسيق أو نص برمجي داخل الصفحة.",
    language: "تختار السمة lang اللغة؛ ومن دونها تُستخدم لغة الموقع.",
    frameHeading: "إطار",
    frame: "حيث لا يُسمح بتشغيل نص برمجي.",
    badgesHeading: "الشارات",
    badges: "صور لملف README أو موسوعة داخلية، وهي حديثة بقدر حداثة الصفحة.",
  },
  missing: {
    name: "لا شيء هنا",
    lead: "لا يوجد في صفحة الحالة شيء على هذا العنوان: ربما كُتب خطأً، أو أن ما كان هنا لم يعد موجودًا.",
  },
  live: {
    locale: "ar-u-nu-latn",
    live: "مباشر",
    waiting: "بانتظار المصدر",
    behind: "جارٍ اللحاق بالأحدث",
    checked: "آخر فحص \u2066{time}\u2069",
    lost: "لا يوجد اتصال. آخر تأكيد لما تراه كان {age}، عند \u2066{time}\u2069.",
    back: "عاد الاتصال.",
    update: "تحديث: ",
    ownZone: "الأوقات بتوقيتك المحلي: \u2066{zone}\u2069",
    toOwn: "استخدام توقيتي المحلي",
    toPage: "استخدام توقيت الصفحة",
    wellDay: "{day}: يعمل، نسبة التشغيل 100%",
    blankDay: "{day}: لا يوجد سجل بعد",
  },
};
