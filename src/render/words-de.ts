// The interface in German.
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
    postmortem: "Nachbericht",
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
    help: "Hilfe bekommen",
  },
  front: {
    description: (page) => `Aktueller Status von ${page}`,
    updated: "Aktualisiert:",
    affected: (affected, components) =>
      `${affected} von ${count(components, "Komponente", "Komponenten")} betroffen`,
    openIncidents: (incidents) => count(incidents, "offene Störung", "offene Störungen"),
    maintenances: (maintenances) => count(maintenances, "laufende Wartung", "laufende Wartungen"),
    noneAffected: (components) => `${count(components, "Komponente", "Komponenten")}, keine gestört`,
    noneOpen: "Keine offenen Störungen",
    notHere: "Bei Ihnen geht trotzdem etwas nicht?",
    componentsHeading: "Komponenten",
    barsNote: (days) =>
      `Verfügbarkeit und Tage der letzten ${days} Tage, heute zuletzt. Je höher der Strich, desto schlechter der Tag.`,
    parts: (parts) => count(parts, "Teil", "Teile"),
    openHeading: (incidents) => (incidents === 1 ? "Offene Störung" : "Offene Störungen"),
    maintenanceHeading: "Wartung",
    lateEnd: "dauert länger als geplant",
    lateStart: "sollte schon begonnen haben",
    progressLabel: "Fortschritt",
    latest: "Letzte Meldung:",
    readOn: "Weiterlesen",
    earlier: (updates, isCut) =>
      `${isCut ? "Weiterlesen, und " : ""}${count(updates, "frühere Meldung", "frühere Meldungen")}`,
    affectedLabel: "Betroffene Komponenten",
    moreNames: (names) => `und ${names} weitere`,
    pastHeading: (days) => `Die letzten ${days} Tage`,
    fullHistory: "Gesamter Verlauf",
    quiet: "Nichts Neues.",
  },
  bars: {
    days: (days) => count(days, "Tag", "Tage"),
    unknown: "Noch kein Verlauf",
    well: (known) => `${count(known, "Tag", "Tage")}, keiner gestört`,
    bad: (known, bad, worst) =>
      `${count(known, "Tag", "Tage")}, davon ${bad} gestört, am schlimmsten: ${worst}`,
    day: (date, status, duration) => `${date}: ${componentWithin[status]}, ${duration}`,
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
    counted:
      "Ein Ausfall zählt ganz, ein Teilausfall zu drei Zehnteln, eine Beeinträchtigung nicht. Wartung bleibt außer Betracht. Ein Tag endet um Mitternacht in der Zeitzone der Seite.",
    membersHeading: "Komponenten dieser Gruppe",
    incidentsHeading: "Störungen und Wartungen dieser Tage",
    allOfGroup: "Tage und Störungen dieser Gruppe",
  },
  incident: {
    title: (status, incident) => `${status}: ${incident}`,
    affectedHeading: "Betroffene Komponenten",
    updatesHeading: "Meldungen",
    history: "Verlauf",
  },
  history: {
    name: "Verlauf",
    title: (month) => `Verlauf, ${month}`,
    description: (page, month) => `Störungen und Wartungen von ${page} im ${month}`,
    listLabel: "Störungen und Wartungen",
    nothing: "Es wurde nichts gemeldet.",
    monthsLabel: "Monate",
    monthsHeading: "Alle Monate",
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
  },
};
