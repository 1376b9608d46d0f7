// What went wrong at the demo's organisation: twelve days of trouble, one incident that is open, two maintenances.
// In: nothing. Out: stories, told in steps of minutes. `{start}` and `{now}` stand for the times of the first and of this step.
import type { ComponentStatus, Impact, IncidentStatus, MaintenanceStatus } from "../model/view.ts";

/** One update, `after` minutes after the one before it. `sets` names the components that change with it. */
export interface StoryStep {
  readonly after: number;
  readonly status: IncidentStatus | MaintenanceStatus;
  readonly says: string;
  readonly sets?: Readonly<Record<string, ComponentStatus>>;
}

/** No two stories of `troubles` share both their components and their impact. */
export interface Story {
  readonly name: string;
  readonly impact: Impact;
  readonly steps: readonly StoryStep[];
}

export const troubles: readonly Story[] = [
  {
    name: "REST API and dashboard unavailable",
    impact: "critical",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Requests to the REST API and the dashboard are failing. We are looking into it. Labels that are already printed and parcels on their way are not affected.",
        sets: { rest: "major_outage", dashboard: "major_outage", mobile: "partial_outage" },
      },
      {
        after: 14,
        status: "identified",
        says: "Our main database moved to its standby at {start} UTC, as it should when a disk fails. Our servers kept their old connections, which can only read. We are restarting them in turn.",
      },
      {
        after: 23,
        status: "identified",
        says: "Two thirds of the servers are back. The API answers most requests; some still fail. Please retry with the same idempotency key: nothing is booked twice.",
        sets: { rest: "partial_outage", dashboard: "partial_outage", mobile: "degraded_performance" },
      },
      {
        after: 17,
        status: "monitoring",
        says: "All servers are back and error rates are normal. We are watching closely while queued bookings are worked off.",
        sets: { rest: "operational", dashboard: "operational", mobile: "operational" },
      },
      {
        after: 46,
        status: "resolved",
        says: "The API, the dashboard and the app have been stable since the last update, and every queued booking has been carried out. We are sorry for the trouble between {start} and {now} UTC.",
      },
      {
        after: 2_760,
        status: "postmortem",
        says: "What happened: a disk failed, the standby took over within nine seconds, and 41 of 60 servers did not notice, because their connection pool only tested whether a connection could read. What we changed: the pool now tests that it can write, and we rehearse this failover every week in production instead of every quarter in the sandbox. What went well: no booking was lost or doubled.",
      },
    ],
  },
  {
    name: "Card payments declined",
    impact: "critical",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Since {start} UTC almost all card payments are declined, whatever the bank. Accounts that pay by invoice can go on shipping.",
        sets: { cards: "major_outage" },
      },
      {
        after: 19,
        status: "identified",
        says: "Our payment processor confirms an outage on its side. We are moving card payments to our second processor.",
      },
      {
        after: 31,
        status: "monitoring",
        says: "Card payments now go through the second processor and succeed. Declined attempts were not charged; please try them again.",
        sets: { cards: "degraded_performance" },
      },
      {
        after: 95,
        status: "resolved",
        says: "The first processor is healthy again and has taken its share back. A few customers may see a reserved amount for a declined payment; their banks release it within three days.",
      },
    ],
  },
  {
    name: "Pickup booking unavailable",
    impact: "critical",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Pickups cannot be booked or changed at the moment. Pickups that were booked before {start} UTC take place.",
        sets: { pickups: "major_outage", returns: "partial_outage" },
      },
      {
        after: 12,
        status: "identified",
        says: "A change to how we store opening hours, released this morning, makes each booking fail. Returns with collection at the door are affected too. We are taking the change back.",
      },
      {
        after: 28,
        status: "resolved",
        says: "The change is taken back and pickups can be booked again. Carriers accepted late bookings for today until one hour after their usual cut-off.",
      },
    ],
  },
  {
    name: "Single sign-on fails for some companies",
    impact: "major",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Some companies that sign in through their own identity provider are sent back to the sign-in page. Passwords and second factors work as usual.",
        sets: { "sign-in": "partial_outage" },
      },
      {
        after: 26,
        status: "identified",
        says: "Identity providers that changed their certificate last night are refused, because we kept the old one for too long. We are fetching certificates anew, company by company.",
      },
      {
        after: 38,
        status: "monitoring",
        says: "All companies should be able to sign in again. If yours is not, open a private window once, or write to support.",
        sets: { "sign-in": "operational" },
      },
      {
        after: 61,
        status: "resolved",
        says: "Single sign-on has worked for everybody since the last update. From now on we fetch certificates every hour, and at once when one does not match.",
      },
    ],
  },
  {
    name: "Customs declarations rejected for parcels to Norway and Switzerland",
    impact: "major",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Declarations for parcels to Norway and Switzerland come back as rejected. Other destinations are not affected.",
        sets: { customs: "partial_outage" },
      },
      {
        after: 47,
        status: "identified",
        says: "Both customs offices began to ask for ten-digit tariff codes today, two weeks before the date they had announced. We send eight digits where a product was set up before the spring.",
      },
      {
        after: 68,
        status: "identified",
        says: "We now fill in the missing digits where only one code is possible, which is true for nine of ten products. For the rest the dashboard asks you once per product.",
        sets: { customs: "degraded_performance" },
      },
      {
        after: 83,
        status: "resolved",
        says: "Declarations are accepted again. Rejected ones from today were sent again by us; nobody has to do anything, and no parcel was returned.",
      },
    ],
  },
  {
    name: "Rate quotes slow or missing",
    impact: "major",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Quotes take more than ten seconds or come back without prices. Shop plug-ins may show no delivery options at the checkout.",
        sets: { quotes: "partial_outage", plugins: "degraded_performance" },
      },
      {
        after: 21,
        status: "identified",
        says: "A campaign of several large shops asks for six times the usual number of quotes, and one carrier's price service answers slowly. Together they fill our queue. We are adding servers and answering from prices of the last hour where we may.",
      },
      {
        after: 24,
        status: "monitoring",
        says: "Quotes are back to under one second. Those with a price of the last hour say so in the field quoted_at.",
        sets: { quotes: "degraded_performance", plugins: "operational" },
      },
      {
        after: 74,
        status: "resolved",
        says: "All quotes are computed afresh again, and the added servers stay. Orders placed between {start} and {now} UTC keep the price that the buyer saw.",
      },
    ],
  },
  {
    name: "Address validation refuses postcodes with letters",
    impact: "major",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Valid addresses in the United Kingdom, the Netherlands and Canada are refused as unknown.",
        sets: { addresses: "partial_outage" },
      },
      {
        after: 16,
        status: "identified",
        says: "Last night's address data lost the letters in postcodes. We are going back to the data of the day before.",
      },
      {
        after: 19,
        status: "resolved",
        says: "Addresses are accepted again. New data is now compared with a sample of two thousand real addresses before we use it.",
      },
    ],
  },
  {
    name: "Labels printed with delay",
    impact: "minor",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "PDF labels take up to two minutes. Labels for thermal printers are as fast as usual.",
        sets: { printing: "degraded_performance" },
      },
      {
        after: 33,
        status: "identified",
        says: "One carrier's new layout carries a logo of forty megabytes, and each label waits for it. We now scale it once instead of once a label.",
      },
      {
        after: 25,
        status: "resolved",
        says: "Labels take less than two seconds again. Everything that was waiting has been printed, in order.",
      },
    ],
  },
  {
    name: "Webhooks delivered late",
    impact: "minor",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Webhooks arrive with a delay of about eight minutes. None is lost.",
        sets: { webhooks: "degraded_performance" },
      },
      {
        after: 41,
        status: "identified",
        says: "A few receivers answer very slowly and hold up the others. We are giving slow receivers a queue of their own.",
      },
      {
        after: 52,
        status: "monitoring",
        says: "New webhooks arrive at once. About ninety thousand older ones are being delivered in order and will be through within the hour.",
      },
      {
        after: 49,
        status: "resolved",
        says: "All webhooks have been delivered. Each carries the time of its event in occurred_at, so late ones can be told from new ones.",
      },
    ],
  },
  {
    name: "Scans of American carriers arrive late",
    impact: "minor",
    steps: [
      {
        after: 0,
        status: "identified",
        says: "Two carriers in the Americas send their scans about forty minutes late after a change on their side. Parcels move as planned; only what we show lags behind.",
        sets: { tracking: "degraded_performance", "carriers-americas": "degraded_performance" },
      },
      {
        after: 128,
        status: "monitoring",
        says: "Both carriers report that they have caught up, and scans come in within two minutes.",
      },
      {
        after: 57,
        status: "resolved",
        says: "Scans are on time. Late ones were entered with the time at which they were made.",
      },
    ],
  },
  {
    name: "Search misses recent shipments",
    impact: "minor",
    steps: [
      {
        after: 0,
        status: "investigating",
        says: "Shipments created since this morning are not found by search. They are in the list of shipments and in the API.",
        sets: { search: "degraded_performance" },
      },
      {
        after: 36,
        status: "identified",
        says: "The search index stopped taking new entries when it reached the size of its disk. It has a larger one now and is reading what it missed.",
      },
      {
        after: 88,
        status: "resolved",
        says: "Search finds everything again. We are told about a filling disk at 70 percent now, and not only at 95.",
      },
    ],
  },
  {
    name: "Payouts of the day delayed",
    impact: "minor",
    steps: [
      {
        after: 0,
        status: "identified",
        says: "Our bank refused the payout file of today because of a public holiday in one country that its calendar lacks. Payouts and their receipts will come later in the day.",
        sets: { payouts: "degraded_performance", invoices: "degraded_performance" },
      },
      {
        after: 152,
        status: "monitoring",
        says: "The bank accepted a corrected file. Payouts show as sent; most banks book them within two hours.",
        sets: { payouts: "operational" },
      },
      {
        after: 118,
        status: "resolved",
        says: "All payouts are booked and the receipts are in your mailbox. Cash on delivery was never at risk.",
      },
    ],
  },
];

