-- The columns without their table's name, which its partitions don't have.
ALTER TABLE "rate_nights" ADD CONSTRAINT "rate_nights_no_nulls" CHECK (array_position("adult_prices", null) is null and array_position("child_prices", null) is null);--> statement-breakpoint
-- A longer horizon was never in force: it stopped everybody's. What is remembered of a property goes by its `version`.
UPDATE "properties" SET "horizon_days" = 1000, "version" = "version" + 1 WHERE "horizon_days" > 1000;--> statement-breakpoint
ALTER TABLE "properties" ADD CONSTRAINT "properties_horizon_days" CHECK ("properties"."horizon_days" between 1 and 1000);
