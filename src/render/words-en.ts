// The interface in English: the words of the API, and what every other language is translated from.
import { valueText } from "./metric-text.ts";
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
    comma: ", ",
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
    uptime: "Uptime",
    calendar: "Maintenance",
    subscribe: "Follow",
    method: "How this page works",
  },
  front: {
    description: (page) => `Current status of ${page}`,
    updated: "Updated",
    affected: (affected, components) => `${affected} of ${count(components, "component")} affected`,
    openIncidents: (incidents) => count(incidents, "open incident"),
    maintenances: (maintenances) => `${count(maintenances, "maintenance")} in progress`,
    noneAffected: (components) =>
      `${count(components, "component")}, ${components === 1 ? "" : "all "}operational`,
    noneOpen: "No open incidents",
    componentsHeading: "Components",
    barsNote: (days) =>
      `Uptime over the last ${days} days, a mark for each day, today last. The taller the mark, the worse the day.`,
    parts: (parts) => count(parts, "component"),
    openHeading: (incidents) => (incidents === 1 ? "Open incident" : "Open incidents"),
    maintenanceHeading: "Maintenance",
    lateEnd: "longer than planned",
    lateStart: "not begun yet",
    progressLabel: "Progress",
    latest: "Latest update",
    readOn: "Read more",
    earlier: (updates, isCut) => `${isCut ? "Read more, with " : ""}${count(updates, "earlier update")}`,
    affectedLabel: "Affected components",
    moreNames: (names) => `and ${names} more`,
    pastHeading: (days) => `The last ${days} days`,
    fullHistory: "Full history",
    quiet: "Nothing new was reported.",
  },
  bars: {
    days: (days) => count(days, "day"),
    unknown: "No history yet",
    well: (known) => `${count(known, "day")} without problems`,
    bad: (known, bad, worst) => `${count(known, "day")}, ${bad} with problems, the worst: ${worst}`,
    day: (date, status, duration) => `${date}: ${componentWithin[status]}, ${duration}`,
  },
  incident: {
    title: (status, incident) => `${status}: ${incident}`,
    affectedHeading: "Affected components",
    updatesHeading: "Updates",
    courseHeading: "Components over time",
    postmortemHeading: "Post-mortem",
    published: "Published",
    readPostmortem: "Read the post-mortem",
    permalink: "Link to this update",
    neighbours: "Before and after",
    history: "History",
  },
  history: {
    name: "History",
    title: (month) => `History, ${month}`,
    description: (page, month) => `Incidents and maintenance of ${page} in ${month}`,
    listLabel: "Incidents and maintenance",
    nothing: "Nothing was reported.",
    quiet: (from, to) => `Nothing was reported in ${from === to ? from : `${from} to ${to}`}.`,
    monthsLabel: "Months",
    monthsHeading: "All months",
  },
  uptime: {
    name: "Uptime",
    lead: (page) => `Uptime of each component of ${page}, day by day`,
    note: "A flat stroke is a quiet day; the taller the mark, the worse the day. Days count once they are over.",
    nothing: "There is no complete day to show yet.",
    moreDays: (days) => `and ${count(days, "more day")}`,
  },
  calendar: {
    name: "Maintenance calendar",
    lead: (page) => `Planned maintenance of ${page}`,
    subscribe: "Subscribe in your calendar (.ics)",
    past: "Earlier months",
    nothing: "No maintenance is planned.",
    events: (events) => count(events, "maintenance"),
    weekdays: ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
  },
  subscribe: {
    name: "Follow this page",
    lead: (page) => `Ways to hear of incidents and maintenance of ${page}`,
    ways: {
      atom: {
        name: "Atom feed",
        says: "For feed readers and chat tools: each incident and maintenance with all its updates.",
      },
      rss: { name: "RSS feed", says: "The same, for programs that read RSS." },
      json: { name: "JSON Feed", says: "The same again, as JSON." },
      calendar: {
        name: "Calendar",
        says: "Planned maintenance in your own calendar: subscribe to this address, and it stays up to date.",
      },
      open: {
        name: "This page, left open",
        says: "An open page shows a change within a second, and its tab shows the state.",
      },
      api: { name: "API", says: "The state as JSON, in the form of Statuspage's API v2." },
    },
  },
  method: {
    name: "How this page works",
    lead: "Every interval and bound that is in force, written from the settings themselves.",
    headings: {
      fresh: "How fresh it is",
      caches: "What caches may keep",
      open: "While it is open",
      kept: "How far it goes back",
    },
    what: "What",
    value: "Value",
    rows: {
      heartbeat: "The source confirms that this page is the newest, every",
      stale: "Without a confirmation the page says so, and since when, after",
      recover: "Confirmations in a row that end that notice",
      source: "A server leaves a source that says nothing, after",
      pollSource: "Where no connection stays open, a server asks its source every",
      midnight: "At midnight of the page's zone the days move on, within",
      emergency: "An emergency notice ends by itself, at the latest after",
      browserPage: "Browsers show pages and JSON without asking, for",
      browserFeed: "Programs keep feeds and pictures, for",
      sharedFresh: "A cache in front gives an answer without asking, for",
      sharedRenew: "and an older one while it asks, for another",
      sharedSum: "So through a cache a page is older than its servers have it, at most",
      sharedError: "Where no server answers, a cache shows the last page, for",
      immutable: "Files that are named by their content are kept, for",
      beat: "The server says that it is there, every",
      pollPage: "Without that connection the page asks, every",
      hidden: "the same in a tab that nobody looks at",
      spread: "After a change, pages fetch what they lack within",
      feeds: "Incidents in a feed",
      lists: "Incidents in a list of the API",
      bars: "Days in a component's bar",
      months: "Months of uptime",
      lazyAge:
        "Pages of incidents are fetched on demand by servers that lack them, once the incident is over for",
      lazyWait: "and then a visitor waits no longer than",
    },
    meaningHeading: "What a status means",
    status: "Status of a component",
    impact: "Impact of its incident",
    weight: "how much of the time counts as down",
    uncounted: "not counted",
    rulesHeading: "What the numbers mean",
    rules: [
      "Uptime is the time without downtime in the time that counts. Each status counts as down as the table says.",
      "Maintenance counts neither as up nor as down, and nothing is claimed of the time before a component's start.",
      "Uptime is rounded down to a hundredth of a percent: 100% means no downtime at all.",
      "A group is at each moment as bad as its worst part.",
      "The impact of an incident is the worst that its components have been while it was open, unless its editors say otherwise; it does not fall while they recover.",
      '"Updated" is when something last changed in what this page tells, never when it was made or loaded.',
    ],
    indicator: {
      components: "The state of the page follows from the components.",
      incidents:
        "The state of the page follows from the components; where all of them are operational, from open incidents.",
    },
  },
  missing: {
    title: "Not found",
    says: "This status page has nothing at this address.",
  },
  metrics: {
    heading: "Metrics",
    title: (page) => `Metrics · ${page}`,
    description: (page) => `Metrics of ${page} over a day, a week and a month`,
    span: { day: "Last 24 hours", week: "Last 7 days", month: "Last 30 days" },
    longer: "Week and month",
    summary: (lowest, average, highest) => `lowest ${lowest}, average ${average}, highest ${highest}`,
    asOf: "as of",
    value: (number, suffix) => valueText(number, suffix),
  },
  widget: {
    details: "Details",
    close: "Close",
    asOf: "as of {time}",
    title: "Widget and badges",
    description: (page) => `How to show the status of ${page} on another site`,
    intro:
      "Show this status where your visitors are. Nothing is asked of a third party, and nothing is kept about anyone.",
    scriptHeading: "Widget",
    script:
      "One script, and an element where the status is to stand. No style of the site around it reaches it.",
    auto: "Nothing while all is well, a bar while something is wrong. Visitors may close it.",
    bar: "A bar that is always there.",
    inline: "A line, for a footer.",
    policy:
      "Under a Content-Security-Policy the site allows this host as script-src and connect-src; no inline style or script is needed.",
    language: "The attribute lang chooses the language; without it, the language of the site.",
    frameHeading: "Frame",
    frame: "Where no script may run.",
    badgesHeading: "Badges",
    badges: "Pictures for a README or a wiki. They are as new as the page.",
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
