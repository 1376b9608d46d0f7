// The admin pages. In: requests below /admin/. Out: HTML, redirects, the files that pages load.
// receive -> asset -> who -> screen -> page -> need -> (form -> proof) -> reply. The tables of doors and screens are all there is to route.
// A page that somebody may not know of is as missing as one that is not there.
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { actorOf, may, mayTouch } from "../control/authenticate.ts";
import type { Need } from "../model/roles.ts";
import type { PageView } from "../model/view.ts";
import { assetAt } from "./assets.ts";
import { type Form, readForm } from "./form.ts";
import { documentOf } from "./frame.tsx";
import { menuOf } from "./menu.ts";
import type { Places } from "./places.ts";
import { Missing, NotAllowed, NotOurs, NotSignedIn, Unreadable } from "./refusals.tsx";
import { createRoutes, type Match } from "./routes.ts";
import type { Door, Reply, Screen, Visit, Who } from "./screen.ts";
import { screens } from "./screens.ts";

export interface AdminOptions {
  readonly places: Places;
  /** Whose session a request carries. */
  whoOf(request: Request): Who | null | Promise<Who | null>;
  readonly doors: readonly Door[];
}

export type Admin = (request: Request) => Promise<Response>;

/** Where somebody who is not signed in is led. */
export const signInPath = "/admin/sign-in";

/** Nothing but our own files runs, nobody frames it, no address travels on, nothing is kept. */
const safely: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cache-control": "no-store",
};

/** The admin pages of one control plane. Never throws. */
export function createAdmin(options: AdminOptions): Admin {
  const { log } = options.places;
  const steps = stepsOf(options);
  return async (request) => {
    const response = await steps(request).catch((thrown: unknown) => {
      log.error(`An admin page failed: ${messageOf(thrown)}.`);
      return plain(500, "This page failed. The server's log says why.");
    });
    const { headers } = response;
    for (const [name, value] of Object.entries(safely)) if (!headers.has(name)) headers.set(name, value);
    return request.method === "HEAD" ? new Response(null, response) : response;
  };
}

function stepsOf(options: AdminOptions): (request: Request) => Promise<Response> {
  const doorAt = createRoutes(options.doors);
  const screenAt = createRoutes(screens);
  return async (request) => {
    const { pathname, searchParams: query } = new URL(request.url);
    const path = pathname.replace(/\/{2,}/g, "/");
    if (path === "/admin") return redirect("/admin/");
    const asset = assetAt(path);
    if (asset !== null) return asset;
    const refused = methodRefused(request);
    if (refused !== null) return refused;
    const who = await options.whoOf(request);
    const door = doorAt(path);
    if (door !== null) return atDoor(request, { path, query, who, door });
    const screen = screenAt(path);
    const bytesMax = (who === null ? undefined : screen?.row.bytesMax) ?? limits.adminFormBytesMax;
    const form = request.method === "POST" ? await readForm(request, bytesMax) : null;
    const sent = form?.ok === true ? form.value : null;
    if (who === null) return signedOut(request, path, query, sent);
    const at: At = { path, query, who, screen, form: sent };
    if (form?.ok === false)
      return page(at, null, {
        kind: "screen",
        title: "Not sent",
        status: form.reason === "too-long" ? 413 : 400,
        body: Unreadable({ long: form.reason === "too-long" }),
      });
    return onScreen(options.places, at);
  };
}

/** What is asked for, by whom. */
interface At {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly who: Who;
  readonly screen: Match<Screen> | null;
  /** Null where nothing was sent. */
  readonly form: Form | null;
}

async function onScreen(places: Places, at: At): Promise<Response> {
  const { form, query, screen, who } = at;
  if (screen === null) return missing(at, null, "Page");
  const { row, params } = screen;
  const named = params.page;
  const view = named !== undefined && mayTouch(who.principal, named) ? places.ledger.view(named) : null;
  if (named !== undefined && view === null) return missing(at, null, "Page");
  const subject = named ?? null;
  const need = form === null ? row.needs : (row.changes ?? row.needs);
  if (!may(who.principal, subject, need))
    return page(at, view, {
      kind: "screen",
      title: "Not yours to do",
      status: 403,
      body: NotAllowed({ need }),
    });
  if (form !== null && form.text("csrf") !== who.csrf)
    return page(at, view, { kind: "screen", title: "Not sent", status: 403, body: NotOurs({ form }) });
  const visit = visitOf(places, at, params, view);
  if (form === null) return replied(at, view, await row.show(visit));
  if (row.take === undefined) return plain(405, "Nothing can be sent to this page.");
  query.delete("done");
  return replied(at, view, await row.take({ ...visit, form }));
}

