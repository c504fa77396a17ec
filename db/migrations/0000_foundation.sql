CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
-- The clock that a test may move. A production database refuses any offset.
CREATE TABLE app_clock (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  environment text NOT NULL DEFAULT 'development',
  offset_ms bigint NOT NULL DEFAULT 0,
  CHECK (environment <> 'production' OR offset_ms = 0)
);
--> statement-breakpoint
INSERT INTO app_clock DEFAULT VALUES;
--> statement-breakpoint
-- The one "now" of every statement: the transaction's start plus the offset. Inlined by the planner.
CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT now() + (SELECT offset_ms FROM app_clock) * interval '1 millisecond' $$;
