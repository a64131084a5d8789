-- Generated from the entities; see CONTRIBUTING.md.
CREATE TABLE "project" ("id" text NOT NULL, "name" text NOT NULL, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "UQ_dedfea394088ed136ddadeee89c" UNIQUE ("name"), CONSTRAINT "PK_4d68b1358bb5b766d3e78f32f57" PRIMARY KEY ("id"));
-- next
CREATE TABLE "alert" ("id" text NOT NULL, "project_id" text NOT NULL, "type" text NOT NULL, "budget_id" text, "payload" json NOT NULL, "fired_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "acknowledged_at" TIMESTAMP(3) WITH TIME ZONE, "acknowledged_by" text, CONSTRAINT "PK_ad91cad659a3536465d564a4b2f" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_82acc2b5c0e3ae14d54d3061c3" ON "alert"  ("budget_id") ;
-- next
CREATE INDEX "IDX_77d03ef2c55a813bc1272365a9" ON "alert"  ("project_id", "fired_at", "id") ;
-- next
CREATE TABLE "api_key" ("id" text NOT NULL, "project_id" text NOT NULL, "name" text NOT NULL, "prefix" text NOT NULL, "secret_hash" text NOT NULL, "scopes" text array NOT NULL, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "last_used_at" TIMESTAMP(3) WITH TIME ZONE, "revoked_at" TIMESTAMP(3) WITH TIME ZONE, CONSTRAINT "UQ_c4f6ccad30c0862eb54af9fb0ac" UNIQUE ("prefix"), CONSTRAINT "PK_b1bd840641b8acbaad89c3d8d11" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_3ed6a26ab6f0fb34b282a169ff" ON "api_key"  ("project_id") ;
-- next
CREATE TABLE "budget" ("id" text NOT NULL, "project_id" text NOT NULL, "name" text NOT NULL, "limit_amount" numeric(38,12) NOT NULL, "unit" text NOT NULL, "period" text NOT NULL, "custom_period" jsonb, "timezone" text NOT NULL, "scope" jsonb NOT NULL, "thresholds" jsonb NOT NULL, "channel_ids" text array NOT NULL, "rearm_pending" boolean NOT NULL DEFAULT false, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_9af87bcfd2de21bd9630dddaa0e" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_040584adf91405ae1fd5cac06e" ON "budget"  ("project_id") ;
-- next
CREATE TABLE "budget_claim" ("budget_id" text NOT NULL, "period_start" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "threshold" text NOT NULL, "alert_id" text NOT NULL, "fired_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, CONSTRAINT "PK_9a564257c0470239ae2ad5a6867" PRIMARY KEY ("budget_id", "period_start", "threshold"));
-- next
CREATE TABLE "channel" ("id" text NOT NULL, "project_id" text NOT NULL, "name" text NOT NULL, "type" text NOT NULL, "config" jsonb NOT NULL, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_590f33ee6ee7d76437acf362e39" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_b05211ecc936048ce30906b164" ON "channel"  ("project_id") ;
-- next
CREATE TABLE "endpoint_map" ("id" text NOT NULL, "project_id" text, "host" text, "deployment" text, "provider" text NOT NULL, "model" text, "definition" jsonb NOT NULL DEFAULT '{}', "effective_from" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "effective_to" TIMESTAMP(3) WITH TIME ZONE, "author" text NOT NULL, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "revoked_at" TIMESTAMP(3) WITH TIME ZONE, CONSTRAINT "PK_9da95e924bc7f023dca279f68f9" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_df2325d87a7cf770ad472d8dc2" ON "endpoint_map"  ("project_id") ;
-- next
CREATE TABLE "outbox" ("id" text NOT NULL, "alert_id" text NOT NULL, "channel_id" text, "channel_name" text NOT NULL, "payload" json NOT NULL, "status" text NOT NULL DEFAULT 'pending', "attempts" integer NOT NULL DEFAULT '0', "due_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "last_error" text, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "finished_at" TIMESTAMP(3) WITH TIME ZONE, CONSTRAINT "PK_340ab539f309f03bdaa14aa7649" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_cd6c2ef76b4c9d6b2cdd364b1b" ON "outbox"  ("alert_id") ;
-- next
CREATE INDEX "IDX_102746361a300c4998a28e584c" ON "outbox"  ("channel_id") ;
-- next
CREATE INDEX "IDX_outbox_due" ON "outbox"  ("due_at") WHERE status = 'pending';
-- next
CREATE TABLE "price_override" ("id" text NOT NULL, "project_id" text, "kind" text NOT NULL, "match" jsonb NOT NULL, "definition" jsonb NOT NULL, "effective_from" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "effective_to" TIMESTAMP(3) WITH TIME ZONE, "reason" text NOT NULL DEFAULT '', "author" text NOT NULL, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "revoked_at" TIMESTAMP(3) WITH TIME ZONE, "revoked_by" text, CONSTRAINT "PK_02531b0810db0d6a16a0fb7b79f" PRIMARY KEY ("id"));
-- next
CREATE INDEX "IDX_ee4b11c2e925e4a328b67b6a9b" ON "price_override"  ("project_id") ;
-- next
CREATE TABLE "session" ("token_hash" text NOT NULL, "password_tag" text NOT NULL, "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), "expires_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, CONSTRAINT "PK_a83507eb0338ac037780e02f2b9" PRIMARY KEY ("token_hash"));
-- next
CREATE INDEX "IDX_2223e981900a413ce4ce6386f9" ON "session"  ("expires_at") ;
-- next
CREATE TABLE "setting" ("key" text NOT NULL, "value" jsonb NOT NULL, "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_1c4c95d773004250c157a744d6e" PRIMARY KEY ("key"));
-- next
ALTER TABLE "alert" ADD CONSTRAINT "FK_644d636ac256be78c1ca802f88b" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
-- next
ALTER TABLE "api_key" ADD CONSTRAINT "FK_3ed6a26ab6f0fb34b282a169ff2" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
-- next
ALTER TABLE "budget" ADD CONSTRAINT "FK_040584adf91405ae1fd5cac06e3" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
-- next
ALTER TABLE "budget_claim" ADD CONSTRAINT "FK_2b37abafa8bbeb013327e01aec9" FOREIGN KEY ("budget_id") REFERENCES "budget"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
-- next
ALTER TABLE "channel" ADD CONSTRAINT "FK_b05211ecc936048ce30906b164a" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
-- next
ALTER TABLE "outbox" ADD CONSTRAINT "FK_cd6c2ef76b4c9d6b2cdd364b1bc" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
-- next
ALTER TABLE "outbox" ADD CONSTRAINT "FK_102746361a300c4998a28e584cc" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE SET NULL ON UPDATE NO ACTION;
