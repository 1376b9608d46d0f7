// The interface in German.
import { valueText } from "./metric-text.ts";
import type { Day, Words } from "./words.ts";

const months = "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.".split(" ");
const monthsLong = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(
  " ",
);
const weekdays = "So. Mo. Di. Mi. Do. Fr. Sa.".split(" ");
const units = { second: "Sek.", minute: "Min.", hour: "Std." } as const;

const monthShort = (month: number): string => months[month - 1] ?? "";
const date = ({ day, month, year }: Day): string => `${day}. ${monthShort(month)} ${year}`;
const count = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const componentWithin = {
  operational: "in Betrieb",
  degraded_performance: "beeinträchtigt",
  partial_outage: "Teilausfall",
  major_outage: "Ausfall",
  under_maintenance: "Wartung",
} as const;

export const german: Words = {
  banner:
    "Diese Seite ist möglicherweise nicht aktuell: Ihre Quelle ist nicht erreichbar. Zuletzt bestätigt: {time}.",
  overall: {
    "All Systems Operational": "Alle Systeme in Betrieb",
    "Service Under Maintenance": "Wartungsarbeiten",
    "Partially Degraded Service": "Dienste teilweise beeinträchtigt",
    "Minor Service Outage": "Kleinere Störung",
    "Partial System Outage": "Teilausfall",
    "Major Service Outage": "Schwerer Ausfall",
  },
  component: {
    operational: "In Betrieb",
    degraded_performance: "Beeinträchtigt",
    partial_outage: "Teilausfall",
    major_outage: "Ausfall",
    under_maintenance: "In Wartung",
  },
  componentWithin,
  impact: {
    none: "Keine Auswirkungen",
    minor: "Geringe Auswirkungen",
    major: "Große Auswirkungen",
    critical: "Schwere Auswirkungen",
    maintenance: "Wartung",
  },
  status: {
    investigating: "Wird untersucht",
    identified: "Ursache gefunden",
    monitoring: "Wird beobachtet",
    resolved: "Behoben",
    postmortem: "Nachbetrachtung",
    scheduled: "Geplant",
    in_progress: "Läuft",
    verifying: "Wird geprüft",
    completed: "Abgeschlossen",
  },
  update: "Neues",
  times: {
    date,
    weekdayDate: (day, weekday) => `${weekdays[weekday] ?? ""} ${date(day)}`,
    dates(from, until) {
      if (from.year !== until.year) return `${date(from)} – ${date(until)}`;
      const start = from.month === until.month ? `${from.day}.` : `${from.day}. ${monthShort(from.month)}`;
      return `${start} – ${date(until)}`;
    },
    month: (year, month) => `${monthsLong[month - 1] ?? ""} ${year}`,
    monthShort,
    dateTime: (date, time) => `${date}, ${time}`,
    comma: ", ",
    unit: (amount, unit) => (unit === "day" ? count(amount, "Tag", "Tage") : `${amount} ${units[unit]}`),
    percent: (hundredths) =>
      hundredths === 10_000 ? "100 %" : `${(hundredths / 100).toFixed(2).replace(".", ",")} %`,
    zone: (name) => `Zeitzone: ${name}`,
    since: "Seit",
  },
  frame: {
    pages: "Seiten",
    follow: "Abonnieren",
    languages: "Sprachen",
    status: "Status",
    history: "Verlauf",
    atom: "Atom-Feed",
    rss: "RSS-Feed",
    api: "API",
    current: "Aktueller Status",
    uptime: "Verfügbarkeit",
    calendar: "Wartung",
    subscribe: "Abonnieren",
    method: "Wie diese Seite funktioniert",
    help: "Hilfe bekommen",
  },
  front: {
    description: (page) => `Aktueller Status von ${page}`,
    updated: "Aktualisiert:",
    affected: (affected, components) =>
      `${affected} von ${count(components, "Komponente", "Komponenten")} betroffen`,
    openIncidents: (incidents) => count(incidents, "offene Störung", "offene Störungen"),
    maintenances: (maintenances) => count(maintenances, "laufende Wartung", "laufende Wartungen"),
    noneAffected: (components) =>
      `${count(components, "Komponente", "Komponenten")}, ${components === 1 ? "" : "alle "}in Betrieb`,
    noneOpen: "Keine offenen Störungen",
    notHere: "Bei Ihnen geht trotzdem etwas nicht?",
    componentsHeading: "Komponenten",
    barsNote: (days) =>
      `Verfügbarkeit der letzten ${days} Tage, ein Strich je Tag, heute zuletzt. Je höher der Strich, desto schlechter der Tag.`,
    parts: (parts) => count(parts, "Komponente", "Komponenten"),
    openHeading: (incidents) => (incidents === 1 ? "Offene Störung" : "Offene Störungen"),
    maintenanceHeading: "Wartung",
    lateEnd: "dauert länger als geplant",
    lateStart: "noch nicht begonnen",
    progressLabel: "Fortschritt",
    latest: "Letzte Meldung:",
    readOn: "Weiterlesen",
    earlier: (updates, isCut) =>
      isCut
        ? `Weiterlesen, mit ${updates} früheren ${updates === 1 ? "Meldung" : "Meldungen"}`
        : count(updates, "frühere Meldung", "frühere Meldungen"),
    affectedLabel: "Betroffene Komponenten",
    moreNames: (names) => `und ${names} weitere`,
    pastHeading: (days) => `Die letzten ${days} Tage`,
    fullHistory: "Gesamter Verlauf",
    quiet: "Es wurde nichts Neues gemeldet.",
  },
  bars: {
    days: (days) => count(days, "Tag", "Tage"),
    unknown: "Noch kein Verlauf",
    well: (known) => `${count(known, "Tag", "Tage")} ohne Störung`,
    bad: (known, bad, worst) =>
      `${count(known, "Tag", "Tage")}, davon ${bad} mit Störung, am schlimmsten: ${worst}`,
    day: (date, status, duration) => `${date}: ${componentWithin[status]}, ${duration}`,
    withUptime: (day, percent) => `${day}, ${percent} verfügbar`,
  },
  part: {
    component: "Komponente",
    group: "Gruppe von Komponenten",
    uptime: (percent, days) =>
      days === 1
        ? `${percent} verfügbar am letzten Tag`
        : `${percent} verfügbar in den letzten ${days} Tagen`,
    daysHeading: (days) => `Die letzten ${days} Tage`,
    day: "Tag",
    state: "Schlimmster Zustand",
    lasted: "Dauer",
    uptimeHead: "Verfügbarkeit",
    counted: (partial) =>
      `Ein Ausfall zählt ganz, ein Teilausfall zu ${partial}, eine Beeinträchtigung nicht. Wartung bleibt außer Betracht. Ein Tag endet um Mitternacht in der Zeitzone der Seite.`,
    membersHeading: "Komponenten dieser Gruppe",
    incidentsHeading: "Störungen und Wartungen dieser Tage",
    allOfGroup: "Tage und Störungen dieser Gruppe",
  },
  incident: {
    title: (status, incident) => `${status}: ${incident}`,
    affectedHeading: "Betroffene Komponenten",
    updatesHeading: "Meldungen",
    courseHeading: "Komponenten im Verlauf",
    postmortemHeading: "Nachbetrachtung",
    published: "Veröffentlicht",
    readPostmortem: "Zur Nachbetrachtung",
    permalink: "Link zu dieser Meldung",
    neighbours: "Davor und danach",
    history: "Verlauf",
  },
  history: {
    name: "Verlauf",
    title: (month) => `Verlauf, ${month}`,
    description: (page, month) => `Störungen und Wartungen von ${page} im ${month}`,
    listLabel: "Störungen und Wartungen",
    nothing: "Es wurde nichts gemeldet.",
    quiet: (from, to) =>
      from === to ? `Im ${from} wurde nichts gemeldet.` : `Von ${from} bis ${to} wurde nichts gemeldet.`,
    monthsLabel: "Monate",
    monthsHeading: "Alle Monate",
  },
  uptime: {
    name: "Verfügbarkeit",
    lead: (page) => `Verfügbarkeit jeder Komponente von ${page}, Tag für Tag`,
    note: "Ein flacher Strich ist ein ruhiger Tag; je höher eine Marke, desto schlechter der Tag. Tage zählen, sobald sie vorbei sind.",
    nothing: "Noch gibt es keinen vollen Tag zu zeigen.",
    moreDays: (days) => (days === 1 ? "und 1 weiterer Tag" : `und ${days} weitere Tage`),
  },
  calendar: {
    name: "Wartungskalender",
    lead: (page) => `Geplante Wartungen von ${page}`,
    subscribe: "Im eigenen Kalender abonnieren (.ics)",
    past: "Frühere Monate",
    nothing: "Keine Wartung geplant.",
    events: (events) => (events === 1 ? "1 Wartung" : `${events} Wartungen`),
    weekdays: ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
  },
  subscribe: {
    name: "Dieser Seite folgen",
    lead: (page) => `Wege, von Störungen und Wartungen von ${page} zu erfahren`,
    ways: {
      atom: {
        name: "Atom-Feed",
        says: "Für Feedreader und Chats: jede Störung und Wartung mit allen Meldungen.",
      },
      rss: { name: "RSS-Feed", says: "Dasselbe, für Programme, die RSS lesen." },
      json: { name: "JSON Feed", says: "Noch einmal dasselbe, als JSON." },
      calendar: {
        name: "Kalender",
        says: "Geplante Wartungen im eigenen Kalender. Diese Adresse abonnieren; er bleibt von selbst aktuell.",
      },
      open: {
        name: "Diese Seite, offen gelassen",
        says: "Eine offene Seite zeigt eine Änderung binnen einer Sekunde, und ihr Tab zeigt den Zustand.",
      },
      widget: {
        name: "Auf der eigenen Website",
        says: "Der Zustand als Zeile oder Leiste, als Rahmen oder Badge: was man kopiert, und wie es aussieht.",
      },
      api: { name: "API", says: "Der Zustand als JSON, in der Form von Statuspages API v2." },
    },
  },
  message: {
    subject: (page, told) => `[${page}] ${told}`,
    soon: "Beginnt in Kürze",
    details: "Einzelheiten auf der Statusseite",
    because: (page) => `Diese Nachricht kommt, weil diese Adresse ${page} abonniert hat.`,
    manage: "Auswählen, was kommt",
    unsubscribe: "Abbestellen",
    chosen: "Wovon berichtet wird",
    everything: "Alle Störungen und Wartungen der Seite",
    confirm: {
      title: (page) => `Abonnement von ${page} bestätigen`,
      lead: (page) =>
        `Jemand, vermutlich Sie, hat darum gebeten, dass diese Adresse von Störungen und Wartungen von ${page} erfährt. Bevor Sie das bestätigen, wird nichts gesendet.`,
      act: "Abonnement bestätigen",
    },
    changed: {
      title: (page) => `Ihr Abonnement von ${page} wurde geändert`,
      lead: (page) => `Davon berichtet ${page} dieser Adresse von jetzt an.`,
      act: "Auswählen, was kommt",
    },
    unsubscribed: {
      title: (page) => `${page} ist abbestellt`,
      lead: (page) => `Diese Adresse bekommt keine Nachrichten von ${page} mehr.`,
      act: "Wieder abonnieren",
    },
    notYou: "Waren Sie es nicht? Dann tun Sie nichts: Ohne Ihre Bestätigung wird nichts gesendet.",
    expires: "Der Link gilt 7 Tage.",
  },
  method: {
    name: "Wie diese Seite funktioniert",
    lead: "Alle Fristen und Grenzen, die gelten, aus den Einstellungen selbst geschrieben.",
    headings: {
      fresh: "Wie frisch sie ist",
      caches: "Was Zwischenspeicher behalten dürfen",
      open: "Solange sie offen ist",
      kept: "Wie weit sie zurückreicht",
    },
    what: "Was",
    value: "Wert",
    rows: {
      heartbeat: "Die Quelle bestätigt, dass diese Seite die neueste ist, alle",
      stale: "Ohne Bestätigung sagt die Seite das, und seit wann, nach",
      recover: "Bestätigungen in Folge, die diesen Hinweis beenden",
      source: "Ein Server verlässt eine Quelle, die schweigt, nach",
      pollSource: "Wo keine Verbindung offen bleibt, fragt ein Server seine Quelle alle",
      midnight: "Um Mitternacht der Zeitzone der Seite rücken die Tage weiter, binnen",
      emergency: "Ein Notfallhinweis endet von selbst, spätestens nach",
      browserPage: "Browser zeigen Seiten und JSON, ohne zu fragen, für",
      browserFeed: "Programme behalten Feeds und Bilder für",
      sharedFresh: "Ein vorgeschalteter Zwischenspeicher antwortet, ohne zu fragen, für",
      sharedRenew: "und mit etwas Älterem, während er fragt, für weitere",
      sharedSum: "Durch ihn ist eine Seite also älter als auf ihren Servern um höchstens",
      sharedError: "Wo kein Server antwortet, zeigt er die letzte Seite für",
      immutable: "Dateien, die nach ihrem Inhalt heißen, werden behalten für",
      beat: "Der Server meldet, dass er da ist, alle",
      pollPage: "Ohne diese Verbindung fragt die Seite alle",
      hidden: "dasselbe in einem Tab, den niemand ansieht",
      spread: "Nach einer Änderung holen Seiten, was ihnen fehlt, binnen",
      lost: "Antwortet niemand, sagt die Seite das, und wie alt sie ist, nach",
      feeds: "Störungen in einem Feed",
      lists: "Störungen in einer Liste der API",
      bars: "Tage im Balken einer Komponente",
      months: "Monate der Verfügbarkeit",
      lazyAge:
        "Seiten von Störungen holen Server, denen sie fehlen, erst auf Nachfrage, wenn die Störung vorbei ist seit",
      lazyWait: "und dann wartet ein Besucher nicht länger als",
    },
    meaningHeading: "Was ein Zustand bedeutet",
    status: "Zustand einer Komponente",
    impact: "Auswirkung ihrer Störung",
    weight: "wie viel der Zeit als Ausfall zählt",
    uncounted: "zählt nicht",
    rulesHeading: "Was die Zahlen bedeuten",
    rules: [
      "Verfügbarkeit ist die Zeit ohne Ausfall in der Zeit, die zählt. Jeder Zustand zählt so, wie die Tabelle sagt.",
      "Wartung zählt weder als verfügbar noch als Ausfall, und über die Zeit vor dem Beginn einer Komponente wird nichts behauptet.",
      "Verfügbarkeit wird auf ein Hundertstel Prozent abgerundet: 100 % heißt, dass es keinen Ausfall gab.",
      "Eine Gruppe ist in jedem Augenblick so schlecht wie ihr schlechtester Teil.",
      "Die Auswirkung einer Störung ist das Schlimmste, was ihre Komponenten waren, solange sie offen war, wenn ihre Verfasser nichts anderes sagen; sie sinkt nicht, während sie sich erholen.",
      "„Aktualisiert“ ist, wann sich zuletzt etwas von dem änderte, was diese Seite sagt, nie, wann sie gemacht oder geladen wurde.",
    ],
    indicator: {
      components: "Der Zustand der Seite folgt aus den Komponenten.",
      incidents:
        "Der Zustand der Seite folgt aus den Komponenten; wo alle in Betrieb sind, aus offenen Störungen.",
    },
  },
  metrics: {
    heading: "Messwerte",
    title: (page) => `Messwerte · ${page}`,
    description: (page) => `Messwerte von ${page} über einen Tag, eine Woche und einen Monat`,
    span: { day: "Letzte 24 Stunden", week: "Letzte 7 Tage", month: "Letzte 30 Tage" },
    longer: "Woche und Monat",
    summary: (lowest, average, highest) =>
      `niedrigster ${lowest}, Durchschnitt ${average}, höchster ${highest}`,
    asOf: "Stand",
    value: (number, suffix) => valueText(number.replace(".", ","), suffix),
  },
  vendors: {
    heading: "Anbieter",
    title: (page) => `Anbieter · ${page}`,
    lead: (page) => `Was andere, die ${page} beobachtet, über ihre Systeme sagen`,
    all: (count) => `Alle ${count}`,
    well: (count, all) => `${count} von ${all} in Betrieb`,
    state: {
      operational: "In Betrieb",
      degraded: "Beeinträchtigt",
      outage: "Ausfall",
      maintenance: "Wartung",
      unknown: "Unbekannt",
    },
    why: {
      timeout: "die Statusseite hat nicht rechtzeitig geantwortet",
      unreachable: "die Statusseite ist nicht zu erreichen",
      refused: "die Statusseite darf nicht gefragt werden",
      busy: "die Statusseite bittet um Geduld",
      status: "die Statusseite weist uns ab",
      "too-large": "die Statusseite schickt zu viel",
      format: "die Statusseite sagt etwas, das wir nicht verstehen",
      unasked: "noch nicht gefragt",
      late: "seit einer Weile nicht gefragt",
    },
    checked: "geprüft",
    updated: "vom Anbieter aktualisiert",
    lastKnown: (state) => `zuletzt bekannt: ${state},`,
    answered: (ms) => `Antwort in ${ms} ms`,
    note: (minutes) =>
      `Anbieter werden jede Minute gefragt. Was ${minutes} Minuten lang niemand bestätigt hat, gilt als unbekannt.`,
  },
  widget: {
    details: "Einzelheiten",
    close: "Schließen",
    asOf: "Stand {time}",
    title: "Widget und Badges",
    description: (page) => `So zeigt eine andere Website den Status von ${page}`,
    intro:
      "Der Status dort, wo Ihre Besucher sind. Kein Dritter wird gefragt, und über niemanden wird etwas gespeichert.",
    scriptHeading: "Widget",
    script:
      "Ein Skript, und ein Element an der Stelle, an der der Status stehen soll. Kein Stil der umgebenden Seite erreicht es.",
    auto: "Nichts, solange alles läuft, und eine Leiste, wenn etwas gestört ist. Besucher können sie schließen.",
    bar: "Eine Leiste, die immer da ist.",
    inline: "Eine Zeile, etwa für den Seitenfuß.",
    policy:
      "Unter einer Content-Security-Policy erlaubt die Website diesen Host als script-src und connect-src; Stile oder Skripte in der Seite selbst sind nicht nötig.",
    language: "Das Attribut lang wählt die Sprache; ohne es gilt die Sprache der Website.",
    frameHeading: "Rahmen",
    frame: "Wo kein Skript laufen darf.",
    badgesHeading: "Badges",
    badges: "Bilder für eine README oder ein Wiki. Sie sind so neu wie die Seite.",
  },
  missing: {
    name: "Hier ist nichts",
    lead: "Diese Statusseite hat unter dieser Adresse nichts: Sie ist verschrieben, oder was hier stand, gibt es nicht mehr.",
  },
  live: {
    locale: "de",
    live: "live",
    waiting: "wartet auf die Quelle",
    behind: "holt auf",
    checked: "geprüft um {time}",
    lost: "Keine Verbindung. Was Sie sehen, wurde zuletzt {age} bestätigt, um {time}.",
    back: "Wieder verbunden.",
    update: "Neue Meldung: ",
    ownZone: "Zeiten in Ihrer Zeitzone: {zone}",
    toOwn: "Meine Zeitzone verwenden",
    toPage: "Zeitzone der Seite verwenden",
    wellDay: "{day}: in Betrieb, 100 % verfügbar",
    blankDay: "{day}: noch kein Verlauf",
  },
};
