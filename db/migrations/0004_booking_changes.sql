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
	"currency" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT app_now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "booking_changes_property_id" UNIQUE("property_id","id"),
	CONSTRAINT "booking_changes_state" CHECK ("booking_changes"."state" in ('pending','applied','expired','abandoned') and ("booking_changes"."state" = 'pending') = ("booking_changes"."ended_at" is null)),
	CONSTRAINT "booking_changes_span" CHECK ("booking_changes"."check_in" < "booking_changes"."check_out"),
	CONSTRAINT "booking_changes_money" CHECK ("booking_changes"."due" > 0 and "booking_changes"."total" >= 0 and "booking_changes"."due_online" between 0 and "booking_changes"."total")
);
--> statement-breakpoint
ALTER TABLE "inventory_events" DROP CONSTRAINT "inventory_events_reason";--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "change_id" uuid;--> statement-breakpoint
ALTER TABLE "booking_changes" ADD CONSTRAINT "booking_changes_property_id_booking_id_bookings_property_id_id_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "booking_changes_pending" ON "booking_changes" USING btree ("booking_id") WHERE "booking_changes"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "booking_changes_booking" ON "booking_changes" USING btree ("booking_id");--> statement-breakpoint
CREATE INDEX "booking_changes_due" ON "booking_changes" USING btree ("expires_at") WHERE "booking_changes"."state" = 'pending';--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_property_id_change_id_booking_changes_property_id_id_fk" FOREIGN KEY ("property_id","change_id") REFERENCES "public"."booking_changes"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- Looser than the one before it, so that no old row needs a look while the table is locked.
ALTER TABLE "inventory_events" ADD CONSTRAINT "inventory_events_reason" CHECK ("inventory_events"."reason" in ('hold','sell','confirm','release','expire','cancel','retake','modify','block','unblock','adjust','channel')) NOT VALID;