function visitOf(
  places: Places,
  { path, query, who }: At,
  params: Readonly<Record<string, string>>,
  view: PageView | null,
): Visit<PageView | null> {
  const { ledger, clock } = places;
  const subject = view?.page.id ?? null;
  const actor = actorOf(who.principal);
  const seeded = (seed: string | undefined) => (seed === undefined ? {} : { seed });
  return {
    ...{ places, path, query, who, params, view },
    nowMs: clock.wallMs(),
    may: (need: Need, of = subject) => may(who.principal, of, need),
    async submit(command, seed) {
      const done = await ledger.submit(subject, command, actor, seeded(seed));
      if (!done.ok) return { ok: false, sentences: done.refusal.sentences };
      const after = ledger.view(done.page);
      return after === null
        ? { ok: false, sentences: ["The page is gone."] }
        : { ok: true, id: done.id, view: after };
    },
    preview(command, seed) {
      const previewed = ledger.preview(subject, command, actor, seeded(seed));
      return previewed.ok
        ? { ok: true, id: previewed.id, view: previewed.view }
        : { ok: false, sentences: previewed.refusal.sentences };
    },
  };
}

function replied(at: At, view: PageView | null, reply: Reply): Response {
  switch (reply.kind) {
    case "missing":
      return missing(at, view, reply.what);
    case "document":
      return reply.response;
    case "go":
      return gone(reply);
    case "screen":
      return page(at, view, reply);
  }
}

function missing(at: At, view: PageView | null, what: string): Response {
  return page(at, view, { kind: "screen", title: `${what} not found`, status: 404, body: Missing({ what }) });
}

type Shown = Extract<Reply, { kind: "screen" }>;

function page(at: At, view: PageView | null, reply: Shown): Response {
  const row = at.screen?.row;
  const frame = {
    title: reply.title ?? row?.title ?? "",
    who: at.who,
    view,
    path: at.path,
    menu: menuOf(screens, at.who.principal, view?.page.id ?? null),
    done: row?.done?.[at.query.get("done") ?? ""] ?? null,
    body: reply.body,
  };
  return html(documentOf(frame), reply);
}

/** A door answers for itself who may pass; all that is asked here is that a form comes from our own page. */
async function atDoor(
  request: Request,
  at: {
    readonly path: string;
    readonly query: URLSearchParams;
    readonly who: Who | null;
    readonly door: Match<Door>;
  },
): Promise<Response> {
  const { door, path, query, who } = at;
  const { row, params } = door;
  const knock = { who, request, params, query, path };
  const shown = (reply: Shown): Response =>
    html(
      documentOf({
        title: reply.title ?? row.title,
        who,
        view: null,
        path,
        menu: [],
        done: row.done?.[query.get("done") ?? ""] ?? null,
        body: reply.body,
      }),
      reply,
    );
  if (request.method === "POST" && row.take === undefined)
    return plain(405, "Nothing can be sent to this page.");
  let reply: Reply;
  if (request.method === "POST" && row.take !== undefined) {
    const form = await readForm(request, limits.adminDoorBytesMax);
    if (!form.ok)
      return shown({ kind: "screen", status: 400, body: Unreadable({ long: form.reason === "too-long" }) });
    if (who !== null && form.value.has("csrf") && form.value.text("csrf") !== who.csrf)
      return shown({ kind: "screen", status: 403, body: NotOurs({ form: null }) });
    reply = await row.take({ ...knock, form: form.value });
  } else reply = await row.show(knock);
  if (reply.kind === "document") return reply.response;
  if (reply.kind === "go") return gone(reply);
  if (reply.kind === "missing")
    return shown({ kind: "screen", status: 404, body: Missing({ what: reply.what }) });
  return shown(reply);
}

/** Whoever is not signed in is led to the door and back. What they sent was not taken, and is shown to them. */
function signedOut(request: Request, path: string, query: URLSearchParams, form: Form | null): Response {
  const to = `${path}${query.size === 0 ? "" : `?${query}`}`;
  const door = `${signInPath}?${new URLSearchParams({ to })}`;
  // A part that asks by itself must not lead a page away on which somebody writes.
  if (request.headers.has("hx-request")) return plain(401, "The session is over.");
  if (form === null) return redirect(door);
  const body = NotSignedIn({ door, form });
  return html(documentOf({ title: "Not sent", who: null, view: null, path, menu: [], done: null, body }), {
    status: 401,
  });
}

function methodRefused(request: Request): Response | null {
  const { method } = request;
  if (method === "GET" || method === "HEAD") return null;
  if (method !== "POST")
    return plain(405, "Pages are read (GET), and forms are sent (POST).", { allow: "GET, HEAD, POST" });
  return isOurs(request) ? null : plain(403, "A form of another site is not taken.");
}

/** Browsers say where a form comes from (Fetch Metadata, or Origin before that). The form's own proof is asked for as well. */
function isOurs({ headers, url }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (origin === null) return true;
  const host = headers.get("host") ?? new URL(url).host;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function gone({ to, done, cookies = [] }: Extract<Reply, { kind: "go" }>): Response {
  const said =
    done === undefined ? to : `${to}${to.includes("?") ? "&" : "?"}done=${encodeURIComponent(done)}`;
  return withCookies(redirect(said), cookies);
}

/** See Other: what comes back after a form is a page of its own, so that reloading sends nothing twice. */
function redirect(to: string): Response {
  return new Response(null, { status: 303, headers: { location: to } });
}

function html(
  text: string,
  { status = 200, cookies = [] }: { status?: number; cookies?: readonly string[] },
): Response {
  const headers = { "content-type": "text/html; charset=utf-8" };
  return withCookies(new Response(text, { status, headers }), cookies);
}

function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}
