// Passwords. In: what someone typed. Out: whether it may be one, its hash, whether it fits a hash. Nothing here keeps one.
// scrypt runs on the runtime's threads, one at a time in a bounded queue: a flood of sign-ins then costs one core, never the event loop.
import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { PasswordHash } from "../store/people-rows.ts";

/** What a hash costs (RFC 7914): memory is 128 * n * r bytes. */
export type Costs = Pick<PasswordHash, "n" | "r" | "p">;

/** 32 MiB and three passes: one of OWASP's equal settings for scrypt, and the one with the least memory that needs no more than a third of a second. */
export const passwordCosts: Costs = { n: 2 ** 15, r: 8, p: 3 };
const saltBytes = 16;
const hashBytes = 32;
/** For stored costs too; more would be damage. */
const memoryBytesMax = 256 * 1024 * 1024;

/** The commonest passwords of twelve and more characters in published leaks, in lower case. Shorter ones are too short anyway. */
const common = new Set(
  `123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 123123123123 password1234 password12345 password123456
passwordpassword password1password passw0rd1234 p@ssw0rd1234 qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiopasdf qwertyqwerty
qwerty123456 qwerty1234567 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv q1w2e3r4t5y6 asdfghjkl123 asdfghjkl1234 zxcvbnm12345
iloveyou1234 iloveyou12345 iloveyouforever administrator administrator1 admin1234567 adminadminadmin admin123456789 letmeinletmein
letmein12345 letmein123456 welcome12345 welcome123456 welcome1welcome changeme1234 changeme12345 changemechangeme abcdefghijkl abcdefghijklm
abcdefghijklmnop abcd12345678 abc123456789 abc123abc123 a1b2c3d4e5f6 football1234 basketball12 superman1234 princess1234 sunshine1234
monkey123456 dragon123456 master123456 michael12345 trustno1trustno1 correcthorsebatterystaple statuspage123 secretsecret secret123456
testtesttest test12345678 testing12345 whatever1234 987654321098 098765432109 111222333444 112233445566 147258369147 q2w3e4r5t6y7`.split(
    /\s+/,
  ),
);

/** The one form of a password: two keyboards may write the same letter in two ways. */
export function plainPassword(typed: string): string {
  return typed.normalize("NFKC");
}

/** Why this may not be a password, as a sentence, or null. `of` are words that everyone who knows the user would try. */
export function passwordFault(typed: string, of: readonly string[]): string | null {
  const password = plainPassword(typed);
  if (Buffer.byteLength(password) > limits.passwordBytesMax)
    return `The password has more than ${limits.passwordBytesMax} bytes: take a shorter one.`;
  if ([...password].length < limits.passwordCharsMin)
    return `The password has fewer than ${limits.passwordCharsMin} characters: take a longer one, such as four words.`;
  const plain = password.toLowerCase();
  if (common.has(plain) || new Set(plain).size < 5)
    return "The password is one of those that are tried first: take another one.";
  if (of.some((word) => word !== "" && plainPassword(word).trim().toLowerCase() === plain))
    return "The password is your name or address: take another one.";
  return null;
}

export interface Passwords {
  /** Hashes by the costs of today. `first` goes before all that is not. */
  hash(typed: string, first: boolean): Promise<Result<PasswordHash, "busy">>;
  /** Whether it fits. Without a hash, as much work as with one, and false. */
  fits(typed: string, held: PasswordHash | null, first: boolean): Promise<Result<boolean, "busy">>;
}

export function createPasswords(random: Random, costs: Costs = passwordCosts): Passwords {
  const inTurn = createPool(limits.passwordsAtOnceMax, limits.passwordsWaitingMax);
  const decoy = { ...costs, salt: random.bytes(saltBytes), hash: random.bytes(hashBytes) };
  return {
    async hash(typed, first) {
      const salt = random.bytes(saltBytes);
      const hashed = await inTurn(() => derive(typed, { ...costs, salt }), first);
      return hashed === null ? refuse("busy") : ok({ ...costs, salt, hash: hashed });
    },
    async fits(typed, held, first) {
      // What is too long is hashed as what it is not: it takes the same time and fits nothing.
      const long = Buffer.byteLength(plainPassword(typed)) > limits.passwordBytesMax;
      const against = held === null || long ? decoy : held;
      const hashed = await inTurn(() => derive(long ? "" : typed, against), first);
      return hashed === null ? refuse("busy") : ok(timingSafeEqual(hashed, against.hash) && against === held);
    },
  };
}

function derive(typed: string, { n, r, p, salt }: Omit<PasswordHash, "hash">): Promise<Uint8Array> {
  const options: ScryptOptions = { N: n, r, p, maxmem: memoryBytesMax };
  return new Promise((resolve, reject) => {
    scrypt(plainPassword(typed), salt, hashBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** Runs work, `atOnce` at a time; null where `waitingMax` of its kind wait already. What is `first` goes before all that is not. */
export function createPool(atOnce: number, waitingMax: number) {
  const waiting: Record<"first" | "later", (() => void)[]> = { first: [], later: [] };
  let running = 0;
  const next = (): void => {
    running--;
    (waiting.first.shift() ?? waiting.later.shift())?.();
  };
  return async <Value>(work: () => Promise<Value>, first: boolean): Promise<Value | null> => {
    const queue = waiting[first ? "first" : "later"];
    if (running >= atOnce) {
      if (queue.length >= waitingMax) return null;
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    running++;
    try {
      return await work();
    } finally {
      next();
    }
  };
}
