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
