// Is it the same that is compared? In: servers, a host. Out: nothing where bodies and header names are equal, but for what is allowed here by name.
import { createHash } from "node:crypto";
import type { Answer } from "../test/support/reader.ts";
import type { Server } from "./servers.ts";

/** Names that only one side says, and why that is left. */
const allowed: Readonly<Record<string, string>> = {
  server: "nginx and Varnish name themselves; only a module takes it away",
  connection: "nginx and h2o say keep-alive, which HTTP/1.1 has by default",
};

/** The answers of all, the first server's first. Throws where a status, a body or a header's name differs. */
export async function sameAnswers(
  servers: readonly Server[],
  ask: (server: Server) => Promise<Answer>,
  say: (line: string) => void,
): Promise<readonly Answer[]> {
  const answers = await Promise.all(servers.map(ask));
  const [own] = answers;
  if (own === undefined) return [];
  for (const [at, answer] of answers.entries()) {
    const name = servers[at]?.name ?? "";
    if (answer.status !== own.status || digest(answer) !== digest(own))
      throw new Error(`${name} answers with ${answer.status} and other bytes (${answer.body.length}).`);
    const more = only(answer, own);
    const less = only(own, answer);
    const differing = [...more, ...less].filter((one) => allowed[one] === undefined);
    if (differing.length > 0) throw new Error(`${name} differs in ${differing.join(", ")}.`);
    for (const one of more) say(`${name} also says ${one}: ${allowed[one]}`);
    for (const one of less) say(`${name} does not say ${one}: ${allowed[one]}`);
  }
  return answers;
}

const digest = ({ body }: Answer): string => createHash("sha256").update(body).digest("hex");

const only = (one: Answer, other: Answer): readonly string[] =>
  Object.keys(one.headers).filter((name) => other.headers[name] === undefined);
