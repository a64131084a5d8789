import "../../../../src/sdk/src/register.js";
import Anthropic from "@anthropic-ai/sdk";
import { trace } from "@opentelemetry/api";
import OpenAI from "openai";
import { observe } from "../../../../src/sdk/src/index.js";
import { SpanProbe } from "../span-probe.js";

/** Three calls under `register`: by plain fetch, by an observed openai client and by an observed Anthropic client. Prints who recorded them. */
const probe = new SpanProbe();
trace.setGlobalTracerProvider(probe.provider);
const base = process.env["PROVIDER_URL"] ?? "";

await (await fetch(`${base}/v1/chat/completions`, { method: "POST", body: '{"model":"m"}' })).json();
await (await fetch(`${base}/v1/models`)).json();
const openai = observe(new OpenAI({ apiKey: "k", baseURL: `${base}/v1` }));
await openai.chat.completions.create({ model: "m", messages: [] });
const anthropic = observe(new Anthropic({ apiKey: "k", baseURL: base, openTelemetry: false }));
await anthropic.messages.create({ model: "m", max_tokens: 1, messages: [] });

const flavors = probe.spans.map((span) => span.attributes["spanledger.client.flavor"]);
process.stdout.write(JSON.stringify(flavors));
