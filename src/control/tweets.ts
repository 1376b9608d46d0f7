// Tweets: Statuspage sends them, Pharos does not. In: what a body asks for. Out: nothing, or a refusal (501): silence would be taken for a tweet.
import { ApiRefusal, notImplemented } from "./answer.ts";
import { flag, maybe } from "./fields.ts";

/** What the document says of it. */
export const noTweets = "It asks for a tweet, and Pharos sends none: leave it out, or say false.";

/** The words by which an incident asks for tweets. */
export const incidentTweets = {
  auto_tweet_at_beginning: maybe(flag()),
  auto_tweet_on_completion: maybe(flag()),
  auto_tweet_on_creation: maybe(flag()),
  auto_tweet_one_hour_before: maybe(flag()),
};

/** Throws where one of the named fields is true. */
export function refuseTweets(asked: Readonly<Record<string, unknown>>, ...names: readonly string[]): void {
  const wanted = names.find((name) => asked[name] === true);
  if (wanted !== undefined)
    throw new ApiRefusal(notImplemented(`Pharos sends no tweets: leave ${wanted} out, or say false.`));
}

export function refuseIncidentTweets(asked: Readonly<Record<string, unknown>>): void {
  refuseTweets(asked, ...Object.keys(incidentTweets));
}
