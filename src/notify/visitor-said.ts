// What a visitor's note says, as far as it says anything. In: an opened note. Out: a wish, or what the holder of a link wants; null for what is neither.
// It is a stranger's text: fields are bounded, addresses are ones that can be reached, and nothing of it is ever part of an answer.
import { limits } from "../base/limits.ts";
import { isEmail, isPhoneNumber, isWebAddress } from "../model/addresses.ts";
import {
  type Contact,
  endpointKinds,
  kindOfEndpoint,
  noContact,
  type SubscriberKind,
} from "../model/subscriber.ts";
import { tokenField, visitorFields, visitorPaths } from "../model/visitor-words.ts";
import type { VisitorNote } from "../snapshot/visitor-note.ts";

/** Null: all components. */
export type Chosen = readonly string[] | null;

export type VisitorSaid =
  | {
      readonly kind: "wish";
      readonly of: {
        readonly kind: SubscriberKind;
        readonly contact: Contact;
        readonly incident: string | null;
      };
      readonly components: Chosen;
    }
  | { readonly kind: "confirm" | "unsubscribe"; readonly token: string }
  | { readonly kind: "choose"; readonly token: string; readonly components: Chosen };

type Fields = ReadonlyMap<string, readonly string[]>;

export function visitorSaid(
  note: Pick<VisitorNote, "path" | "query" | "contentType" | "body">,
): VisitorSaid | null {
  const token = new URLSearchParams(note.query).get(tokenField) ?? "";
  switch (note.path) {
    case visitorPaths.subscribe:
    case visitorPaths.program:
      return wishIn(fieldsOf(note));
    case visitorPaths.confirm:
      return { kind: "confirm", token };
    case visitorPaths.unsubscribe:
      return { kind: "unsubscribe", token };
    case visitorPaths.manage: {
      const components = chosenIn(fieldsOf(note));
      return components === undefined ? null : { kind: "choose", token, components };
    }
    default:
      return null;
  }
}

function wishIn(fields: Fields): VisitorSaid | null {
  const reached = contactIn(fields);
  if (reached === null) return null;
  const incident = oneIn(fields, visitorFields.incident);
  const components = incident === null ? (chosenIn(fields) ?? null) : null;
  return { kind: "wish", of: { ...reached, incident }, components };
}

function contactIn(fields: Fields): { readonly kind: SubscriberKind; readonly contact: Contact } | null {
  const number = oneIn(fields, visitorFields.phoneNumber);
  const endpoint = oneIn(fields, visitorFields.endpoint);
  const email = oneIn(fields, visitorFields.email);
  if (number !== null) {
    const country = (oneIn(fields, visitorFields.phoneCountry) ?? "US").toUpperCase();
    if (number.length > 40 || !isPhoneNumber(number) || !/^[A-Z]{2}$/.test(country)) return null;
    return { kind: "sms", contact: { ...noContact, phoneNumber: number, phoneCountry: country } };
  }
  if (endpoint !== null) {
    if (endpoint.length > limits.endpointCharsMax || !isWebAddress(endpoint)) return null;
    return { kind: endpointKind(fields, endpoint), contact: { ...noContact, endpoint } };
  }
  return email !== null && isEmail(email) ? { kind: "email", contact: { ...noContact, email } } : null;
}

function endpointKind(fields: Fields, endpoint: string): SubscriberKind {
  const said = oneIn(fields, visitorFields.kind);
  return endpointKinds.find((kind) => kind === said) ?? kindOfEndpoint(endpoint);
}

/** Undefined where nothing was chosen. */
function chosenIn(fields: Fields): Chosen | undefined {
  const scope = oneIn(fields, visitorFields.scope);
  if (scope === "all") return null;
  const ids = [...new Set(fields.get(visitorFields.components) ?? [])].slice(
    0,
    limits.componentsPerCommandMax,
  );
  return ids.length === 0 ? undefined : ids;
}

function oneIn(fields: Fields, name: string): string | null {
  const text = fields.get(name)?.[0]?.trim() ?? "";
  return text === "" ? null : text;
}

/** By their plain names: `subscriber[component_ids][]` is `component_ids`. */
function fieldsOf({ contentType, body }: Pick<VisitorNote, "contentType" | "body">): Fields {
  const text = new TextDecoder().decode(body);
  const pairs = /^application\/json\b/i.test(contentType) ? jsonPairs(text) : [...new URLSearchParams(text)];
  const fields = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const plain = name.replace(/\[\]$/, "").replace(/^subscriber\[([^\]]*)\]$/, "$1");
    const values = fields.get(plain) ?? [];
    values.push(value);
    fields.set(plain, values);
  }
  return fields;
}

function jsonPairs(text: string): [string, string][] {
  const value = objectIn(text);
  const inner = value.subscriber;
  const said = typeof inner === "object" && inner !== null ? { ...value, ...inner } : value;
  return Object.entries(said).flatMap(([name, one]) =>
    (Array.isArray(one) ? one : [one]).flatMap((it): [string, string][] =>
      typeof it === "string" ? [[name, it]] : [],
    ),
  );
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // The parser's one way to say that it is no JSON: then it says nothing.
    return {};
  }
}
