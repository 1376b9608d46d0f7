// Languages that pages can be read in. In: nothing. Out: their codes. What they are called and what they say is render's (`languages.ts`),
// whose table does not hold by type unless it has each of these.

export const languageCodes = ["en", "de", "ar"] as const;

/** A BCP 47 tag, as it stands in `<html lang>` and in paths. */
export type LanguageCode = (typeof languageCodes)[number];

/** What a page speaks whose languages nobody set. */
export const languagesUnset: readonly LanguageCode[] = ["en"];
