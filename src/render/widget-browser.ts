// <pharos-status>: the state of a status page on any other page. This runs in browsers alone, on pages of others; no file of Pharos imports it.
// `bun test/render/make-page-script.ts` makes widget-script-text.ts of it. In: /widget.json of the host that the script came from. Out: a line or a bar in a
// shadow of its own, which no style of the page around it reaches: texts as text, styles by a constructed sheet, so that the strictest policy lets it be.
// Loops count, since a page may have put what it likes into Array.prototype. It keeps no connection: a page of a shop with the widget has a hundred times
// the visitors of its status page.

interface Says {
  /** The state of the page. */
  readonly state: string;
  /** The status of each item. */
  readonly items: readonly string[];
  readonly details: string;
  readonly close: string;
  /** With `{time}`. */
  readonly asOf: string;
  readonly dir: string;
}

interface Told {
  readonly mark: string;
  /** The mark as it is drawn: a path in a square of 16, and the colour of both it and the line. */
  readonly shape: string;
  readonly colour: string;
  /** What is open, and maintenance that goes on. */
  readonly items: readonly { readonly name: string; readonly path: string }[];
  /** By language, the page's first one under "". */
  readonly says: Readonly<Record<string, Says>>;
}

const everyMs = 60_000;
const everyMsMax = 10 * everyMs;
const lateMs = 5 * everyMs;

const script = document.currentScript as HTMLScriptElement | null;
const origin = script === null ? location.origin : new URL(script.src).origin;

let told: Told | null = null;
/** As it came: a new one is drawn. */
let text = "";
let reachedAt = 0;
/** When the status page itself last heard of its source, where that is too long ago. */
let confirmed = "";
/** The text of an emergency. The JSON is signed as it is, so it stands where a POP puts it: in the slot of the page that others frame. */
let alarm = "";
let pauseMs = everyMs;
let timer: ReturnType<typeof setTimeout> | undefined;
let asking = false;
const shown = new Set<PharosStatus>();

async function ask(): Promise<void> {
  clearTimeout(timer);
  if (asking || shown.size === 0 || document.hidden) return;
  asking = true;
  try {
    // The browser's own cache asks with the ETag: a header of ours would cost another request each time.
    const answer = await fetch(`${origin}/widget.json`, { cache: "no-cache", credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    text = await answer.text();
    told = JSON.parse(text) as Told;
    confirmed =
      answer.headers.get("pharos-level") === "1" ? (answer.headers.get("pharos-confirmed-at") ?? "") : "";
    // Pages of the same host, the frame among them, have it in a slot of their own.
    alarm = answer.headers.get("pharos-level") === "3" && origin !== location.origin ? await alarmText() : "";
    reachedAt = Date.now();
    pauseMs = everyMs;
  } catch {
    // What was last known stays, and says how old it is.
    pauseMs = Math.min(2 * pauseMs, everyMsMax);
  }
  asking = false;
  shown.forEach((element) => void element.draw());
  timer = setTimeout(ask, pauseMs * (0.8 + 0.4 * Math.random()));
}

const entities = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["#39", "'"],
]);

