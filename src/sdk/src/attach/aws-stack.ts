import { bindChain, Chain, chainOf, settleChain, transportErrorType } from "../attempts.js";
import type { Attempt } from "../call.js";
import { guard } from "../guard.js";
import { isBytes } from "../http-types.js";
import type { SignalLike } from "../http-types.js";
import { LiveCall } from "../live-call.js";
import type { Observer } from "../options.js";
import { shadow } from "../stream-tap.js";
import { targetOf } from "../target.js";
import { invokeHeaderUsage, profileGeo } from "../wire/bedrock.js";
import { asCode, asObject, parseObject } from "../wire/json.js";
import type { JsonObject } from "../wire/json.js";
import { tapEvents } from "./aws-events.js";
import type { AttachStrategy } from "./strategy.js";
import { className, isFunction, member } from "./strategy.js";

interface WireRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
}
interface Args {
  input: unknown;
  request?: WireRequest;
}
interface Result {
  response?: { statusCode?: unknown; headers?: unknown };
  output: unknown;
}
type Next = (args: Args) => Promise<Result>;
type Middleware = (next: Next, context: object) => Next;
interface Stack {
  add(
    middleware: Middleware,
    options: { step: string; priority: string; name: string; override: boolean },
  ): void;
}

/**
 * @aws-sdk/client-bedrock-runtime: one middleware around the whole command and one around every attempt. The deserialize step gives the
 * decoded answer and event stream, which the wire would give as signed binary frames.
 */
export const awsStack: AttachStrategy = {
  name: "aws-stack",
  fits: (client) => stackOf(client) !== null && isBedrockRuntime(client),
  flavor: () => "bedrock",
  attach(client, observer) {
    const stack = stackOf(client);
    if (stack === null) return;
    rememberSignals(client);
    const name = (part: string): string => `spanledger-${part}`;
    stack.add(aroundCommand, { step: "initialize", priority: "high", name: name("call"), override: true });
    stack.add(aroundAttempt(observer), {
      step: "deserialize",
      priority: "high",
      name: name("attempt"),
      override: true,
    });
  },
};

/** Every AWS client has a middleware stack; only this one makes calls that are read here. */
function isBedrockRuntime(client: object): boolean {
  const config = asObject(member(client, "config"));
  return config?.["serviceId"] === "Bedrock Runtime" || className(client).includes("BedrockRuntime");
}

function stackOf(client: object): Stack | null {
  const stack = member(client, "middlewareStack");
  return typeof stack === "object" && stack !== null && isFunction(member(stack, "add"))
    ? (stack as Stack)
    : null;
}

const signals = new WeakMap<object, SignalLike>();

/** The middleware does not see what `send` was given beside the command. */
function rememberSignals(client: object): void {
  const send = member(client, "send");
  if (!isFunction(send)) return;
  shadow(client, "send", function (this: unknown, ...args: unknown[]): unknown {
    guard(() => {
      const [command, options] = args;
      const signal = typeof options === "object" && options !== null ? member(options, "abortSignal") : null;
      if (typeof command !== "object" || command === null) return;
      if (typeof signal === "object" && signal !== null) signals.set(command, signal as SignalLike);
    });
    return Reflect.apply(send, this, args);
  });
}

/** The handler context is one object per command, shared by its attempts. */
const aroundCommand: Middleware = (next, context) => (args) => {
  // The first step is given the command itself.
  const signal = guard(() => signals.get(args));
  const chain = new Chain(() => signal?.aborted === true);
  guard(() => {
    if (signal !== undefined) signals.set(chain, signal);
  });
  guard(() => bindChain(context, chain));
  return settleChain(chain, next(args)) as Promise<Result>;
};

function aroundAttempt(observer: Observer): Middleware {
  return (next, context) => (args) => {
    const begun = guard(() => begin(observer, args, chainOf(context))) ?? null;
    const result = next(args);
    if (begun === null) return result;
    begun.call.readSoon();
    return result.then(
      (answer) => {
        guard(() => answered(begun, answer));
        return answer;
      },
      (error: unknown) => {
        guard(() => refused(begun, error));
        throw error;
      },
    );
  };
}

interface Begun {
  call: LiveCall;
  attempt: Attempt;
}

function begin(observer: Observer, { request, input }: Args, chain: Chain | null): Begun | null {
  if (request === undefined || chain === null) return null;
  const port = request.port === undefined ? "" : `:${request.port}`;
  const url = `${request.protocol}//${request.hostname}${port}${request.path}`;
  const target = targetOf(url, { method: request.method }, observer.flavor);
  if (target === null) return null;
  const open = chain.call !== null && !chain.call.finished ? chain.call : null;
  const call = open ?? new LiveCall(observer, target, () => requestBody(input));
  chain.call = call;
  call.settles = true;
  call.signal = signals.get(chain);
  call.response.geo = profileGeo(target.endpoint.model ?? "");
  return { call, attempt: call.beginAttempt() };
}

/** Converse commands are their own body; InvokeModel carries the vendor's JSON as text or bytes. */
function requestBody(input: unknown): JsonObject | null {
  const command = asObject(input);
  const body = command?.["body"];
  if (typeof body === "string") return parseObject(body);
  return isBytes(body) ? parseObject(Buffer.from(body).toString("utf8")) : command;
}

function answered({ call, attempt }: Begun, { response, output }: Result): void {
  const metadata = asObject(asObject(output)?.["$metadata"]);
  attempt.endMs = call.now();
  attempt.httpStatus = statusOf(response?.statusCode) ?? statusOf(metadata?.["httpStatusCode"]);
  call.requestId = asCode(metadata?.["requestId"]);
  call.accept();
  const answer = asObject(output) ?? {};
  const events = [answer["stream"], answer["body"]].find(isEventStream);
  if (events !== undefined) {
    tapEvents(call, events);
    return;
  }
  const { body } = answer;
  const read = isBytes(body) ? parseObject(Buffer.from(body).toString("utf8")) : answer;
  if (read !== null) guard(() => call.target.endpoint.family.readResponse(read, call.response, call.reader));
  if (isBytes(body)) call.response.usage ??= invokeHeaderUsage(asObject(response?.headers) ?? {});
  call.finish("ok");
}

function isEventStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && !isBytes(value) && Symbol.asyncIterator in value;
}

function statusOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function refused({ call, attempt }: Begun, error: unknown): void {
  const metadata = asObject(asObject(error)?.["$metadata"]);
  attempt.endMs = call.now();
  attempt.httpStatus = statusOf(metadata?.["httpStatusCode"]);
  call.requestId = asCode(metadata?.["requestId"]) ?? call.requestId;
  attempt.errorType =
    attempt.httpStatus === null
      ? transportErrorType(error)
      : (asCode(asObject(error)?.["name"]) ?? String(attempt.httpStatus));
}
