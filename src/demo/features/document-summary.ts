import { CUSTOMERS, MODELS } from "../cast.js";
import type { Piece, PlannedCall } from "../planned-call.js";
import { RHYTHMS } from "../rhythm.js";
import type { Feature, SessionContext } from "./feature.js";
import { limitWindow, pacing, SPEEDS } from "./timing.js";

/** Style guide, glossary and forty examples, sent with every document: the same 11,800 tokens every time. */
const SYSTEM: Piece = { key: "summary-system-v7", tokens: 11_800 };

/** The feature with an oversized static system prompt and caching off. */
export const documentSummary: Feature = {
  name: "document-summary",
  rhythm: RHYTHMS.office,
  weight: 22,
  session: (context) => batchOfDocuments(context),
};

function batchOfDocuments(context: SessionContext): PlannedCall[] {
  const { random } = context;
  const customer = random.weighted(CUSTOMERS);
  const calls: PlannedCall[] = [];
  let atMs = context.startMs;
  for (let index = 0, count = random.between(1, 4); index < count; index += 1) {
    const document = { key: `document-${context.number}-${index}`, tokens: random.around(2_400, 0.6) };
    const output = random.around(420, 0.35);
    const isTooLong = random.chance(0.008);
    calls.push({
      atMs,
      api: "anthropic-messages",
      model: MODELS.summary,
      stream: false,
      includeUsage: true,
      system: SYSTEM,
      cacheSystem: null,
      cacheTurns: false,
      turns: [document],
      maxTokens: 2_048,
      maxRetries: 2,
      replies: [
        isTooLong
          ? { status: 400, latencyMs: 240 }
          : {
              ...pacing(random, SPEEDS.large, output, false),
              tokens: { input: SYSTEM.tokens + document.tokens, output },
              finishReason: random.chance(0.02) ? "length" : "stop",
              limits: { requests: limitWindow(4_000, 0.1), inputTokens: limitWindow(2_000_000, 0.45) },
            },
      ],
      leaveAfterChunks: null,
      who: {
        service: "docs-worker",
        environment: "production",
        team: "documents",
        feature: "document-summary",
        user: null,
        customer,
        session: null,
        tags: {
          format: random.weighted([
            ["pdf", 7],
            ["docx", 2],
            ["html", 1],
          ]),
        },
      },
    });
    atMs += random.around(9_000, 0.4);
  }
  return calls;
}
