CREATE TABLE "contact_proofs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"actor" text NOT NULL,
	"email" text,
	"contact" text NOT NULL,
	"network" text NOT NULL,
	"tries" smallint DEFAULT 0 NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"proven_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "contact_proofs_texts" CHECK (length("contact_proofs"."actor") between 1 and 120 and length("contact_proofs"."email") <= 254),
	CONSTRAINT "contact_proofs_tries" CHECK ("contact_proofs"."tries" between 0 and 5)
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"email" text NOT NULL,
	"role" text,
	"status" text DEFAULT 'pending' NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"inviter_id" text NOT NULL,
	CONSTRAINT "invitations_role" CHECK ("invitations"."role" in ('owner', 'admin', 'member')),
	CONSTRAINT "invitations_status" CHECK ("invitations"."status" in ('pending', 'accepted', 'rejected', 'canceled')),
	CONSTRAINT "invitations_email_lower" CHECK ("invitations"."email" = lower("invitations"."email"))
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role" text DEFAULT 'member' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "members_role" CHECK ("members"."role" in ('owner', 'admin', 'member'))
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"logo" text,
	"metadata" text,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "organizations_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"active_organization_id" text,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email"),
	CONSTRAINT "users_email" CHECK ("users"."email" = lower("users"."email"))
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"property_id" uuid,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"request_id" text,
	"at" timestamp (3) with time zone DEFAULT app_now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "booking_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"booking_id" uuid NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"base_version" integer NOT NULL,
	"check_in" date NOT NULL,
	"check_out" date NOT NULL,
	"stays" jsonb NOT NULL,
	"held" jsonb NOT NULL,
	"total" bigint NOT NULL,
	"due_online" bigint NOT NULL,
	"due" bigint NOT NULL,
	"currency" "currency_code" NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "booking_changes_booking_id" UNIQUE("booking_id","id"),
	CONSTRAINT "booking_changes_state" CHECK ("booking_changes"."state" in ('pending', 'applied', 'expired', 'abandoned') and ("booking_changes"."state" = 'pending') = ("booking_changes"."ended_at" is null)),
	CONSTRAINT "booking_changes_plan" CHECK (jsonb_typeof("booking_changes"."stays") = 'array' and jsonb_typeof("booking_changes"."held") = 'array' and "booking_changes"."base_version" >= 1),
	CONSTRAINT "booking_changes_span" CHECK ("booking_changes"."check_in" < "booking_changes"."check_out"),
	CONSTRAINT "booking_changes_money" CHECK ("booking_changes"."due" > 0 and "booking_changes"."total" >= 0 and "booking_changes"."due_online" between 0 and "booking_changes"."total")
);
--> statement-breakpoint
CREATE TABLE "booking_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "booking_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"property_id" uuid NOT NULL,
	"booking_id" uuid NOT NULL,
	"type" text NOT NULL,
	"actor" text NOT NULL,
	"version" integer NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "booking_events_type" CHECK ("booking_events"."type" ~ '^[a-z][a-z0-9_.-]{0,59}$'),
	CONSTRAINT "booking_events_texts" CHECK (length("booking_events"."actor") between 1 and 120 and "booking_events"."version" >= 1 and jsonb_typeof("booking_events"."data") = 'object')
);
--> statement-breakpoint
CREATE TABLE "booking_nights" (
	"room_stay_id" uuid NOT NULL,
	"stay_date" date NOT NULL,
	"price" bigint NOT NULL,
	CONSTRAINT "booking_nights_room_stay_id_stay_date_pk" PRIMARY KEY("room_stay_id","stay_date"),
	CONSTRAINT "booking_nights_price" CHECK ("booking_nights"."price" >= 0)
);
--> statement-breakpoint
CREATE TABLE "bookings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"code" text NOT NULL,
	"guest_id" uuid NOT NULL,
	"user_id" text,
	"actor" text NOT NULL,
	"source" text DEFAULT 'web' NOT NULL,
	"connection_id" uuid,
	"external_id" text,
	"locale" text DEFAULT 'en' NOT NULL,
	"currency" "currency_code" NOT NULL,
	"check_in" date NOT NULL,
	"check_out" date NOT NULL,
	"total" bigint NOT NULL,
	"due_online" bigint NOT NULL,
	"payment" text NOT NULL,
	"hold_expires_at" timestamp (3) with time zone,
	"hold_extended" boolean DEFAULT false NOT NULL,
	"oversold" boolean DEFAULT false NOT NULL,
	"notes" text DEFAULT '' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "bookings_code_unique" UNIQUE("code"),
	CONSTRAINT "bookings_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "bookings_code" CHECK ("bookings"."code" ~ '^[A-Z0-9]{8,16}$'),
	CONSTRAINT "bookings_span" CHECK ("bookings"."check_in" < "bookings"."check_out"),
	CONSTRAINT "bookings_money" CHECK ("bookings"."total" >= 0 and "bookings"."due_online" between 0 and "bookings"."total"),
	CONSTRAINT "bookings_payment" CHECK ("bookings"."payment" in ('online', 'property')),
	CONSTRAINT "bookings_source" CHECK ("bookings"."source" in ('web', 'desk', 'phone', 'channel', 'api')),
	CONSTRAINT "bookings_locale" CHECK ("bookings"."locale" in ('en', 'id')),
	CONSTRAINT "bookings_version" CHECK ("bookings"."version" >= 1),
	CONSTRAINT "bookings_external_pair" CHECK (("bookings"."connection_id" is null) = ("bookings"."external_id" is null)),
	CONSTRAINT "bookings_texts" CHECK (length("bookings"."notes") <= 2000 and length("bookings"."actor") between 1 and 120)
);
--> statement-breakpoint
CREATE TABLE "guests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"phone" text DEFAULT '' NOT NULL,
	"country" text,
	"erased_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "guests_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "guests_email" CHECK ("guests"."email" = lower("guests"."email")),
	CONSTRAINT "guests_country" CHECK ("guests"."country" ~ '^[A-Z]{2}$'),
	CONSTRAINT "guests_texts" CHECK (length("guests"."email") <= 254 and length("guests"."name") between 1 and 200 and length("guests"."phone") <= 20)
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"verb" text NOT NULL,
	"actor" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"response" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "idempotency_keys_verb_actor_key_pk" PRIMARY KEY("verb","actor","key"),
	CONSTRAINT "idempotency_keys_texts" CHECK (length("idempotency_keys"."key") between 8 and 100 and length("idempotency_keys"."verb") <= 60 and length("idempotency_keys"."actor") <= 120)
);
--> statement-breakpoint
CREATE TABLE "room_stay_versions" (
	"property_id" uuid NOT NULL,
	"room_stay_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"room_type_id" integer NOT NULL,
	"product_id" integer NOT NULL,
	"check_in" date NOT NULL,
	"check_out" date NOT NULL,
	"adults" smallint NOT NULL,
	"child_ages" smallint[] NOT NULL,
	"room_name" text NOT NULL,
	"rate_name" text NOT NULL,
	"meal" text NOT NULL,
	"nights" jsonb NOT NULL,
	"charges" jsonb NOT NULL,
	"policy" jsonb NOT NULL,
	"total" bigint NOT NULL,
	"replaced_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "room_stay_versions_room_stay_id_version_pk" PRIMARY KEY("room_stay_id","version"),
	CONSTRAINT "room_stay_versions_meal" CHECK ("room_stay_versions"."meal" in ('room_only', 'breakfast', 'half_board', 'full_board', 'all_inclusive')),
	CONSTRAINT "room_stay_versions_money" CHECK ("room_stay_versions"."total" >= 0 and "room_stay_versions"."adults" between 1 and 20 and "room_stay_versions"."version" >= 1),
	CONSTRAINT "room_stay_versions_frozen" CHECK (jsonb_typeof("room_stay_versions"."charges") = 'array' and jsonb_typeof("room_stay_versions"."policy") = 'object'),
	CONSTRAINT "room_stay_versions_span" CHECK ("room_stay_versions"."check_in" < "room_stay_versions"."check_out" and jsonb_array_length("room_stay_versions"."nights") = "room_stay_versions"."check_out" - "room_stay_versions"."check_in")
);
--> statement-breakpoint
CREATE TABLE "room_stays" (
	"property_id" uuid NOT NULL,
	"id" uuid PRIMARY KEY NOT NULL,
	"booking_id" uuid NOT NULL,
	"position" smallint NOT NULL,
	"room_type_id" integer NOT NULL,
	"product_id" integer NOT NULL,
	"state" text NOT NULL,
	"check_in" date NOT NULL,
	"check_out" date NOT NULL,
	"adults" smallint NOT NULL,
	"child_ages" smallint[] DEFAULT '{}' NOT NULL,
	"room_name" text NOT NULL,
	"rate_name" text NOT NULL,
	"meal" text NOT NULL,
	"total" bigint NOT NULL,
	"charges" jsonb NOT NULL,
	"policy" jsonb NOT NULL,
	"fee" bigint DEFAULT 0 NOT NULL,
	"unit_id" uuid,
	"ended_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"unproven" boolean DEFAULT false NOT NULL,
	"network" text,
	"contact" text,
	CONSTRAINT "room_stays_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "room_stays_position" UNIQUE("booking_id","position"),
	CONSTRAINT "room_stays_state" CHECK ("room_stays"."state" in ('pending', 'confirmed', 'checked_in', 'checked_out', 'expired', 'cancelled', 'no_show')),
	CONSTRAINT "room_stays_span" CHECK ("room_stays"."check_in" < "room_stays"."check_out" and "room_stays"."check_out" - "room_stays"."check_in" <= 30),
	CONSTRAINT "room_stays_party" CHECK ("room_stays"."adults" between 1 and 20 and cardinality("room_stays"."child_ages") <= 20 and 0 <= all("room_stays"."child_ages") and 17 >= all("room_stays"."child_ages")),
	CONSTRAINT "room_stays_meal" CHECK ("room_stays"."meal" in ('room_only', 'breakfast', 'half_board', 'full_board', 'all_inclusive')),
	CONSTRAINT "room_stays_ended" CHECK ("room_stays"."state" in ('pending', 'confirmed', 'checked_in') = ("room_stays"."ended_at" is null)),
	CONSTRAINT "room_stays_frozen" CHECK (jsonb_typeof("room_stays"."charges") = 'array' and jsonb_typeof("room_stays"."policy") = 'object'),
	CONSTRAINT "room_stays_counts" CHECK ("room_stays"."position" >= 0 and "room_stays"."version" >= 1),
	CONSTRAINT "room_stays_money" CHECK ("room_stays"."total" >= 0 and "room_stays"."fee" between 0 and "room_stays"."total"),
	CONSTRAINT "room_stays_counted" CHECK (("room_stays"."network" is null) = ("room_stays"."contact" is null) and (not "room_stays"."unproven" or "room_stays"."contact" is not null))
);
--> statement-breakpoint
CREATE TABLE "channel_connections" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "channel_connections_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "channel_connections_channel" UNIQUE("property_id","channel"),
	CONSTRAINT "channel_connections_word" CHECK ("channel_connections"."channel" ~ '^[a-z][a-z0-9_.-]{0,59}$'),
	CONSTRAINT "channel_connections_state" CHECK ("channel_connections"."state" in ('draft', 'testing', 'active', 'degraded', 'suspended'))
);
--> statement-breakpoint
CREATE TABLE "blocks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"room_type_id" integer NOT NULL,
	"from_date" date NOT NULL,
	"to_date" date NOT NULL,
	"units" integer NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"released_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "blocks_note" CHECK (length("blocks"."note") <= 500),
	CONSTRAINT "blocks_span" CHECK ("blocks"."from_date" < "blocks"."to_date" and "blocks"."units" > 0)
);
--> statement-breakpoint
CREATE TABLE "inventory_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "inventory_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"room_type_id" integer NOT NULL,
	"stay_date" date NOT NULL,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"booking_id" uuid,
	"sold" integer DEFAULT 0 NOT NULL,
	"held" integer DEFAULT 0 NOT NULL,
	"blocked" integer DEFAULT 0 NOT NULL,
	"physical" integer DEFAULT 0 NOT NULL,
	"allowance" integer DEFAULT 0 NOT NULL,
	"oversold" integer DEFAULT 0 NOT NULL,
	"version" integer NOT NULL,
	"at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "inventory_events_reason" CHECK ("inventory_events"."reason" in ('hold', 'sell', 'confirm', 'release', 'expire', 'cancel', 'retake', 'modify', 'block', 'unblock', 'adjust', 'channel')),
	CONSTRAINT "inventory_events_actor" CHECK (length("inventory_events"."actor") between 1 and 120)
);
--> statement-breakpoint
CREATE TABLE "inventory_nights" (
	"room_type_id" integer NOT NULL,
	"stay_date" date NOT NULL,
	"physical" integer NOT NULL,
	"sold" integer DEFAULT 0 NOT NULL,
	"held" integer DEFAULT 0 NOT NULL,
	"blocked" integer DEFAULT 0 NOT NULL,
	"allowance" integer DEFAULT 0 NOT NULL,
	"oversold" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "inventory_nights_room_type_id_stay_date_pk" PRIMARY KEY("room_type_id","stay_date"),
	CONSTRAINT "inventory_nights_counts" CHECK ("physical" >= 0 and "sold" >= 0 and "held" >= 0 and "blocked" >= 0 and "allowance" >= 0 and "oversold" >= 0),
	CONSTRAINT "inventory_nights_version" CHECK ("version" >= 1),
	CONSTRAINT "inventory_nights_not_oversold" CHECK ("sold" + "held" + "blocked" <= "physical" + "allowance" + "oversold")
) PARTITION BY RANGE ("stay_date");
--> statement-breakpoint
CREATE TABLE "rate_nights" (
	"product_id" integer NOT NULL,
	"stay_date" date NOT NULL,
	"adult_prices" bigint[] NOT NULL,
	"child_prices" bigint[] DEFAULT '{}' NOT NULL,
	"closed" boolean DEFAULT false NOT NULL,
	"min_stay_arrival" smallint DEFAULT 1 NOT NULL,
	"min_stay_through" smallint DEFAULT 1 NOT NULL,
	"max_stay" smallint DEFAULT 30 NOT NULL,
	"closed_to_arrival" boolean DEFAULT false NOT NULL,
	"closed_to_departure" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "rate_nights_product_id_stay_date_pk" PRIMARY KEY("product_id","stay_date"),
	CONSTRAINT "rate_nights_prices" CHECK (cardinality("adult_prices") between 1 and 20 and 0 <= all("adult_prices") and 0 <= all("child_prices")),
	CONSTRAINT "rate_nights_no_nulls" CHECK (array_position("adult_prices", null) is null and array_position("child_prices", null) is null),
	CONSTRAINT "rate_nights_version" CHECK ("version" >= 1),
	CONSTRAINT "rate_nights_stays" CHECK ("min_stay_arrival" >= 1 and "min_stay_through" >= 1 and "max_stay" >= 1)
) PARTITION BY RANGE ("stay_date");
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" uuid PRIMARY KEY NOT NULL,
	"outbox_id" uuid NOT NULL,
	"job" text NOT NULL,
	"payload" jsonb NOT NULL,
	"state" text NOT NULL,
	"kind" text NOT NULL,
	"status" integer NOT NULL,
	"error" text NOT NULL,
	"replays" integer DEFAULT 0 NOT NULL,
	"next_replay_at" timestamp (3) with time zone,
	"deadline_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "dead_letters_state" CHECK ("dead_letters"."state" in ('waiting', 'replayed', 'needs_person', 'discarded', 'done')),
	CONSTRAINT "dead_letters_kind" CHECK ("dead_letters"."kind" in ('transient', 'permanent')),
	CONSTRAINT "dead_letters_job" CHECK ("dead_letters"."job" ~ '^[a-z][a-z0-9_.-]{0,59}$'),
	CONSTRAINT "dead_letters_payload" CHECK (jsonb_typeof("dead_letters"."payload") = 'object' and "dead_letters"."replays" >= 0),
	CONSTRAINT "dead_letters_error" CHECK (length("dead_letters"."error") <= 4000)
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"cause" text NOT NULL,
	"severity" text NOT NULL,
	"title" text NOT NULL,
	"property_id" uuid,
	"booking_id" uuid,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"first_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"last_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"owner" text,
	"taken_at" timestamp (3) with time zone,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text,
	"resolution" text,
	CONSTRAINT "incidents_booking_property" CHECK ("incidents"."booking_id" is null or "incidents"."property_id" is not null),
	CONSTRAINT "incidents_owner" CHECK (("incidents"."owner" is null) = ("incidents"."taken_at" is null)),
	CONSTRAINT "incidents_resolution" CHECK (("incidents"."resolved_by" is null) = ("incidents"."resolution" is null) and ("incidents"."resolved_by" is null or "incidents"."resolved_at" is not null)),
	CONSTRAINT "incidents_texts" CHECK (length("incidents"."cause") between 1 and 300 and length("incidents"."title") between 1 and 300 and "incidents"."count" >= 1),
	CONSTRAINT "incidents_severity" CHECK ("incidents"."severity" in ('info', 'warning', 'critical'))
);
--> statement-breakpoint
CREATE TABLE "job_runs" (
	"outbox_id" uuid NOT NULL,
	"job" text NOT NULL,
	"done_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "job_runs_outbox_id_job_pk" PRIMARY KEY("outbox_id","job")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"v" smallint DEFAULT 1 NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"published_at" timestamp (3) with time zone,
	CONSTRAINT "outbox_type" CHECK ("outbox"."type" ~ '^[a-z][a-z0-9_.-]{0,59}$'),
	CONSTRAINT "outbox_payload" CHECK (jsonb_typeof("outbox"."payload") = 'object' and "outbox"."v" >= 1)
);
--> statement-breakpoint
CREATE TABLE "tick_runs" (
	"name" text PRIMARY KEY NOT NULL,
	"last_started_at" timestamp (3) with time zone,
	"last_done_at" timestamp (3) with time zone,
	"leased_until" timestamp (3) with time zone,
	"summary" jsonb
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid,
	"booking_id" uuid,
	"kind" text NOT NULL,
	"channel" text NOT NULL,
	"audience" text DEFAULT 'guest' NOT NULL,
	"version" integer NOT NULL,
	"about" uuid,
	"state" text DEFAULT 'queued' NOT NULL,
	"provider_id" text,
	"error" text,
	"tries" smallint DEFAULT 0 NOT NULL,
	"recipient" text,
	"sent_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "deliveries_once" UNIQUE NULLS NOT DISTINCT("booking_id","kind","channel","version","about"),
	CONSTRAINT "deliveries_property" CHECK ("deliveries"."booking_id" is null or "deliveries"."property_id" is not null),
	CONSTRAINT "deliveries_kind" CHECK ("deliveries"."kind" ~ '^[a-z][a-z0-9_.-]{0,59}$'),
	CONSTRAINT "deliveries_counts" CHECK ("deliveries"."version" >= 1 and "deliveries"."tries" >= 0),
	CONSTRAINT "deliveries_state" CHECK ("deliveries"."state" in ('queued', 'held_back', 'sending', 'sent', 'delivered', 'delayed', 'bounced', 'complained', 'failed')),
	CONSTRAINT "deliveries_audience" CHECK ("deliveries"."audience" in ('guest', 'property')),
	CONSTRAINT "deliveries_channel" CHECK ("deliveries"."channel" in ('email', 'sms'))
);
--> statement-breakpoint
CREATE TABLE "disputes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"provider_ref" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" "currency_code" NOT NULL,
	"state" text NOT NULL,
	"provider_state" text NOT NULL,
	"refundable" boolean NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "disputes_provider_ref_unique" UNIQUE("provider_ref"),
	CONSTRAINT "disputes_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "disputes_state" CHECK ("disputes"."state" in ('inquiry', 'open', 'won', 'lost', 'closed') and ("disputes"."state" in ('inquiry', 'open')) = ("disputes"."closed_at" is null)),
	CONSTRAINT "disputes_amount" CHECK ("disputes"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "money_decisions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"booking_id" uuid NOT NULL,
	"payment_id" uuid,
	"refund_id" uuid,
	"dispute_id" uuid,
	"kind" text NOT NULL,
	"author" text NOT NULL,
	"reason" text NOT NULL,
	"reference" text,
	"amount" bigint NOT NULL,
	"currency" "currency_code" NOT NULL,
	"at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "money_decisions_kind" CHECK ("money_decisions"."kind" in ('paid_by_hand', 'goodwill', 'waive', 'write_off', 'chargeback_accepted')),
	CONSTRAINT "money_decisions_amount" CHECK ("money_decisions"."amount" > 0),
	CONSTRAINT "money_decisions_subject" CHECK (("money_decisions"."kind" in ('paid_by_hand','goodwill')) = ("money_decisions"."refund_id" is not null) and ("money_decisions"."kind" = 'chargeback_accepted') = ("money_decisions"."dispute_id" is not null)),
	CONSTRAINT "money_decisions_texts" CHECK (length("money_decisions"."author") between 1 and 120 and length("money_decisions"."reason") between 3 and 500 and length("money_decisions"."reference") between 1 and 200)
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"booking_id" uuid NOT NULL,
	"change_id" uuid,
	"attempt" smallint NOT NULL,
	"provider" text NOT NULL,
	"state" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" "currency_code" NOT NULL,
	"page_ref" text,
	"page_url" text,
	"payment_ref" text,
	"method" text,
	"instructions" jsonb,
	"captured" bigint DEFAULT 0 NOT NULL,
	"capture_before" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	"checked_at" timestamp (3) with time zone,
	"at_rest" boolean DEFAULT false NOT NULL,
	"captured_at" timestamp (3) with time zone,
	"voided_at" timestamp (3) with time zone,
	"refusals" smallint DEFAULT 0 NOT NULL,
	"ask_after" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "payments_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "payments_currency" UNIQUE("property_id","id","currency"),
	CONSTRAINT "payments_attempt" UNIQUE("booking_id","attempt"),
	CONSTRAINT "payments_state" CHECK ("payments"."state" in ('created', 'requires_action', 'pending', 'challenged', 'authorised', 'captured', 'paid', 'denied', 'voided', 'expired', 'failed')),
	CONSTRAINT "payments_counts" CHECK ("payments"."attempt" >= 1 and "payments"."version" >= 1 and "payments"."refusals" >= 0),
	CONSTRAINT "payments_instructions" CHECK (jsonb_typeof("payments"."instructions") = 'object'),
	CONSTRAINT "payments_provider" CHECK ("payments"."provider" in ('stripe', 'midtrans')),
	CONSTRAINT "payments_money" CHECK ("payments"."amount" > 0 and "payments"."captured" between 0 and "payments"."amount")
);
--> statement-breakpoint
CREATE TABLE "provider_events" (
	"provider" text NOT NULL,
	"event_id" text NOT NULL,
	"type" text NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "provider_events_provider_event_id_pk" PRIMARY KEY("provider","event_id")
);
--> statement-breakpoint
CREATE TABLE "provider_lists" (
	"provider" text PRIMARY KEY NOT NULL,
	"listed_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"property_id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"currency" "currency_code" NOT NULL,
	"reason" text NOT NULL,
	"state" text NOT NULL,
	"provider_ref" text,
	"by_hand" boolean DEFAULT false NOT NULL,
	"refusals" smallint DEFAULT 0 NOT NULL,
	"ask_after" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "refunds_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "refunds_state" CHECK ("refunds"."state" in ('requested', 'pending', 'succeeded', 'failed', 'manual', 'withdrawn')),
	CONSTRAINT "refunds_amount" CHECK ("refunds"."amount" > 0 and "refunds"."refusals" >= 0),
	CONSTRAINT "refunds_reason" CHECK ("refunds"."reason" ~ '^[a-z][a-z0-9_.-]{0,59}$')
);
--> statement-breakpoint
CREATE TABLE "destinations" (
	"id" integer PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"search_text" text NOT NULL,
	"country" text NOT NULL,
	"latitude" double precision NOT NULL,
	"longitude" double precision NOT NULL,
	"population" integer DEFAULT 0 NOT NULL,
	"property_count" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "destinations_country" CHECK ("destinations"."country" ~ '^[A-Z]{2}$'),
	CONSTRAINT "destinations_place" CHECK ("destinations"."latitude" between -90 and 90 and "destinations"."longitude" between -180 and 180),
	CONSTRAINT "destinations_counts" CHECK ("destinations"."population" >= 0 and "destinations"."property_count" >= 0)
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"property_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"rules" jsonb NOT NULL,
	"no_show" jsonb NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "policies_property_id_id_pk" PRIMARY KEY("property_id","id"),
	CONSTRAINT "policies_name" UNIQUE("property_id","name"),
	CONSTRAINT "policies_name_text" CHECK (length("policies"."name") between 1 and 120),
	CONSTRAINT "policies_rules" CHECK (jsonb_typeof("policies"."rules") = 'array' and not jsonb_path_exists("policies"."rules", '$[*] ? (!(@.daysBefore >= 0 && @.time like_regex "^([01][0-9]|2[0-3]):[0-5][0-9]$" && ((@.fee.kind == "percent" && @.fee.value >= 0 && @.fee.value <= 100) || (@.fee.kind == "nights" && @.fee.value >= 0))) || (@.daysBefore >= 0 && @.time like_regex "^([01][0-9]|2[0-3]):[0-5][0-9]$" && ((@.fee.kind == "percent" && @.fee.value >= 0 && @.fee.value <= 100) || (@.fee.kind == "nights" && @.fee.value >= 0))) is unknown)')),
	CONSTRAINT "policies_no_show" CHECK (jsonb_path_exists("policies"."no_show", '$ ? (((@.kind == "percent" && @.value >= 0 && @.value <= 100) || (@.kind == "nights" && @.value >= 0)))'))
);
--> statement-breakpoint
CREATE TABLE "properties" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"destination_id" integer NOT NULL,
	"home_region" text DEFAULT 'local' NOT NULL,
	"country" text NOT NULL,
	"city" text NOT NULL,
	"address" text NOT NULL,
	"latitude" double precision NOT NULL,
	"longitude" double precision NOT NULL,
	"zone" text NOT NULL,
	"currency" "currency_code" NOT NULL,
	"stars" smallint NOT NULL,
	"email" text NOT NULL,
	"phone" text NOT NULL,
	"check_in_from" text DEFAULT '14:00' NOT NULL,
	"check_out_until" text DEFAULT '11:00' NOT NULL,
	"same_day_cut_off" text DEFAULT '23:00' NOT NULL,
	"amenities" text[] DEFAULT '{}' NOT NULL,
	"payment_methods" text[] NOT NULL,
	"child_buckets" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"hold_minutes" smallint DEFAULT 15 NOT NULL,
	"extend_holds" boolean DEFAULT false NOT NULL,
	"horizon_days" smallint DEFAULT 500 NOT NULL,
	"art" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"rates_version" integer DEFAULT 1 NOT NULL,
	"published_at" timestamp (3) with time zone,
	"archived_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "properties_slug_unique" UNIQUE("slug"),
	CONSTRAINT "properties_country" CHECK ("properties"."country" ~ '^[A-Z]{2}$'),
	CONSTRAINT "properties_zone" CHECK (is_zone("properties"."zone")),
	CONSTRAINT "properties_place" CHECK ("properties"."latitude" between -90 and 90 and "properties"."longitude" between -180 and 180),
	CONSTRAINT "properties_email" CHECK ("properties"."email" = lower("properties"."email") and length("properties"."email") <= 254),
	CONSTRAINT "properties_json" CHECK (jsonb_typeof("properties"."child_buckets") = 'array' and jsonb_typeof("properties"."art") = 'object'),
	CONSTRAINT "properties_child_buckets" CHECK (not jsonb_path_exists("properties"."child_buckets", '$[*] ? (!(@.maxAge >= 0 && @.maxAge <= 17) || (@.maxAge >= 0 && @.maxAge <= 17) is unknown)')),
	CONSTRAINT "properties_versions" CHECK ("properties"."version" >= 1 and "properties"."rates_version" >= 1),
	CONSTRAINT "properties_stars" CHECK ("properties"."stars" between 0 and 5),
	CONSTRAINT "properties_texts" CHECK (length("properties"."name") between 1 and 200 and length("properties"."slug") between 1 and 120 and length("properties"."address") <= 500),
	CONSTRAINT "properties_times" CHECK ("properties"."check_in_from" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' and "properties"."check_out_until" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' and "properties"."same_day_cut_off" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
	CONSTRAINT "properties_hold_minutes" CHECK ("properties"."hold_minutes" between 1 and 1440),
	CONSTRAINT "properties_horizon_days" CHECK ("properties"."horizon_days" between 1 and 1000),
	CONSTRAINT "properties_payment_methods" CHECK ("properties"."payment_methods" <@ array['stripe','midtrans','property'] and array_position("properties"."payment_methods", null) is null)
);
--> statement-breakpoint
CREATE TABLE "property_contents" (
	"property_id" uuid NOT NULL,
	"locale" text NOT NULL,
	"summary" text NOT NULL,
	"description" text NOT NULL,
	"good_to_know" text DEFAULT '' NOT NULL,
	CONSTRAINT "property_contents_property_id_locale_pk" PRIMARY KEY("property_id","locale"),
	CONSTRAINT "property_contents_locale" CHECK ("property_contents"."locale" in ('en', 'id')),
	CONSTRAINT "property_contents_texts" CHECK (length("property_contents"."summary") <= 400 and length("property_contents"."description") <= 8000 and length("property_contents"."good_to_know") <= 4000)
);
--> statement-breakpoint
CREATE TABLE "taxes" (
	"property_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"position" smallint NOT NULL,
	"name" text NOT NULL,
	"base" text NOT NULL,
	"amount" integer NOT NULL,
	"inclusive" boolean NOT NULL,
	"taxed" boolean DEFAULT false NOT NULL,
	"collect" text DEFAULT 'now' NOT NULL,
	"exempt_age" smallint,
	"max_nights" smallint,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "taxes_property_id_id_pk" PRIMARY KEY("property_id","id"),
	CONSTRAINT "taxes_base" CHECK ("taxes"."base" in ('percent', 'per_night', 'per_person_night', 'per_stay')),
	CONSTRAINT "taxes_collect" CHECK ("taxes"."collect" in ('now', 'property')),
	CONSTRAINT "taxes_amount" CHECK ("taxes"."amount" >= 0 and ("taxes"."base" <> 'percent' or "taxes"."amount" <= 1000000)),
	CONSTRAINT "taxes_bounds" CHECK ("taxes"."exempt_age" between 0 and 17 and "taxes"."max_nights" >= 1),
	CONSTRAINT "taxes_name" CHECK (length("taxes"."name") between 1 and 100)
);
--> statement-breakpoint
CREATE TABLE "products" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "products_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"property_id" uuid NOT NULL,
	"room_type_id" integer NOT NULL,
	"rate_plan_id" uuid NOT NULL,
	"base_product_id" integer,
	"derived_percent" integer DEFAULT 10000 NOT NULL,
	"derived_per_adult" bigint DEFAULT 0 NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "products_room_type_id" UNIQUE("room_type_id","id"),
	CONSTRAINT "products_room_rate" UNIQUE("room_type_id","rate_plan_id"),
	CONSTRAINT "products_base" CHECK ("products"."base_product_id" is null or "products"."base_product_id" <> "products"."id"),
	CONSTRAINT "products_derived" CHECK ("products"."derived_percent" between 1 and 100000)
);
--> statement-breakpoint
CREATE TABLE "rate_plans" (
	"property_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"meal" text DEFAULT 'room_only' NOT NULL,
	"policy_id" uuid NOT NULL,
	"payment" text DEFAULT 'either' NOT NULL,
	"position" smallint DEFAULT 0 NOT NULL,
	"archived_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "rate_plans_property_id_id_pk" PRIMARY KEY("property_id","id"),
	CONSTRAINT "rate_plans_code" UNIQUE("property_id","code"),
	CONSTRAINT "rate_plans_meal" CHECK ("rate_plans"."meal" in ('room_only', 'breakfast', 'half_board', 'full_board', 'all_inclusive')),
	CONSTRAINT "rate_plans_payment" CHECK ("rate_plans"."payment" in ('online', 'property', 'either')),
	CONSTRAINT "rate_plans_texts" CHECK (length("rate_plans"."name") between 1 and 120 and length("rate_plans"."code") between 1 and 40)
);
--> statement-breakpoint
CREATE TABLE "room_type_contents" (
	"property_id" uuid NOT NULL,
	"room_type_id" integer NOT NULL,
	"locale" text NOT NULL,
	"description" text NOT NULL,
	CONSTRAINT "room_type_contents_room_type_id_locale_pk" PRIMARY KEY("room_type_id","locale"),
	CONSTRAINT "room_type_contents_texts" CHECK ("room_type_contents"."locale" in ('en', 'id') and length("room_type_contents"."description") <= 8000)
);
--> statement-breakpoint
CREATE TABLE "room_types" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "room_types_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"property_id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"units" integer NOT NULL,
	"max_adults" smallint NOT NULL,
	"max_children" smallint NOT NULL,
	"max_occupancy" smallint NOT NULL,
	"beds" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"size_sqm" smallint,
	"amenities" text[] DEFAULT '{}' NOT NULL,
	"art" jsonb NOT NULL,
	"position" smallint DEFAULT 0 NOT NULL,
	"archived_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "room_types_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "room_types_code" UNIQUE("property_id","code"),
	CONSTRAINT "room_types_units" CHECK ("room_types"."units" between 0 and 10000),
	CONSTRAINT "room_types_capacity" CHECK ("room_types"."max_adults" between 1 and 20 and "room_types"."max_children" between 0 and 20 and "room_types"."max_occupancy" between "room_types"."max_adults" and 40),
	CONSTRAINT "room_types_json" CHECK (jsonb_typeof("room_types"."beds") = 'array' and jsonb_typeof("room_types"."art") = 'object'),
	CONSTRAINT "room_types_size" CHECK ("room_types"."size_sqm" > 0),
	CONSTRAINT "room_types_texts" CHECK (length("room_types"."name") between 1 and 120 and length("room_types"."code") between 1 and 40)
);
--> statement-breakpoint
CREATE TABLE "units" (
	"property_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"room_type_id" integer NOT NULL,
	"name" text NOT NULL,
	"out_of_order" boolean DEFAULT false NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "units_property_id_id_pk" PRIMARY KEY("property_id","id"),
	CONSTRAINT "units_name" UNIQUE("property_id","name"),
	CONSTRAINT "units_texts" CHECK (length("units"."name") between 1 and 60)
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_inviter_id_users_id_fk" FOREIGN KEY ("inviter_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "booking_changes" ADD CONSTRAINT "booking_changes_property_id_booking_id_bookings_property_id_id_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "booking_events" ADD CONSTRAINT "booking_events_property_id_booking_id_bookings_property_id_id_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "booking_nights" ADD CONSTRAINT "booking_nights_room_stay_id_room_stays_id_fk" FOREIGN KEY ("room_stay_id") REFERENCES "public"."room_stays"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_property_id_properties_id_fk" FOREIGN KEY ("property_id") REFERENCES "public"."properties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_property_id_guest_id_guests_property_id_id_fk" FOREIGN KEY ("property_id","guest_id") REFERENCES "public"."guests"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_property_id_connection_id_channel_connections_property_id_id_fk" FOREIGN KEY ("property_id","connection_id") REFERENCES "public"."channel_connections"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guests" ADD CONSTRAINT "guests_property_id_properties_id_fk" FOREIGN KEY ("property_id") REFERENCES "public"."properties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_stay_versions" ADD CONSTRAINT "room_stay_versions_stay_fk" FOREIGN KEY ("property_id","room_stay_id") REFERENCES "public"."room_stays"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_stay_versions" ADD CONSTRAINT "room_stay_versions_room_type_fk" FOREIGN KEY ("property_id","room_type_id") REFERENCES "public"."room_types"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_stay_versions" ADD CONSTRAINT "room_stay_versions_product_fk" FOREIGN KEY ("room_type_id","product_id") REFERENCES "public"."products"("room_type_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_stays" ADD CONSTRAINT "room_stays_property_id_booking_id_bookings_property_id_id_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_stays" ADD CONSTRAINT "room_stays_property_id_room_type_id_room_types_property_id_id_fk" FOREIGN KEY ("property_id","room_type_id") REFERENCES "public"."room_types"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_stays" ADD CONSTRAINT "room_stays_product_fk" FOREIGN KEY ("room_type_id","product_id") REFERENCES "public"."products"("room_type_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_stays" ADD CONSTRAINT "room_stays_unit_fk" FOREIGN KEY ("property_id","unit_id") REFERENCES "public"."units"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_connections" ADD CONSTRAINT "channel_connections_property_id_properties_id_fk" FOREIGN KEY ("property_id") REFERENCES "public"."properties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_room_type_fk" FOREIGN KEY ("property_id","room_type_id") REFERENCES "public"."room_types"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_booking_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_booking_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_property_id_payment_id_payments_property_id_id_fk" FOREIGN KEY ("property_id","payment_id") REFERENCES "public"."payments"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "money_decisions" ADD CONSTRAINT "money_decisions_booking_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "money_decisions" ADD CONSTRAINT "money_decisions_payment_fk" FOREIGN KEY ("property_id","payment_id") REFERENCES "public"."payments"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "money_decisions" ADD CONSTRAINT "money_decisions_refund_fk" FOREIGN KEY ("property_id","refund_id") REFERENCES "public"."refunds"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "money_decisions" ADD CONSTRAINT "money_decisions_dispute_fk" FOREIGN KEY ("property_id","dispute_id") REFERENCES "public"."disputes"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_property_id_booking_id_bookings_property_id_id_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_change_fk" FOREIGN KEY ("booking_id","change_id") REFERENCES "public"."booking_changes"("booking_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_payment_fk" FOREIGN KEY ("property_id","payment_id","currency") REFERENCES "public"."payments"("property_id","id","currency") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policies" ADD CONSTRAINT "policies_property_id_properties_id_fk" FOREIGN KEY ("property_id") REFERENCES "public"."properties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "properties" ADD CONSTRAINT "properties_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "properties" ADD CONSTRAINT "properties_destination_id_destinations_id_fk" FOREIGN KEY ("destination_id") REFERENCES "public"."destinations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "property_contents" ADD CONSTRAINT "property_contents_property_id_properties_id_fk" FOREIGN KEY ("property_id") REFERENCES "public"."properties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "taxes" ADD CONSTRAINT "taxes_property_id_properties_id_fk" FOREIGN KEY ("property_id") REFERENCES "public"."properties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_property_id_room_type_id_room_types_property_id_id_fk" FOREIGN KEY ("property_id","room_type_id") REFERENCES "public"."room_types"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_property_id_rate_plan_id_rate_plans_property_id_id_fk" FOREIGN KEY ("property_id","rate_plan_id") REFERENCES "public"."rate_plans"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_room_type_base_fk" FOREIGN KEY ("room_type_id","base_product_id") REFERENCES "public"."products"("room_type_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rate_plans" ADD CONSTRAINT "rate_plans_property_id_properties_id_fk" FOREIGN KEY ("property_id") REFERENCES "public"."properties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rate_plans" ADD CONSTRAINT "rate_plans_property_id_policy_id_policies_property_id_id_fk" FOREIGN KEY ("property_id","policy_id") REFERENCES "public"."policies"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_type_contents" ADD CONSTRAINT "room_type_contents_property_id_room_type_id_room_types_property_id_id_fk" FOREIGN KEY ("property_id","room_type_id") REFERENCES "public"."room_types"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_types" ADD CONSTRAINT "room_types_property_id_properties_id_fk" FOREIGN KEY ("property_id") REFERENCES "public"."properties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "units" ADD CONSTRAINT "units_property_id_room_type_id_room_types_property_id_id_fk" FOREIGN KEY ("property_id","room_type_id") REFERENCES "public"."room_types"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_proofs_actor" ON "contact_proofs" USING btree ("actor","contact");--> statement-breakpoint
CREATE INDEX "contact_proofs_contact" ON "contact_proofs" USING btree ("contact","created_at");--> statement-breakpoint
CREATE INDEX "contact_proofs_network" ON "contact_proofs" USING btree ("network","created_at");--> statement-breakpoint
CREATE INDEX "contact_proofs_age" ON "contact_proofs" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "accounts_user" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "invitations_organization" ON "invitations" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "invitations_email" ON "invitations" USING btree ("email");--> statement-breakpoint
CREATE UNIQUE INDEX "members_organization_user" ON "members" USING btree ("organization_id","user_id");--> statement-breakpoint
CREATE INDEX "members_user" ON "members" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_age" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "verifications_identifier" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "verifications_age" ON "verifications" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "booking_changes_pending" ON "booking_changes" USING btree ("booking_id") WHERE "booking_changes"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "booking_changes_due" ON "booking_changes" USING btree ("expires_at") WHERE "booking_changes"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "booking_events_booking" ON "booking_events" USING btree ("booking_id");--> statement-breakpoint
CREATE UNIQUE INDEX "bookings_external" ON "bookings" USING btree ("connection_id","external_id") WHERE "bookings"."connection_id" is not null;--> statement-breakpoint
CREATE INDEX "bookings_guest" ON "bookings" USING btree ("guest_id");--> statement-breakpoint
CREATE INDEX "bookings_user" ON "bookings" USING btree ("user_id","check_in","id") WHERE "bookings"."user_id" is not null;--> statement-breakpoint
CREATE INDEX "bookings_made" ON "bookings" USING btree ("property_id","created_at");--> statement-breakpoint
CREATE INDEX "bookings_holds" ON "bookings" USING btree ("hold_expires_at") WHERE "bookings"."hold_expires_at" is not null;--> statement-breakpoint
CREATE INDEX "bookings_live_holds" ON "bookings" USING btree ("actor") WHERE "bookings"."hold_expires_at" is not null;--> statement-breakpoint
CREATE INDEX "guests_email" ON "guests" USING btree ("email");--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "room_stays_room_type" ON "room_stays" USING btree ("room_type_id","check_in");--> statement-breakpoint
CREATE INDEX "room_stays_unproven" ON "room_stays" USING btree ("room_type_id","check_in") WHERE "room_stays"."unproven" and "room_stays"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "room_stays_network" ON "room_stays" USING btree ("network") WHERE "room_stays"."network" is not null;--> statement-breakpoint
CREATE INDEX "room_stays_contact" ON "room_stays" USING btree ("contact") WHERE "room_stays"."contact" is not null;--> statement-breakpoint
CREATE INDEX "blocks_room_type" ON "blocks" USING btree ("room_type_id");--> statement-breakpoint
CREATE INDEX "inventory_events_night" ON "inventory_events" USING btree ("room_type_id","stay_date");--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_message" ON "dead_letters" USING btree ("outbox_id","job");--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("state","next_replay_at") WHERE "dead_letters"."state" in ('waiting', 'replayed', 'needs_person');--> statement-breakpoint
CREATE INDEX "dead_letters_closed" ON "dead_letters" USING btree ("updated_at") WHERE "dead_letters"."state" in ('discarded', 'done');--> statement-breakpoint
CREATE UNIQUE INDEX "incidents_open" ON "incidents" USING btree ("cause") WHERE "incidents"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "incidents_cause" ON "incidents" USING btree ("cause");--> statement-breakpoint
CREATE INDEX "job_runs_age" ON "job_runs" USING btree ("done_at");--> statement-breakpoint
CREATE INDEX "outbox_ready" ON "outbox" USING btree ("id") WHERE "outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "outbox_published" ON "outbox" USING btree ("published_at") WHERE "outbox"."published_at" is not null;--> statement-breakpoint
CREATE INDEX "deliveries_provider" ON "deliveries" USING btree ("provider_id");--> statement-breakpoint
CREATE INDEX "deliveries_recipient" ON "deliveries" USING btree ("recipient","sent_at") WHERE "deliveries"."recipient" is not null;--> statement-breakpoint
CREATE INDEX "deliveries_held_back" ON "deliveries" USING btree ("updated_at") WHERE "deliveries"."state" = 'held_back';--> statement-breakpoint
CREATE INDEX "disputes_payment" ON "disputes" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "disputes_open" ON "disputes" USING btree ("payment_id") WHERE "disputes"."state" in ('inquiry', 'open');--> statement-breakpoint
CREATE INDEX "money_decisions_booking" ON "money_decisions" USING btree ("booking_id");--> statement-breakpoint
CREATE UNIQUE INDEX "money_decisions_refund" ON "money_decisions" USING btree ("refund_id","kind") WHERE "money_decisions"."refund_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "money_decisions_dispute" ON "money_decisions" USING btree ("dispute_id") WHERE "money_decisions"."dispute_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "payments_page_ref" ON "payments" USING btree ("provider","page_ref") WHERE "payments"."page_ref" is not null;--> statement-breakpoint
CREATE INDEX "payments_payment_ref" ON "payments" USING btree ("payment_ref");--> statement-breakpoint
CREATE INDEX "payments_open" ON "payments" USING btree ("state","created_at") WHERE "payments"."state" in ('created', 'requires_action', 'pending', 'challenged', 'authorised', 'denied');--> statement-breakpoint
CREATE INDEX "payments_tried" ON "payments" USING btree ("expires_at") WHERE "payments"."provider" = 'midtrans' and "payments"."state" = 'expired' and "payments"."method" = 'credit_card';--> statement-breakpoint
CREATE INDEX "payments_fresh" ON "payments" USING btree (coalesce("captured_at", "created_at"),"checked_at") WHERE "payments"."state" in ('captured', 'paid') and not "payments"."at_rest";--> statement-breakpoint
CREATE INDEX "payments_taken" ON "payments" USING btree ("checked_at") WHERE "payments"."state" in ('captured', 'paid') and not "payments"."at_rest";--> statement-breakpoint
CREATE INDEX "provider_events_age" ON "provider_events" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "refunds_payment" ON "refunds" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "refunds_open" ON "refunds" USING btree ("state","created_at") WHERE "refunds"."state" in ('requested', 'pending');--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_provider_ref" ON "refunds" USING btree ("provider_ref") WHERE "refunds"."provider_ref" is not null;--> statement-breakpoint
CREATE INDEX "destinations_trgm" ON "destinations" USING gin ("search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "properties_destination" ON "properties" USING btree ("destination_id") WHERE "properties"."archived_at" is null and "properties"."published_at" is not null;--> statement-breakpoint
CREATE INDEX "properties_reach" ON "properties" USING btree ("latitude","longitude") WHERE "properties"."archived_at" is null and "properties"."published_at" is not null;--> statement-breakpoint
CREATE INDEX "properties_organization" ON "properties" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "products_property" ON "products" USING btree ("property_id");