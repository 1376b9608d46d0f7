// DNS messages for tests: queries written byte by byte, answers read by a decoder that is not ours. In: what is asked. Out: bytes, lines of text.
import packets, { type Packet } from "dns-packet";
import { nameBytes, parseName } from "../../src/zones/names.ts";
import { rcodeWord, typeNumber } from "../../src/zones/types.ts";

export interface Ask {
  readonly id?: number;
  readonly name?: string;
  readonly type?: string;
  readonly class?: number;
  /** The two octets of the header's flags, in hex: `0100` is RD. */
  readonly flags?: string;
  /** Null asks without EDNS. */
  readonly edns?: AskEdns | null;
}

export interface AskEdns {
  readonly udp?: number;
  readonly version?: number;
  /** The two octets of flags, in hex: `8000` is DO. */
  readonly flags?: string;
  /** Options as code and contents in hex. */
  readonly options?: readonly (readonly [code: number, hex: string])[];
}

const short = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** The name as it is written, case and all. */
export function askedName(text: string): Buffer {
  const read = parseName(text);
  if (!read.ok) throw new Error(read.reason);
  const bytes = Buffer.from(nameBytes(read.value));
  // parseName lowers the case, and a query may come in any.
  const plain = text.replace(/\.$/, "");
  if (!plain.includes("\\") && plain !== "")
    for (let at = 0; at < plain.length; at++) if (plain[at] !== ".") bytes[at + 1] = plain.charCodeAt(at);
  return bytes;
}

export function ask({ id = 0x1234, name = "www.example", type = "A", ...more }: Ask = {}): Buffer {
  const { class: classNumber = 1, flags = "0000", edns = null } = more;
  return Buffer.concat([
    short(id),
    Buffer.from(flags, "hex"),
    short(1),
    short(0),
    short(0),
    short(edns === null ? 0 : 1),
    askedName(name),
    short(typeNumber(type) ?? 0),
    short(classNumber),
    ...(edns === null ? [] : [opt(edns)]),
  ]);
}

export function opt({ udp = 1232, version = 0, flags = "0000", options = [] }: AskEdns): Buffer {
  const contents = Buffer.concat(
    options.map(([code, hex]) => {
      const bytes = Buffer.from(hex, "hex");
      return Buffer.concat([short(code), short(bytes.length), bytes]);
    }),
  );
  return Buffer.concat([
    Buffer.of(0),
    short(41),
    short(udp),
    Buffer.of(0, version),
    Buffer.from(flags, "hex"),
    short(contents.length),
    contents,
  ]);
}

/** RFC 7871's option: `192.0.2.0/24` as hex. */
export function subnet(address: readonly number[], bits: number): readonly [code: number, hex: string] {
  const octets = address.slice(0, Math.ceil(bits / 8));
  const family = address.length === 4 ? 1 : 2;
  return [8, Buffer.concat([short(family), Buffer.of(bits, 0), Buffer.from(octets)]).toString("hex")];
}

/** An answer as lines: header, question, records, EDNS. Fields that are not set are not said. */
export function shown(answer: Buffer | null): readonly string[] {
  if (answer === null) return ["nothing"];
  const packet = packets.decode(answer) as Packet;
  const edns = packet.additionals?.find(({ type }) => type === "OPT") as unknown as OptShown | undefined;
  const rcode = ((answer[3] ?? 0) & 15) | ((edns?.extendedRcode ?? 0) << 4);
  const bits = answer.readUInt16BE(2);
  const flags = flagWords.filter(([bit]) => (bits & bit) !== 0).map(([, word]) => word);
  const opcode = (bits >> 11) & 15;
  return [
    [rcodeWord(rcode), ...(opcode === 0 ? [] : [`opcode${opcode}`]), ...flags].join(" "),
    ...(packet.questions ?? []).map((one) => `? ${one.name}. ${one.type}`),
    ...sectionOf("", packet.answers),
    ...sectionOf("~ ", packet.authorities),
    ...sectionOf(
      "+ ",
      packet.additionals?.filter(({ type }) => type !== "OPT"),
    ),
    ...(edns === undefined ? [] : ednsOf(edns)),
  ];
}

const flagWords = [
  [0x8000, "qr"],
  [0x0400, "aa"],
  [0x0200, "tc"],
  [0x0100, "rd"],
  [0x0080, "ra"],
  [0x0040, "z"],
  [0x0020, "ad"],
  [0x0010, "cd"],
] as const;

interface OptShown {
  readonly udpPayloadSize: number;
  readonly extendedRcode: number;
  readonly ednsVersion: number;
  readonly flags: number;
  readonly options: readonly { readonly code: number; readonly data: Buffer }[];
}

function ednsOf(edns: OptShown): readonly string[] {
  const flags = edns.flags === 0 ? "" : ` flags=${edns.flags.toString(16)}`;
  return [
    `edns v${edns.ednsVersion} udp=${edns.udpPayloadSize}${flags}`,
    ...edns.options.map(({ code, data }) => {
      if (code === 15) return `error ${data.readUInt16BE(0)} ${data.subarray(2)}`;
      return `option ${code} ${data.toString("hex")}`;
    }),
  ];
}

function sectionOf(mark: string, records: readonly unknown[] = []): readonly string[] {
  return (records as readonly { name: string; ttl: number; type: string; data: unknown }[]).map(
    ({ name, ttl, type, data }) => `${mark}${name}. ${ttl} ${type} ${textOf(data)}`,
  );
}

function textOf(data: unknown): string {
  if (typeof data === "string") return data;
  if (Buffer.isBuffer(data)) return data.toString("latin1");
  if (Array.isArray(data)) return data.map(textOf).join(" ");
  return Object.values(data as Record<string, unknown>)
    .map(String)
    .join(" ");
}
