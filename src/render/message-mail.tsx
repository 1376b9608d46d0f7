// Messages as mail: a subject, a text, and the same as HTML. In: a message, or what is said of a subscription itself. Out: pieces, with places for the
// subscriber's own links. The HTML loads nothing, runs nothing, measures nobody; its colours stand in the elements, because many readers of mail
// take no stylesheet, and those of the dark scheme in a stylesheet, because only such readers ask for them.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Message, OwnMessage, Pieces, Place, Sender } from "./message.ts";
import { dark, light, sea } from "./palette.ts";
import { attribute, Prose, plainText, textOf } from "./prose.tsx";
import { proseText } from "./prose-plain.ts";
import { componentMarks, type Mark } from "./severity.ts";

type Piece = Pieces[number];

/** What stays the same for all who read it in one language. */
export interface Mail {
  readonly subject: string;
  readonly text: Pieces;
  readonly html: Pieces;
}

/** The marks' shapes as letters: no reader of mail draws SVG, and pictures are not loaded. */
const shapes: Readonly<Record<Mark, string>> = { ok: "●", deg: "▲", par: "◆", maj: "⬢", mnt: "■", inf: "○" };

const previewCharsMax = 140;

export function mailOf(message: Message): Mail {
  const { voice, name, state, title } = message;
  const { subject } = voice.words.message;
  const content = textOf(<Told message={message} />);
  return {
    subject: subject(name, voice.words.incident.title(state, title)),
    text: [textOfMessage(message), ...farewellText(message)],
    html: documentOf(message, message.mark, <Head message={message} />, plainText(message.told.body), [
      content,
      ...farewellHtml(message),
    ]),
  };
}

/** `again` is where an unsubscribed reader may subscribe. */
export function ownMailOf(message: OwnMessage, again: string): Mail {
  const { voice, name, kind } = message;
  const says = voice.words.message[kind];
  const to: Piece = kind === "unsubscribed" ? again : { place: kind === "changed" ? "manage" : "confirm" };
  const head = (
    <h1 class="t" style={styles.title} safe>
      {says.title(name)}
    </h1>
  );
  return {
    subject: says.title(name),
    text: ownText(message, to),
    html: documentOf(message, "inf", head, says.lead(name), [
      textOf(<Own message={message} />),
      ...button(to, says.act),
      textOf(<After message={message} />),
      ...(kind === "changed" ? farewellHtml(message) : []),
    ]),
  };
}

const styles = {
  body: `margin:0;padding:0;background:${light.sf};color:${light.tx}`,
  around: `padding:20px 12px;background:${light.sf};color:${light.tx};font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif`,
  card: `max-width:600px;margin:0 auto;background:${light.bg};border-radius:10px;overflow:hidden`,
  band: `padding:20px 24px 18px;background:${sea.bg};color:${sea.tx}`,
  page: `margin:0 0 14px;font-size:14px;color:${sea.mu}`,
  link: `color:${sea.mu};text-decoration:none`,
  title: `margin:0;font-size:22px;line-height:1.3;font-weight:650;color:${sea.tx};overflow-wrap:anywhere`,
  state: "margin:0 0 4px;font-size:15px;font-weight:600",
  when: `margin:8px 0 0;font-size:14px;color:${sea.mu}`,
  inner: "padding:20px 24px 24px;overflow-wrap:anywhere",
  heading: `margin:20px 0 6px;font-size:14px;font-weight:600;color:${light.mu}`,
  list: "margin:0;padding:0;list-style:none",
  part: `padding:6px 0;border-top:1px solid ${light.ln}`,
  button: `display:inline-block;padding:10px 18px;border-radius:8px;background:${light.lk};color:#ffffff;font-weight:600;text-decoration:none`,
  away: "margin:22px 0 0",
  foot: `margin:24px 0 0;padding-top:14px;border-top:1px solid ${light.ln};font-size:13px;color:${light.mu}`,
  quiet: `margin:18px 0 0;font-size:14px;color:${light.mu}`,
  preview: "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px",
} as const;

