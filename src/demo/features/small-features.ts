import { CUSTOMERS, endUser, ENGINEERS, MODELS } from "../cast.js";
import type { PlannedCall, Who } from "../planned-call.js";
import type { Reply } from "../providers/index.js";
import { RHYTHMS } from "../rhythm.js";
import type { Feature } from "./feature.js";
import { limitWindow, pacing, SPEEDS } from "./timing.js";

const PLAIN = {
  stream: false,
  includeUsage: false,
  system: null,
  cacheSystem: null,
  cacheTurns: false,
  maxTokens: 1_000,
  maxRetries: 2,
  leaveAfterChunks: null,
} as const;

const openaiLimits = (used: number): Reply => ({
  limits: { requests: limitWindow(10_000, used), tokens: limitWindow(4_000_000, used) },
});

/** Cheap and busy: one small structured answer per incoming message. */
export const intentRouter: Feature = {
  name: "intent-router",
  rhythm: RHYTHMS.people,
  weight: 130,
  session: ({ random, startMs, number }) => {
    const customer = random.weighted(CUSTOMERS);
    const message = { key: `message-${number}`, tokens: random.around(85, 0.7) };
    const system = { key: "router-system", tokens: 420 };
    const output = random.between(8, 22);
    const failure: Reply = { status: 500, latencyMs: 320 };
    const answer: Reply = {
      ...pacing(random, SPEEDS.nano, output, false),
      tokens: { input: system.tokens + message.tokens, output },
      ...openaiLimits(0.2),
    };
    const call: PlannedCall = {
      ...PLAIN,
      atMs: startMs,
      api: "openai-chat",
      model: MODELS.router,
      system,
      turns: [message],
      replies: random.chance(0.006) ? [failure, answer] : [answer],
      who: {
        service: "gateway",
        environment: "production",
        team: "platform",
        feature: "intent-router",
        user: endUser(customer, random.between(1, 40)),
        customer,
        session: null,
        tags: {},
      },
    };
    return [call];
  },
};

/** A nightly re-index in batches, and single queries by day. */
export const searchEmbeddings: Feature = {
  name: "search-embeddings",
  rhythm: RHYTHMS.night,
  weight: 85,
  session: ({ random, startMs, number }) => {
    const isQuery = random.chance(0.35);
    const customer = random.weighted(CUSTOMERS);
    const count = isQuery ? 1 : random.between(4, 12);
    const turns = Array.from({ length: count }, (_, index) => ({
      key: `chunk-${number}-${index}`,
      tokens: isQuery ? random.between(6, 24) : random.around(260, 0.3),
    }));
    const input = turns.reduce((sum, piece) => sum + piece.tokens, 0);
    const call: PlannedCall = {
      ...PLAIN,
      atMs: startMs,
      api: "openai-embeddings",
      model: MODELS.embeddings,
      turns,
      replies: [{ latencyMs: random.around(120, 0.4), tokens: { input }, ...openaiLimits(0.3) }],
      who: {
        service: isQuery ? "search-api" : "search-indexer",
        environment: "production",
        team: "search",
        feature: isQuery ? "search-query" : "search-index",
        user: null,
        customer,
        session: null,
        tags: {},
      },
    };
    return [call];
  },
};

/** Reviews of pull requests: long diffs, much reasoning, working hours only. */
export const codeReview: Feature = {
  name: "code-review",
  rhythm: RHYTHMS.office,
  weight: 16,
  session: (context) => {
    const { random, startMs, number } = context;
    const author = random.pick(ENGINEERS);
    const system = { key: "review-system", tokens: 1_900 };
    const diff = { key: `diff-${number}`, tokens: random.around(3_100, 0.8) };
    const visible = random.around(380, 0.4);
    const reasoning = random.around(1_100, 0.7);
    const cacheRead = random.chance(0.55) ? 1_792 : 0;
    const call: PlannedCall = {
      ...PLAIN,
      atMs: startMs,
      api: "openai-responses",
      model: MODELS.review,
      system,
      turns: [diff],
      maxTokens: 8_000,
      replies: [
        {
          ...pacing(random, SPEEDS.frontier, visible + reasoning, false),
          model: MODELS.reviewServed,
          tokens: { input: system.tokens + diff.tokens - cacheRead, cacheRead, output: visible, reasoning },
          ...openaiLimits(0.15),
        },
      ],
      who: engineering("ci-bot", "code-review", author, {
        repository: random.pick(["web", "billing", "mobile"]),
      }),
    };
    return [call];
  },
};

