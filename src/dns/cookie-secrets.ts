// The secrets of DNS cookies, as a file. In: a path. Out: secrets, the first to make cookies with, all to know them by. A node that was given none makes
// one in its data folder, which its processes share.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import type { Random } from "../base/random.ts";
import { writeFileWhole } from "../host/files.ts";
import { cookieSecretBytes } from "./cookies.ts";

export const cookieSecretFile = "cookie-secrets";

/** The path of the secrets to use: the given one, or that of the data folder, which is made where it is missing. */
export async function cookieSecretPath(
  given: string | null,
  folder: string,
  random: Random,
): Promise<string> {
  if (given !== null) return given;
  const path = join(folder, cookieSecretFile);
  if (existsSync(path)) return path;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await writeFileWhole(
      path,
      Buffer.from(`${Buffer.from(random.bytes(cookieSecretBytes)).toString("hex")}\n`),
    );
  } catch (thrown) {
    throw new Fault(
      "folder-unusable",
      `The data folder ${folder} cannot be written: ${messageOf(thrown)}.`,
      "Give another one by --data, or let this user write it.",
      { cause: thrown },
    );
  }
  return path;
}

/** Lines of 32 hex digits; empty lines and those that begin with `#` are passed over. Throws Fault `key-unreadable`. */
export function readCookieSecrets(path: string): readonly Uint8Array[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    throw new Fault(
      "key-unreadable",
      `The cookie secrets in ${path} cannot be read: ${messageOf(thrown)}.`,
      "Check the path and who may read it.",
      { cause: thrown },
    );
  }
  const lines = text.split("\n").map((line) => line.trim());
  const bad = lines.findIndex((line) => !/^(?:|#.*|[0-9a-f]{32})$/i.test(line));
  const secrets = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (bad < 0 && secrets.length > 0) return secrets.map((line) => Buffer.from(line, "hex"));
  throw new Fault(
    "key-unreadable",
    bad < 0 ? `${path} holds no cookie secret.` : `Line ${bad + 1} of ${path} is no cookie secret.`,
    "Write 32 hex digits a line, such as `openssl rand -hex 16` prints.",
  );
}
