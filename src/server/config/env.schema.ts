import { z } from "zod";
import { RAW_KEY } from "./price-book-source.js";

const port = z.coerce.number().int().min(0).max(65535);
const emptyAsUnset = (value: unknown): unknown => (value === "" ? undefined : value);
const list = z.preprocess(
  (value) =>
    typeof value === "string"
      ? value
          .split(",")
          .map((item) => item.trim())
          .filter((item) => item !== "")
      : (value ?? []),
  z.array(z.string()),
);

const url = (protocols: RegExp, what: string) =>
  z.preprocess(
    emptyAsUnset,
    z
      .string()
      .refine((text) => protocols.test(text) && URL.canParse(text), { message: `must be ${what}` })
      .optional(),
  );

/** Every environment variable the server reads, with its default. The only description of them: docs are generated from it. */
export const envSchema = z.object({
  SPANLEDGER_HOST: z.string().min(1).default("127.0.0.1").describe("Address to bind."),
  SPANLEDGER_PORT: port.default(4318).describe("HTTP port: OTLP, API, page, health, metrics."),
  SPANLEDGER_GRPC_PORT: port.default(4317).describe("OTLP/gRPC port; 0 turns it off."),
  SPANLEDGER_FACADE_PORT: port
    .default(8123)
    .describe("Read-only ClickHouse HTTP facade (embedded mode only); 0 turns it off."),
  SPANLEDGER_DATA_DIR: z.string().min(1).default("./data").describe("Directory of the embedded databases."),
  SPANLEDGER_CLICKHOUSE_URL: url(/^https?:$|^https?:\/\//, "an http or https URL").describe(
    "ClickHouse server, e.g. http://user:password@host:8123/database; unset: embedded chDB.",
  ),
  SPANLEDGER_CLICKHOUSE_CLUSTER: z
    .preprocess(
      emptyAsUnset,
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .optional(),
    )
    .describe("ClickHouse cluster name for replicated and distributed tables; unset: single server."),
  SPANLEDGER_POSTGRES_URL: url(/^postgres(ql)?:\/\//, "a postgres:// URL").describe(
    "Postgres server; unset: embedded PGlite.",
  ),
  SPANLEDGER_ADMIN_PASSWORD: z
    .preprocess(emptyAsUnset, z.string().min(8, "must have at least 8 characters").optional())
    .describe("Password of the page and of admin requests; required when bound to a non-loopback address."),
  SPANLEDGER_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(36500)
    .default(400)
    .describe("Days that calls are kept."),
  SPANLEDGER_PRICE_BOOK_URLS: list.describe(
    "Comma-separated price book URLs, signed or marked `#unsigned`: see docs/pricing.md. Empty: the bundled book, without outbound traffic.",
  ),
  SPANLEDGER_PRICE_BOOK_KEY: z
    .preprocess(
      emptyAsUnset,
      z
        .string()
        .regex(RAW_KEY, "must be an Ed25519 public key: 32 bytes in base64 (44 characters)")
        .optional(),
    )
    .describe(
      "Public key of the publisher whose books are read; entries with a key of their own do not need it.",
    ),
  SPANLEDGER_WEBHOOK_ALLOW: list.describe(
    "Comma-separated hosts or CIDRs that outgoing alerts and price book downloads may reach although not public.",
  ),
  SPANLEDGER_LOG_LEVEL: z
    .enum(["silent", "error", "warn", "info", "debug"])
    .default("info")
    .describe("Least severe level that is logged."),
  SPANLEDGER_MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .max(1 << 30)
    .default(20 * 1024 * 1024)
    .describe("Largest OTLP request, before and after decompression, in bytes."),
  SPANLEDGER_MAX_INFLIGHT_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(128 * 1024 * 1024)
    .describe("Unacknowledged OTLP bytes held in memory before senders are told to retry."),
});

export type Env = z.infer<typeof envSchema>;
