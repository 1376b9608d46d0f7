// The invented organisation of the demo: Quillfjord carries parcels, papers and payments of small shops across borders.
// In: nothing. Out: its page, four groups and their components. Words only; ids and times are made in demo-data.ts.

export const demoHost = "status.quillfjord.example";

export const demoPage = {
  name: "Quillfjord",
  url: "https://status.quillfjord.example",
  hosts: [demoHost],
  timeZone: "Etc/UTC",
  languages: ["en", "de", "ar"],
  uptimeBadges: true,
  description:
    "Parcels, papers and payments across borders, for shops of every size. This page says how our services are doing.",
} as const;

/** One component: its key within the demo's stories, its name, what it is for. */
export interface DemoComponent {
  readonly key: string;
  readonly name: string;
  readonly description: string;
}

export interface DemoGroup {
  readonly key: string;
  readonly name: string;
  readonly components: readonly DemoComponent[];
}

const component = (key: string, name: string, description: string): DemoComponent => ({
  key,
  name,
  description,
});

export const demoGroups: readonly DemoGroup[] = [
  {
    key: "storefront",
    name: "Apps and dashboard",
    components: [
      component("dashboard", "Web dashboard", "Orders, shipments and settings in the browser"),
      component("mobile", "Mobile app", "The app for Android and iOS"),
      component("sign-in", "Sign-in", "Passwords, second factors and single sign-on"),
      component("search", "Shipment search", "Finding shipments by number, name, place or date"),
      component("designer", "Label designer", "Layouts and logos of your labels"),
      component("reports", "Reports and exports", "Scheduled reports, CSV and spreadsheet exports"),
    ],
  },
  {
    key: "api",
    name: "API and integrations",
    components: [
      component("rest", "REST API", "api.quillfjord.example"),
      component("quotes", "Rate quotes", "Prices and delivery times before you book"),
      component("webhooks", "Webhooks", "Events sent to your servers"),
      component("plugins", "Shop plug-ins", "Extensions for shop systems"),
      component("sandbox", "Sandbox", "The test environment: no parcel moves, no money does"),
      component("portal", "Developer portal", "Guides, reference and API keys"),
    ],
  },
  {
    key: "network",
    name: "Parcel network",
    components: [
      component("pickups", "Pickup booking", "Asking a carrier to come and collect"),
      component("printing", "Label printing", "Labels and customs forms as PDF and for thermal printers"),
      component("customs", "Customs declarations", "Electronic declarations and tariff codes"),
      component("tracking", "Tracking events", "Scans on the way, from pickup to doorstep"),
      component("addresses", "Address validation", "Checking addresses before a label is printed"),
      component("returns", "Returns", "Return labels and the returns portal"),
      component("carriers-europe", "Carrier links, Europe", "Connections to 31 carriers in Europe"),
      component("carriers-americas", "Carrier links, Americas", "Connections to 12 carriers in the Americas"),
    ],
  },
  {
    key: "payments",
    name: "Payments and billing",
    components: [
      component("cards", "Card payments", "Postage and duties paid by card"),
      component("payouts", "Payouts", "Cash on delivery and refunds to your bank account"),
      component("invoices", "Invoices", "Monthly invoices and receipts"),
      component("exchange", "Exchange rates", "Rates for duties and postage in 34 currencies"),
    ],
  },
];
