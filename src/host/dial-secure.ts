// TLS over a connection that the way out made. In: a socket, a name. Out: the secure socket, and what certificate was shown and what speaks against it.
// One that nobody should trust is shown too, and not taken for an error: whoever checks others wants to say what is wrong with it, and when it ends.
import { isIP, type Socket } from "node:net";
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { messageOf } from "../base/fault.ts";

export interface ShownCertificate {
  /** ms since 1970; null where it cannot be read. */
  readonly endsMs: number | null;
  /** The organisation that signed it, or its own name for itself. */
  readonly authority: string | null;
  /** Why it is not to be trusted for the name that was asked for; null: it is. */
  readonly doubt: string | null;
}

export interface Secured {
  readonly socket: TLSSocket;
  readonly certificate: ShownCertificate;
}

/** Authorities beside those that the runtime trusts. */
export type Authorities = SecureContext;

export function authoritiesOf(pems: readonly string[]): Authorities {
  return createSecureContext({ ca: [...rootCertificates, ...pems] });
}

/** Rejects with the socket's error where there is no handshake. The signal's end is the socket's. */
export function secure(
  socket: Socket,
  { name, authorities }: { readonly name: string; readonly authorities?: Authorities | undefined },
): Promise<Secured> {
  return new Promise((resolve, reject) => {
    const secured = connect({
      socket,
      ...(isIP(name) === 0 && { servername: name }),
      ...(authorities !== undefined && { secureContext: authorities }),
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
    });
    const onClose = (): void => reject(new Error("the connection was closed"));
    secured.once("error", reject);
    secured.once("close", onClose);
    socket.once("close", onClose);
    secured.once("secureConnect", () => {
      secured.off("error", reject);
      secured.off("close", onClose);
      socket.off("close", onClose);
      resolve({ socket: secured, certificate: shownBy(secured, name) });
    });
  });
}

function shownBy(socket: TLSSocket, name: string): ShownCertificate {
  const shown = socket.getPeerCertificate();
  const endsMs = Date.parse(shown.valid_to ?? "");
  const { O, CN } = shown.issuer ?? {};
  return {
    endsMs: Number.isNaN(endsMs) ? null : endsMs,
    authority: [O ?? CN].flat()[0] ?? null,
    doubt: chainDoubt(socket) ?? nameDoubt(name, shown),
  };
}

function chainDoubt({ authorized, authorizationError }: TLSSocket): string | null {
  if (authorized) return null;
  // Node gives the code, whatever its type says.
  const code = authorizationError instanceof Error ? authorizationError.message : String(authorizationError);
  return code === "ERR_TLS_CERT_ALTNAME_INVALID"
    ? null
    : (chainDoubts[code] ?? `it is not trusted (${code})`);
}

const chainDoubts: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not known",
  UNABLE_TO_GET_ISSUER_CERT: "a certificate between it and its authority is missing",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not known",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its authority is not known",
  CERT_REVOKED: "it was revoked",
};

/** Asked here for all: what the runtime compares with depends on who made the socket. */
function nameDoubt(name: string, shown: ReturnType<TLSSocket["getPeerCertificate"]>): string | null {
  try {
    return checkServerIdentity(name, shown) === undefined ? null : `it is not for ${name}`;
  } catch (thrown) {
    return `its names cannot be read: ${messageOf(thrown)}`;
  }
}
