// Parts of a page by their ids: a dialog that took its own button away leaves the focus there.

/** The screen itself, in the frame. */
export const MAIN_ID = "main";
/** What became of the booking. */
export const NEWS_ID = "news";
/** What became of each room. */
export const ROOMS_ID = "rooms";
