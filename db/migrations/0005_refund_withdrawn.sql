ALTER TABLE "refunds" DROP CONSTRAINT "refunds_state";--> statement-breakpoint
CREATE INDEX "payments_taken" ON "payments" USING btree ("checked_at") WHERE "payments"."state" in ('captured','paid');--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_state" CHECK ("refunds"."state" in ('requested','pending','succeeded','failed','manual','withdrawn'));