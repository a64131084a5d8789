import { CUSTOMERS, endUser, MODELS } from "../cast.js";
import type { Piece, PlannedCall } from "../planned-call.js";
import type { Reply, Tokens } from "../providers/index.js";
import { RHYTHMS } from "../rhythm.js";
import type { Feature, SessionContext } from "./feature.js";
import { limitWindow, pacing, SPEEDS } from "./timing.js";

const SYSTEM: Piece = { key: "support-system", tokens: 3_200 };
const CACHE_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;

/** The feature that caches well: a shared system prompt for an hour, the growing conversation for five minutes. */
export const supportChat: Feature = {
  name: "support-chat",
  rhythm: RHYTHMS.people,
  weight: 30,
  session: (context) => conversation(context),
};

function conversation(context: SessionContext): PlannedCall[] {
  const { random } = context;
  const customer = random.weighted(CUSTOMERS);
  const model = random.chance(0.3) ? MODELS.supportLite : MODELS.support;
  const who = {
    service: "support-api",
    environment: "production",
    team: "support",
    feature: "support-chat",
    user: endUser(customer, random.between(1, 40)),
    customer,
    session: `chat-${context.number}`,
    tags: {
      channel: random.weighted([
        ["web", 6],
        ["app", 3],
        ["email", 1],
      ]),
    },
  };
  const calls: PlannedCall[] = [];
  const turns: Piece[] = [];
  let atMs = context.startMs;
  let cachedTurnTokens = 0;
  let cachedAtMs = Number.NEGATIVE_INFINITY;
  for (let turn = 0, last = random.between(1, 7); turn < last; turn += 1) {
    turns.push({ key: `${who.session}-q${turn}`, tokens: random.around(90, 0.6) });
    const conversationTokens = turns.reduce((sum, piece) => sum + piece.tokens, 0);
    const warm = atMs - cachedAtMs <= CACHE_MS ? cachedTurnTokens : 0;
    const output = random.around(210, 0.5);
    const tokens = { ...readSystem(context, model, atMs), ...turnTokens(conversationTokens, warm), output };
    tokens.cacheRead = (tokens.cacheRead ?? 0) + warm;
    const isOverloaded = random.chance(0.012);
    const leaves = random.chance(0.03);
    calls.push({
      atMs,
      api: "anthropic-messages",
      model,
      stream: true,
      includeUsage: true,
      system: SYSTEM,
      cacheSystem: "1h",
      cacheTurns: true,
      turns: [...turns],
      maxTokens: 1_024,
      maxRetries: 2,
      replies: [...(isOverloaded ? [overloaded] : []), answer(context, tokens, output)],
      leaveAfterChunks: leaves ? random.between(1, 3) : null,
      who,
    });
    cachedTurnTokens = conversationTokens;
    cachedAtMs = atMs;
    turns.push({ key: `${who.session}-a${turn}`, tokens: output });
    if (leaves) break;
    atMs += random.around(70_000, 0.9);
  }
  return calls;
}

const overloaded: Reply = { status: 529, latencyMs: 180 };

/** The system prompt is one cache entry for everybody: read while anybody used it in the last hour, else written. */
function readSystem(context: SessionContext, model: string, atMs: number): Tokens {
  const last = context.memory.get(`system-${model}`) ?? Number.NEGATIVE_INFINITY;
  context.memory.set(`system-${model}`, Math.max(last, atMs));
  return atMs - last <= HOUR_MS ? { cacheRead: SYSTEM.tokens } : { cacheWrite1h: SYSTEM.tokens };
}

function turnTokens(conversation: number, warm: number): Tokens {
  return { input: 4, cacheWrite5m: Math.max(0, conversation - warm) };
}

function answer(context: SessionContext, tokens: Tokens, output: number): Reply {
  const busy = 0.25 + context.random.next() * 0.3;
  return {
    ...pacing(context.random, SPEEDS.large, output, true),
    tokens,
    limits: {
      requests: limitWindow(4_000, busy),
      inputTokens: limitWindow(2_000_000, busy),
      outputTokens: limitWindow(400_000, busy * 0.8),
    },
  };
}