/** It is open when the demo starts; its last step was just before midnight (UTC). */
export const openStory: Story = {
  name: "Scans missing from carriers in Germany and the Benelux",
  impact: "major",
  steps: [
    {
      after: 0,
      status: "investigating",
      says: "We receive no scans from six carriers in Germany, Belgium, the Netherlands and Luxembourg. Parcels are moving; tracking pages show the last known place. Booking and printing work.",
      sets: { "carriers-europe": "partial_outage", tracking: "degraded_performance" },
    },
    {
      after: 37,
      status: "identified",
      says: "A cable that both lines to the carriers' exchange run through was cut during road works. The exchange keeps the scans, so they will arrive late, not never. A line over another route is being set up.",
    },
    {
      after: 54,
      status: "identified",
      says: "The other route carries scans of two of the six carriers, about ten minutes late. The cable's owner expects to splice it during the day. We will write again when the next carrier is back.",
    },
  ],
};

/** It is yet to come when the demo starts. */
export const comingMaintenance = {
  name: "Database upgrade for search and reports",
  says: "We are moving search, reports and exports to a newer database. They will be unavailable for up to 30 minutes within the window; scheduled reports of that night are sent afterwards. Booking, printing and tracking are not affected.",
  components: ["search", "reports"],
  minutes: 90,
} as const;

/** It is over when the demo starts. */
export const pastMaintenance: Story = {
  name: "New certificates for the sandbox",
  impact: "maintenance",
  steps: [
    {
      after: 0,
      status: "scheduled",
      says: "The sandbox gets new certificates and a newer version of TLS. Tests that pin a certificate need the new one, which the developer portal shows already.",
    },
    {
      after: 4_320,
      status: "in_progress",
      says: "We have begun. The sandbox may be away for a few minutes at a time.",
      sets: { sandbox: "under_maintenance" },
    },
    {
      after: 55,
      status: "completed",
      says: "Done. The sandbox answers with its new certificates.",
      sets: { sandbox: "operational" },
    },
  ],
};
