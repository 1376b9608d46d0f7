// What an open page does by itself: it becomes the newest generation without being loaded again, and tells times as its reader counts them.
// This runs in browsers alone, with the *-browser.ts that it imports; no other file of Pharos imports one. `bun test/render/make-page-script.ts`
// makes page-script-text.ts of them.
// In: events of /_events, else /_event asked again and again, and the page itself where they do not suffice. Out: the page, changed.

import { all, attempt, made, one, root, voice } from "./dom-browser.ts";
import { fill, onTurn, tell, untell } from "./times-browser.ts";

/** What /_event says. Folders that were published say their generation alone. */
interface Told {
  readonly generation: number;
  readonly epoch?: number;
  readonly title?: string;
  /** Of the title and the fragments. */
  readonly language?: string;
  /** The front page that the fragments change, and what they make of it; the same versions in every language. */
  readonly since?: string;
  readonly front?: string;
  /** Elements by id. */
  readonly fragments?: Readonly<Record<string, string>>;
}

const checkMs = 5_000;
const pollMs = 30_000;
/** A page that nobody looks at takes its time. */
const pace = (): number => (document.hidden ? 10 : 1);
/** The stream says something every 10 s. */
const silentMs = 25_000;
const spreadMs = 5_000;
const memory = "pharos";

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
/** Times in a row that nobody answered. */
let failed = 0;
let hiddenAt = checkedAt;
let fetching = 0;

/** The line that says that nobody answers; its age changes, so it is said aloud once, by the voice. */
const lost = made("p", "lost");

function remember(): void {
  attempt(() => {
    sessionStorage[memory] = JSON.stringify([epoch, generation, front]);
  });
}

// Changes. Whatever comes, its reader's place on the page stays theirs.

/** A group stands open while something in it is wrong. */
const isWell = (fold: Element): boolean => one("summary .ok", fold) !== null;
const nameOf = (fold: Element): string => fold.id || (one("h3", fold)?.textContent ?? "");

/** Makes a change, says it, and gives back what it took: focus, folds, and the line that was being read. */
function keeping(change: () => void): void {
  const focus = document.activeElement as HTMLElement | null;
  const link = `a[href="${CSS.escape(focus?.getAttribute("href") ?? "")}"]`;
  const place = focus === null ? -1 : all(link).indexOf(focus);
  const folds = new Map(
    all<HTMLDetailsElement>("details").map((fold) => [nameOf(fold), [fold.open, isWell(fold)] as const]),
  );
  const [seen] = all("main [id]")
    .filter((it) => it.getClientRects().length > 0)
    .map((it) => [it.id, it.getBoundingClientRect().top] as const)
    .sort(([, a], [, b]) => Math.abs(a) - Math.abs(b));
  untell();
  const before = sentences();
  change();
  const news = sentences().filter((it) => !before.includes(it));
  for (const fold of all<HTMLDetailsElement>("details")) {
    const [wasOpen, wasWell] = folds.get(nameOf(fold)) ?? [fold.open, isWell(fold)];
    fold.open = isWell(fold) === wasWell ? wasOpen : wasWell;
  }
  show();
  if (focus !== null && focus !== document.activeElement) {
    const again = focus.isConnected ? focus : focus.id ? document.getElementById(focus.id) : all(link)[place];
    again?.focus({ preventScroll: true });
  }
  const moved = seen && (document.getElementById(seen[0])?.getBoundingClientRect().top ?? seen[1]) - seen[1];
  if (moved && scrollY > 0) scrollBy({ top: moved, behavior: "instant" });
  const sentencesMax = 5;
  if (news.length > 0) voice.textContent = news.slice(0, sentencesMax).join(". ");
}

/** What is worth saying aloud once it is new: the state, what was said last, how parts are. */
function sentences(): readonly string[] {
  const sentenceChars = 200;
  const texts = (selector: string, within?: ParentNode): string =>
    all(selector, within)
      .map((it) => it.textContent)
      .join(", ")
      .slice(0, sentenceChars);
  return [
    texts("h1"),
    texts("h1+p"),
    ...all("#p-open article").map(
      (it) => `${say.update}${texts("h3", it)}: ${texts(".said>:not(.told)", it)}`,
    ),
    ...all(".log>li:first-child").map((it) => say.update + texts(":scope>:not(h3)", it)),
    ...all(".row").map((it) => `${texts("h3", it)}: ${texts(".st", it)}`),
  ];
}

