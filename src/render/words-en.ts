// The interface in English: the words of the API, and what every other language is translated from.
import type { Day, Words } from "./words.ts";

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const monthsLong =
  "January February March April May June July August September October November December".split(" ");
const weekdays = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
const units = { second: "s", minute: "min", hour: "h", day: "d" } as const;

const monthShort = (month: number): string => months[month - 1] ?? "";
const date = ({ day, month, year }: Day): string => `${day} ${monthShort(month)} ${year}`;
const count = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const component = {
  operational: "Operational",
  degraded_performance: "Degraded performance",
  partial_outage: "Partial outage",
  major_outage: "Major outage",
  under_maintenance: "Under maintenance",
} as const;

const componentWithin = {
  operational: "operational",
  degraded_performance: "degraded performance",
  partial_outage: "partial outage",
  major_outage: "major outage",
  under_maintenance: "under maintenance",
} as const;

export const english: Words = {
  banner: "This page may be out of date: we cannot reach its source. Last confirmed {time}.",
  overall: {
    "All Systems Operational": "All Systems Operational",
    "Service Under Maintenance": "Service Under Maintenance",
    "Partially Degraded Service": "Partially Degraded Service",
    "Minor Service Outage": "Minor Service Outage",
    "Partial System Outage": "Partial System Outage",
    "Major Service Outage": "Major Service Outage",
  },
  component,
  componentWithin,
  impact: {
    none: "No impact",
    minor: "Minor impact",
    major: "Major impact",
    critical: "Critical impact",
    maintenance: "Maintenance",
  },
  status: {
    investigating: "Investigating",
    identified: "Identified",
    monitoring: "Monitoring",
    resolved: "Resolved",
    postmortem: "Postmortem",
    scheduled: "Scheduled",
    in_progress: "In progress",
    verifying: "Verifying",
    completed: "Completed",
  },
  update: "Update",
  times: {
    date,
    weekdayDate: (day, weekday) => `${weekdays[weekday] ?? ""} ${date(day)}`,
    dates(from, until) {
      if (from.year !== until.year) return `${date(from)} – ${date(until)}`;
      const start = from.month === until.month ? `${from.day}` : `${from.day} ${monthShort(from.month)}`;
      return `${start} – ${date(until)}`;
    },
    month: (year, month) => `${monthsLong[month - 1] ?? ""} ${year}`,
    monthShort,
    dateTime: (date, time) => `${date}, ${time}`,
    unit: (count, unit) => `${count} ${units[unit]}`,
    percent: (hundredths) => (hundredths === 10_000 ? "100%" : `${(hundredths / 100).toFixed(2)}%`),
    zone: (name) => `Times in ${name}`,
    since: "Since",
  },
  frame: {
    pages: "Pages",
    follow: "Follow",
    languages: "Languages",
    status: "Status",
    history: "History",
    atom: "Atom feed",
    rss: "RSS feed",
    api: "API",
    current: "Current status",
    help: "Get help",
  },
  front: {
    description: (page) => `Current status of ${page}`,
    updated: "Updated",
    affected: (affected, components) => `${affected} of ${count(components, "component")} affected`,
    openIncidents: (incidents) => count(incidents, "open incident"),
    maintenances: (maintenances) => `${count(maintenances, "maintenance")} going on`,
    noneAffected: (components) => `${count(components, "component")}, none with trouble`,
    noneOpen: "No open incidents",
    notHere: "Something does not work for you all the same?",
    componentsHeading: "Components",
    barsNote: (days) =>
      `Uptime and days of the last ${days} days, today last. The higher a mark, the worse the day.`,
    parts: (parts) => count(parts, "part"),
    openHeading: (incidents) => (incidents === 1 ? "Open incident" : "Open incidents"),
    maintenanceHeading: "Maintenance",
    lateEnd: "longer than planned",
    lateStart: "was to begin",
    progressLabel: "Progress",
    latest: "Latest update",
    readOn: "Read on",
    earlier: (updates, isCut) => `${isCut ? "Read on, and " : ""}${count(updates, "earlier update")}`,
    affectedLabel: "Affected components",
    moreNames: (names) => `and ${names} more`,
    pastHeading: (days) => `The last ${days} days`,
    fullHistory: "Full history",
    quiet: "Nothing new.",
  },
  bars: {
    days: (days) => count(days, "day"),
    unknown: "No history yet",
    well: (known) => `${count(known, "day")}, none with trouble`,
    bad: (known, bad, worst) => `${count(known, "day")}, ${bad} with trouble, worst: ${worst}`,
    day: (date, status, duration) => `${date}: ${componentWithin[status]}, ${duration}`,
  },
  part: {
    component: "Component",
    group: "Group of components",
    uptime: (percent, days) => `${percent} uptime in the last ${count(days, "day", "days")}`,
    daysHeading: (days) => `The last ${days} days`,
    day: "Day",
    state: "Worst state",
    lasted: "Lasted",
    uptimeHead: "Uptime",
    counted:
      "A major outage counts as down, three tenths of a partial outage do, and degraded performance does not. Maintenance is left out. A day ends at midnight in the page's time zone.",
    membersHeading: "Components of this group",
    incidentsHeading: "Incidents and maintenance of these days",
    allOfGroup: "Days and incidents of this group",
  },
  incident: {
    title: (status, incident) => `${status}: ${incident}`,
    affectedHeading: "Affected components",
    updatesHeading: "Updates",
    history: "History",
  },
  history: {
    name: "History",
    title: (month) => `History, ${month}`,
    description: (page, month) => `Incidents and maintenance of ${page} in ${month}`,
    listLabel: "Incidents and maintenance",
    nothing: "Nothing was reported.",
    monthsLabel: "Months",
    monthsHeading: "All months",
  },
  live: {
    locale: "en-GB",
    live: "live",
    waiting: "waiting for its source",
    behind: "catching up",
    checked: "checked at {time}",
    lost: "No connection. What you see was last confirmed {age}, at {time}.",
    back: "Connected again.",
    update: "Update: ",
    ownZone: "Times in your time zone: {zone}",
    toOwn: "Use my time zone",
    toPage: "Use the page’s time zone",
  },
};
