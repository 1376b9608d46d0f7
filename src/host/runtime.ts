// On which runtime this runs. In: nothing. Out: its name, and what only some of them can do.

/** Bun, from source or compiled into the binary; Deno from source, for POPs alone. */
export const runtime: "bun" | "deno" = process.versions.deno === undefined ? "bun" : "deno";

/** Whether a POP may be several processes on one port. Under Deno it is one. */
export const hasWorkers: boolean = runtime === "bun";

/** Whether a listener can take the place of another on its port, with other certificates. */
export const hasCertificateSwap: boolean = runtime === "bun";

/** Whether all who read a body slowly share its bytes (`sendable.ts`). */
export const sharesBodies: boolean = runtime === "bun";

export const hasHttp3: boolean = runtime === "bun";
