// Last-write-wins register: one value with its stamp. In: two registers. Out: the one that stays.
// Merging is commutative, associative and idempotent, also for two values under one stamp.

/** A value and the stamp under which it was written. Plain JSON. */
export interface Register<Value> {
  readonly value: Value;
  readonly stamp: string;
}

/** JSON with sorted keys: equal values have equal texts, whatever order their keys came in. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
}

/**
 * The register that stays: the later stamp, or at equal stamps the greater canonical JSON. One node never stamps twice,
 * so equal stamps mean a doubled op; the second rule only keeps replicas together when a node's name was used twice.
 */
export function mergeRegister<Value>(
  held: Register<Value> | undefined,
  other: Register<Value>,
): Register<Value> {
  if (held === undefined || other.stamp > held.stamp) return other;
  if (other.stamp < held.stamp) return held;
  return canonicalJson(other.value) > canonicalJson(held.value) ? other : held;
}