/** What the elements cannot say: a scheme, and what stands in bodies. */
const stylesheet = [
  ":root{color-scheme:light dark;supported-color-schemes:light dark}",
  `.in a{color:${light.lk}}.in p{margin:0 0 12px}.in ul.md,.in ol.md{margin:0 0 12px;padding-inline-start:22px}`,
  ".in pre{white-space:pre-wrap}.in h4,.in h5,.in h6{margin:16px 0 6px;font-size:16px}",
  `.in blockquote{margin:0 0 12px;padding-inline-start:12px;border-inline-start:3px solid ${light.ln}}`,
  "@media (prefers-color-scheme:dark){",
  `.bd{background:${dark.bg}!important;color:${dark.tx}!important}`,
  `.cd{background:${dark.sf}!important;color:${dark.tx}!important}`,
  `.mu{color:${dark.mu}!important}.ln{border-color:${dark.ln}!important}`,
  `.in a{color:${dark.lk}}.in blockquote{border-color:${dark.ln}}`,
  `.bt{background:${dark.lk}!important;color:${dark.bg}!important}`,
  ...(["ok", "deg", "par", "maj", "mnt", "inf"] as const).map(
    (mark) => `.${mark}{color:${dark[mark]}!important}`,
  ),
  "}",
].join("");

/** The band has the state's colour as its lower edge: calm or not is seen before anything is read. */
function documentOf(
  { voice, name, home }: Sender,
  mark: Mark,
  head: JSX.Element,
  preview: string,
  content: Pieces,
): Pieces {
  const safeSheet = stylesheet;
  const opening = textOf(
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <title safe>{name}</title>
      <style>{safeSheet}</style>
    </head>,
  );
  const safeHead = textOf(head);
  const band = textOf(
    <div style={`${styles.band};border-bottom:4px solid ${sea[mark]}`}>
      <p style={styles.page}>
        <a href={attribute(home)} style={styles.link} safe>
          {name}
        </a>
      </p>
      {safeHead}
    </div>,
  );
  const hidden = textOf(
    <div style={styles.preview} safe>
      {shortened(preview)}
    </div>,
  );
  // What readers of mail leave of a page is what is inside of its body, so language and direction stand there as well.
  const around = `lang="${voice.code}" dir="${voice.dir}"`;
  return [
    `<!DOCTYPE html><html ${around}>${opening}<body class="bd" style="${styles.body}">${hidden}`,
    `<div class="bd" ${around} style="${attribute(styles.around)}"><div class="cd" style="${styles.card}">${band}`,
    `<div class="in" style="${styles.inner}">`,
    ...content,
    "</div></div></div></body></html>\n",
  ];
}

function Head({ message }: { readonly message: Message }): JSX.Element {
  const { mark, state, title, when, window } = message;
  return (
    <>
      <p style={`${styles.state};color:${sea[mark]}`} safe>{`${shapes[mark]} ${state}`}</p>
      <h1 style={styles.title}>
        <bdi safe>{title}</bdi>
      </h1>
      <p style={styles.when} safe>
        {window ?? when}
      </p>
    </>
  );
}

function Told({ message }: { readonly message: Message }): JSX.Element {
  const { voice, told, address } = message;
  return (
    <>
      <Prose told={told} />
      <Parts message={message} />
      <p style={styles.away}>
        <a class="bt" href={attribute(address)} style={styles.button} safe>
          {voice.words.message.details}
        </a>
      </p>
    </>
  );
}

