// Parts of a trip's page by their ids: a dialog that took its own button away leaves the focus there.

/** What became of the booking. */
export const NEWS_ID = "news";
/** What became of each room. */
export const ROOMS_ID = "rooms";
