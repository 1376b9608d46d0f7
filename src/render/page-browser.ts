// What an open page does by itself: it becomes the newest generation without being loaded again. This runs in browsers alone; no file of
// Pharos imports it. `bun test/render/make-page-script.ts` makes page-script-text.ts of it.
// In: events of /_events, else /_event asked again and again, and the page itself where they do not suffice. Out: the page, changed.

/** What /_event says. Folders that were published say their generation alone. */
interface Told {
  readonly generation: number;
  readonly epoch?: number;
  readonly title?: string;
  /** The front page that the fragments change, and what they make of it. */
  readonly since?: string;
  readonly front?: string;
  /** Elements by id. */
  readonly fragments?: Readonly<Record<string, string>>;
}

/** The words of the page's language: `page-script.ts` puts them before this. */
declare const say: {
  readonly live: string;
  readonly waiting: string;
  readonly behind: string;
  readonly checked: string;
  readonly lost: string;
  readonly update: string;
};

const checkMs = 5_000;
const pollMs = 30_000;
/** A page that nobody looks at takes its time. */
const pace = (): number => (document.hidden ? 10 : 1);
/** The stream says something every 10 s. */
const silentMs = 25_000;
/** A hidden page gives its connection back: browsers have six for a host over HTTP/1.1. */
const hiddenMs = 60_000;
const spreadMs = 5_000;
const memory = "pharos";

const one = (selector: string, within: ParentNode = document): HTMLElement | null =>
  within.querySelector(selector);
/** The version of the front page that is shown; other pages have none. */
const version = (): string | undefined => one("#p-now")?.dataset.v;

// The highest ever seen in this tab, and the front page that it had.
let epoch = 0;
let generation = 0;
let front = "";
/** "0", "1", or "3" with a mark of the emergency where the stream said it. */
let level = one("body>.emergency") ? "3" : one("body>.stale") ? "1" : "0";
/** Another POP had a newer generation than this one has. */
let behind = false;

let stream: EventSource | null = null;
let streamFrom = 0;
let heardAt = 0;
let checkedAt = Date.now();
let askedAt = checkedAt;
let hiddenAt = checkedAt;
let fetching = 0;
let tag: string | null = null;
let told: Told | null = null;

const voice = document.createElement("p");
voice.className = "vh";
voice.role = "status";

function remember(): void {
  try {
    sessionStorage.setItem(memory, JSON.stringify([epoch, generation, front]));
  } catch {
    // A browser that keeps nothing: this page still does.
  }
}

function recall(): void {
  try {
    [epoch, generation, front] = JSON.parse(sessionStorage.getItem(memory) ?? "") as [number, number, string];
  } catch {
    // Nothing was kept.
  }
}

/** A generation was told of. Older than what was seen is nothing new: it comes from a POP that is behind. */
function take(said: Told, number: number): void {
  const era = said.epoch ?? epoch;
  if (era > epoch) {
    // After a restore the numbers may begin lower.
    epoch = era;
    generation = 0;
  }
  behind = era < epoch || number < generation;
  if (behind) return;
  const rose = number > generation;
  generation = number;
  front = said.front ?? "";
  remember();
  const mine = version();
  if (mine === undefined ? rose : mine !== front && !(mine === said.since && patch(said))) fetchSoon();
}

/** Puts fragments into the page that they were made for. */
function patch({ fragments = {}, title }: Told): boolean {
  const parts = Object.entries(fragments).map(([id, html]) => [document.getElementById(id), html] as const);
  if (parts.length === 0 || parts.some(([old]) => old === null)) return false;
  const before = words();
  for (const [old, html] of parts) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    replace(old, holder.content.firstElementChild);
  }
  document.title = title ?? document.title;
  speak(before);
  return true;
}

/** Focus stays on the link that had it; a group opens or folds when its own state turns. */
function replace(old: Element | null, fresh: Element | null): void {
  if (old === null || fresh === null || old.outerHTML === fresh.outerHTML) return;
  const focus = document.activeElement;
  const within = old.contains(focus);
  old.replaceWith(fresh);
  if (fresh.matches("summary")) {
    const isWell = (row: Element): boolean => row.querySelector(".st.ok") !== null;
    if (isWell(old) !== isWell(fresh)) (fresh.parentElement as HTMLDetailsElement).open = !isWell(fresh);
  }
  if (!within) return;
  if (old === focus) (fresh as HTMLElement).focus();
  const href = focus?.getAttribute("href");
  if (href) one(`[href="${CSS.escape(href)}"]`, fresh)?.focus();
}

/** What is worth saying aloud: the state, what is open, and what was said of it last. */
const words = (): readonly string[] =>
  ["h1", "h1+p", "#p-open h3", "#p-open .said"].map((selector) => one(selector)?.textContent ?? "");

function speak(before: readonly string[]): void {
  const now = words();
  const [state, count, open] = now;
  if (state !== before[0] || count !== before[1]) voice.textContent = `${state}. ${count}`;
  else if (now.join() !== before.join()) voice.textContent = `${say.update}${open}`;
  show();
}

