// What the contestants of the wrapper bench do, and the fetch that answers them from memory: no sockets, no waiting.

const CHUNKS = 500;
const TEXTS = 16;
const DIMENSIONS = 1536;
const CREATED = 1_795_374_058;

const encode = (text) => new TextEncoder().encode(text);

const USAGE = {
  prompt_tokens: 2400,
  completion_tokens: 85,
  total_tokens: 2485,
  prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

const CHAT_ANSWER = encode(
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: CREATED,
    model: "gpt-4o-2024-08-06",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "An answer of some length. ".repeat(14), refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: USAGE,
    service_tier: "default",
    system_fingerprint: "fp_1",
  }),
);

function chunk(choices, usage) {
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: CREATED };
  return encode(
    `data: ${JSON.stringify({ ...head, model: "gpt-4o-2024-08-06", service_tier: "default", system_fingerprint: "fp_1", choices, usage })}\n\n`,
  );
}

const delta = (content, finish) => [{ index: 0, delta: content, logprobs: null, finish_reason: finish }];

const STREAM = [
  chunk(delta({ role: "assistant", content: "", refusal: null }, null), null),
  ...Array.from({ length: CHUNKS }, (_unused, index) =>
    chunk(delta({ content: ` word${index}` }, null), null),
  ),
  chunk(delta({}, "stop"), null),
  chunk([], USAGE),
  encode("data: [DONE]\n\n"),
];

const vector = (seed) =>
  Array.from(
    { length: DIMENSIONS },
    (_unused, index) => Number(Math.sin(seed * 7919 + index).toFixed(9)) / 10,
  );

const EMBEDDINGS_ANSWER = encode(
  JSON.stringify({
    object: "list",
    data: Array.from({ length: TEXTS }, (_unused, index) => ({
      object: "embedding",
      index,
      embedding: vector(index),
    })),
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 800, total_tokens: 800 },
  }),
);

const HEADERS = {
  "x-request-id": "req_1",
  "openai-processing-ms": "812",
  "x-ratelimit-limit-requests": "10000",
  "x-ratelimit-remaining-requests": "9999",
  "x-ratelimit-reset-requests": "6ms",
  "x-ratelimit-limit-tokens": "2000000",
  "x-ratelimit-remaining-tokens": "1998800",
  "x-ratelimit-reset-tokens": "36ms",
};
const EVENTS = { ...HEADERS, "content-type": "text/event-stream; charset=utf-8" };
const JSON_BODY = { ...HEADERS, "content-type": "application/json" };

/** Chunks as a network body delivers them: one by one, as they are asked for. */
function bodyOf(chunks) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < chunks.length) controller.enqueue(chunks[next++]);
      else controller.close();
    },
  });
}

/** A fetch without a network: the answer comes in the next turn of the event loop, since no network answers within the same one. */
export async function answerFromMemory(url, init) {
  await new Promise((resolve) => setImmediate(resolve));
  if (url.endsWith("/embeddings")) return new Response(bodyOf([EMBEDDINGS_ANSWER]), { headers: JSON_BODY });
  if (init.body.startsWith('{"model":"gpt-4o","stream":true'))
    return new Response(bodyOf(STREAM), { headers: EVENTS });
  return new Response(bodyOf([CHAT_ANSWER]), { headers: JSON_BODY });
}

/** A system prompt and nineteen turns, 10 kB. The last turn differs from call to call, as in life. */
const TURNS = [
  { role: "system", content: "You are a careful assistant. ".repeat(34) },
  ...Array.from({ length: 18 }, (_unused, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: `Turn ${index}: ${"what was said so far, in some words. ".repeat(13)}`,
  })),
];
let calls = 0;
const messages = () => [
  ...TURNS,
  { role: "user", content: `Question ${(calls += 1)}: ${"and now? ".repeat(50)}` },
];

/** As many texts as long, every one of them new: nothing of an earlier call is found again. */
const freshMessages = () => {
  calls += 1;
  return TURNS.map(({ role, content }) => ({ role, content: `${calls} ${content}` })).concat({
    role: "user",
    content: `Question ${calls}: ${"and now? ".repeat(50)}`,
  });
};

const INPUT = Array.from(
  { length: TEXTS },
  (_unused, index) => `Text ${index}: ${"some words to embed ".repeat(12)}`,
);

export const WORKLOADS = {
  chat: async (client) => {
    const answer = await client.chat.completions.create({ model: "gpt-4o", messages: messages() });
    if (answer.choices.length !== 1) throw new Error("no answer");
  },
  fresh: async (client) => {
    const answer = await client.chat.completions.create({ model: "gpt-4o", messages: freshMessages() });
    if (answer.choices.length !== 1) throw new Error("no answer");
  },
  stream: async (client) => {
    const stream = await client.chat.completions.create({
      model: "gpt-4o",
      stream: true,
      stream_options: { include_usage: true },
      messages: messages(),
    });
    let seen = 0;
    for await (const part of stream) seen += part.choices.length;
    if (seen !== CHUNKS + 2) throw new Error(`${seen} chunks`);
  },
  embeddings: async (client) => {
    const answer = await client.embeddings.create({
      model: "text-embedding-3-small",
      input: INPUT,
      encoding_format: "float",
    });
    if (answer.data.length !== TEXTS) throw new Error("no answer");
  },
};
