// Amazon Bedrock: the model id of the request carries geography and version, and decides the price.
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { observe } from "@spanledger/sdk";

const bedrock = observe(new BedrockRuntimeClient({}), { provider: "aws.bedrock" });
const request = {
  modelId: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
  messages: [{ role: "user", content: [{ text: "Hello" }] }],
};

const answer = await bedrock.send(new ConverseCommand(request));
console.log("answer  ", answer.usage.totalTokens, "tokens");

const { stream } = await bedrock.send(new ConverseStreamCommand(request));
let events = 0;
for await (const _event of stream) events += 1;
console.log("streamed", events, "events");
bedrock.destroy();