function replace(old: Element | null, fresh?: Element | null): void {
  if (old && fresh && old.outerHTML !== fresh.outerHTML) old.replaceWith(fresh);
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

/** Puts fragments into the page that they were made for; they come in one language, and pages of another ask for themselves. */
function patch({ fragments = {}, title, language }: Told): boolean {
  const parts = Object.entries(fragments).map(([id, html]) => [document.getElementById(id), html] as const);
  if (parts.length === 0 || (language ?? root.lang) !== root.lang || parts.some(([old]) => old === null))
    return false;
  keeping(() => {
    for (const [old, html] of parts) {
      const holder = made("template") as HTMLTemplateElement;
      holder.innerHTML = html;
      replace(old, holder.content.firstElementChild);
    }
    document.title = title ?? document.title;
  });
  return true;
}

/** Ten thousand pages that hear of one change do not ask in one moment. */
function fetchSoon(fromMs = 0): void {
  if (fetching === 0) fetching = setTimeout(fetchPage, fromMs + Math.random() * pace() * spreadMs);
}

/** Asks; the browser keeps what it was told, and asks with its ETag. Out: the answer, its generation (0 where it names none), its level. */
async function ask(path: string): Promise<readonly [Response, number, string]> {
  const answerMsMax = 10_000;
  const answer = await fetch(path, { cache: "no-cache", signal: AbortSignal.timeout(answerMsMax) });
  const header = (name: string): string | null => answer.headers.get(`pharos-${name}`);
  return [answer, Number(header("generation")), header("level") ?? level];
}

async function fetchPage(): Promise<void> {
  let again = true;
  try {
    const [answer, sent, said] = await ask(location.pathname);
    const number = sent || generation;
    again = answer.status >= 500 || number < generation;
    if (answer.ok && !again) {
      generation = number;
      level = said;
      merge(new DOMParser().parseFromString(await answer.text(), "text/html"));
      remember();
    }
  } catch {
    // Nobody answers; a line says since when.
  }
  fetching = 0;
  if (again) fetchSoon(spreadMs);
}

function merge(fresh: Document): void {
  const both = (selector: string): Element[][] => [all(selector), all(selector, fresh)];
  const differ = ([old = [], now = []]: Element[][], what: "outerHTML" | "id"): boolean =>
    old.map((it) => it[what]).join() !== now.map((it) => it[what]).join();
  // A style is let through by its hash alone: another one, or another script, comes with a load.
  if (differ(both("style,script"), "outerHTML")) {
    location.reload();
    return;
  }
  keeping(() => {
    const banners = both("body>.stale");
    if (differ(banners, "outerHTML")) {
      for (const banner of banners[0] ?? []) banner.remove();
      one("header")?.after(...(banners[1] ?? []));
    }
    const isWhole = differ(both("[id^=p-]"), "id") || version() === undefined;
    // No part of these lies within another: what comes with the one would be taken out again with the other.
    const [old = [], now = []] = both(`head [id],body>header,body>footer,main${isWhole ? "" : " [id^=p-]"}`);
    old.forEach((it, at) => void replace(it, now[at]));
    document.title = fresh.title;
  });
}

/** The stream, or an answer, says at which level the POP is; what stands in the banner's place comes with the page alone. */
function levelIs(said: string): void {
  if (said[0] !== level[0] || (said !== level && said[1] && level[1])) fetchSoon();
  level = said;
}

function open(): void {
  const known = version() === front ? `?lastEventId=${generation}` : "";
  stream = new EventSource(`/_events${known}`);
  stream.onmessage = ({ data, lastEventId }) => {
    heard();
    take(JSON.parse(data) as Told, Number(lastEventId));
    show();
  };
  stream.addEventListener("level", ({ data }) => {
    heard();
    levelIs(data);
    show();
  });
}

function heard(): void {
  heardAt = Date.now();
  failed = 0;
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
  failed++;
  try {
    const [answer, number, said] = await ask("/_event");
    if (answer.ok) {
      const told = (await answer.json()) as Told;
      checkedAt = Date.now();
      failed = 0;
      levelIs(said);
      take(told, number || told.generation);
    }
  } catch {
    // As above.
  }
  show();
}

function check(): void {
  const now = Date.now();
  // A hidden page gives its connection back: browsers have six for a host over HTTP/1.1.
  const hiddenMs = 60_000;
  if (document.hidden && now - hiddenAt > hiddenMs) close(0);
  else if (stream === null) {
    if (now >= streamFrom) open();
  } else if (stream.readyState === 2) close(2 * pollMs * (1 + Math.random()));
  else if (stream.readyState === 1 && heardAt > 0 && now - heardAt > silentMs) close(spreadMs);
  // While nobody answers: soon again, but not for ever, since it is the same for ten thousand others.
  const againMs = 8_000;
  const againMax = 4;
  const pauseMs = failed > 0 && failed < againMax ? againMs : pollMs;
  if (!isLive() && now - askedAt > pace() * pauseMs * (0.8 + Math.random() / 2)) void poll();
  show();
}

/** What the page says of itself: times, beside the last one whether a newer one would be shown, and that nobody answers. */
function show(): void {
  tell();
  const lastMs = Math.max(heardAt, checkedAt);
  // After this long without an answer a reader is told so.
  const lostMs = 30_000;
  // A question that has just been asked is no failure yet.
  const isLate = Date.now() - lastMs > lostMs && failed > (Date.now() - askedAt < checkMs ? 1 : 0);
  if (isLate !== lost.isConnected && !document.hidden) {
    if (isLate) one("header")?.after(lost);
    else lost.remove();
    voice.textContent = isLate ? fill(say.lost, lastMs) : say.back;
  }
  lost.textContent = fill(say.lost, lastMs);
  const line = one(".lamp .n");
  if (line === null) return;
  const note = one("span", line) ?? line.appendChild(made("span"));
  const state = level[0] === "1" ? say.waiting : behind ? say.behind : say.live;
  const text = ` · ${isLive() || (state !== say.live && !isLate) ? state : fill(say.checked, lastMs)}`;
  if (note.textContent !== text) note.textContent = text;
}

attempt(() => {
  [epoch, generation, front] = JSON.parse(sessionStorage[memory]) as [number, number, string];
});
onTurn(show);
// What is put in above the reader's line is made up for here, in every browser alike.
root.style.overflowAnchor = "none";
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
addEventListener("online", poll);
addEventListener("pagehide", () => close(0));
addEventListener("pageshow", check);
setInterval(check, checkMs);
check();
