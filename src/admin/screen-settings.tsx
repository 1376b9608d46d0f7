// /admin/p/<page>/settings: what the page is called, where it is, how it looks. In: its fields. Out: the page, or why not: a colour that
// cannot be read is refused with the nearest that can.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { hash } from "node:crypto";
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { PageFields } from "../model/command.ts";
import { type Emblem, emblemOf } from "../model/emblem.ts";
import { languageCodes } from "../model/language.ts";
import type { PageLink } from "../model/looks.ts";
import type { PageView } from "../model/view.ts";
import { languages } from "../render/languages.ts";
import { attribute } from "../render/prose.tsx";
import { Area, Button, Check, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { go, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { Stale } from "./stale.tsx";

export const settingsScreen = screen({
  path: "/admin/p/:page/settings",
  title: "Settings",
  needs: "administer",
  menu: "page",
  done: { saved: "Saved. Readers see it now." },
  show: (visit) => formFor(visit, asItIs(visit), []),
  async take(sent) {
    const { form } = sent;
    // The page's own time changes with every incident; what matters here is what the form is of.
    if (form.text("seen") !== printOf(sent)) return formFor(sent, form, [], true);
    const fields = fieldsIn(form);
    if (typeof fields === "string") return formFor(sent, form, [fields]);
    const { id, version } = sent.view.page;
    const done = await sent.submit(
      { kind: "page.update", fields },
      { unchanged: { kind: "page", id, version } },
    );
    return done.ok ? go(sent.path, "saved") : formFor(sent, form, done.sentences, done.stale);
  },
});

function asItIs({ view: { page } }: Visit<PageView>): Form {
  const { description, hosts, indicatorRule, looks, name, timeZone, uptimeBadges, url } = page;
  const { partialWeight, slaTarget } = page;
  const fields = new URLSearchParams({
    ...{ name, url, timeZone, indicatorRule, description: description ?? "", hosts: hosts.join("\n") },
    ...{ headline: looks.headline ?? "", brand: looks.brand ?? "", support: looks.supportUrl ?? "" },
    ...{
      headerLinks: linesOf(looks.headerLinks),
      footerLinks: linesOf(looks.footerLinks),
      footer: looks.footerText ?? "",
    },
    ...{ weight: String(Math.round(partialWeight * 10_000) / 100), target: slaTarget?.toString() ?? "" },
    ...(uptimeBadges ? { badges: "on" } : {}),
  });
  for (const code of page.languages) fields.append("language", code);
  return formFrom(fields);
}

/** What the form was filled in from: another print, and somebody else saved meanwhile. */
function printOf(visit: Visit<PageView>): string {
  const form = asItIs(visit);
  return hash("sha256", JSON.stringify([form.under(""), form.list("language")]), "hex").slice(0, 16);
}

const linesOf = (links: readonly PageLink[]): string =>
  links.map(({ name, url }) => `${name} | ${url}`).join("\n");

/** One a line, `Name | https://…`; null where a line is none. */
function linksIn(text: string): readonly PageLink[] | string {
  const links: PageLink[] = [];
  for (const line of text.split("\n").map((it) => it.trim())) {
    if (line === "") continue;
    const at = line.lastIndexOf("|");
    if (at < 1) return `The link "${line.slice(0, 80)}" is not written as: Name | https://…`;
    links.push({ name: line.slice(0, at).trim(), url: line.slice(at + 1).trim() });
  }
  return links;
}

/** The command's fields, or the sentence that says what of them cannot be read. */
function fieldsIn(form: Form): PageFields | string {
  const [headerLinks, footerLinks] = [linksIn(form.body("headerLinks")), linksIn(form.body("footerLinks"))];
  if (typeof headerLinks === "string") return headerLinks;
  if (typeof footerLinks === "string") return footerLinks;
  const [logo, favicon] = [pictureIn(form, "logo"), pictureIn(form, "favicon")];
  if (typeof logo === "string") return logo;
  if (typeof favicon === "string") return favicon;
  return {
    name: form.text("name"),
    url: form.text("url"),
    hosts: form
      .text("hosts")
      .split(/\s+/)
      .filter((it) => it !== ""),
    timeZone: form.text("timeZone"),
    description: form.body("description").trim() || null,
    indicatorRule: form.text("indicatorRule") === "incidents" ? "incidents" : "components",
    languages: languageCodes.filter((code) => form.list("language").includes(code)),
    uptimeBadges: form.has("badges"),
    ...(form.text("weight") === "" ? {} : { partialWeight: Number(form.text("weight")) / 100 }),
    slaTarget: form.text("target") === "" ? null : Number(form.text("target")),
    headline: form.text("headline") || null,
    supportUrl: form.text("support") || null,
    brand: form.text("brand") || null,
    footerText: form.body("footer").trim() || null,
    headerLinks,
    footerLinks,
    ...(logo === undefined ? {} : { logo }),
    ...(favicon === undefined ? {} : { favicon }),
  };
}

/** A picture that was chosen, null where it is to go, undefined where it stays. */
function pictureIn(form: Form, name: "logo" | "favicon"): Emblem | null | undefined | string {
  const file = form.file(name);
  if (file === null) return form.has(`no-${name}`) ? null : undefined;
  return emblemOf(file.bytes) ?? `The file ${file.name.slice(0, 80)} is neither SVG nor PNG.`;
}

function formFor(visit: Visit<PageView>, form: Form, sentences: readonly string[], stale = false): Reply {
  const { path, view, who } = visit;
  const { looks } = view.page;
  return shown(
    <>
      <Head title="Settings" />
      <Refused sentences={sentences} />
      {stale ? (
        <Stale
          what="page"
          now={asItIs(visit)
            .under("")
            .filter(([, value]) => value !== "")}
          yours={form
            .under("")
            .filter(([name, value]) => value !== "" && !["csrf", "seen", "do"].includes(name))}
        />
      ) : (
        ""
      )}
      <Post who={who} to={path} file={true}>
        <Hidden name="seen" value={printOf(visit)} />
        <Line name="name" label="Name" value={form.text("name")} max={limits.nameCharsMax} required={true} />
        <Line name="url" label="Address" type="url" value={form.text("url")} required={true} />
        <Area
          name="hosts"
          label="Hosts"
          hint="One a line. That of the address is among them."
          value={form.body("hosts")}
        />
        <Line
          name="timeZone"
          label="Time zone"
          hint="Such as Europe/Berlin."
          value={form.text("timeZone")}
          required={true}
        />
        <fieldset>
          <legend>Languages</legend>
          <div class="chips">
            {languageCodes.map((code) => (
              <label>
                <input
                  type="checkbox"
                  name="language"
                  value={code}
                  checked={form.list("language").includes(code)}
                />
                <span lang={code} safe>
                  {languages[code].name}
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <Select
          name="indicatorRule"
          label="What decides how the page is"
          value={form.text("indicatorRule")}
          from={[
            { value: "components", label: "Its components alone" },
            { value: "incidents", label: "Its components, and open incidents while all are well" },
          ]}
        />
        <Check name="badges" label="Badges of uptime for each component" checked={form.has("badges")} />
        <div class="two">
          <Line
            name="weight"
            label="A partial outage counts so many percent of an outage"
            type="number"
            min={0}
            value={form.text("weight")}
          />
          <Line
            name="target"
            label="Promised uptime in percent"
            hint="Such as 99.9. Empty: none."
            type="number"
            min={50}
            value={form.text("target")}
          />
        </div>
        <section aria-labelledby="looks-h">
          <h2 id="looks-h">Looks</h2>
        </section>
        <Line
          name="brand"
          label="Brand colour"
          hint="Such as #0b5cad. It must be readable as text."
          value={form.text("brand")}
        />
        <Swatch colour={looks.brand} />
        <Picture name="logo" label="Logo" held={looks.logo} />
        <Picture name="favicon" label="Icon of the tab" held={looks.favicon} />
        <Line name="headline" label="Headline" value={form.text("headline")} max={limits.remarkCharsMax} />
        <Area name="description" label="Description" value={form.body("description")} />
        <Line
          name="support"
          label="Where visitors get help"
          hint="http, https or mailto."
          value={form.text("support")}
        />
        <Area
          name="headerLinks"
          label="Links in the header"
          hint="One a line: Name | https://…"
          value={form.body("headerLinks")}
        />
        <Area
          name="footer"
          label="Text of the footer"
          value={form.body("footer")}
          max={limits.remarkCharsMax}
        />
        <Area
          name="footerLinks"
          label="Links in the footer"
          hint="One a line: Name | https://…"
          value={form.body("footerLinks")}
        />
        <div class="acts stick">
          <Button does="save" label="Save" />
        </div>
      </Post>
    </>,
    { status: statusOf(sentences, stale) },
  );
}

function Swatch({ colour }: { readonly colour: string | null }): JSX.Element {
  if (colour === null) return "";
  return (
    <p class="hint">
      <svg class="swatch" aria-hidden="true">
        <rect fill={attribute(colour)} />
      </svg>{" "}
      Now in use
    </p>
  );
}

function Picture({
  name,
  label,
  held,
}: {
  readonly name: "logo" | "favicon";
  readonly label: string;
  readonly held: Emblem | null;
}): JSX.Element {
  return (
    <>
      <label>
        <span safe>{label}</span>
        <small class="hint">SVG or PNG, at most 64 kB.</small>
        <input type="file" name={name} accept="image/svg+xml,image/png" />
      </label>
      {held === null ? "" : <Check name={`no-${name}`} label={`Without the ${name} that it has`} />}
    </>
  );
}