/** Ten thousand pages that hear of one change do not ask in one moment. */
function fetchSoon(fromMs = 0): void {
  if (fetching === 0) fetching = setTimeout(fetchPage, fromMs + Math.random() * pace() * spreadMs);
}

async function fetchPage(): Promise<void> {
  let again = true;
  try {
    const answer = await fetch(location.pathname, { cache: "no-cache" });
    const number = Number(answer.headers.get("pharos-generation") ?? generation);
    again = answer.status >= 500 || number < generation;
    if (answer.ok && !again) {
      generation = number;
      level = answer.headers.get("pharos-level") ?? level;
      merge(new DOMParser().parseFromString(await answer.text(), "text/html"));
      remember();
    }
  } catch {
    // Nobody answers; the line below the state says since when.
  }
  fetching = 0;
  if (again) fetchSoon(spreadMs);
}

function merge(fresh: Document): void {
  const before = words();
  const all = (selector: string): Element[][] =>
    [document, fresh].map((within) => [...within.querySelectorAll(selector)]);
  const differ = ([old = [], now = []]: Element[][], what: "outerHTML" | "id"): boolean =>
    old.map((it) => it[what]).join() !== now.map((it) => it[what]).join();
  const banners = all("body>.stale");
  if (differ(banners, "outerHTML")) {
    for (const banner of banners[0] ?? []) banner.remove();
    one("header")?.after(...(banners[1] ?? []));
  }
  const parts = all("[id^=p-]");
  const isWhole = differ(parts, "id") || version() === undefined;
  for (const name of ["header", "main", "footer"])
    if (isWhole || name !== "main") replace(one(name), one(name, fresh));
  if (!isWhole) parts[0]?.forEach((part, at) => void replace(part, parts[1]?.[at] ?? null));
  document.title = fresh.title;
  speak(before);
}

/** The stream, or an answer, says at which level the POP is; what stands in the banner's place comes with the page alone. */
function levelIs(said: string): void {
  if (said[0] !== level[0] || (said !== level && said[1] && level[1])) fetchSoon();
  level = said;
}

function open(): void {
  if (!window.EventSource) return;
  const known = version() === front ? `?lastEventId=${generation}` : "";
  stream = new EventSource(`/_events${known}`);
  stream.onmessage = ({ data, lastEventId }) => {
    heardAt = Date.now();
    take(JSON.parse(data) as Told, Number(lastEventId));
    show();
  };
  stream.addEventListener("level", ({ data }) => {
    heardAt = Date.now();
    levelIs(data);
    show();
  });
}

/** Closes the stream; another is opened no sooner than in `pauseMs`. */
function close(pauseMs: number): void {
  stream?.close();
  stream = null;
  streamFrom = Date.now() + pauseMs;
}

const isLive = (): boolean => stream?.readyState === 1 && Date.now() - heardAt < silentMs;

async function poll(): Promise<void> {
  askedAt = Date.now();
  try {
    const answer = await fetch("/_event", {
      cache: "no-store",
      headers: tag === null ? {} : { "if-none-match": tag },
    });
    if (answer.status === 200) {
      told = (await answer.json()) as Told;
      tag = answer.headers.get("etag");
    }
    if (told !== null && (answer.ok || answer.status === 304)) {
      checkedAt = Date.now();
      levelIs(answer.headers.get("pharos-level") ?? level);
      take(told, Number(answer.headers.get("pharos-generation") ?? told.generation));
    }
  } catch {
    // As above.
  }
  show();
}

function check(): void {
  const now = Date.now();
  if (document.hidden && now - hiddenAt > hiddenMs) close(0);
  else if (stream === null) {
    if (now >= streamFrom) open();
  } else if (stream.readyState === 2) close(2 * pollMs * (1 + Math.random()));
  else if (stream.readyState === 1 && heardAt > 0 && now - heardAt > silentMs) close(spreadMs);
  if (!isLive() && now - askedAt > pace() * pollMs * (0.8 + Math.random() / 2)) void poll();
  show();
}

/** Beside the time of the last update: whether this page would show a newer one. */
function show(): void {
  const line = one(".lamp .n");
  if (line === null) return;
  const note = one("span", line) ?? line.appendChild(document.createElement("span"));
  const lastMs = Math.max(heardAt, checkedAt);
  const isLate = Date.now() - lastMs > 3 * pace() * pollMs;
  const at = (isLate ? say.lost : say.checked).replace(
    "{time}",
    `${new Date(lastMs).toISOString().slice(11, 16)} UTC`,
  );
  const state = level[0] === "1" ? say.waiting : behind ? say.behind : say.live;
  const text = ` · ${isLive() || (state !== say.live && !isLate) ? state : at}`;
  if (note.textContent !== text) note.textContent = text;
}

recall();
document.body.append(voice);
document.addEventListener("visibilitychange", () => {
  hiddenAt = Date.now();
  if (document.hidden) return;
  // What a hidden page left for later is wanted now.
  clearTimeout(fetching);
  if (fetching !== 0) {
    fetching = 0;
    fetchSoon();
  }
  if (!isLive() && hiddenAt - askedAt > spreadMs) void poll();
  check();
});
addEventListener("pagehide", () => close(0));
addEventListener("pageshow", check);
setInterval(check, checkMs);
check();
