// Run by real-processes.test.ts as a process of its own, until it is killed: a notifier with the real channel of webhooks. In: a data folder, the
// position from which the op-log is read, messages at once, messages a second; a line on standard input wakes it. Out: a line when it has begun.
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { createWebhookChannel } from "../../src/notify/channel-webhook.ts";
import { createNotifier } from "../../src/notify/notifier.ts";
import { openStore } from "../../src/store/open.ts";
import { openOutbox } from "../../src/store/outbox.ts";
import { holdAs } from "../../src/store/outbox-holders.ts";
import { postingHere } from "./receiver.ts";

const [folder = "", from = "0", inFlight = "20", perSecond = "0"] = process.argv.slice(2);
const posting = postingHere(["127.0.0.0/8"]);
const channel = createWebhookChannel({
  // Who it was is told to the receiver, beside what is signed.
  posting: {
    ...posting,
    post: (post, signal) =>
      posting.post({ ...post, headers: { ...post.headers, "x-process": String(process.pid) } }, signal),
  },
  clock: systemClock,
  secretsOf: () => ["whsec_c2VjcmV0"],
  challengeOf: () => "",
});
const notifier = createNotifier({
  store: openStore({ folder, clock: systemClock, log: silentLog, role: "reader" }),
  outbox: await openOutbox(folder),
  holder: holdAs(folder, Buffer.from(systemRandom.bytes(6)).toString("hex")),
  channels: [
    { ...channel, inFlightMax: Number(inFlight), perSecondMax: perSecond === "0" ? null : Number(perSecond) },
  ],
  linksOf: () => ({ confirm: "", manage: "", unsubscribe: "", oneClick: "" }),
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
  report: () => undefined,
});
const wake = (): void => notifier.take({ does: "wake", from: Number(from) });
process.stdin.on("data", wake);
process.stdin.once("end", () => process.exit(0));
wake();
console.log("begun");
