// Listening for HTTP. In: an address and a fetch handler. Out: a listener that says where it listens and can stop.
// One file a runtime does it; everything above speaks Request and Response.
import { Fault, messageOf } from "../base/fault.ts";
import { listenBun } from "./http-bun.ts";
import { listenDeno } from "./http-deno.ts";
import type { Listener, ListenOptions } from "./http-types.ts";
import { runtime } from "./runtime.ts";

export type { Certificate, Listener, ListenOptions, TlsOptions } from "./http-types.ts";

const listen: Readonly<Record<typeof runtime, (options: ListenOptions) => Listener>> = {
  bun: listenBun,
  deno: listenDeno,
};

/**
 * Listens. Throws Fault `port-taken` when the port is in use and `address-refused` for any other refusal.
 */
export function listenHttp(options: ListenOptions): Listener {
  return listening(options, () => listen[runtime](options));
}

/** What `open` throws becomes the Faults of `listenHttp`. */
export function listening(
  at: Pick<ListenOptions, "address" | "port" | "unix">,
  open: () => Listener,
): Listener {
  try {
    return open();
  } catch (thrown) {
    throw bindFault(at.unix ?? `${at.address ?? "127.0.0.1"}:${at.port ?? 0}`, thrown);
  }
}

export function bindFault(at: string, thrown: unknown): Fault {
  const says = messageOf(thrown);
  const code = (thrown as { code?: string }).code ?? "";
  if (code === "EADDRINUSE" || /EADDRINUSE|in use/i.test(says)) {
    return new Fault(
      "port-taken",
      `${at} is taken by another process.`,
      "Stop that process, or name another address or port.",
      {
        cause: thrown,
      },
    );
  }
  return new Fault(
    "address-refused",
    `Cannot listen on ${at}: ${says}.`,
    "Name an address of this machine and a port that this user may bind (above 1023 without privileges).",
    { cause: thrown },
  );
}
