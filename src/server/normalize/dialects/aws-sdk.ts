import type { Operation } from "../../domain/call.js";
import { asText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import { readGenAiFields } from "./gen-ai.js";

/** Bedrock Runtime methods that run a model. */
const METHODS = new Set(["Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"]);

function operationOf(method: string, model: string | null): Operation {
  if (method.startsWith("Converse")) return "chat";
  const name = (model ?? "").toLowerCase();
  if (name.includes("embed")) return "embeddings";
  if (name.includes("rerank")) return "rerank";
  return /image|stable-|canvas/.test(name) ? "image" : "chat";
}

/**
 * OpenTelemetry's AWS SDK instrumentation: Bedrock Runtime calls, recognised by the RPC method. Cache tokens are lost. The stream of
 * InvokeModel reports the output of its first event only, so output is unknown there (measured with 0.77, 2026-11-22).
 */
export const awsSdk: Dialect = {
  name: "aws_sdk",
  claims: (span) => span.attributes.get("rpc.service") === "BedrockRuntime",
  read(span) {
    const method = asText(span.attributes.get("rpc.method")) ?? "";
    const reading = readGenAiFields(span);
    if (!METHODS.has(method)) return reading;
    const streaming = method === "ConverseStream" || method === "InvokeModelWithResponseStream";
    if (method === "InvokeModelWithResponseStream" && reading.usage !== null) reading.usage.output = null;
    return {
      ...reading,
      role: "call",
      operation: operationOf(method, reading.requestModel),
      provider: reading.provider ?? "aws.bedrock",
      streaming,
    };
  },
};
