// What the model takes for true without having measured it. In: nothing. Out: figures, each with its unit and where it is from.
// The model reads them here and the README's table is made from them, so that none is used without being told.

export interface Assumption {
  readonly what: string;
  readonly value: number;
  /** "" for a factor; "share" is shown in percent. */
  readonly unit:
    | "ms"
    | "km"
    | "km/ms"
    | "s"
    | "h"
    | "a year"
    | "share"
    | "bytes"
    | "us"
    | "kB"
    | ""
    | "bits/s";
  readonly source: string;
}

const own = "our guess: no public figure known";

export const assumptions = {
  fibreSpeed: {
    what: "light in fibre",
    value: 204,
    unit: "km/ms",
    source: "speed of light / 1.468 (ITU-T G.652)",
  },
  pathFactor: {
    what: "path over great circle, median of pairs",
    value: 1.8,
    unit: "",
    source:
      "between 1.3 (London to New York, 70 ms) and 2.1 (median ping 3.1 times light in vacuum: Singla and others, The Internet at the Speed of Light, HotNets 2014)",
  },
  pathSpread: {
    what: "its spread (sigma of a log-normal), never below 1.15",
    value: 0.25,
    unit: "",
    source: `${own}; 1.2 to 2.7 for nine pairs in ten`,
  },
  mobileShare: {
    what: "visitors on mobile networks",
    value: 0.59,
    unit: "share",
    source: "StatCounter, web traffic of 2024",
  },
  fixedAccess: {
    what: "access network, fixed line, median round trip",
    value: 10,
    unit: "ms",
    source: "Speedtest Global Index, November 2022, to a server nearby",
  },
  mobileAccess: {
    what: "access network, mobile, median round trip",
    value: 28,
    unit: "ms",
    source: "Speedtest Global Index, November 2022, to a server nearby",
  },
  accessSpread: {
    what: "spread of both (sigma of a log-normal)",
    value: 0.55,
    unit: "",
    source: `${own}; one in a hundred has 3.6 times the median`,
  },
  satelliteShare: {
    what: "visitors behind a geostationary satellite",
    value: 0.001,
    unit: "share",
    source: `${own}`,
  },
  satelliteAccess: {
    what: "access network, such a satellite",
    value: 600,
    unit: "ms",
    source: "twice up and down 35,786 km, and the modem",
  },
  outskirts: {
    what: "how far from their city people live, median",
    value: 60,
    unit: "km",
    source: `${own}`,
  },
  answerTime: {
    what: "a POP's own time for an answer, median",
    value: 0.5,
    unit: "ms",
    source: "bench/events, front page beside 10,000 streams",
  },
  answerSpread: {
    what: "its spread (sigma of a log-normal)",
    value: 1.1,
    unit: "",
    source: "bench/events: p99 6.9 ms",
  },
  ecsShare: {
    what: "visitors whose resolver sends the client subnet",
    value: 0.15,
    unit: "share",
    source: "users of Google Public DNS, G. Huston, DNS resolver centrality, APNIC 2019",
  },
  publicShare: {
    what: "visitors of public resolvers that do not",
    value: 0.06,
    unit: "share",
    source: "1.1.1.1, Quad9 and others, the same",
  },
  farShare: {
    what: "visitors whose resolver is in another country (companies, VPNs, carriers)",
    value: 0.04,
    unit: "share",
    source: `${own}`,
  },
  centralShare: {
    what: "of the providers' resolvers: in the largest city of the country, not in the visitor's",
    value: 0.4,
    unit: "share",
    source:
      "half of all clients are within 260 km of their resolver: Chen, Sitaraman, Torres, End-User Mapping, SIGCOMM 2015",
  },
  shuffleShare: {
    what: "visitors whose resolver or system puts the addresses of an answer into another order",
    value: 0.6,
    unit: "share",
    source:
      "Unbound (rrset-roundrobin), BIND (rrset-order) and PowerDNS Recursor do by default; how many is our guess",
  },
  wrongPlaceShare: {
    what: "networks that the location file puts into a wrong country",
    value: 0.01,
    unit: "share",
    source:
      "Poese and others, IP Geolocation Databases: Unreliable?, CCR 2011: countries are right, cities are not",
  },
  roughPlaceShare: {
    what: "networks of which it knows no more than the country",
    value: 0.25,
    unit: "share",
    source: "the same; what vendors say of their city files",
  },
  missShare: {
    what: "first visits for which the resolver must ask (TTL 20 s)",
    value: 0.2,
    unit: "share",
    source: `${own}; with client subnet each network asks for itself: 60 %`,
  },
  missShareEcs: {
    what: "the same with client subnet",
    value: 0.6,
    unit: "share",
    source: own,
  },
  ttlKeptShare: {
    what: "visitors whose resolver or program keeps answers beyond their TTL",
    value: 0.05,
    unit: "share",
    source: "Moura and others, Cache Me If You Can, IMC 2019: few resolvers do",
  },
  ttlKept: {
    what: "for so long",
    value: 300,
    unit: "s",
    source: own,
  },
  oneTryShare: {
    what: "visits by programs that try one address alone",
    value: 0.05,
    unit: "share",
    source: `${own}; browsers, curl and Go try all`,
  },
  popDown: {
    what: "a POP is down, share of the year (by itself)",
    value: 0.005,
    unit: "share",
    source: "one machine: Amazon EC2 service level agreement, instance level, 99.5 %",
  },
  popOutages: {
    what: "in so many outages",
    value: 24,
    unit: "a year",
    source: own,
  },
  regionOutages: {
    what: "outages that take all POPs and DNS nodes of a region",
    value: 1,
    unit: "a year",
    source: `${own}; region levels of clouds promise 99.99 %`,
  },
  regionOutage: {
    what: "each lasting, on average",
    value: 4,
    unit: "h",
    source: own,
  },
  originDown: {
    what: "the control plane is down, share of the year",
    value: 0.005,
    unit: "share",
    source: "as a POP; it has one machine",
  },
  silentShare: {
    what: "outages in which packets are dropped, where others refuse connections",
    value: 0.5,
    unit: "share",
    source: own,
  },
  unseenPath: {
    what: "a living POP that one visitor cannot reach while the DNS nodes can",
    value: 0.0005,
    unit: "share",
    source: `${own}; no health probe sees it`,
  },
} as const satisfies Record<string, Assumption>;

/** `1.8`, `15 %`, `20 ms`. */
export function showAssumed({ value, unit }: Assumption): string {
  if (unit === "share") return `${Number((value * 100).toPrecision(3))} %`;
  return `${value.toLocaleString("en")}${unit === "" ? "" : ` ${unit}`}`;
}
