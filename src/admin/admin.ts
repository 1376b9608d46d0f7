// The admin pages. In: requests below /admin/. Out: HTML, redirects, the files that pages load.
// receive -> asset -> who -> screen -> page -> need -> (form -> proof) -> reply. The tables of doors and screens are all there is to route.
// A page that somebody may not know of is as missing as one that is not there.
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import type { Peer } from "../host/asked.ts";
import type { Refusal } from "../model/command.ts";
import type { Need } from "../model/roles.ts";
import type { PageView } from "../model/view.ts";
import { actorOf, may, mayTouch } from "../people/principal.ts";
import type { Visit as Caller } from "../people/visit.ts";
import { assetAt } from "./assets.ts";
import { signInPath } from "./door.ts";
import { doors } from "./doors.ts";
import { type Form, type FormRefusal, readForm } from "./form.ts";
import { documentOf } from "./frame.tsx";
import { menuOf } from "./menu.ts";
import type { Places } from "./places.ts";
import { Missing, NotAllowed, NotOurs, NotSignedIn, Unreadable } from "./refusals.tsx";
import { createRoutes, type Match } from "./routes.ts";
import type { Done, Door, Reply, Screen, Visit, Who } from "./screen.ts";
import { screens } from "./screens.ts";

export type Admin = (request: Request, peer: Peer) => Promise<Response>;

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
export function createAdmin(places: Places): Admin {
  const { log } = places;
  const steps = stepsOf(places);
  return async (request, peer) => {
    const response = await steps(request, peer).catch((thrown: unknown) => {
      log.error(`An admin page failed: ${messageOf(thrown)}.`);
      return plain(500, "This page failed. The server's log says why.");
    });
    const { headers } = response;
    for (const [name, value] of Object.entries(safely)) if (!headers.has(name)) headers.set(name, value);
    return request.method === "HEAD" ? new Response(null, response) : response;
  };
}

function stepsOf(places: Places): Admin {
  const { accounts } = places;
  const doorAt = createRoutes(doors);
  const screenAt = createRoutes(screens);
  return async (request, peer) => {
    const { pathname, searchParams: query } = new URL(request.url);
    const path = pathname.replace(/\/{2,}/g, "/");
    if (path === "/admin") return redirect("/admin/");
    const asset = assetAt(path);
    if (asset !== null) return asset;
    const { method } = request;
    if (method !== "GET" && method !== "HEAD" && method !== "POST")
      return plain(405, "Pages are read (GET), and forms are sent (POST).", { allow: "GET, HEAD, POST" });
    const caller = accounts.visits.visitOf(request, peer);
    const who = await accounts.sessionOf(caller);
    const screen = screenAt(path);
    const door = doorAt(path);
    const ofScreen = (who === null ? undefined : screen?.row.bytesMax) ?? limits.adminFormBytesMax;
    const bytesMax = door === null ? ofScreen : limits.adminDoorBytesMax;
    const form = method === "POST" ? await readForm(request, bytesMax) : null;
    const at: At = { request, caller, path, query, who, screen, door, form };
    // A session that has a new secret says so with whatever it is answered; a door that opens another one says so after it.
    const response = await (door === null ? onScreen(places, at) : atDoor(places, at, door));
    return who === null ? response : withCookies(response, who.cookies, response.headers.getSetCookie());
  };
}

/** What is asked for, by whom. */
interface At {
  readonly request: Request;
  readonly caller: Caller;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly who: Who | null;
  readonly screen: Match<Screen> | null;
  readonly door: Match<Door> | null;
  /** Null where nothing was sent. */
  readonly form: Result<Form, FormRefusal> | null;
}

async function onScreen(places: Places, at: At): Promise<Response> {
  const { query, screen, who } = at;
  if (who === null) return signedOut(places, at);
  const unread = formRefused(places, at);
  if (unread !== null) return page(at, null, unread);
  if (screen === null) return missing(at, null, "Page");
  const { row, params } = screen;
  const named = params.page;
  const view = named !== undefined && mayTouch(who.principal, named) ? places.ledger.view(named) : null;
  if (named !== undefined && view === null) return missing(at, null, "Page");
  const form = sentIn(at);
  const isFor = row.isFor?.(who.principal) ?? true;
  const need = isFor ? (form === null ? row.needs : (row.changes ?? row.needs)) : "administer";
  if (!isFor || !may(who.principal, named ?? null, need))
    return page(at, view, {
      kind: "screen",
      title: "Not yours to do",
      status: 403,
      body: NotAllowed({ need, form }),
    });
  const visit = visitOf(places, at, who, params, view);
  if (form === null) return replied(at, view, await row.show(visit));
  if (row.take === undefined) return plain(405, "Nothing can be sent to this page.");
  query.delete("done");
  return replied(at, view, await row.take({ ...visit, form }));
}