function Parts({ message: { parts, voice } }: { readonly message: Message }): JSX.Element {
  if (parts.length === 0) return "";
  return (
    <>
      <h2 class="mu" style={styles.heading} safe>
        {voice.words.incident.affectedHeading}
      </h2>
      <ul style={styles.list}>
        {parts.map(({ name, status }) => (
          <li class="ln" style={styles.part}>
            <bdi safe>{name}</bdi>
            {status === null ? "" : <State status={status} words={voice.words.component[status]} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function State({
  status,
  words,
}: {
  readonly status: keyof typeof componentMarks;
  readonly words: string;
}): JSX.Element {
  const mark = componentMarks[status];
  return (
    <>
      {" · "}
      <span class={mark} style={`color:${light[mark]}`} safe>{`${shapes[mark]} ${words}`}</span>
    </>
  );
}

function Own({ message }: { readonly message: OwnMessage }): JSX.Element {
  const { voice, kind, name } = message;
  const says = voice.words.message;
  return (
    <>
      <p safe>{says[kind].lead(name)}</p>
      {kind === "unsubscribed" ? "" : <Chosen message={message} />}
    </>
  );
}

function Chosen({ message }: { readonly message: OwnMessage }): JSX.Element {
  const says = message.voice.words.message;
  return (
    <>
      <h2 class="mu" style={styles.heading} safe>
        {says.chosen}
      </h2>
      <ul style={styles.list}>
        {chosenOf(message).map((name) => (
          <li class="ln" style={styles.part}>
            <bdi safe>{name}</bdi>
          </li>
        ))}
      </ul>
    </>
  );
}

function After({ message: { voice, kind } }: { readonly message: OwnMessage }): JSX.Element {
  const says = voice.words.message;
  if (kind !== "confirm") return "";
  return (
    <p class="mu" style={styles.quiet} safe>
      {`${says.notYou} ${says.expires}`}
    </p>
  );
}

function chosenOf({ parts, title, voice }: OwnMessage): readonly string[] {
  if (title !== null) return [title];
  return parts.length === 0 ? [voice.words.message.everything] : parts;
}

/** A link that looks like a button, to a place or to an address. */
function button(to: Piece, words: string): Pieces {
  return [
    `<p style="${styles.away}"><a class="bt" style="${styles.button}" href="`,
    typeof to === "string" ? attributeValue(to) : to,
    `">${Html.escapeHtml(words)}</a></p>`,
  ];
}

/** A value between quotes. */
export function attributeValue(address: string): string {
  return attribute(address).replaceAll('"', "&quot;");
}

function farewellHtml({ voice, name }: Sender): Pieces {
  const says = voice.words.message;
  const link = (place: Place, words: string): Pieces => [
    '<a class="mu" style="color:inherit" href="',
    { place },
    `">${Html.escapeHtml(words)}</a>`,
  ];
  return [
    `<p class="mu ln" style="${styles.foot}">${Html.escapeHtml(says.because(name))}<br>`,
    ...link("manage", says.manage),
    " · ",
    ...link("unsubscribe", says.unsubscribe),
    "</p>",
  ];
}

function textOfMessage({ voice, state, title, name, when, window, told, parts, address }: Message): string {
  const { words } = voice;
  const affected = parts.map(
    (part) => `- ${part.name}${part.status === null ? "" : `: ${words.component[part.status]}`}`,
  );
  const sections = [
    `${name}\n${words.incident.title(state, title)}\n${window ?? when}`,
    proseText(told),
    affected.length === 0 ? "" : [`${words.incident.affectedHeading}:`, ...affected].join("\n"),
    `${words.message.details}:\n${address}`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function farewellText({ voice, name }: Sender): Pieces {
  const says = voice.words.message;
  return [
    `\n-- \n${says.because(name)}\n${says.manage}:\n`,
    { place: "manage" },
    `\n${says.unsubscribe}:\n`,
    { place: "unsubscribe" },
    "\n",
  ];
}

function ownText(message: OwnMessage, to: Piece): Pieces {
  const { voice, kind, name } = message;
  const says = voice.words.message;
  const chosen =
    kind === "unsubscribed"
      ? ""
      : `${says.chosen}:\n${chosenOf(message)
          .map((it) => `- ${it}`)
          .join("\n")}\n\n`;
  return [
    `${says[kind].lead(name)}\n\n${chosen}${says[kind].act}:\n`,
    to,
    kind === "confirm" ? `\n\n${says.notYou} ${says.expires}\n` : "\n",
    ...(kind === "changed" ? farewellText(message) : []),
  ];
}

function shortened(text: string): string {
  return text.length <= previewCharsMax
    ? text
    : `${text.slice(0, previewCharsMax - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
