// What 1,000,000 viewers at once ask of a POP. In: the share of viewers that a POP has, figures of the benches. Out: connections, answers, streams,
// processors, memory and bandwidth of that POP. Arithmetic, not a measurement: nobody here has held a million viewers.
import type { Assumption } from "./assumptions.ts";

export const capacityAssumptions = {
  arrive: {
    what: "all viewers come within",
    value: 300,
    unit: "s",
    source: "our guess; seed of the 1000x spike: most within the first minutes",
  },
  visitRequests: {
    what: "answers a first visit takes: page, script, icon",
    value: 3,
    unit: "",
    source: "src/render/html-page.tsx; one stylesheet is in the page",
  },
  visitBytes: {
    what: "and their bytes, with headers and TLS",
    value: 24_000,
    unit: "bytes",
    source: "bench/page: front page 9.6 kB as br; script, icon, certificates: our guess",
  },
  reload: {
    what: "a viewer reloads by hand every (304)",
    value: 120,
    unit: "s",
    source: "our guess",
  },
  streamShare: {
    what: "viewers with an event stream; the others ask",
    value: 0.9,
    unit: "share",
    source: "our guess; all who run the page's script, but for proxies that hold streams back",
  },
  poll: {
    what: "those others ask every (304)",
    value: 30,
    unit: "s",
    source: "src/render/page-browser.ts",
  },
  publish: {
    what: "a publish every",
    value: 30,
    unit: "s",
    source: "our guess of a busy incident",
  },
  fetchShare: {
    what: "streams whose event does not hold all that changed: they fetch the page",
    value: 0.2,
    unit: "share",
    source: "our guess; the event carries up to 4 kB of fragments",
  },
  fetchWithin: {
    what: "spread over",
    value: 5,
    unit: "s",
    source: "src/render/page-browser.ts",
  },
  eventBytes: {
    what: "an event on the wire",
    value: 4_096,
    unit: "bytes",
    source: "base/limits.ts, eventBytesMax: the longest that there is",
  },
  heartbeat: {
    what: "a stream says something every",
    value: 10,
    unit: "s",
    source: "src/render/page-browser.ts",
  },
  told: {
    what: "all are told within",
    value: 1,
    unit: "s",
    source: "promise 7: publish to visible under 1 s",
  },
  answerCpu: {
    what: "processor time of an answer 200 over HTTP/2",
    value: 12.4,
    unit: "us",
    source: "bench/h2 of 2026-11-21",
  },
  unchangedCpu: {
    what: "of an answer 304 over HTTP/2",
    value: 6.1,
    unit: "us",
    source: "bench/h2 of 2026-11-21",
  },
  eventCpu: {
    what: "of an event or a heartbeat to one stream",
    value: 19.1,
    unit: "us",
    source: "bench/events of 2026-11-21, an event; a heartbeat is shorter",
  },
  handshakeCpu: {
    what: "of a new connection with TLS 1.3, P-256",
    value: 450,
    unit: "us",
    source:
      "wrk with Connection: close over TLS to one worker, 2026-11-22, four rounds: 410 to 490, an answer included",
  },
  streamsAWorker: {
    what: "streams a worker",
    value: 15_000,
    unit: "",
    source: "contract of bench/events, held",
  },
  streamMemory: {
    what: "memory of a stream in the worker",
    value: 2.0,
    unit: "kB",
    source: "bench/events of 2026-11-21, without TLS",
  },
  connectionMemory: {
    what: "of its connection: TLS, HTTP/2, kernel",
    value: 40,
    unit: "kB",
    source: "our guess: BoringSSL 20 kB, windows and sockets the rest",
  },
  coreUse: {
    what: "a processor is planned to be busy",
    value: 0.6,
    unit: "share",
    source: "our guess: room for the POP next door",
  },
} as const satisfies Record<string, Assumption>;

export interface PopNeeds {
  readonly viewers: number;
  /** While all come. */
  readonly newConnections: number;
  /** In the worst seconds: all still come, and a publish was just told. */
  readonly answers: number;
  readonly streams: number;
  readonly cores: number;
  readonly memoryGB: number;
  readonly gigabits: number;
}

/** `share` of `viewers` are at this POP. */
export function needsOf(viewers: number, share: number): PopNeeds {
  const as = capacityAssumptions;
  const here = viewers * share;
  const newConnections = here / as.arrive.value;
  const streams = here * as.streamShare.value;
  const whole =
    newConnections * as.visitRequests.value + (streams * as.fetchShare.value) / as.fetchWithin.value;
  const unchanged = here / as.reload.value + (here - streams) / as.poll.value;
  const steadyUs =
    newConnections * as.handshakeCpu.value +
    whole * as.answerCpu.value +
    unchanged * as.unchangedCpu.value +
    (streams / as.heartbeat.value) * as.eventCpu.value;
  const tellingUs = (streams * as.eventCpu.value) / as.told.value;
  const cores = Math.max((steadyUs + tellingUs) / 1e6 / as.coreUse.value, streams / as.streamsAWorker.value);
  const fetched =
    (streams * as.fetchShare.value * as.visitBytes.value) / as.visitRequests.value / as.fetchWithin.value;
  const bytes =
    newConnections * as.visitBytes.value + (streams * as.eventBytes.value) / as.told.value + fetched;
  return {
    ...{ viewers: here, newConnections, streams, cores: Math.ceil(cores) },
    answers: whole + unchanged,
    memoryGB: (streams * (as.streamMemory.value + as.connectionMemory.value)) / 1e6,
    gigabits: (bytes * 8) / 1e9,
  };
}
