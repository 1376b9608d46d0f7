// Keys of an installation that runs, by its root key. In: flags. Out: another publisher or emergency key; or what a key may do, said again:
// more pages, fewer, or none at all: revoked.
import { Fault } from "../base/fault.ts";
import { signAppointment, signDelegation } from "../snapshot/documents.ts";
import { isHostOrEverything, isPageOrEverything } from "../snapshot/names.ts";
import { defineCommand } from "./flags.ts";
import { makeEmergencyKey, makePublisherKey } from "./key-files.ts";
import { readPublicKey, readRootSecret } from "./read-keys.ts";
import { checkNames, hand, json, serial, signing } from "./sign-by-root.ts";

const making = {
  root: signing.root,
  out: { kind: "path", required: true, help: "folder for the files; none of them may exist" },
  pages: { kind: "list", default: "*", help: "ids of the pages that the key is for" },
  serial,
  json,
} as const;

const publisher = defineCommand({
  name: "keygen publisher",
  summary: "make another publisher key, delegated by the root key that is there",
  about:
    "To rotate: restart the control plane with --keys on the new folder, see that POPs follow it, then revoke the old key with `pharos keygen delegation --revoke`.",
  example: "keygen publisher --root keys/root.key --out keys-2",
  flags: {
    ...making,
    hosts: { kind: "list", default: "*", help: "host names that it may claim" },
  },
  run(values, context) {
    const { pages, hosts, out: folder } = values;
    checkNames("--pages", pages, isPageOrEverything, "page ids, or *");
    checkNames("--hosts", hosts, isHostOrEverything, "host names in lower case without a port, or *");
    const serial = values.serial ?? context.clock.wallMs();
    const rootKey = readRootSecret(values.root);
    const key = makePublisherKey({ folder, pages, hosts, serial }, rootKey, context.random);
    context.out(
      values.json ? JSON.stringify({ folder, publisher: key, serial }) : `publisher  ${key}  ${folder}`,
    );
  },
});

const emergency = defineCommand({
  name: "keygen emergency",
  summary: "make another emergency key, appointed by the root key that is there",
  about:
    "POPs must hold its appointment before the emergency: put appointment.signed into the control plane's key folder and restart it, or give it to each ops address.",
  example: "keygen emergency --root keys/root.key --out laptop",
  flags: making,
  run(values, context) {
    const { pages, out: folder } = values;
    checkNames("--pages", pages, isPageOrEverything, "page ids, or *");
    const serial = values.serial ?? context.clock.wallMs();
    const rootKey = readRootSecret(values.root);
    const key = makeEmergencyKey({ folder, pages, serial }, rootKey, context.random);
    context.out(
      values.json ? JSON.stringify({ folder, emergency: key, serial }) : `emergency  ${key}  ${folder}`,
    );
  },
});

const revoke = {
  kind: "boolean",
  help: "take everything back: the key may do nothing from then on",
} as const;

const delegation = defineCommand({
  name: "keygen delegation",
  summary: "sign which pages and hosts a publisher key may publish, or that it may publish none",
  about:
    "To put it in force, name it delegation.signed in the control plane's key folder, or give it to each ops address.",
  example: [
    "keygen delegation --root keys/root.key --key keys/publisher.pub --pages k7x2m9q4w1zz --hosts status.example.org --out delegation.signed",
    "keygen delegation --root keys/root.key --key old/publisher.pub --revoke --out revoked.signed --send http://127.0.0.1:8402",
  ],
  flags: {
    ...signing,
    key: { kind: "path", required: true, help: "file of the public publisher key" },
    pages: { kind: "list", help: "ids of the pages that it may publish; * is all" },
    hosts: { kind: "list", help: "host names that it may claim; * is all" },
    revoke,
  },
  async run(values, context) {
    const { pages, hosts } = values;
    checkScope(
      values.revoke,
      [...pages, ...hosts],
      pages.length > 0 && hosts.length > 0,
      "--pages and --hosts",
    );
    checkNames("--pages", pages, isPageOrEverything, "page ids, or *");
    checkNames("--hosts", hosts, isHostOrEverything, "host names in lower case without a port, or *");
    const serial = values.serial ?? context.clock.wallMs();
    const publisherKey = readPublicKey(values.key, "publisher");
    const rootKey = readRootSecret(values.root);
    await hand(signDelegation({ publisherKey, pages, hosts, serial }, rootKey), values, serial, context);
  },
});

const appointment = defineCommand({
  name: "keygen appointment",
  summary: "sign on which pages an emergency key may put a text, or that it may on none",
  about:
    "POPs must hold it before the emergency: name it appointment.signed in the control plane's key folder and restart it, or give it to each ops address.",
  example: [
    "keygen appointment --root keys/root.key --key keys/emergency.pub --pages '*' --out keys/appointment.signed",
    "keygen appointment --root keys/root.key --key lost/emergency.pub --revoke --out revoked.signed --send http://127.0.0.1:8081",
  ],
  flags: {
    ...signing,
    key: { kind: "path", required: true, help: "file of the public emergency key" },
    pages: { kind: "list", help: "ids of the pages that it may put a text on; * is all" },
    revoke,
  },
  async run(values, context) {
    const { pages } = values;
    checkScope(values.revoke, pages, pages.length > 0, "--pages");
    checkNames("--pages", pages, isPageOrEverything, "page ids, or *");
    const serial = values.serial ?? context.clock.wallMs();
    const emergencyKey = readPublicKey(values.key, "emergency");
    const rootKey = readRootSecret(values.root);
    await hand(signAppointment({ emergencyKey, pages, serial }, rootKey), values, serial, context);
  },
});

export const commands = [publisher, emergency, delegation, appointment];

/** Either something is given or everything is taken back: a forgotten flag must not revoke a key. */
function checkScope(revoked: boolean, given: readonly string[], complete: boolean, flags: string): void {
  if (revoked ? given.length === 0 : complete) return;
  throw new Fault(
    "usage",
    revoked ? `--revoke goes without ${flags}.` : `${flags} say what the key may do, and are missing.`,
    `Give either --revoke or ${flags}.`,
  );
}
