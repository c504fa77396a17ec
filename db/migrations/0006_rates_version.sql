ALTER TABLE "properties" ADD COLUMN "rates_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
-- Whoever changes a night's price or restriction by a statement on rate_nights itself: its property's rates_version
-- rises in the same transaction, so that what a process remembers of the older ones is never used again. A statement
-- on a partition (rate_nights_2027) or a TRUNCATE raises nothing: whoever writes one must raise the version by hand.
CREATE FUNCTION raise_rates_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE properties SET rates_version = rates_version + 1
  WHERE id IN (
    SELECT id FROM properties
    WHERE id IN (SELECT property_id FROM products WHERE id IN (SELECT product_id FROM changed))
    ORDER BY id FOR NO KEY UPDATE);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER rate_nights_inserted AFTER INSERT ON rate_nights REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION raise_rates_version();
--> statement-breakpoint
CREATE TRIGGER rate_nights_updated AFTER UPDATE ON rate_nights REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION raise_rates_version();
--> statement-breakpoint
CREATE TRIGGER rate_nights_deleted AFTER DELETE ON rate_nights REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION raise_rates_version();
