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

--> statement-breakpoint
-- What we ask a provider to give back never exceeds what the payment took, less what has gone by refunds and lost disputes.
-- What a provider has done is a fact, and is stored whatever it comes to; `failed` and `manual` are asked of a person.
CREATE FUNCTION bound_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  room bigint;
BEGIN
  SELECT p.captured
    - coalesce((SELECT sum(r.amount) FROM refunds r WHERE r.payment_id = p.id AND r.state <> 'failed' AND r.state <> 'withdrawn'), 0)
    - coalesce((SELECT sum(d.amount) FROM disputes d WHERE d.payment_id = p.id AND d.currency = p.currency AND d.state = 'lost'), 0)
  INTO room FROM payments p WHERE p.id = NEW.payment_id;
  IF NEW.amount > room THEN
    RAISE EXCEPTION 'a refund of % exceeds what is left of its payment, %', NEW.amount, room USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER refunds_bounded BEFORE INSERT ON refunds FOR EACH ROW WHEN (NEW.state = 'requested') EXECUTE FUNCTION bound_refund();

--> statement-breakpoint
-- Nights are of room types, prices of products, that exist: asked once a statement, not once a row as a foreign key would.
CREATE FUNCTION refuse_nights_of_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unknown int;
BEGIN
  IF TG_TABLE_NAME = 'inventory_nights' THEN
    SELECT m.id INTO unknown FROM (SELECT DISTINCT room_type_id AS id FROM made) m WHERE NOT EXISTS (SELECT FROM room_types r WHERE r.id = m.id) LIMIT 1;
  ELSE
    SELECT m.id INTO unknown FROM (SELECT DISTINCT product_id AS id FROM made) m WHERE NOT EXISTS (SELECT FROM products p WHERE p.id = m.id) LIMIT 1;
  END IF;
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION 'nights of %, which does not exist', unknown USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER inventory_nights_room_type AFTER INSERT ON inventory_nights REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION refuse_nights_of_nothing();
--> statement-breakpoint
CREATE TRIGGER rate_nights_product AFTER INSERT ON rate_nights REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION refuse_nights_of_nothing();
