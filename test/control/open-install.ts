// What belongs to an install, of a world that has no process: real rows and real generations, signed by a key of the test. In: a world's store.
// Out: the install, and how a page of it is published.

import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { installOf } from "../../src/cli/control-install.ts";
import { popPlaneOf } from "../../src/cli/pop-plane.ts";
import type { Install } from "../../src/control/install.ts";
import { createPeopleDesk } from "../../src/people/desk.ts";
import { createPasswords } from "../../src/people/password.ts";
import { createByHand } from "../../src/publish/by-hand.ts";
import { createPublisher } from "../../src/publish/publisher.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import type { Ledger } from "../../src/store/ledger.ts";
import type { Store } from "../../src/store/open.ts";
import { createPeople } from "../../src/store/people.ts";
import { createPops, type Pops } from "../../src/store/pops.ts";
import type { Tokens } from "../../src/store/tokens.ts";

/** A thousandth of what a password is worth: hashes are real, and cost nothing. */
export const cheapPasswords = { n: 16, r: 8, p: 1 };

export interface OpenInstall {
  readonly install: Install;
  readonly pops: Pops;
  /** Publishes what changed. */
  publish(): Promise<void>;
}

export function openInstall({
  store,
  ledger,
  tokens,
}: {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly tokens: Tokens;
}): OpenInstall {
  const random = seededRandom(9);
  const root = generateKeyPair("root", seededRandom(1));
  const { secretKey, publicKey } = generateKeyPair("publisher", seededRandom(2));
  const trust = createTrust({ rootKeys: [root.publicKey] });
  trust.accept(
    signDelegation({ publisherKey: publicKey, pages: ["*"], hosts: ["*"], serial: 1 }, root.secretKey),
  );
  const { clock, snapshots } = store;
  const common = { store: snapshots, trust, clock, random, log: silentLog, ledger, secretKey };
  const announce = (): void => undefined;
  const pops = createPops(store, random);
  const byHand = createByHand({
    ...common,
    announce,
    alone: (_page, work) => work(),
    settled: async () => undefined,
  });
  const people = createPeople({ store, random, log: silentLog });
  const passwords = createPasswords(random, cheapPasswords);
  const desk = createPeopleDesk({ people, tokens, passwords, pages: () => ledger.pages() });
  const plane = popPlaneOf({ pops, stateOf: (pop) => ({ ...pop, said: null }), onChanged: null });
  return {
    install: installOf({ store, ledger, tokens, byHand, pops: plane, people: desk }),
    pops,
    async publish() {
      const publisher = createPublisher({ ...common, metrics: createMetrics(), announce });
      publisher.start();
      await publisher.settled();
      await publisher.stop();
    },
  };
}
