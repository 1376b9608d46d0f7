// How an answer differs from a capture. In: two JSON values. Out: paths with both sides. What the capture does not have is not asked.

export interface Difference {
  readonly path: string;
  readonly wanted: unknown;
  readonly got: unknown;
}

type Table = Readonly<Record<string, unknown>>;
const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Everything in which `got` is not `wanted`: each field that `wanted` has, each list in length and order. */
export function differences(wanted: unknown, got: unknown, path = ""): readonly Difference[] {
  if (Array.isArray(wanted) && Array.isArray(got) && wanted.length === got.length)
    return wanted.flatMap((entry, at) => differences(entry, got[at], `${path}[${at}]`));
  if (isTable(wanted) && isTable(got))
    return Object.keys(wanted).flatMap((name) =>
      differences(wanted[name], got[name], path === "" ? name : `${path}.${name}`),
    );
  return Object.is(wanted, got) ? [] : [{ path, wanted, got }];
}
