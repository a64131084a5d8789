import { CUSTOMERS, MODELS } from "../cast.js";
import type { Piece, PlannedCall, Who } from "../planned-call.js";
import type { Reply } from "../providers/index.js";
import { RHYTHMS } from "../rhythm.js";
import type { Feature, SessionContext } from "./feature.js";
import { limitWindow, pacing, SPEEDS } from "./timing.js";

const SYSTEM: Piece = { key: "agent-system", tokens: 900 };
/** From this day on a new release sends every step again when its answer does not parse, and never backs off. */
const WILD_FROM_DAY = 17;
const CACHE_STEP = 128;
const CACHE_FROM = 1_024;

/** The feature that retries wildly: on 429 it hammers the provider, and it resends whole conversations. */
export const researchAgent: Feature = {
  name: "research-agent",
  rhythm: RHYTHMS.office,
  weight: 8,
  session: (context) => run(context),
};

function run(context: SessionContext): PlannedCall[] {
  const { random } = context;
  const isWild = context.day >= WILD_FROM_DAY;
  const customer = random.weighted(CUSTOMERS);
  const who: Who = {
    service: "agent-runner",
    environment: "production",
    team: "growth",
    feature: "research-agent",
    user: null,
    customer,
    session: `agent-${context.number}`,
    tags: { release: isWild ? "2.4.0" : "2.3.1" },
  };
  const calls: PlannedCall[] = [];
  const turns: Piece[] = [{ key: `${who.session}-task`, tokens: random.around(300, 0.5) }];
  let atMs = context.startMs;
  let cachedTokens = 0;
  for (let step = 0, last = random.between(4, 14); step < last; step += 1) {
    const prompt = SYSTEM.tokens + turns.reduce((sum, piece) => sum + piece.tokens, 0);
    const output = random.around(190, 0.5);
    const resends = isWild && random.chance(0.5) ? random.between(1, 5) : 0;
    for (let copy = 0; copy <= resends; copy += 1) {
      const call = stepCall(context, who, atMs, turns, { prompt, cachedTokens, output, isWild });
      calls.push(call);
      atMs += call.replies.reduce((sum, reply) => sum + (reply.latencyMs ?? 0), 0) + random.between(40, 900);
    }
    cachedTokens = prompt >= CACHE_FROM ? Math.floor(prompt / CACHE_STEP) * CACHE_STEP : 0;
    turns.push({ key: `${who.session}-a${step}`, tokens: output });
    turns.push({ key: `${who.session}-tool${step}`, tokens: random.around(750, 0.7) });
    atMs += random.around(2_500, 0.6);
  }
  return calls;
}

interface Step {
  prompt: number;
  cachedTokens: number;
  output: number;
  isWild: boolean;
}

function stepCall(
  context: SessionContext,
  who: Who,
  atMs: number,
  turns: readonly Piece[],
  step: Step,
): PlannedCall {
  const { random } = context;
  const refusals = refusalsOf(context, step.isWild);
  const cacheRead = random.chance(0.7) ? Math.min(step.cachedTokens, step.prompt) : 0;
  const success: Reply = {
    ...pacing(random, SPEEDS.large, step.output, false),
    tokens: { input: step.prompt - cacheRead, cacheRead, output: step.output },
    toolCall: { name: "search", arguments: { query: "stand-in" } },
    limits: {
      requests: limitWindow(500, step.isWild ? 0.95 : 0.4),
      tokens: limitWindow(800_000, step.isWild ? 0.99 : 0.5),
    },
  };
  const maxRetries = step.isWild ? 6 : 2;
  const isGivenUp = refusals.length > maxRetries;
  return {
    atMs,
    api: "openai-chat",
    model: MODELS.agent,
    stream: false,
    includeUsage: false,
    system: SYSTEM,
    cacheSystem: null,
    cacheTurns: false,
    turns: [...turns],
    maxTokens: 1_000,
    maxRetries,
    replies: isGivenUp ? refusals.slice(0, maxRetries + 1) : [...refusals, success],
    leaveAfterChunks: null,
    who,
  };
}

function refusalsOf(context: SessionContext, isWild: boolean): Reply[] {
  const { random } = context;
  if (!random.chance(isWild ? 0.24 : 0.02)) return [];
  const count = isWild ? random.between(2, 7) : 1;
  return Array.from({ length: count }, () => ({
    status: 429,
    latencyMs: random.between(60, 140),
    retryAfterMs: random.between(400, 2_000),
    limits: { requests: limitWindow(500, 1), tokens: limitWindow(800_000, 1, 20_000) },
  }));
}
