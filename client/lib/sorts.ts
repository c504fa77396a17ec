import type { SORTS as SERVER_SORTS } from "../../server/search/schemas.ts";

/** The server's list, said again because its file would bring the schema library to home; the type keeps them equal. */
export const SORTS: typeof SERVER_SORTS = ["recommended", "price", "price_desc", "stars"];
