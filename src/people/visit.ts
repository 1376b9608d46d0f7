// Who sends a request to the admin pages, as far as it says: address, browser, cookies; and whether a change may come from where it does.
// In: requests. Out: visits, cookies to set, sentences for what is refused.
import { timingSafeEqual } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Origin } from "../store/sessions.ts";

export interface VisitOptions {
  /** The address by which browsers reach the admin pages, such as `https://pharos.example.org`; null where nobody said: then what they ask for. */
  readonly url: string | null;
  /** A proxy stands before this process and names the client last in `X-Forwarded-For`. */
  readonly behindProxy: boolean;
}

export interface Visit extends Origin {
  /** Secrets that the browser brought; null where it has none. */
  readonly session: string | null;
  readonly device: string | null;
  readonly signOn: string | null;
}

/** What a browser keeps. Over TLS the names say that nobody but this very host may have set them. */
export type CookieName = "session" | "device" | "sign-on";

export interface Visits {
  visitOf(request: Request, peer: { readonly address: string | null }): Visit;
  /** `Set-Cookie` of a value, or of forgetting it. */
  cookie(name: CookieName, value: string | null): string;
  /** Why a request that changes something is refused, as a sentence, or null. */
  foreign(request: Request): string | null;
}

/** `Lax`: a link in a chat must find its reader signed in, and a sign-on comes back from another site. Changes are held to `foreign` and `csrf`. */
const sameSite: Readonly<Record<CookieName, "Lax" | "Strict">> = {
  session: "Lax",
  device: "Strict",
  "sign-on": "Lax",
};
const secondsMax: Readonly<Record<CookieName, number>> = {
  session: limits.sessionMsMax / 1_000,
  device: limits.deviceMs / 1_000,
  "sign-on": limits.signOnMs / 1_000,
};

export function createVisits({ url, behindProxy }: VisitOptions): Visits {
  const secure = url?.startsWith("https:") === true;
  const nameOf = (name: CookieName): string => `${secure ? "__Host-" : ""}pharos_${name}`;
  return {
    visitOf(request, peer) {
      const cookies = request.headers.get("cookie") ?? "";
      const forwarded = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
      return {
        address: (behindProxy ? forwarded : undefined) ?? peer.address,
        agent: request.headers.get("user-agent"),
        session: cookieIn(cookies, nameOf("session")),
        device: cookieIn(cookies, nameOf("device")),
        signOn: cookieIn(cookies, nameOf("sign-on")),
      };
    },
    cookie(name, value) {
      const age = value === null ? 0 : secondsMax[name];
      const tail = `; Path=/; Max-Age=${age}; HttpOnly; SameSite=${sameSite[name]}${secure ? "; Secure" : ""}`;
      return `${nameOf(name)}=${value ?? ""}${tail}`;
    },
    foreign(request) {
      const site = request.headers.get("sec-fetch-site");
      if (site !== null) return site === "same-origin" ? null : foreignSentence;
      const origin = request.headers.get("origin");
      const own = url === null ? `//${request.headers.get("host") ?? ""}` : new URL(url).origin;
      const given = url === null ? (origin?.replace(/^https?:/, "") ?? null) : origin;
      return given === own ? null : foreignSentence;
    },
  };
}

const foreignSentence =
  "This request did not come from a page of this address. Open the admin pages by the address that they were set up for, and try again.";

/** Whether a form brought back what its session gave it. */
export function csrfFits(held: string, given: unknown): boolean {
  if (typeof given !== "string" || given.length !== held.length) return false;
  const [one, other] = [Buffer.from(held), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The last value of a cookie: a browser sends the one with the longest path first, and ours has the shortest. */
function cookieIn(cookies: string, name: string): string | null {
  const values = cookies.split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
  return values.at(-1) || null;
}
