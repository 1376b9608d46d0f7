// How fast subscribers are told: a control plane with its notifier, sinks for webhooks, SMS and mail, and what sends the same without an outbox.
// The control plane with all its processes has one core, and so has each peer while no control plane runs; the sinks and this program have the other.
//   npm run bench notify [-- --save] [-- --quick] [-- --subscribers=1000000] [-- --whole]
// README.md says what each figure is. `--whole` waits until the last of the large page is told.
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { Installation, until } from "../../test/support/installation.ts";
import { askerOf, dataOf, startPlane } from "../control/plane.ts";
import type { Figure, Run, Suite } from "../suite.ts";
import {
  pin,
  runPeer,
  type Sinks,
  seedInto,
  senderCore,
  sinkCore,
  startSinks,
  watchMemory,
} from "./beside.ts";
import { besideDead, drain, large, type Planed, perSecond } from "./drains.ts";
import type { Peer } from "./peers.ts";
import type { Sample } from "./sinks.ts";
import { fullSizes, pages, quickSizes, type Sizes } from "./world.ts";

export const suite: Suite = {
  about: `subscribers told: ${fullSizes.million} of one page, ${fullSizes.each} of each channel`,
  async run(run) {
    const installation = new Installation();
    pin(process.pid, sinkCore);
    const sinks = await startSinks();
    try {
      return await within(boundMs, measure({ installation, sinks, run, sizes: sizesOf(run) }));
    } finally {
      sinks.stop();
      pin(process.pid, `0-${cpus().length - 1}`);
      await installation.end();
    }
  },
};

/** A part that hangs ends all of it with a sentence. A whole run takes some twenty minutes on a quiet machine. */
const boundMs = 60 * 60_000;

async function within<Value>(msMax: number, work: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`It was not over after ${msMax / 60_000} min.`)),
    msMax,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function sizesOf({ quick }: Run): Sizes {
  const said = process.argv.flatMap((flag) => /^--subscribers=(\d+)$/.exec(flag)?.[1] ?? []).at(-1);
  if (said === undefined) return quick ? quickSizes : fullSizes;
  const million = Math.max(3_000, Number(said));
  return { million, each: Math.ceil(million / 10), beside: Math.ceil(million / 30) };
}

interface World {
  readonly installation: Installation;
  readonly sinks: Sinks;
  readonly run: Run;
  readonly sizes: Sizes;
}

/** What was sent, to be sent again by peers. */
interface Samples {
  readonly post: Sample;
  readonly mail: Sample;
}

async function measure(world: World): Promise<readonly Figure[]> {
  const { installation, sinks, run, sizes } = world;
  await seedInto(dataOf(installation), sizes, sinks.ports);
  run.say(`the world is made: ${Object.entries(sizes).join(", ")}`);
  const token = await installation.token();
  const key = keyIn(installation);
  const signed = await withPlane(world, token, [`--mail-dkim=example.org:bench:${key.file}`], (it) =>
    drain(it, "signed", "mails, signed", { rate: { contract: ">= 400 a second" } }),
  );
  const unsigned = await withPlane(world, token, [], unsignedOf);
  const { figures, samples } = unsigned.value;
  const peers = await peersOf(world, samples, figures);
  const signedPeer = await peerOf(world, { sends: "mails", sample: samples.mail, dkim: key.pem });
  const signedRate = signed.value[0]?.value ?? Number.NaN;
  return [
    ...figures,
    ...signed.value,
    ...peers,
    { what: "nodemailer alone, signed", value: signedPeer, unit: "a second" },
    { what: "mails, signed, to nodemailer alone", value: signedRate / signedPeer, unit: "x" },
    {
      what: "notifier, resident without a file behind it, most",
      value: Math.max(signed.peak, unsigned.peak) / 1e6,
      unit: "MB",
      contract: "< 500 MB",
    },
  ];
}

function keyIn({ folder }: Installation): { readonly file: string; readonly pem: string } {
  const file = join(folder, "dkim.pem");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  writeFileSync(file, pem, { mode: 0o600 });
  return { file, pem };
}

