-- Generated from the entities; see CONTRIBUTING.md.
CREATE TABLE "closed_period" ("id" text NOT NULL, "project_id" text NOT NULL, "starts_at" TIMESTAMP(3) WITH TIME ZONE, "ends_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "reason" text NOT NULL DEFAULT '', "closed_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "closed_by" text NOT NULL, "reopened_at" TIMESTAMP(3) WITH TIME ZONE, "reopened_by" text, CONSTRAINT "PK_c49e81a84387c4a69777849bb58" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_069595464bd475a87bf7f207f3" ON "closed_period"  ("project_id") ;
-- next
CREATE TABLE "currency_rate" ("id" text NOT NULL, "project_id" text, "currency" text NOT NULL, "usd" numeric(38,18) NOT NULL, "effective_from" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "reason" text NOT NULL DEFAULT '', "author" text NOT NULL, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "revoked_at" TIMESTAMP(3) WITH TIME ZONE, "revoked_by" text, CONSTRAINT "PK_a92517ae58f0f116bc0f792f878" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_8b93bb0e1fe9930c67a631fe85" ON "currency_rate"  ("project_id") ;
-- next
CREATE TABLE "price_adjustment" ("repricing_id" text NOT NULL, "trace_id" text NOT NULL, "span_id" text NOT NULL, "start_nano" bigint NOT NULL, "project_id" text NOT NULL, "period_id" text NOT NULL, "provider" text NOT NULL, "model" text, "before_total" numeric(38,12), "after_total" numeric(38,12), "booked_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "reversed_at" TIMESTAMP(3) WITH TIME ZONE, CONSTRAINT "PK_fbe12721b9ec396bd0a68b3f2c3" PRIMARY KEY ("repricing_id", "trace_id", "span_id", "start_nano"));
-- next
CREATE INDEX "IDX_3e1ae2164cf8dede494712863c" ON "price_adjustment"  ("project_id", "booked_at") ;
-- next
CREATE INDEX "IDX_2693e4cdd91cc3de20d4d08041" ON "price_adjustment"  ("project_id", "trace_id", "span_id") ;
-- next
CREATE TABLE "price_audit" ("id" text NOT NULL, "project_id" text, "author" text NOT NULL, "action" text NOT NULL, "subject" text NOT NULL, "reason" text NOT NULL DEFAULT '', "details" jsonb NOT NULL DEFAULT '{}', "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_a98d6a5b4bc5d14e83e1b2d94f0" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_1177db54e96317e04f8c3dfa3b" ON "price_audit"  ("project_id") ;
-- next
CREATE INDEX "IDX_0279b117f8536212ffe178ec7b" ON "price_audit"  ("created_at", "id") ;
-- next
CREATE TABLE "price_book_file" ("id" text NOT NULL, "url" text NOT NULL, "version" text NOT NULL, "sha256" text NOT NULL, "signed" boolean NOT NULL, "etag" text, "status" text NOT NULL, "message" text NOT NULL DEFAULT '', "changes" jsonb NOT NULL DEFAULT '{}', "document" bytea, "resolved" bytea, "fetched_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "activated_at" TIMESTAMP(3) WITH TIME ZONE, "decided_by" text, CONSTRAINT "PK_470507a931c5d2416ca26040c1a" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_1d4688cbba2733e4baf779ee3b" ON "price_book_file"  ("url") ;
-- next
CREATE INDEX "IDX_4edbe2953560b39c14dcf79dfa" ON "price_book_file"  ("status") ;
-- next
CREATE INDEX "IDX_5df1d18470aa6f8da2ec773fb8" ON "price_book_file"  ("fetched_at", "id") ;
-- next
CREATE TABLE "price_schedule" ("override_id" text NOT NULL, "period_start" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "rows" jsonb NOT NULL, "computed_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, CONSTRAINT "PK_5a7553a50361184649256063515" PRIMARY KEY ("override_id", "period_start"));
-- next
ALTER TABLE "budget" ADD "unpriced" text NOT NULL DEFAULT 'ignore';
-- next
ALTER TABLE "repricing" ADD "adjusted" integer NOT NULL DEFAULT '0';
-- next
ALTER TABLE "repricing" ADD "adjustment" numeric(38,12) NOT NULL DEFAULT '0';
-- next
ALTER TABLE "repricing" ADD "undo_pruned_at" TIMESTAMP(3) WITH TIME ZONE;
-- next
ALTER TABLE "price_adjustment" ADD CONSTRAINT "FK_753f4b99b8ef62f3f66fd9b76cf" FOREIGN KEY ("repricing_id") REFERENCES "repricing"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
-- next
ALTER TABLE "price_schedule" ADD CONSTRAINT "FK_f3ea94e578e684b0a8651a04b89" FOREIGN KEY ("override_id") REFERENCES "price_override"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
