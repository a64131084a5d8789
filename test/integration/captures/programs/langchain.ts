import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { OpenAIInstrumentation as TraceloopInstrumentation } from "@traceloop/instrumentation-openai";
import * as CallbackManagerModule from "@langchain/core/callbacks/manager";
import { HumanMessage } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import { ChatOpenAI } from "@langchain/openai";
import OpenAI from "openai";
import { OPENAI_OPTIONS } from "./openai-calls.js";
import { play, type Situations, startTracing } from "./session.js";

const provider = startTracing();
const flush = () => provider.forceFlush();
const langchain = new LangChainInstrumentation({ tracerProvider: provider });
langchain.manuallyInstrument(CallbackManagerModule);

function model(more: { maxRetries?: number; streamUsage?: boolean; name?: string } = {}): ChatOpenAI {
  return new ChatOpenAI({
    model: more.name ?? "gpt-4o",
    apiKey: OPENAI_OPTIONS.apiKey,
    maxRetries: more.maxRetries ?? 0,
    streamUsage: more.streamUsage ?? true,
    configuration: { baseURL: OPENAI_OPTIONS.baseURL },
  });
}

const question = [new HumanMessage("Where does it rain?")];
/** A chain around the model, as applications have it. */
const chain = (inner: ChatOpenAI) =>
  RunnableLambda.from((text: string) => [new HumanMessage(text)]).pipe(inner);

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const chunk of stream) void chunk;
}

const situations: Situations = {
  "openai-plain": () => model().invoke(question),
  "openai-cached": () => chain(model()).invoke("Where does it rain?"),
  "openai-reasoning": () => model({ name: "gpt-5" }).invoke(question),
  "openai-stream": async () => drain(await model({ streamUsage: false }).stream(question)),
  "openai-stream-usage": async () => drain(await chain(model()).stream("Where does it rain?")),
  "openai-tools": async () => {
    await model().invoke(question);
    await model().invoke(question);
  },
  "openai-400": () => model().invoke(question),
  "openai-429": () => model().invoke(question),
  "openai-overloaded": () => model({ maxRetries: 2 }).invoke(question),
  "openai-parallel": () => Promise.all([1, 2, 3].map(() => model().invoke(question))),
  "openai-same-id": async () => {
    await model().invoke(question);
    await model().invoke(question);
  },
};

await play(flush, situations);
const openinference = new OpenAIInstrumentation({ tracerProvider: provider });
openinference.manuallyInstrument(OpenAI as unknown as Parameters<typeof openinference.manuallyInstrument>[0]);
await play(flush, situations, ".with-openinference");
openinference.disable();
const traceloop = new TraceloopInstrumentation();
traceloop.setTracerProvider(provider);
traceloop.manuallyInstrument(OpenAI as unknown as Parameters<typeof traceloop.manuallyInstrument>[0]);
await play(flush, situations, ".with-both");
process.exit(0);
