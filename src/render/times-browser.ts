// Times and days of an open page, as its reader counts them. In: a page as it was published. Out: the same in the reader's zone and with ages, or
// in the page's. Runs in browsers alone: see page-browser.ts.
import { all, attempt, made, one, root, voice } from "./dom-browser.ts";

// Times. The page has them in its own zone. Its reader gets them in theirs and with their age, and the page's in the tooltip; or the page's.

const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const dateShape = { day: "numeric", month: "short", year: "numeric" } as const;
const clock = new Intl.DateTimeFormat(say.locale, shape);
const seconds = new Intl.DateTimeFormat(say.locale, { ...shape, second: "2-digit" });
const dated = new Intl.DateTimeFormat(say.locale, { ...shape, ...dateShape, timeZoneName: "short" });
const dates = new Intl.DateTimeFormat(say.locale, { ...dateShape, weekday: "short", timeZone: "UTC" });
const ages = new Intl.RelativeTimeFormat(say.locale, { style: "short", numeric: "auto" });
/** What elements said as they were published. */
const published = new WeakMap<Element, string>();
const ofPage = "pharos-zone";
let isOwn = true;
attempt(() => {
  isOwn = !localStorage[ofPage];
});
const turn = made("button", "turn") as HTMLButtonElement;

function ageOf(ms: number): string {
  const past = (ms - Date.now()) / 1_000;
  const size = Math.abs(past);
  if (size < 58) return ages.format(5 * Math.round(past / 5), "second");
  return size < 3_570
    ? ages.format(Math.round(past / 60), "minute")
    : ages.format(Math.round(past / 3_600), "hour");
}

const textOf = (element: Element): string => {
  const text = published.get(element) ?? element.textContent;
  published.set(element, text);
  return text;
};

/** Times with a clock in them, as the reader counts them; a day alone stays the page's day. */
export function tell(): void {
  for (const time of isOwn ? all<HTMLTimeElement>("time[datetime*=T]") : []) {
    const { dateTime, dataset } = time;
    const text = textOf(time);
    const at = Date.parse(dateTime);
    const until = Date.parse(dataset.until ?? "");
    const full = until > at ? dated.formatRange(at, until) : dated.format(at);
    const isNear = !(until > at) && Math.abs(Date.now() - at) < 24 * 3_600_000;
    const near = (dateTime.length > 17 ? seconds : clock).format(at);
    const own = isNear ? `${near} (${ageOf(at)})` : full;
    if (time.textContent !== own) time.textContent = own;
    time.title = isNear ? `${full} · ${text}` : text;
  }
  for (const note of all(".zone")) {
    const text = textOf(note);
    if (note.contains(turn)) continue;
    note.textContent = `${isOwn ? say.ownZone.replace("{zone}", dated.resolvedOptions().timeZone.replaceAll("_", " ")) : text} `;
    turn.textContent = isOwn ? say.toPage : say.toOwn;
    note.append(turn);
  }
}

/** The page as it was published, so that what comes can be compared with it. */
export function untell(): void {
  for (const time of all("time[title]")) {
    time.textContent = textOf(time);
    time.removeAttribute("title");
  }
  for (const note of all(".zone")) note.textContent = textOf(note);
  one(".lamp .n span")?.remove();
  day.remove();
}

/** `show` is what follows when the reader asks for the other zone. */
export function onTurn(show: () => void): void {
  turn.onclick = () => {
    untell();
    isOwn = !isOwn;
    attempt(() => {
      localStorage[ofPage] = isOwn ? "" : "1";
    });
    show();
    turn.focus();
  };
}

// Days. A bar is one tab stop; left and right go through its days, as they stand on the screen, Home and End to the first and the last.

const day = made("span", "day");
const lastDay = 89;
/** Which day of its bar is named. */
let named = 0;

/** What the picture says of a day: a bad one has its words, the line of days of which nothing is known says where it ends. */
function sentenceOf(bar: Element): string {
  const bad = one(`[d^="M${named}.5 "]`, bar);
  if (bad !== null) return bad.textContent;
  const known = Number(one(".x", bar)?.getAttribute("d")?.slice(9) ?? 0);
  const today = Date.parse(one("#p-day")?.dataset.day ?? "");
  return (named < known ? say.blankDay : say.wellDay).replace(
    "{day}",
    dates.format(today - (lastDay - named) * 24 * 3_600_000),
  );
}

addEventListener("keydown", (event) => {
  const bar = document.activeElement;
  const way = ["ArrowLeft", "ArrowRight", "Home", "End"].indexOf(event.key);
  // With another key they are the browser's: back, forward.
  if (way < 0 || event.altKey || event.ctrlKey || event.metaKey || !bar?.matches("a.bar")) return;
  event.preventDefault();
  const step = (way === 1) === (root.dir === "rtl") ? -1 : 1;
  if (way > 1) named = way === 2 ? 0 : lastDay;
  else if (day.previousSibling !== bar) named = step < 0 ? lastDay : 0;
  else named = Math.max(0, Math.min(named + step, lastDay));
  day.textContent = voice.textContent = sentenceOf(bar);
  bar.after(day);
});
addEventListener("focusout", () => day.remove());

/** A sentence about a moment of this day. */
export const fill = (words: string, ms: number): string =>
  words
    .replace("{time}", isOwn ? clock.format(ms) : `${new Date(ms).toISOString().slice(11, 16)} UTC`)
    .replace("{age}", ageOf(ms));
