CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
-- Currencies that a property may price in: ISO 4217, as server/platform/money.ts lists them (a test compares).
CREATE DOMAIN currency_code AS text CHECK (VALUE IN (
  'AED','AFN','ALL','AMD','AOA','ARS','AUD','AWG','AZN','BAM','BBD','BDT','BHD','BIF','BMD','BND','BOB','BRL',
  'BSD','BTN','BWP','BYN','BZD','CAD','CDF','CHF','CLP','CNY','COP','CRC','CUP','CVE','CZK','DJF','DKK','DOP',
  'DZD','EGP','ERN','ETB','EUR','FJD','FKP','GBP','GEL','GHS','GIP','GMD','GNF','GTQ','GYD','HKD','HNL','HTG',
  'HUF','IDR','ILS','INR','IQD','IRR','ISK','JMD','JOD','JPY','KES','KGS','KHR','KMF','KPW','KRW','KWD','KYD',
  'KZT','LAK','LBP','LKR','LRD','LSL','LYD','MAD','MDL','MGA','MKD','MMK','MNT','MOP','MRU','MUR','MVR','MWK',
  'MXN','MYR','MZN','NAD','NGN','NIO','NOK','NPR','NZD','OMR','PAB','PEN','PGK','PHP','PKR','PLN','PYG','QAR',
  'RON','RSD','RUB','RWF','SAR','SBD','SCR','SDG','SEK','SGD','SHP','SLE','SOS','SRD','SSP','STN','SVC','SYP',
  'SZL','THB','TJS','TMT','TND','TOP','TRY','TTD','TWD','TZS','UAH','UGX','USD','UYU','UZS','VES','VND','VUV',
  'WST','XAF','XCD','XCG','XOF','XPF','YER','ZAR','ZMW','ZWG'));
--> statement-breakpoint
-- Whether it names a zone of the IANA's, as Postgres has them. Without digits, since it reads `Mars/Phobos5` as a rule of its own.
CREATE FUNCTION is_zone(name text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  PERFORM timestamptz 'epoch' AT TIME ZONE name;
  RETURN name ~ '^(UTC|[A-Za-z_]+(/[A-Za-z_-]+)+|Etc/GMT[+-][0-9]{1,2})$';
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN false;
END $$;
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
