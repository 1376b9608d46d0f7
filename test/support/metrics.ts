// What a process counts. In: its ops address. Out: values by name (without `pharos_`) and label.
import { get } from "./reader.ts";

export interface Counted {
  /** The sum over all processes and labels whose text holds each of `labels`; 0 where there is none. */
  sum(name: string, ...labels: readonly string[]): number;
  /** Label text to value, of one name. */
  of(name: string): ReadonlyMap<string, number>;
}

/** Reads `/metrics` of an ops address such as `127.0.0.1:9090`. */
export async function metricsAt(address: string): Promise<Counted> {
  const { body } = await get(address, "/metrics");
  const lines = [...body.toString("utf8").matchAll(/^pharos_([a-z_0-9]+)(\{.*\})? (\S+)$/gm)];
  const of = (wanted: string): ReadonlyMap<string, number> => {
    const found = new Map<string, number>();
    for (const [, name, labels = "", value] of lines)
      if (name === wanted) found.set(labels, (found.get(labels) ?? 0) + Number(value));
    return found;
  };
  return {
    of,
    sum(name, ...labels) {
      const matching = [...of(name)].filter(([text]) => labels.every((label) => text.includes(label)));
      return matching.reduce((sum, [, value]) => sum + value, 0);
    },
  };
}
