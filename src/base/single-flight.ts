// Makes many who ask for one thing at the same time into one who asks. In: a key, a way to get it. Out: the same answer for all.
// Never caches: who comes after the answer begins anew.
import type { Clock } from "./clock.ts";

export interface FlightsOptions<Value> {
  readonly clock: Clock;
  /** A flight that takes longer is given up: all who wait get `late(key)`, and whoever comes next begins another. */
  readonly ageMsMax: number;
  late(key: string): Value;
  /** Flights at the same time. */
  readonly flightsMax: number;
  /** Who wait, over all flights. */
  readonly waitersMax: number;
}

export interface Flights<Value> {
  /**
   * Joins the flight for `key`, or begins it by `run`, whose signal ends when the flight is given up; `run` must not reject. Null where
   * too many wait already.
   */
  join(key: string, run: (givenUp: AbortSignal) => Promise<Value>): Promise<Value> | null;
  /** Flights that are under way. */
  flying(): number;
  /** All who wait for them, those who began them included. */
  waiting(): number;
}

interface Flight<Value> {
  readonly landed: Promise<Value>;
  waiters: number;
}

export function createFlights<Value>(options: FlightsOptions<Value>): Flights<Value> {
  const { clock, ageMsMax, late, flightsMax, waitersMax } = options;
  const flights = new Map<string, Flight<Value>>();
  let waiting = 0;

  function begin(key: string, run: (givenUp: AbortSignal) => Promise<Value>): Flight<Value> {
    const abort = new AbortController();
    const { promise, resolve } = Promise.withResolvers<Value>();
    const flight: Flight<Value> = { landed: promise, waiters: 0 };
    flights.set(key, flight);
    const land = (value: Value): void => {
      // One that was given up may still come to its end.
      if (flights.get(key) !== flight) return;
      flights.delete(key);
      waiting -= flight.waiters;
      timer.cancel();
      resolve(value);
    };
    const timer = clock.after(ageMsMax, () => {
      land(late(key));
      abort.abort();
    });
    void run(abort.signal).then(land);
    return flight;
  }

  return {
    join(key, run) {
      if (waiting >= waitersMax) return null;
      const known = flights.get(key);
      if (known === undefined && flights.size >= flightsMax) return null;
      const flight = known ?? begin(key, run);
      flight.waiters++;
      waiting++;
      return flight.landed;
    },
    flying: () => flights.size,
    waiting: () => waiting,
  };
}
