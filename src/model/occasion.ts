// What subscribers are told of. In: what happened. Out: a value that names it, from which every message is made with the page's view.
// It names and holds no text: a message says what the page says when it is sent, so that a correction reaches who was not told yet.

/** What happened on a page, told to all who want to hear of it. */
export type PageOccasion =
  /** An update of an incident or of a maintenance: its beginning, a step, its end. */
  | { readonly kind: "update"; readonly page: string; readonly incident: string; readonly update: string }
  /** A maintenance begins within the hour; `from` (ms) tells one window of it from the next. */
  | { readonly kind: "reminder"; readonly page: string; readonly incident: string; readonly from: number }
  | { readonly kind: "postmortem"; readonly page: string; readonly incident: string }
  /** A component's status changed outside of incidents: for programs (webhooks) alone. */
  | {
      readonly kind: "component";
      readonly page: string;
      readonly component: string;
      /** Of the op that changed it: the same component changes many times. */
      readonly stamp: string;
      readonly was: string;
      readonly is: string;
    };

/** What is said to one subscriber alone, about the subscription itself. `asked` tells one asking from the next. */
export interface OwnOccasion {
  readonly kind: "confirm" | "challenge" | "changed" | "unsubscribed";
  readonly page: string;
  readonly subscriber: string;
  readonly asked: number;
}

export type Occasion = PageOccasion | OwnOccasion;

/** Its name, the same for whoever asks and whenever: what idempotency keys are made from. */
export function occasionId(occasion: Occasion): string {
  switch (occasion.kind) {
    case "update":
      return `update ${occasion.page} ${occasion.incident} ${occasion.update}`;
    case "reminder":
      return `reminder ${occasion.page} ${occasion.incident} ${occasion.from}`;
    case "postmortem":
      return `postmortem ${occasion.page} ${occasion.incident}`;
    case "component":
      return `component ${occasion.page} ${occasion.component} ${occasion.stamp}`;
    default:
      return `${occasion.kind} ${occasion.page} ${occasion.subscriber} ${occasion.asked}`;
  }
}