/** Starts a control plane, waits until it rests, and ends it when the part is over. */
async function withPlane<Value>(
  { installation, sinks, run, sizes }: World,
  token: string,
  flags: readonly string[],
  part: (it: Planed) => Promise<Value>,
): Promise<{ readonly value: Value; readonly peak: number }> {
  const { http, smtp } = sinks.ports;
  const secret = join(installation.folder, "sms.token");
  writeFileSync(secret, "secret\n", { mode: 0o600 });
  pin(process.pid, senderCore);
  const plane = await startPlane(
    installation,
    token,
    ...[`--mail=smtp-plain://127.0.0.1:${smtp}`, "--mail-from=status@example.org"],
    ...[`--sms-url=http://127.0.0.1:${http}`, "--sms-account=AC1", "--sms-from=+15005550006"],
    ...[`--sms-token-file=${secret}`, "--notify-allow=127.0.0.0/8", ...flags],
  );
  pin(process.pid, sinkCore);
  const memory = watchMemory(plane.running.pid);
  try {
    const ask = askerOf(plane.address, token);
    // What a start leaves to do is no part of a message.
    // What waits longer than the API keeps a connection open is asked again.
    await until(
      "subscribers are read",
      () => ask({ path: `/v1/pages/${pages.million}/subscribers?limit=1` }).catch(() => null),
      300_000,
    );
    run.say("a control plane runs and has read its subscribers");
    const folder = dataOf(installation);
    return { value: await part({ plane, ask, sinks, run, sizes, folder }), peak: memory.peak() };
  } finally {
    memory.stop();
    await plane.running.kill("SIGTERM");
  }
}

/** The large page last: what it leaves to be told ends with the control plane. */
async function unsignedOf(it: Planed): Promise<{ figures: readonly Figure[]; samples: Samples }> {
  const { sinks } = it;
  const rate = { contract: ">= 1,000 a second", aim: ">= 2,000 a second" };
  const posts = await drain(it, "hooks", "webhooks", { rate });
  const post = await sinks.sample();
  const mails = await drain(it, "mails", "mails", { rate, p95: "< 120 s" });
  const mail = await sinks.sample();
  const crowded = await drain(it, "crowded", "mails, four of ten to one provider", { rate });
  const texts = await drain(it, "texts", "SMS", { rate, p95: "< 60 s" });
  const beside = await besideDead(it);
  const all = await large(it, process.argv.includes("--whole"));
  const figures = [...all, ...posts, ...mails, ...crowded, ...texts, ...beside];
  return { figures, samples: { post, mail } };
}

async function peersOf(
  world: World,
  { post, mail }: Samples,
  own: readonly Figure[],
): Promise<readonly Figure[]> {
  const told = (what: string): number => own.find((it) => it.what === `${what}, told`)?.value ?? Number.NaN;
  const posts = await peerOf(world, { sends: "posts", sample: post, dkim: null });
  const mails = await peerOf(world, { sends: "mails", sample: mail, dkim: null });
  const bytes = await peerOf(world, { sends: "bytes", sample: mail, dkim: null });
  return [
    { what: "a bare loop of the same posts", value: posts, unit: "a second" },
    { what: "webhooks, to a bare loop", value: told("webhooks") / posts, unit: "x" },
    { what: "nodemailer alone", value: mails, unit: "a second" },
    { what: "mails, to nodemailer alone", value: told("mails") / mails, unit: "x" },
    { what: "nodemailer alone, of a mail that is made", value: bytes, unit: "a second" },
  ];
}

/** Messages a second. */
async function peerOf(
  { sinks, run, sizes }: World,
  peer: Pick<Peer, "sends" | "sample" | "dkim">,
): Promise<number> {
  await sinks.begin();
  await runPeer({ ...peer, ports: sinks.ports, count: Math.ceil(sizes.each / 10) });
  run.say(`a peer has sent its ${peer.sends}`);
  return perSecond(await sinks.told());
}
