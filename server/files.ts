import { Hono } from "hono";
import type { Runtime } from "./app.ts";
import { get } from "./bookings/index.ts";
import type { Context } from "./context.ts";
import { isDomainError } from "./errors.ts";
import { drawProperty, drawRoom } from "./hotels/draw.ts";
import { calendarOf, linksOf } from "./notifications/index.ts";
import { idField } from "./platform/fields.ts";

const SVG = { "content-type": "image/svg+xml; charset=utf-8", "cache-control": "public, max-age=86400, stale-while-revalidate=604800" };

/** The posters of properties and room types; the path's `v` changes with the content. */
export const pictures = new Hono<{ Bindings: Runtime }>()
  .get("/property/:file{[a-z0-9-]+\\.svg}", async (c) => {
    const svg = await drawProperty(c.env.services, c.req.param("file").slice(0, -4));
    return svg ? c.body(svg, 200, SVG) : c.notFound();
  })
  .get("/room/:file{[0-9]{1,9}\\.svg}", async (c) => {
    const svg = await drawRoom(c.env.services, Number(c.req.param("file").slice(0, -4)));
    return svg ? c.body(svg, 200, SVG) : c.notFound();
  });

/** The booking as a calendar file, for whoever may see the booking: the same bytes as in its mail. */
export async function calendarRoute(ctx: Context, bookingId: string, token: string | undefined): Promise<Response> {
  if (!idField.safeParse(bookingId).success) return new Response("not found", { status: 404 });
  try {
    const view = await get(ctx, { bookingId, token });
    return new Response(calendarOf(view, linksOf(view, ctx.config.PUBLIC_URL).trip), {
      headers: { "content-type": "text/calendar; charset=utf-8", "content-disposition": `attachment; filename="${view.code}.ics"`, "cache-control": "private, no-store" },
    });
  } catch (error) {
    if (isDomainError(error, "NOT_FOUND")) return new Response("not found", { status: 404 });
    throw error;
  }
}
