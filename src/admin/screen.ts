// What one screen is: a row with path, title, need, what it shows and what it takes. In: rows. Out: rows whose types were checked where written.
// A screen knows no HTTP: it gives a reply, and `admin.ts` makes the response of it.

import type { Command } from "../model/command.ts";
import type { Need } from "../model/roles.ts";
import type { VersionedKind } from "../model/versions.ts";
import type { PageView } from "../model/view.ts";
import type { Accounts, SignedIn } from "../people/accounts.ts";
import type { Asker } from "../people/desk.ts";
import type { Principal } from "../people/principal.ts";
import type { Visit as Caller } from "../people/visit.ts";
import type { Form } from "./form.ts";
import type { Places } from "./places.ts";

/** Whom a screen speaks to. */
export type Who = SignedIn;

/** What a screen is made from. */
export interface Visit<View> {
  readonly who: Who;
  readonly view: View;
  /** The path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The address without its query, as a form sends to it. */
  readonly path: string;
  readonly places: Places;
  readonly nowMs: number;
  /** Carries out a command on the visit's page, or on none; of several all, or none. */
  submit(command: Command | readonly Command[], how?: How): Promise<Done>;
  /** What `submit` would do now. */
  preview(command: Command | readonly Command[], seed?: string): Done;
  /** Whether whom it speaks to may do what has this need, on this page, or with null everywhere. */
  may(need: Need, page?: string | null): boolean;
}

export interface How {
  /** Names what is made, as in a preview of the same seed. */
  readonly seed?: string;
  /** What the form was opened on: where it is another when the command's turn comes, nothing is done. */
  readonly unchanged?: { readonly kind: VersionedKind; readonly id: string; readonly version: string };
}

/** What became of a command: the page after it, or the sentences that refuse it. */
export type Done =
  | { readonly ok: true; readonly id: string; readonly view: PageView }
  | {
      readonly ok: false;
      readonly sentences: readonly string[];
      /** Somebody else changed it in the meantime. */
      readonly stale: boolean;
    };

/** A form that was sent to a screen. */
export interface Sent<View> extends Visit<View> {
  readonly form: Form;
}

export type Reply =
  /** The screen: whole, as all are; htmx takes the part of it that it wants. `status` is 200 where none is given. */
  | {
      readonly kind: "screen";
      readonly body: JSX.Element;
      /** In place of the row's title. */
      readonly title?: string;
      readonly status?: number;
      readonly cookies?: readonly string[];
    }
  /** Done: the browser asks for this address, `done` is one of the row's words for what was done. */
  | {
      readonly kind: "go";
      readonly to: string;
      readonly done?: string;
      readonly cookies?: readonly string[];
    }
  | { readonly kind: "missing"; readonly what: string }
  /** A document of its own: a preview, a file. */
  | { readonly kind: "document"; readonly response: Response };

/** Where a screen is listed: with a page's, with those of the whole install, or nowhere. */
export type Menu = "page" | "install";

/** A row of the table. Under `/admin/p/:page` the page is looked up before anything else: who may not know of it gets 404. */
export interface Screen {
  readonly path: string;
  readonly title: string;
  /** To see it. */
  readonly needs: Need;
  /** Whom it is for, where no need of one page says it: who administers some page. */
  isFor?(principal: Principal): boolean;
  /** To send its forms; that of `needs` where it says nothing. */
  readonly changes?: Need;
  readonly menu?: Menu;
  /** Largest form; `adminFormBytesMax` where it says nothing. */
  readonly bytesMax?: number;
  /** What was done, by the word that `go` gave. */
  readonly done?: Readonly<Record<string, string>>;
  show(visit: Visit<PageView | null>): Reply | Promise<Reply>;
  take?(sent: Sent<PageView | null>): Reply | Promise<Reply>;
}

/**
 * A screen for who is not signed in, or not yet: signing in, being the first owner, taking up an invitation. `who` is null, or whoever is
 * signed in all the same.
 */
export interface Door {
  readonly path: string;
  readonly title: string;
  readonly done?: Readonly<Record<string, string>>;
  show(knock: Knock): Reply | Promise<Reply>;
  take?(knock: Knock & { readonly form: Form }): Reply | Promise<Reply>;
}

export interface Knock {
  readonly who: Who | null;
  /** The browser, as far as it says who it is. */
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly path: string;
  readonly accounts: Accounts;
}

type ViewAt<Path extends string> = Path extends `/admin/p/:page${string}` ? PageView : null;

/** Writes a row whose functions see the page where its path names one. */
export function screen<const Path extends string>(
  row: Omit<Screen, "path" | "show" | "take"> & {
    readonly path: Path;
    show(visit: Visit<ViewAt<Path>>): Reply | Promise<Reply>;
    take?(sent: Sent<ViewAt<Path>>): Reply | Promise<Reply>;
  },
): Screen {
  return row as unknown as Screen;
}

export const shown = (body: JSX.Element, more: { title?: string; status?: number } = {}): Reply => ({
  kind: "screen",
  body,
  ...more,
});

/** Somebody else was first (412), or something is refused (422). */
export const statusOf = (sentences: readonly string[], stale = false): number =>
  stale ? 412 : sentences.length > 0 ? 422 : 200;

export const go = (to: string, done?: string): Reply =>
  done === undefined ? { kind: "go", to } : { kind: "go", to, done };

/** As the desk of people and keys asks. */
export const askerOf = ({ principal, visit: { address } }: Who): Asker => ({ principal, address });

export const missing = (what: string): Reply => ({ kind: "missing", what });

/** `/admin/p/<page>` and what is below it. */
export const pageAt = (page: string, below = ""): string => `/admin/p/${encodeURIComponent(page)}${below}`;
