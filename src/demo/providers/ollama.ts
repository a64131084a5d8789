import type { Exchange, Family } from "./exchange.js";
import { modelInBody } from "./exchange.js";
import { inputTotal, outputTotal, piecesOf } from "./tokens.js";

/**
 * Ollama's native `/api/chat`, `/api/generate` and `/api/embed`: newline-delimited JSON, durations in nanoseconds, streaming unless
 * `stream` is false, no ids and no limits.
 * Source: https://github.com/ollama/ollama/blob/main/docs/api.md and types of the npm package ollama 0.6.4, read 2026-11-25.
 */
export const ollama: Family = {
  name: "ollama",
  claims: (method, path) => method === "POST" && /^\/api\/(chat|generate|embed)$/.test(path),
  model: modelInBody,
  streams: (path, body) => path !== "/api/embed" && body["stream"] !== false,
  headers: () => ({}),
  errorBody: (exchange, status) => ({ error: exchange.reply.errorType ?? `stand-in refusal ${status}` }),
  answer: (exchange) => {
    if (exchange.request.path === "/api/embed") return embed(exchange);
    const reason = exchange.reply.finishReason === "length" ? "length" : "stop";
    const usage = exchange.reply.wireUsage === undefined ? counts(exchange) : exchange.reply.wireUsage;
    exchange.consumed(usage, null, reason);
    const head = { model: exchange.model, created_at: new Date(exchange.nowMs()).toISOString() };
    const last = { done: true, done_reason: reason, ...timings(exchange), ...usage };
    if (!exchange.request.stream)
      return exchange.json({ ...head, ...content(exchange, exchange.text), ...last });
    const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
    return exchange.stream({
      contentType: "application/x-ndjson",
      open: [],
      content: piecesOf(exchange.text, exchange.reply.chunks ?? 4).map((text) =>
        line({ ...head, ...content(exchange, text), done: false }),
      ),
      close: [line({ ...head, ...content(exchange, ""), ...last })],
      error: line({ error: exchange.reply.errorType ?? "stand-in error in a running stream" }),
    });
  },
};

function content(exchange: Exchange, text: string): Record<string, unknown> {
  if (exchange.request.path === "/api/generate") return { response: text };
  return { message: { role: "assistant", content: text } };
}

function counts(exchange: Exchange): Record<string, unknown> {
  return { prompt_eval_count: inputTotal(exchange.tokens), eval_count: outputTotal(exchange.tokens) };
}

function timings(exchange: Exchange): Record<string, number> {
  const total = (exchange.reply.latencyMs ?? 1) * 1_000_000;
  return {
    total_duration: total,
    load_duration: 0,
    prompt_eval_duration: total / 4,
    eval_duration: total / 2,
  };
}

async function embed(exchange: Exchange): Promise<void> {
  exchange.tokens.output = 0;
  const usage = { prompt_eval_count: inputTotal(exchange.tokens) };
  exchange.consumed(usage, null, "stop");
  await exchange.json({
    model: exchange.model,
    embeddings: [[0.1, 0.2, 0.3]],
    ...timings(exchange),
    ...usage,
  });
}
