// How many looks are under way at once, in all and on one host. In: who wants to begin. Out: a call when there is a place; who came first begins first.
// A host that hangs has its own bound: else it would take all places, and checks of others would wait for it.

export interface Places {
  enter(host: string, begin: () => void): void;
  /** One of this host is over. */
  leave(host: string): void;
  running(): number;
  waiting(): number;
  /** Whoever waits never begins. */
  clear(): void;
}

interface Queue {
  running: number;
  readonly waiting: (() => void)[];
}

export function createPlaces(atOnceMax: number, perHostMax: number): Places {
  const hosts = new Map<string, Queue>();
  /** Hosts of which one could begin if there were a place, in the order in which they came. */
  const ready = new Set<string>();
  let [running, waiting] = [0, 0];

  function fill(): void {
    while (running < atOnceMax) {
      const [host] = ready;
      if (host === undefined) return;
      ready.delete(host);
      const queue = hosts.get(host);
      const begin = queue?.waiting.shift();
      if (queue === undefined || begin === undefined) continue;
      waiting--;
      running++;
      queue.running++;
      if (queue.waiting.length > 0 && queue.running < perHostMax) ready.add(host);
      begin();
    }
  }

  return {
    enter(host, begin) {
      const queue = hosts.get(host) ?? { running: 0, waiting: [] };
      hosts.set(host, queue);
      queue.waiting.push(begin);
      waiting++;
      if (queue.running < perHostMax) ready.add(host);
      fill();
    },
    leave(host) {
      const queue = hosts.get(host);
      if (queue === undefined) return;
      running--;
      queue.running--;
      if (queue.waiting.length > 0) ready.add(host);
      else if (queue.running === 0) hosts.delete(host);
      fill();
    },
    running: () => running,
    waiting: () => waiting,
    clear() {
      for (const queue of hosts.values()) queue.waiting.length = 0;
      ready.clear();
      waiting = 0;
    },
  };
}
