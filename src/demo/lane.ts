import Anthropic from "@anthropic-ai/sdk";
import { observe, withAttribution } from "@spanledger/sdk";
import OpenAI from "openai";
import type { PlannedCall, Who } from "./planned-call.js";
import { promptText } from "./prompt-text.js";
import { type Reply, startStandInProviders, type StandInProviders } from "./providers/index.js";
import { retryInVirtualTime, VirtualClock } from "./virtual-clock.js";

export type Ending = "answered" | "failed" | "left";

/** Tells the lanes apart at the stand-in provider, which they share. */
const LANE_HEADER = "x-demo-lane";

/** The lanes of a demo and the stand-in provider server they call: one host, as a real provider has. */
export class Lanes {
  private constructor(
    readonly lanes: readonly Lane[],
    private readonly providers: StandInProviders,
  ) {}

  /** @param run marks every call of this run, as tag `demo_run` */
  static async open(count: number, run: string): Promise<Lanes> {
    const lanes = Array.from({ length: count }, (_, index) => new Lane(index, run));
    const laneOf = (headers: Readonly<Record<string, string>>): Lane => {
      const lane = lanes[Number(headers[LANE_HEADER])];
      if (!lane) throw new RangeError("a request of no lane");
      return lane;
    };
    const providers = await startStandInProviders({
      clock: (headers) => laneOf(headers).clock,
      script: (request) => laneOf(request.headers).nextReply(),
      maxLog: 16,
    });
    for (const lane of lanes) lane.providers = providers;
    return new Lanes(lanes, providers);
  }

  /** HTTP requests the stand-in provider has answered. */
  attempts(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.attempts, 0);
  }

  close(): Promise<void> {
    return this.providers.close();
  }
}

/**
 * One worker of the demo: real clients of both vendors under the real wrapper, and a clock of its own. It makes one call at a time;
 * several lanes run beside each other.
 */
export class Lane {
  readonly clock = new VirtualClock();
  attempts = 0;
  providers: Pick<StandInProviders, "openaiBaseUrl" | "anthropicBaseUrl"> = {
    openaiBaseUrl: "",
    anthropicBaseUrl: "",
  };
  private readonly openaiClients = new Map<string, OpenAI>();
  private readonly anthropicClients = new Map<string, Anthropic>();
  private replies: Reply[] = [];

  constructor(
    private readonly index: number,
    private readonly run: string,
  ) {}

  /** What the provider answers to the next attempt of the call under way. */
  nextReply(): Reply {
    this.attempts += 1;
    return this.replies.shift() ?? { status: 500 };
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
    if (call.api === "openai-responses") return this.response(call);
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

  private async response(call: PlannedCall): Promise<Ending> {
    const request = {
      model: call.model,
      input: roles(call),
      max_output_tokens: call.maxTokens,
      ...(call.system ? { instructions: promptText(call.system) } : {}),
    };
    await this.openai(call.who).responses.create(request, { maxRetries: call.maxRetries });
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
    const client = new OpenAI({ ...this.clientOptions(), baseURL: this.providers.openaiBaseUrl });
    retryInVirtualTime(client, this.clock);
    const observed = observe(client, this.observeOptions(who, "openai"));
    this.openaiClients.set(key, observed);
    return observed;
  }

  private anthropic(who: Who): Anthropic {
    const key = `${who.service}/${who.environment}`;
    const known = this.anthropicClients.get(key);
    if (known) return known;
    const client = new Anthropic({ ...this.clientOptions(), baseURL: this.providers.anthropicBaseUrl });
    retryInVirtualTime(client, this.clock);
    const observed = observe(client, this.observeOptions(who, "anthropic"));
    this.anthropicClients.set(key, observed);
    return observed;
  }

  /** The timeout is in real time: a fault in the demo ends it instead of hanging it. */
  private clientOptions() {
    return { apiKey: "demo", timeout: 30_000, defaultHeaders: { [LANE_HEADER]: String(this.index) } };
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
