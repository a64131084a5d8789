import type { Operation } from "../../domain/call.js";
import { asText, firstText } from "../attributes.js";
import type { Dialect } from "../dialect.js";
import * as names from "./gen-ai-names.js";
import { readGenAiFields } from "./gen-ai.js";
import { operationRole } from "./operations.js";

/** Bedrock Runtime methods that run a model. */
const METHODS = new Set(["Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"]);
/** The service as JavaScript and Java write it, and as botocore does. */
const SERVICES = new Set(["BedrockRuntime", "Bedrock Runtime"]);
const JAVA = /^io\.opentelemetry\./;
const BOTOCORE = /^opentelemetry\.instrumentation\.botocore/;
/** Answers of these carry no counts: botocore's instrumentation counts characters instead. Read in source, 2026-11-25. */
const COUNTED_BY_BOTOCORE = /cohere\.command|mistral\./;

function operationOf(method: string, model: string | null): Operation {
  if (method.startsWith("Converse")) return "chat";
  const name = (model ?? "").toLowerCase();
  if (name.includes("embed")) return "embeddings";
  if (name.includes("rerank")) return "rerank";
  return /image|stable-|canvas/.test(name) ? "image" : "chat";
}

/**
 * OpenTelemetry's AWS SDK instrumentations: Bedrock Runtime calls, recognised by the RPC method. Cache tokens are lost. In JavaScript the
 * stream of InvokeModel reports the output of its first event only, so output is unknown there (measured with 0.77, 2026-11-22).
 */
export const awsSdk: Dialect = {
  name: "aws_sdk",
  claims: (span) => SERVICES.has(asText(span.attributes.get("rpc.service")) ?? ""),
  read(span) {
    const method = asText(span.attributes.get("rpc.method")) ?? "";
    const reading = readGenAiFields(span);
    if (!METHODS.has(method)) return reading;
    const streaming = method === "ConverseStream" || method === "InvokeModelWithResponseStream";
    const invoked = method.startsWith("InvokeModel");
    const scope = span.scope.name;
    const javascript = !JAVA.test(scope) && !BOTOCORE.test(scope);
    if (method === "InvokeModelWithResponseStream" && javascript && reading.usage !== null)
      reading.usage.output = null;
    const said = operationRole(firstText(span.attributes, names.OPERATION));
    return {
      ...reading,
      role: "call",
      operation: said.role === "call" ? said.operation : operationOf(method, reading.requestModel),
      provider: reading.provider ?? "aws.bedrock",
      estimated: invoked && BOTOCORE.test(scope) && COUNTED_BY_BOTOCORE.test(reading.requestModel ?? ""),
      streaming,
    };
  },
};
