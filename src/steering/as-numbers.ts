// Which network an address belongs to. In: an MMDB file of AS numbers, an address. Out: number and name, or null.
// Records are read as MaxMind, DB-IP, IP Location DB and IPinfo write them. A few addresses are asked for, so mmdb-lib walks the tree as well.
import { Reader } from "mmdb-lib";
import { addressBytes } from "../zones/addresses.ts";

export interface AsNumber {
  readonly asn: number;
  readonly name: string | null;
}

/** Throws where the bytes are no MMDB file. */
export function asNumbers(bytes: Buffer): (address: string) => AsNumber | null {
  const reader = new Reader<object & never>(bytes);
  const isFour = reader.metadata.ipVersion === 4;
  return (text) => {
    const address = addressBytes(text);
    if (address === null || (isFour && address.length === 16)) return null;
    return readRecord(reader.get(text));
  };
}

function readRecord(record: unknown): AsNumber | null {
  if (typeof record !== "object" || record === null) return null;
  const fields = record as Readonly<Record<string, unknown>>;
  const number = fields.autonomous_system_number ?? fields.asn ?? fields.as_number;
  const asn = Number(String(number ?? "").replace(/^AS/i, ""));
  if (!Number.isSafeInteger(asn) || asn < 1) return null;
  const name =
    fields.autonomous_system_organization ?? fields.as_name ?? fields.name ?? fields.as_organization;
  return { asn, name: typeof name === "string" && name !== "" ? name : null };
}
