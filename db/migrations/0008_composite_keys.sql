-- The uniques first, as the keys need them; the old keys go as the new ones come, so that no write is unwatched between them.
ALTER TABLE "booking_changes" ADD CONSTRAINT "booking_changes_booking_id" UNIQUE("booking_id","id");--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_currency" UNIQUE("property_id","id","currency");--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_room_type_id" UNIQUE("room_type_id","id");--> statement-breakpoint
-- Where a table may be large its old rows are not looked at here, under its lock: db/migrate.ts validates behind the migrations.
ALTER TABLE "room_stays" ADD CONSTRAINT "room_stays_product_fk" FOREIGN KEY ("room_type_id","product_id") REFERENCES "public"."products"("room_type_id","id") ON DELETE no action ON UPDATE no action NOT VALID;--> statement-breakpoint
ALTER TABLE "room_stays" ADD CONSTRAINT "room_stays_unit_fk" FOREIGN KEY ("property_id","unit_id") REFERENCES "public"."units"("property_id","id") ON DELETE no action ON UPDATE no action NOT VALID;--> statement-breakpoint
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_room_type_fk" FOREIGN KEY ("property_id","room_type_id") REFERENCES "public"."room_types"("property_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_booking_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action NOT VALID;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_booking_fk" FOREIGN KEY ("property_id","booking_id") REFERENCES "public"."bookings"("property_id","id") ON DELETE no action ON UPDATE no action NOT VALID;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_change_fk" FOREIGN KEY ("booking_id","change_id") REFERENCES "public"."booking_changes"("booking_id","id") ON DELETE no action ON UPDATE no action NOT VALID;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_payment_fk" FOREIGN KEY ("property_id","payment_id","currency") REFERENCES "public"."payments"("property_id","id","currency") ON DELETE no action ON UPDATE no action NOT VALID;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_room_type_base_fk" FOREIGN KEY ("room_type_id","base_product_id") REFERENCES "public"."products"("room_type_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_booking_property" CHECK ("incidents"."booking_id" is null or "incidents"."property_id" is not null) NOT VALID;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_property" CHECK ("deliveries"."booking_id" is null or "deliveries"."property_id" is not null) NOT VALID;--> statement-breakpoint
ALTER TABLE "room_stays" DROP CONSTRAINT "room_stays_property_id_product_id_products_property_id_id_fk";--> statement-breakpoint
ALTER TABLE "payments" DROP CONSTRAINT "payments_property_id_change_id_booking_changes_property_id_id_fk";--> statement-breakpoint
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_property_id_payment_id_payments_property_id_id_fk";--> statement-breakpoint
ALTER TABLE "products" DROP CONSTRAINT "products_base_fk";--> statement-breakpoint
ALTER TABLE "booking_changes" DROP CONSTRAINT "booking_changes_property_id";--> statement-breakpoint
ALTER TABLE "products" DROP CONSTRAINT "products_property_id";--> statement-breakpoint
DROP INDEX "booking_changes_booking";--> statement-breakpoint
CREATE INDEX "sessions_age" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "verifications_age" ON "verifications" USING btree ("expires_at");
