-- Generated from the entities; see CONTRIBUTING.md.
CREATE TABLE "repricing" ("id" text NOT NULL, "project_id" text NOT NULL, "status" text NOT NULL, "cause" text NOT NULL, "from_nano" bigint, "to_nano" bigint, "filter" jsonb NOT NULL, "price_book" text NOT NULL, "total" integer NOT NULL, "calls" integer NOT NULL DEFAULT '0', "changed" integer NOT NULL DEFAULT '0', "kept" integer NOT NULL DEFAULT '0', "before" numeric(38,12) NOT NULL DEFAULT '0', "after" numeric(38,12) NOT NULL DEFAULT '0', "unpriced_before" integer NOT NULL DEFAULT '0', "unpriced_after" integer NOT NULL DEFAULT '0', "position" jsonb, "error" text, "author" text NOT NULL, "lease_owner" text, "lease_until" TIMESTAMP(3) WITH TIME ZONE, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "finished_at" TIMESTAMP(3) WITH TIME ZONE, CONSTRAINT "PK_eac1f0c3a1d5113c8a5809f54f0" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_f52787185f5afcc0c8d29180bf" ON "repricing"  ("status") ;
-- next
CREATE INDEX "IDX_b4050d6d34c2c2eda54af5a7bc" ON "repricing"  ("project_id", "created_at", "id") ;
-- next
CREATE TABLE "repricing_undo" ("repricing_id" text NOT NULL, "step" integer NOT NULL, "rows" bytea NOT NULL, CONSTRAINT "PK_8effea6ac1fd13103377cc90bda" PRIMARY KEY ("repricing_id", "step"));
-- next
ALTER TABLE "repricing_undo" ADD CONSTRAINT "FK_9c71971e886a38a2ef2b4a8498b" FOREIGN KEY ("repricing_id") REFERENCES "repricing"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
