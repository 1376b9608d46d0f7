// What services that send mail say of mail that came back, each in its own words. In: a body as it was posted. Out: bounces. One more is a file and a line here.
// Their posts carry no key of ours in a header, so that it stands in the address that the service is given; what they sign themselves is not looked at: whoever
// has the key may say anything anyway.
import type { Bounce } from "./bounce.ts";
import { mailgun } from "./bounce-mailgun.ts";
import { postmark } from "./bounce-postmark.ts";
import { sendgrid } from "./bounce-sendgrid.ts";
import { ses } from "./bounce-ses.ts";

/** `visit`: an address that has to be asked for once, by which the service knows that we want to hear of it. Null: it is none of this service's posts. */
export type VendorSaid =
  | { readonly kind: "bounces"; readonly bounces: readonly Bounce[] }
  | { readonly kind: "visit"; readonly address: string }
  | null;

export const bounceVendors = { ses, postmark, sendgrid, mailgun } as const satisfies Readonly<
  Record<string, (body: unknown) => VendorSaid>
>;
export type BounceVendor = keyof typeof bounceVendors;
export const bounceVendorNames = Object.keys(bounceVendors) as readonly BounceVendor[];
