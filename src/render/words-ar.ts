// The interface in Arabic. Digits are Western: times, versions, addresses and figures stand beside Latin text that has none other, they are
// read from Rabat to Baghdad, and a reader compares them with logs and with the API. A time among Arabic words is isolated (U+2066, U+2069):
// its parts would change places.
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
  one: "أعمال صيانة واحدة جارية",
  two: "عمليتا صيانة جاريتان",
  few: "عمليات صيانة جارية",
  many: "عملية صيانة جارية",
  other: "عملية صيانة جارية",
};
const earlierUpdate: Noun = {
  one: "تحديث سابق واحد",
  two: "تحديثان سابقان",
  few: "تحديثات سابقة",
  many: "تحديثًا سابقًا",
  other: "تحديث سابق",
};
const part: Noun = { one: "جزء واحد", two: "جزءان", few: "أجزاء", many: "جزءًا", other: "جزء" };

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
    help: "احصل على المساعدة",
  },
  front: {
    description: (page) => `الحالة الحالية لـ ${page}`,
    updated: "آخر تحديث:",
    affected: (affected, components) =>
      `${affected === 1 ? "تأثّر" : "تأثّرت"} ${affected} من ${count(components, ofComponents)}`,
    openIncidents: (incidents) => count(incidents, openIncident),
    maintenances: (maintenances) => count(maintenances, maintenance),
    noneAffected: (components) => `${count(components, component)} بلا أعطال`,
    noneOpen: "لا توجد أعطال مفتوحة",
    notHere: "ما زال شيء لا يعمل لديك؟",
    componentsHeading: "المكوّنات",
    barsNote: (days) =>
      `نسبة التشغيل والأيام لآخر ${count(days, day)}، واليوم آخرها. كلما علت العلامة كان اليوم أسوأ.`,
    parts: (parts) => count(parts, part),
    openHeading: (incidents) => (incidents === 1 ? "عطل مفتوح" : "أعطال مفتوحة"),
    maintenanceHeading: "الصيانة",
    lateEnd: "تستغرق أطول من المخطط",
    lateStart: "كان من المقرر أن تبدأ",
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
    counted:
      "يُحسب الانقطاع الكبير كاملًا، والانقطاع الجزئي بثلاثة أعشاره، ولا يُحسب انخفاض الأداء. لا تدخل الصيانة في الحساب. ينتهي اليوم عند منتصف الليل في المنطقة الزمنية للصفحة.",
    membersHeading: "مكوّنات هذه المجموعة",
    incidentsHeading: "أعطال هذه الأيام وأعمال صيانتها",
    allOfGroup: "أيام هذه المجموعة وأعطالها",
  },
  incident: {
    title: (status, incident) => `${status}: ${incident}`,
    affectedHeading: "المكوّنات المتأثرة",
    updatesHeading: "التحديثات",
    history: "السجل",
  },
  history: {
    name: "السجل",
    title: (month) => `السجل، ${month}`,
    description: (page, month) => `أعطال ${page} وأعمال صيانتها في ${month}`,
    listLabel: "الأعطال وأعمال الصيانة",
    nothing: "لم يُبلَّغ عن شيء.",
    monthsLabel: "الأشهر",
    monthsHeading: "كل الأشهر",
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
  },
};
