-- Makes the yearly partitions of both night tables from `from_year` to `to_year`, where they are missing.
-- Rows keep a little room (fillfactor), so that the hot counters update in place.
CREATE FUNCTION ensure_night_partitions(from_year int, to_year int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  parent text;
  y int;
  made int := 0;
BEGIN
  FOREACH parent IN ARRAY ARRAY['inventory_nights', 'rate_nights'] LOOP
    FOR y IN from_year..to_year LOOP
      IF to_regclass(format('%I', parent || '_' || y)) IS NULL THEN
        EXECUTE format(
          'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 85)',
          parent || '_' || y, parent, make_date(y, 1, 1), make_date(y + 1, 1, 1));
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
--> statement-breakpoint
SELECT ensure_night_partitions(extract(year FROM now())::int - 1, extract(year FROM now())::int + 3);

--> statement-breakpoint
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
