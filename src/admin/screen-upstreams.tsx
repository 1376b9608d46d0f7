// /admin/p/<page>/upstreams and one of them: vendors that the page shows, and components that follow one. In: its fields, or that it goes. Out: the upstream.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { UpstreamFields } from "../model/command.ts";
import { type Upstream, upstreamFormats } from "../model/upstream.ts";
import { type ShownUpstream, shownUpstreams, type UpstreamResults } from "../model/upstream-shown.ts";
import { vendors } from "../model/vendors.ts";
import type { PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { Button, Dangerous, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { Listing, partOf } from "./listing.tsx";
import { go, missing, pageAt, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { says, voiceFor } from "./speech.ts";
import { Stale } from "./stale.tsx";

const nothing: UpstreamResults = new Map();

export const upstreamsScreen = screen({
  path: "/admin/p/:page/upstreams",
  title: "Vendors",
  needs: "read",
  menu: "page",
  done: { saved: "The vendor is saved.", deleted: "The vendor is shown no more." },
  show(visit) {
    const { path, places, query, view } = visit;
    const known = shownUpstreams(view, places.upstreams?.results() ?? nothing, places.clock.wallMs());
    const part = partOf(known, query, ({ upstream }, question) =>
      says(question, upstream.name, upstream.vendor),
    );
    return shown(
      <>
        <Head title="Vendors">
          {visit.may("edit") ? (
            <a class="btn" href={attribute(pageAt(view.page.id, "/upstreams/new"))}>
              New vendor
            </a>
          ) : (
            ""
          )}
        </Head>
        <p class="hint">
          What others say of their own systems, asked every minute. A component may follow one.
        </p>
        <Listing path={path} part={part} noun="vendor" empty="None. Readers see them at /vendors.">
          <ul class="list">
            {part.items.map((one) => (
              <Row visit={visit} shown={one} />
            ))}
          </ul>
        </Listing>
      </>,
    );
  },
});

function Row({
  visit: { view },
  shown: { upstream, state, said, checkedAt, lastKnown, why },
}: {
  readonly visit: Visit<PageView>;
  readonly shown: ShownUpstream;
}): JSX.Element {
  const component = upstream.componentId === null ? undefined : view.componentById.get(upstream.componentId);
  return (
    <li>
      <div>
        <a
          class="whole"
          href={attribute(pageAt(view.page.id, `/upstreams/${encodeURIComponent(upstream.id)}`))}
          dir="auto"
          safe
        >
          {upstream.name}
        </a>
        <small class="sub" dir="auto">
          {Html.escapeHtml(
            [
              ...(said === null ? [] : [said]),
              ...(why === null ? [] : [`nothing known: ${why}`]),
              ...(lastKnown === null ? [] : [`last known ${lastKnown}`]),
              ...(component === undefined ? [] : [`sets ${component.name}`]),
              "",
            ].join(" · "),
          )}
          {checkedAt === null ? "Not asked yet" : <When ms={checkedAt} voice={voiceFor(view)} />}
        </small>
      </div>
      <span class="hint">{state}</span>
    </li>
  );
}

export const newUpstreamScreen = screen({
  path: "/admin/p/:page/upstreams/new",
  title: "New vendor",
  needs: "edit",
  show: (visit) => formFor(visit, null, formFrom(new URLSearchParams({ format: "statuspage" })), []),
  async take(sent) {
    const { name = "", ...fields } = fieldsIn(sent.form);
    const named = name === "" ? fields : { ...fields, name };
    const done = await sent.submit({ kind: "upstream.create", fields: named });
    return done.ok
      ? go(pageAt(sent.view.page.id, "/upstreams"), "saved")
      : formFor(sent, null, sent.form, done.sentences);
  },
});

export const upstreamScreen = screen({
  path: "/admin/p/:page/upstreams/:upstream",
  title: "Vendor",
  needs: "read",
  changes: "edit",
  show(visit) {
    const upstream = upstreamIn(visit);
    return upstream === null ? missing("Vendor") : formFor(visit, upstream, asItIs(upstream), []);
  },
  async take(sent) {
    const upstream = upstreamIn(sent);
    if (upstream === null) return missing("Vendor");
    const { id, version } = upstream;
    const { form } = sent;
    const isDeleted = form.text("do") === "delete";
    if (!isDeleted && form.text("version") !== version) return formFor(sent, upstream, form, [], true);
    const done = await (isDeleted
      ? sent.submit({ kind: "upstream.delete", id })
      : sent.submit(
          { kind: "upstream.update", id, fields: fieldsIn(form) },
          { unchanged: { kind: "upstream", id, version } },
        ));
    if (!done.ok) return formFor(sent, upstream, form, done.sentences, done.stale);
    return go(pageAt(sent.view.page.id, "/upstreams"), isDeleted ? "deleted" : "saved");
  },
});

function upstreamIn({ params, view }: Visit<PageView>): Upstream | null {
  return view.upstreams.find(({ id }) => id === params.upstream) ?? null;
}

function asItIs({ name, vendor, source, url, componentId }: Upstream): Form {
  const { component, path, selector } = source?.options ?? {};
  return formFrom(
    new URLSearchParams({
      ...{ name, vendor: vendor ?? "", url: url ?? "", component: componentId ?? "" },
      ...{ format: source?.format ?? "statuspage", address: source?.address ?? "" },
      ...{ part: component ?? "", path: path ?? "", selector: selector ?? "" },
    }),
  );
}

/** Of a vendor of the list only what narrows it counts. */
function fieldsIn(form: Form): UpstreamFields {
  const vendor = form.text("vendor") || null;
  const format = upstreamFormats.find((it) => it === form.text("format")) ?? "statuspage";
  const options = Object.fromEntries(
    (
      [
        ["component", form.text("part")],
        ["path", form.text("path")],
        ["selector", form.text("selector")],
      ] as const
    ).filter(([, value]) => value !== ""),
  );
  const listed = vendors.find(({ id }) => id === vendor);
  const isNarrowed = Object.keys(options).length > 0;
  return {
    name: form.text("name"),
    vendor,
    url: form.text("url") || null,
    componentId: form.text("component") || null,
    source:
      vendor === null
        ? { format, address: form.text("address"), options }
        : isNarrowed && listed !== undefined
          ? { format: listed.format, address: listed.address, options }
          : null,
  };
}

/** What stands in its fields, by the words of the form. */
const valuesOf = (form: Form): readonly (readonly [string, string])[] => [
  ["Name", form.text("name")],
  ["Vendor", form.text("vendor")],
  ["Component, product or region of it", form.text("part")],
  ["Sets the component", form.text("component")],
  ["Format", form.text("format")],
  ["Address", form.text("address")],
  ["Path", form.text("path")],
  ["Selector", form.text("selector")],
  ["Link for readers", form.text("url")],
];

function formFor(
  visit: Visit<PageView>,
  upstream: Upstream | null,
  form: Form,
  sentences: readonly string[],
  stale = false,
): Reply {
  const { path, view, who } = visit;
  const title = upstream?.name ?? "New vendor";
  const components = view.components.filter(({ group }) => !group);
  return shown(
    <>
      <Head title={title} />
      <Refused sentences={sentences} />
      {stale && upstream !== null ? (
        <Stale what="vendor" now={valuesOf(asItIs(upstream))} yours={valuesOf(form)} />
      ) : (
        ""
      )}
      {visit.may("edit") ? (
        <>
          <Post who={who} to={path}>
            <Hidden name="version" value={upstream?.version ?? ""} />
            <Select
              name="vendor"
              label="Vendor"
              value={form.text("vendor")}
              from={[
                { value: "", label: "Another one, by its address" },
                ...vendors.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
            <Line
              name="name"
              label="Name"
              hint="Empty: the vendor's."
              value={form.text("name")}
              max={limits.nameCharsMax}
            />
            <Line
              name="part"
              label="Component, product or region of it"
              hint="Empty: all of it."
              value={form.text("part")}
            />
            <Select
              name="component"
              label="Sets the component"
              value={form.text("component")}
              from={[
                { value: "", label: "None" },
                ...components.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
            <div class="two">
              <Select
                name="format"
                label="Format"
                value={form.text("format")}
                from={upstreamFormats.map((value) => ({ value, label: value }))}
              />
              <Line
                name="address"
                label="Address"
                hint="Of another one: its status page, or the document."
                value={form.text("address")}
              />
            </div>
            <div class="two">
              <Line
                name="path"
                label="Path"
                hint="Of json, such as status.state."
                value={form.text("path")}
              />
              <Line
                name="selector"
                label="Selector"
                hint="Of html, such as p.status."
                value={form.text("selector")}
              />
            </div>
            <Line name="url" label="Link for readers" hint="Empty: its page." value={form.text("url")} />
            <div class="acts">
              <Button does="save" label="Save" />
            </div>
          </Post>
          {upstream === null ? (
            ""
          ) : (
            <Dangerous
              label="Delete…"
              says="Readers see it no more; a component that follows it stays as it is."
            >
              <Post who={who} to={path}>
                <Hidden name="upstream" value={upstream.id} />
                <Button does="delete" label="Delete for good" kind="no" />
              </Post>
            </Dangerous>
          )}
        </>
      ) : (
        ""
      )}
    </>,
    { title, status: statusOf(sentences, stale) },
  );
}
