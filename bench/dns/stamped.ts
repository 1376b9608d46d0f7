// How long answers take, by the kernel's clock: a query counts from before it is sent, its answer from when the kernel had it (SO_TIMESTAMPNS), however much
// later this program reads it. dnsperf reads the clock itself: at half of what a server bears it is the slower one of the two. In: a port, a file of
// queries, seconds, queries a second. Out: a line of JSON: how many were answered, and milliseconds below which half and 99 in 100 of them came.
//   bun bench/dns/stamped.ts <port> <queries> <seconds> <perSecond>
// Sent one by one, evenly. What should have gone while this program had no turn is not made up for: that would be a flood at the next one.

import { dlopen, ptr } from "bun:ffi";
import { readFileSync } from "node:fs";
import { ask } from "../../test/support/dns-wire.ts";
import { quantile } from "../suite.ts";

const [port = 0, , seconds = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const file = process.argv[3] ?? "";
const { symbols: libc } = dlopen("libc.so.6", {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  send: { args: ["i32", "ptr", "usize", "i32"], returns: "i64" },
  recvmmsg: { args: ["i32", "ptr", "u32", "i32", "ptr"], returns: "i32" },
  clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
});

const ofOne = { head: 64, vector: 16, message: 512, control: 64 } as const;
const atOnce = 64;
const dontWait = 0x40;
const [level, stamps, receiveBuffer] = [1, 35, 8];

/** Memory that the kernel writes to by its address: held here to the end. */
const memory = {
  time: new BigInt64Array(new ArrayBuffer(16)),
  heads: new ArrayBuffer(atOnce * ofOne.head),
  vectors: new ArrayBuffer(atOnce * ofOne.vector),
  messages: new Uint8Array(new ArrayBuffer(atOnce * ofOne.message)),
  controls: new ArrayBuffer(atOnce * ofOne.control),
};
const at = { time: ptr(memory.time), heads: ptr(memory.heads) };

/** Nanoseconds since 1970 less those of the start, which a double can hold. */
const began = BigInt(Date.now()) * 1_000_000n;
function now(): number {
  libc.clock_gettime(0, at.time);
  return Number((memory.time[0] ?? 0n) * 1_000_000_000n + (memory.time[1] ?? 0n) - began);
}

function opened(): number {
  const socket = libc.socket(2, 2, 0);
  const place = Buffer.from([2, 0, port >> 8, port & 255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  if (libc.connect(socket, ptr(place), place.length) !== 0)
    throw new Error(`There is no way to port ${port}.`);
  const yes = new Int32Array([1]);
  const much = new Int32Array([4 * 1024 * 1024]);
  libc.setsockopt(socket, level, stamps, ptr(yes), 4);
  libc.setsockopt(socket, level, receiveBuffer, ptr(much), 4);
  return socket;
}

/** `struct mmsghdr`, each with a message and room for its time. */
function prepare(): void {
  const heads = new BigUint64Array(memory.heads);
  const vectors = new BigUint64Array(memory.vectors);
  const [toVectors, toMessages, toControls] = [
    BigInt(ptr(memory.vectors)),
    BigInt(ptr(memory.messages)),
    BigInt(ptr(memory.controls)),
  ];
  for (let one = 0; one < atOnce; one++) {
    vectors.set([toMessages + BigInt(one * ofOne.message), BigInt(ofOne.message)], one * 2);
    heads.set([toVectors + BigInt(one * ofOne.vector), 1n], one * 8 + 2);
    heads[one * 8 + 4] = toControls + BigInt(one * ofOne.control);
  }
}

const heads = new BigUint64Array(memory.heads);
const controls = new BigInt64Array(memory.controls);
const sentAt = new Float64Array(65_536).fill(Number.NaN);
const tookMs: number[] = [];

/** Reads what came. An answer that came twice, or to nothing, is passed over. */
function read(socket: number): void {
  for (;;) {
    for (let one = 0; one < atOnce; one++) heads[one * 8 + 5] = BigInt(ofOne.control);
    const count = libc.recvmmsg(socket, at.heads, atOnce, dontWait, null);
    if (count <= 0) return;
    for (let one = 0; one < count; one++) {
      const id =
        ((memory.messages[one * ofOne.message] ?? 0) << 8) | (memory.messages[one * ofOne.message + 1] ?? 0);
      // Behind a `struct cmsghdr` of 16 octets: seconds and nanoseconds.
      const control = (one * ofOne.control) / 8;
      const came = (controls[control + 2] ?? 0n) * 1_000_000_000n + (controls[control + 3] ?? 0n) - began;
      const took = Number(came) - (sentAt[id] ?? Number.NaN);
      sentAt[id] = Number.NaN;
      if (!Number.isNaN(took)) tookMs.push(took / 1e6);
    }
  }
}

function run(socket: number): number {
  const packets = readFileSync(file, "latin1")
    .split("\n")
    .filter((line) => line !== "")
    .slice(0, 20_000)
    .map((line) => {
      const [name = "", type = ""] = line.split(" ");
      const packet = Buffer.from(new Uint8Array(ask({ name, type })));
      return { packet, place: ptr(packet) };
    });
  const apart = 1e9 / perSecond;
  const end = now() + seconds * 1e9;
  let sent = 0;
  let unread = 0;
  for (let due = now(), time = due; time < end; time = now()) {
    if (time < due) {
      if (unread > 0) read(socket);
      unread = 0;
      continue;
    }
    due = time - due > 1e6 ? time + apart : due + apart;
    const { packet, place } = packets[sent % packets.length] as (typeof packets)[number];
    const id = sent++ & 0xffff;
    packet.writeUInt16BE(id, 0);
    sentAt[id] = now();
    libc.send(socket, place, packet.length, 0);
    unread++;
  }
  for (const last = now() + 5e8; now() < last; ) read(socket);
  return sent;
}

prepare();
const sent = run(opened());
const ms = (share: number): number => Math.round(quantile(tookMs, share) * 1_000) / 1_000;
console.log(JSON.stringify({ sent, answered: tookMs.length, half: ms(0.5), most: ms(0.99) }));
