// Unix sockets in a data folder. In: a path and a fetch handler, or a request. Out: a listener, or an answer.
// A path outlives a killed process, so whoever listens must hold the folder's lock, and what lies there is then stale.
import { rmSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { Fault, messageOf } from "../base/fault.ts";
import { readAll } from "./dial.ts";
import { type Listener, type ListenOptions, listenHttp } from "./http.ts";

export interface UnixRequest {
  readonly method: "GET" | "POST";
  /** From the leading slash on. */
  readonly path: string;
  readonly body?: Uint8Array;
  /** Until the response's headers are there (ms). */
  readonly timeoutMs: number;
  /** Largest answer (bytes). */
  readonly answerBytesMax: number;
}

export interface UnixAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Listens on `path` in place of whatever was there. Only the holder of the folder's lock may call it. */
export function listenUnix(
  path: string,
  options: Omit<ListenOptions, "address" | "port" | "unix" | "reusePort">,
): Listener {
  rmSync(path, { force: true });
  return listenHttp({ ...options, unix: path });
}

/** Asks the process that listens on `path`; null when nobody does. Throws Fault `unreachable` when it fails to answer. */
export async function askUnix(path: string, options: UnixRequest): Promise<UnixAnswer | null> {
  try {
    const response = await send(path, options);
    return { status: response.statusCode ?? 0, body: await readAll(response, options.answerBytesMax) };
  } catch (thrown) {
    const code = (thrown as { code?: string }).code ?? "";
    if (code === "ENOENT" || code === "ECONNREFUSED") return null;
    throw new Fault(
      "unreachable",
      `The process behind ${path} did not answer: ${messageOf(thrown)}.`,
      "Look at its log, or stop it and try again.",
      { cause: thrown },
    );
  }
}

function send(socketPath: string, options: UnixRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      socketPath,
      path: options.path,
      method: options.method,
      headers: { host: "pharos.internal", "content-length": String(options.body?.length ?? 0) },
      agent: false,
    });
    const deadline = setTimeout(
      () => request.destroy(new Error(`no headers within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    request.once("response", (response) => {
      clearTimeout(deadline);
      resolve(response);
    });
    request.once("error", (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    request.end(options.body);
  });
}
