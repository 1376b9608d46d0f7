// Run by p6.test.ts as a process of its own, until it is killed: tells the subscribers of a store over real HTTP. In: a data folder, the position from which
// the op-log is read. Out: a line when it has begun.
// PHAROS_BREAK=sent says that a message was taken before it was sent, and with it takes the promise away.
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { createNotifier } from "../../src/notify/notifier.ts";
import type { Channel, Outcome } from "../../src/notify/types.ts";
import { openStore } from "../../src/store/open.ts";
import { openOutbox } from "../../src/store/outbox.ts";
import { holdAs } from "../../src/store/outbox-holders.ts";

const [folder = "", from = "0", inFlight = "20"] = process.argv.slice(2);
const early = process.env.PHAROS_BREAK === "sent";
const inFlightMax = Number(inFlight);

async function post(url: string, headers: Record<string, string>): Promise<Outcome> {
  try {
    const { status } = await fetch(url, { method: "POST", headers, body: "{}" });
    return status === 200
      ? { kind: "sent", receipt: null }
      : { kind: "later", why: `It said ${status}.`, afterMs: 50 };
  } catch (thrown) {
    return { kind: "later", why: String(thrown), afterMs: 50 };
  }
}

const channel: Channel = {
  kind: "webhook",
  inFlightMax,
  inFlightPerReceiverMax: 2,
  perSecondMax: null,
  tells: () => true,
  receiverOf: ({ contact }) => contact.endpoint ?? "",
  async deliver({ attempt, key, subscriber }) {
    const sending = () =>
      post(subscriber.contact.endpoint ?? "", { "webhook-id": key, attempt: String(attempt) });
    if (!early) return sending();
    setTimeout(sending, 100);
    return { kind: "sent", receipt: null };
  },
  close: async () => undefined,
};

const store = openStore({ folder, clock: systemClock, log: silentLog, role: "reader" });
const notifier = createNotifier({
  store,
  outbox: await openOutbox(folder),
  holder: holdAs(folder, Buffer.from(systemRandom.bytes(6)).toString("hex")),
  channels: [channel],
  linksOf: () => ({ confirm: "", manage: "", unsubscribe: "", oneClick: "" }),
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
  report: () => undefined,
});
notifier.take({ does: "wake", from: Number(from) });
console.log("begun");