/** Why a form is not looked at, or null. What was written is shown, whatever is wrong with it. */
function formRefused({ accounts }: Places, { form, path, request, who }: At): Shown | null {
  if (form === null) return null;
  const refused = accounts.refusalOf(request, who, form.ok ? form.value.text("csrf") : null);
  const title = "Not sent";
  if (!form.ok) {
    const long = form.reason === "too-long";
    return { kind: "screen", title, status: long ? 413 : 400, body: Unreadable({ long }) };
  }
  if (refused === null) return null;
  const says = refused.sentences.join(" ");
  const isOwn = who !== null && accounts.visits.foreign(request) === null;
  const again = isOwn ? { path, csrf: who.csrf } : null;
  return { kind: "screen", title, status: refused.status, body: NotOurs({ says, form: form.value, again }) };
}

function visitOf(
  places: Places,
  { path, query }: At,
  who: Who,
  params: Readonly<Record<string, string>>,
  view: PageView | null,
): Visit<PageView | null> {
  const { ledger, clock } = places;
  const subject = view?.page.id ?? null;
  const actor = actorOf(who.principal);
  return {
    ...{ places, path, query, who, params, view },
    nowMs: clock.wallMs(),
    may: (need: Need, of = subject) => may(who.principal, of, need),
    async submit(command, how = {}) {
      const done = await ledger.submit(subject, command, actor, how);
      if (!done.ok) return refusedBy(done.refusal);
      const after = ledger.view(done.page);
      return after === null
        ? { ok: false, sentences: ["The page is gone."], stale: false }
        : { ok: true, id: done.id, view: after };
    },
    preview(command, seed) {
      const previewed = ledger.preview(subject, command, actor, seed === undefined ? {} : { seed });
      return previewed.ok
        ? { ok: true, id: previewed.id, view: previewed.view }
        : refusedBy(previewed.refusal);
    },
  };
}

/** That it is stale is said by the screen, which shows both versions. */
function refusedBy({ status, sentences }: Refusal): Extract<Done, { ok: false }> {
  const stale = status === 412;
  return { ok: false, sentences: stale ? [] : sentences, stale };
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

/** What was sent, where it could be read. */
const sentIn = ({ form }: At): Form | null => (form?.ok === true ? form.value : null);

function missing(at: At, view: PageView | null, what: string): Response {
  return page(at, view, {
    kind: "screen",
    title: `${what} not found`,
    status: 404,
    body: Missing({ what, form: sentIn(at) }),
  });
}

type Shown = Extract<Reply, { kind: "screen" }>;

/** A reply in the frame. A door has no menu: who stands there is not in yet. */
function page(at: At, view: PageView | null, reply: Shown): Response {
  const { door, path, query, screen, who } = at;
  const row = door?.row ?? screen?.row;
  const frame = {
    title: reply.title ?? row?.title ?? "",
    who,
    view,
    path,
    menu: who === null || door !== null ? [] : menuOf(screens, who.principal, view?.page.id ?? null),
    done: row?.done?.[query.get("done") ?? ""] ?? null,
    body: reply.body,
  };
  return html(documentOf(frame), reply);
}

/** A door answers for itself who may pass; all that is asked here is that a form comes from our own page. */
async function atDoor(places: Places, at: At, door: Match<Door>): Promise<Response> {
  const { caller, form, path, query, who } = at;
  const { row, params } = door;
  const refused = formRefused(places, at);
  if (refused !== null) return page(at, null, refused);
  const knock = { who, caller, params, query, path, accounts: places.accounts };
  if (form === null) return replied(at, null, await row.show(knock));
  if (row.take === undefined || !form.ok) return plain(405, "Nothing can be sent to this page.");
  return replied(at, null, await row.take({ ...knock, form: form.value }));
}

/** Whoever is not signed in is led to the door and back. What they sent was not taken, and is shown to them. */
function signedOut(places: Places, at: At): Response {
  const { form, path, query, request } = at;
  const to = `${path}${query.size === 0 ? "" : `?${query}`}`;
  const door = `${signInPath}?${new URLSearchParams({ to })}`;
  // A part that asks by itself must not lead a page away on which somebody writes.
  if (request.headers.has("hx-request")) return plain(401, "The session is over.");
  if (form === null) return redirect(door);
  // One of another site is not held for whoever signs in next.
  const refused = formRefused(places, at);
  if (refused !== null) return page(at, null, refused);
  const body = NotSignedIn({ door, form: form.ok ? form.value : null, path });
  return page(at, null, { kind: "screen", title: "Not sent", status: 401, body });
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

/** Of two cookies of one name the last counts: those in `after` are said again behind the others. */
function withCookies(
  response: Response,
  cookies: readonly string[],
  after: readonly string[] = [],
): Response {
  if (cookies.length === 0) return response;
  response.headers.delete("set-cookie");
  for (const cookie of [...cookies, ...after]) response.headers.append("set-cookie", cookie);
  return response;
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}