/** Streams without usage on the wire, and half of them are abandoned while typing goes on: recorded, not priced. */
export const autocomplete: Feature = {
  name: "ide-autocomplete",
  rhythm: RHYTHMS.office,
  weight: 24,
  session: ({ random, startMs, number }) => {
    const context = { key: `buffer-${number}`, tokens: random.around(700, 0.5) };
    const output = random.around(40, 0.5);
    const call: PlannedCall = {
      ...PLAIN,
      atMs: startMs,
      api: "openai-chat",
      model: MODELS.autocomplete,
      stream: true,
      turns: [context],
      maxTokens: 120,
      replies: [
        {
          ...pacing(random, SPEEDS.small, output, true),
          tokens: { input: context.tokens, output },
          ...openaiLimits(0.1),
        },
      ],
      leaveAfterChunks: random.chance(0.45) ? random.between(1, 3) : null,
      who: engineering("ide-plugin", "ide-autocomplete", random.pick(ENGINEERS), {}),
    };
    return [call];
  },
};

/** A few expensive reports each night: thinking, and a prompt cached for an hour. */
export const nightlyReport: Feature = {
  name: "nightly-report",
  rhythm: RHYTHMS.night,
  weight: 3,
  session: (context) => {
    const { random, startMs, number } = context;
    const system = { key: "report-system", tokens: 5_200 };
    const figures = { key: `figures-${number}`, tokens: random.around(4_200, 0.3) };
    const last = context.memory.get("report") ?? Number.NEGATIVE_INFINITY;
    context.memory.set("report", startMs);
    const cached =
      startMs - last <= 3_600_000 ? { cacheRead: system.tokens } : { cacheWrite1h: system.tokens };
    const output = random.around(1_200, 0.3);
    const reasoning = random.around(1_800, 0.4);
    const call: PlannedCall = {
      ...PLAIN,
      atMs: startMs,
      api: "anthropic-messages",
      model: MODELS.report,
      system,
      cacheSystem: "1h",
      turns: [figures],
      maxTokens: 6_000,
      replies: [
        {
          ...pacing(random, SPEEDS.frontier, output + reasoning, false),
          tokens: { ...cached, input: figures.tokens, output, reasoning },
          thinking: "considering the figures",
        },
      ],
      who: {
        service: "report-writer",
        environment: "production",
        team: "finance",
        feature: "nightly-report",
        user: null,
        customer: null,
        session: null,
        tags: {},
      },
    };
    return [call];
  },
};

/** People trying things in staging: errors, and a model that no price book knows. */
export const playground: Feature = {
  name: "playground",
  rhythm: RHYTHMS.office,
  weight: 9,
  session: ({ random, startMs, number }) => {
    const turn = { key: `try-${number}`, tokens: random.around(300, 0.8) };
    const output = random.around(260, 0.6);
    const success: Reply = {
      ...pacing(random, SPEEDS.small, output, false),
      tokens: { input: turn.tokens, output },
      ...openaiLimits(0.05),
    };
    const isUnlisted = random.chance(0.6);
    const failure = random.weighted<Reply | null>([
      [null, 85],
      [{ status: 401, latencyMs: 70 }, 5],
      [{ status: 404, latencyMs: 90 }, 5],
      [{ status: 400, latencyMs: 80 }, 5],
    ]);
    const call: PlannedCall = {
      ...PLAIN,
      atMs: startMs,
      api: "openai-chat",
      model: isUnlisted ? MODELS.unlisted : MODELS.autocomplete,
      turns: [turn],
      maxRetries: 0,
      replies: [failure ?? success],
      who: {
        ...engineering("playground", "playground", random.pick(ENGINEERS), {}),
        environment: random.chance(0.7) ? "staging" : "development",
      },
    };
    return [call];
  },
};

function engineering(service: string, feature: string, user: string, tags: Record<string, string>): Who {
  return {
    service,
    environment: "production",
    team: "engineering",
    feature,
    user,
    customer: null,
    session: null,
    tags,
  };
}