/** As text, without a parser of HTML, which a strict policy of the page around would not let run. */
async function alarmText(): Promise<string> {
  const answer = await fetch(`${origin}/widget`, { cache: "no-cache", credentials: "omit" });
  const said = / role="alert"[^>]*>([^<]*)</.exec(await answer.text());
  return said === null ? "" : (said[1] ?? "").replace(/&(#?\w+);/g, (all, name) => entities.get(name) ?? all);
}

function node(name: string, className: string, content: string | Node = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.append(content);
  return made;
}

function link(path: string, className: string, content: string | Node): HTMLElement {
  const made = node("a", className, content) as HTMLAnchorElement;
  made.href = origin + path;
  return made;
}

function icon({ shape, colour }: Told): Element {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", shape);
  path.setAttribute("fill", colour);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

const css = `
:host{all:initial!important;display:block!important}
:host([mode=inline]){display:inline-block!important}
*{box-sizing:border-box}
.box{display:flex;flex-wrap:wrap;gap:.2em 1em;align-items:center;padding:.65em 1em;background:#0f2031;color:#fff;border-bottom:.2em solid;font:16px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere;text-align:start}
.box.inline{display:inline-flex;padding:.25em .8em;border-radius:.3em;font-size:14px}
.state{display:inline-flex;gap:.5em;align-items:center;font-weight:650}
.alarm{flex-basis:100%;margin:-.3em -.6em .2em;padding:.3em .6em;background:#b3131f;font-weight:650}
svg{width:1.1em;height:1.1em;flex:none}
a,button,.age{color:#fff}
a{text-underline-offset:.2em;text-decoration-thickness:.06em}
.inline a{text-decoration:none}
.inline a:hover{text-decoration:underline}
.age{color:#b8c6d3;font-size:.875em}
.items{flex:1 1 12em;min-width:0;display:flex;flex-wrap:wrap;gap:.1em 1em}
button{all:unset;cursor:pointer;padding:.1em .5em;font-size:1.2em;line-height:1}
:focus-visible{outline:3px solid #b3d6fb!important;outline-offset:2px;border-radius:.2em}
@media(forced-colors:active){.box{border:1px solid;border-bottom-width:.2em}path{fill:CanvasText}}
@media print{button{display:none}}
`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

const memory = "pharos-closed";

/** A visitor who closed the bar sees the next one: of another state, or of another incident. */
function closedText(): string {
  try {
    return sessionStorage.getItem(memory) ?? "";
  } catch {
    return "";
  }
}

/** `mode`: "auto" (the default) is a bar while something is wrong and nothing while all is well; "bar" is always there; "inline" is a line. */
class PharosStatus extends HTMLElement {
  static readonly observedAttributes = ["mode", "lang"];
  readonly #live: HTMLElement = node("div", "");
  #drawn = "";

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#live.setAttribute("role", "status");
    root.append(this.#live);
  }

  connectedCallback(): void {
    shown.add(this);
    this.draw();
    if (Date.now() - reachedAt > everyMs) void ask();
  }

  disconnectedCallback(): void {
    shown.delete(this);
  }

  attributeChangedCallback(): void {
    this.draw();
  }

  draw(): void {
    const mode = this.getAttribute("mode") ?? "auto";
    const language = this.lang || document.documentElement.lang;
    const since = confirmed || (Date.now() - reachedAt > lateMs ? new Date(reachedAt).toISOString() : "");
    const now = `${mode} ${language} ${since} ${alarm} ${text}`;
    if (now === this.#drawn) return;
    this.#drawn = now;
    if (told === null) {
      // Nothing was ever heard: a line that always stands there still leads to the page; what stands in the element speaks for it.
      this.#live.replaceChildren(mode === "auto" ? "" : document.createElement("slot"));
      return;
    }
    const isCalm = told.mark === "ok" && alarm === "";
    const isHidden = mode === "auto" && (isCalm || closedText() === alarm + text);
    this.#live.replaceChildren(isHidden ? "" : this.#box(told, mode, language, since));
  }

  #box(now: Told, mode: string, language: string, since: string): HTMLElement {
    const says = now.says[language] ?? now.says[language.slice(0, 2)] ?? (now.says[""] as Says);
    const box = node("div", mode === "inline" ? "box inline" : "box");
    box.dir = says.dir;
    box.style.borderColor = now.colour;
    if (alarm !== "") {
      const line = node("span", "alarm", alarm);
      line.dir = "auto";
      box.append(line);
    }
    const state = node("span", "state", icon(now));
    state.append(mode === "inline" ? link("/", "", says.state) : says.state);
    box.append(state);
    if (mode !== "inline") {
      const items = node("span", "items");
      for (let at = 0; at < now.items.length; at++) {
        const item = now.items[at];
        if (item === undefined) continue;
        const line = node("span", "", `${says.items[at]}: `);
        line.append(link(item.path, "", item.name));
        items.append(line);
      }
      box.append(items, link("/", "", says.details));
    }
    if (since !== "") {
      const time = new Date(since).toLocaleTimeString(language || undefined, {
        hour: "2-digit",
        minute: "2-digit",
      });
      box.append(node("span", "age", says.asOf.replace("{time}", time)));
    }
    if (mode === "auto") box.append(this.#closer(says.close));
    return box;
  }

  #closer(label: string): HTMLElement {
    const button = node("button", "", "×");
    button.setAttribute("type", "button");
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => {
      try {
        sessionStorage.setItem(memory, alarm + text);
      } catch {
        // A browser that keeps nothing: it is closed on this page alone.
      }
      this.#live.replaceChildren();
    });
    return button;
  }
}

if (customElements.get("pharos-status") === undefined) {
  customElements.define("pharos-status", PharosStatus);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - reachedAt > everyMs) void ask();
  });
}
