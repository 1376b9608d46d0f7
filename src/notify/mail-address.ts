// Which texts are one address of mail, and nothing else. In: a text. Out: yes or no. What they are refused for here could end a line of a dialogue or a header.
import { domainToASCII } from "node:url";

/** One local part, one domain; letters of any script (RFC 6531). */
export function isMailAddress(address: string): boolean {
  return (
    address.length <= 254 &&
    /^[^\p{Cc}\s@"(),:;<>[\]\\]{1,64}@[^\p{Cc}\s@"(),:;<>[\]\\]{1,253}$/u.test(address)
  );
}

/** Whether every server understands its local part: others need SMTPUTF8, while a domain is written in ASCII anyway. */
export function isPlain(address: string): boolean {
  return /^[\x21-\x7e]+@/.test(address);
}

/** The address as it is said to servers: a domain of another script in its ASCII form (RFC 5891), by which no server needs SMTPUTF8. */
export function wireAddress(address: string): string {
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}
