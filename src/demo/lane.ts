import Anthropic from "@anthropic-ai/sdk";
import { observe, withAttribution } from "@spanledger/sdk";
import OpenAI from "openai";
import type { PlannedCall, Who } from "./planned-call.js";
import { promptText } from "./prompt-text.js";
import { type Reply, startStandInProviders, type StandInProviders } from "./providers/index.js";
import { retryInVirtualTime, VirtualClock } from "./virtual-clock.js";

/** Real time, so that a fault in the demo ends it instead of hanging it. */
const CLIENT = { apiKey: "demo", timeout: 30_000 } as const;

export type Ending = "answered" | "failed" | "left";

/**
 * One worker of the demo: real clients of both vendors under the real wrapper, a stand-in provider server, and a clock of its own.
 * It makes one call at a time; several lanes run beside each other.
 */
export class Lane {
  private readonly openaiClients = new Map<string, OpenAI>();
  private readonly anthropicClients = new Map<string, Anthropic>();
  private replies: Reply[] = [];
  /** HTTP requests the stand-in providers have answered. */
  attempts = 0;

  private constructor(
    private readonly providers: StandInProviders,
    private readonly clock: VirtualClock,
    private readonly run: string,
  ) {
    providers.setScript(() => {
      this.attempts += 1;
      return this.replies.shift() ?? { status: 500 };
    });
  }

  /** @param run marks every call of this run, as tag `demo_run` */
  static async open(run: string): Promise<Lane> {
    const clock = new VirtualClock();
    return new Lane(await startStandInProviders({ clock, maxLog: 16 }), clock, run);
  }

  close(): Promise<void> {
    return this.providers.close();
  }

  /** Make a planned call. Resolves when the application is done with it; a vendor's error is an ending, not a failure. */
  async make(call: PlannedCall): Promise<Ending> {
    this.replies = [...call.replies];
    this.clock.startAt(call.atMs);
    const { user, team, feature, session, customer, tags } = call.who;
    const attribution = {
      team,
      feature,
      ...(user === null ? {} : { user }),
      ...(session === null ? {} : { session }),
      ...(customer === null ? {} : { customer }),
      tags: { ...tags, demo: "true", demo_run: this.run },
    };
    return withAttribution(attribution, async () => {
      try {
        return await this.send(call);
      } catch (error) {
        if (error instanceof OpenAI.APIError || error instanceof Anthropic.APIError) return "failed";
        throw error;
      }
    });
  }

  private send(call: PlannedCall): Promise<Ending> {
    if (call.api === "anthropic-messages") return this.message(call);
    return call.api === "openai-chat" ? this.chat(call) : this.embeddings(call);
  }

  private async embeddings(call: PlannedCall): Promise<Ending> {
    const input = call.turns.map(promptText);
    await this.openai(call.who).embeddings.create(
      { model: call.model, input },
      { maxRetries: call.maxRetries },
    );
    return "answered";
  }

  private async chat(call: PlannedCall): Promise<Ending> {
    const client = this.openai(call.who);
    const system = call.system ? [{ role: "system" as const, content: promptText(call.system) }] : [];
    const request = {
      model: call.model,
      max_completion_tokens: call.maxTokens,
      messages: [...system, ...roles(call)],
    };
    const options = { maxRetries: call.maxRetries };
    if (!call.stream) {
      await client.chat.completions.create(request, options);
      return "answered";
    }
    const usage = call.includeUsage ? { stream_options: { include_usage: true } } : {};
    const stream = await client.chat.completions.create({ ...request, ...usage, stream: true }, options);
    let seen = 0;
    for await (const chunk of stream) {
      if (!chunk.choices[0]?.delta.content) continue;
      this.clock.sawPiece();
      seen += 1;
      if (seen === call.leaveAfterChunks) return "left";
    }
    return "answered";
  }

  private async message(call: PlannedCall): Promise<Ending> {
    const client = this.anthropic(call.who);
    const request = {
      model: call.model,
      max_tokens: call.maxTokens,
      ...(call.system ? { system: [systemBlock(call)] } : {}),
      messages: messageTurns(call),
    };
    const options = { maxRetries: call.maxRetries };
    if (!call.stream) {
      await client.messages.create(request, options);
      return "answered";
    }
    const stream = await client.messages.create({ ...request, stream: true }, options);
    let seen = 0;
    for await (const event of stream) {
      if (event.type !== "content_block_delta") continue;
      this.clock.sawPiece();
      seen += 1;
      if (seen === call.leaveAfterChunks) return "left";
    }
    return "answered";
  }

  private openai(who: Who): OpenAI {
    const key = `${who.service}/${who.environment}`;
    const known = this.openaiClients.get(key);
    if (known) return known;
    const client = new OpenAI({ ...CLIENT, baseURL: this.providers.openaiBaseUrl });
    retryInVirtualTime(client, this.clock);
    const observed = observe(client, this.observeOptions(who, "openai"));
    this.openaiClients.set(key, observed);
    return observed;
  }

  private anthropic(who: Who): Anthropic {
    const key = `${who.service}/${who.environment}`;
    const known = this.anthropicClients.get(key);
    if (known) return known;
    const client = new Anthropic({ ...CLIENT, baseURL: this.providers.anthropicBaseUrl });
    retryInVirtualTime(client, this.clock);
    const observed = observe(client, this.observeOptions(who, "anthropic"));
    this.anthropicClients.set(key, observed);
    return observed;
  }

  /** The host is a loopback address, so the application says whose prices apply. */
  private observeOptions(who: Who, provider: string) {
    return {
      provider,
      clock: () => this.clock.nowMs(),
      attribution: { service: who.service, environment: who.environment },
    };
  }
}

function roles(call: PlannedCall) {
  return call.turns.map((piece, index) => ({
    role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
    content: promptText(piece),
  }));
}

function systemBlock(call: PlannedCall) {
  const text = call.system ? promptText(call.system) : "";
  return {
    type: "text" as const,
    text,
    ...(call.cacheSystem ? { cache_control: { type: "ephemeral" as const, ttl: call.cacheSystem } } : {}),
  };
}

function messageTurns(call: PlannedCall) {
  return roles(call).map((message, index, all) => {
    if (!call.cacheTurns || index !== all.length - 1) return message;
    const block = {
      type: "text" as const,
      text: message.content,
      cache_control: { type: "ephemeral" as const },
    };
    return { role: message.role, content: [block] };
  });
}
