// A look at a TLS listener. In: host, port, name, days of warning. Out: up, slow (its certificate ends soon), or why not.
import type { TlsTarget } from "../model/check.ts";
import { certificateFound, refuseDoubt } from "./certificate-days.ts";
import { connectTo, type Seen } from "./connection.ts";
import type { LookTerms, Soon } from "./types.ts";

export const tlsHost = ({ host }: TlsTarget): string => host;

export async function lookTls(target: TlsTarget, terms: LookTerms, seen: Seen): Promise<Soon> {
  const { host, port, serverName, days } = target;
  const connection = await connectTo({ host, port, secureAs: serverName ?? host }, terms, seen);
  connection.close();
  refuseDoubt(connection.certificate, connection.where);
  return certificateFound(connection.certificate, days, terms.clock);
}
