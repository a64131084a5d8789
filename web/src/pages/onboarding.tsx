import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client.js";
import type { CallPage, LedgerCall } from "../api/types.js";
import { CopyButton } from "../ui/copy-button.js";
import { Icon } from "../ui/icon.js";
import { PageHead } from "../ui/page-head.js";
import { useLoaded } from "../ui/use-loaded.js";
import "../styles/pages.css";
import { costText, modelOf, tokensText } from "./call-words.js";

const POLL_MS = 1_500;

/** A curl that sends one made-up call, ended just now, as OpenTelemetry instrumentations do. */
function curlLines(origin: string): string {
  return `ID=$(openssl rand -hex 16); NOW=$(date +%s)
curl ${origin}/v1/traces -H 'content-type: application/json' -d '{"resourceSpans":[{"resource":{"attributes":[
  {"key":"service.name","value":{"stringValue":"curl"}}]},"scopeSpans":[{"scope":{"name":"curl"},"spans":[{
  "traceId":"'$ID'","spanId":"'\${ID:0:16}'","name":"chat gpt-5.5","kind":3,
  "startTimeUnixNano":"'$((NOW-1))'000000000","endTimeUnixNano":"'$NOW'000000000","attributes":[
  {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
  {"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
  {"key":"gen_ai.request.model","value":{"stringValue":"gpt-5.5"}},
  {"key":"gen_ai.usage.input_tokens","value":{"intValue":"1000"}},
  {"key":"gen_ai.usage.output_tokens","value":{"intValue":"200"}}]}]}]}]}'`;
}

/** Settings that every OpenTelemetry SDK reads, whatever its language. */
function exporterLines(origin: string, isKeyNeeded: boolean): string {
  return [
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`,
    "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    ...(isKeyNeeded ? ["export OTEL_EXPORTER_OTLP_HEADERS=x-spanledger-key=<your key>"] : []),
  ].join("\n");
}

const SNIPPETS = [
  {
    name: "OpenAI",
    code: `import OpenAI from "openai";
import { observe } from "@spanledger/sdk";

const openai = observe(new OpenAI());

await openai.chat.completions.create({
  model: "gpt-4.1-mini",
  messages: [{ role: "user", content: "Say hello" }],
});`,
  },
  {
    name: "Anthropic",
    code: `import Anthropic from "@anthropic-ai/sdk";
import { observe } from "@spanledger/sdk";

const anthropic = observe(new Anthropic());

await anthropic.messages.create({
  model: "claude-haiku-4-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "Say hello" }],
});`,
  },
] as const;

/** The newest call, asked for until there is one and then kept fresh. */
function useNewestCall(): LedgerCall | null {
  const [call, setCall] = useState<LedgerCall | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const { data } = await get<CallPage>("calls?limit=1", controller.signal);
        if (data[0] !== undefined) setCall(data[0]);
      } catch {
        // The server may be restarting: the next round asks again.
      }
      if (!controller.signal.aborted) timer = setTimeout(() => void ask(), POLL_MS);
    };
    void ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, []);
  return call;
}

/** Three steps from nothing to the first priced call; the last one turns live by itself. */
export function OnboardingPage({ onDone }: { onDone: () => void }) {
  const call = useNewestCall();
  const [chosen, setChosen] = useState<string>(SNIPPETS[0].name);
  const session = useLoaded<{ loginRequired: boolean }>("session");
  const isKeyNeeded = session.data?.loginRequired === true;
  const origin = window.location.origin;
  const ways = waysOf(origin, isKeyNeeded);
  const way = ways.find((one) => one.name === chosen) ?? ways[0];
  return (
    <>
      <PageHead
        title="Connect an app"
        description="One line around your client. Prompts and answers never leave your application."
      />
      <ol class="steps">
        <Step title="Choose how calls are recorded">
          <div class="tabs" role="group" aria-label="Way to connect">
            {ways.map((one) => (
              <button
                key={one.name}
                type="button"
                aria-pressed={one.name === way?.name}
                onClick={() => setChosen(one.name)}
              >
                {one.name}
              </button>
            ))}
          </div>
          {way?.setup !== undefined && <CodeBlock code={way.setup} />}
          {way !== undefined && <p class="step-note">{way.note}</p>}
          {isKeyNeeded && (
            <p class="step-note">
              This server wants a key: <a href="/keys">make one</a> that may ingest.
            </p>
          )}
        </Step>
        {way?.code !== undefined && (
          <Step title={way.codeTitle}>
            <CodeBlock code={way.code} />
          </Step>
        )}
        <Step title={call === null ? "Make a call" : "Your calls arrive"}>
          {call === null ? (
            <p class="waiting" role="status">
              <span class="pulse" aria-hidden="true" /> Waiting for your first call. It appears here by
              itself.
            </p>
          ) : (
            <div class="arrived" role="status">
              <span class="arrived-mark">
                <Icon name="check" />
              </span>
              <div>
                <p class="arrived-title">
                  {modelOf(call)} · {costText(call)}
                </p>
                <p class="arrived-note">
                  {tokensText(call)} · {new Date(call.startTime).toLocaleTimeString()} ·{" "}
                  <a href={`/calls/${encodeURIComponent(call.id)}`}>why this price</a>
                </p>
              </div>
              <button type="button" class="button is-primary" onClick={onDone}>
                See the overview
              </button>
            </div>
          )}
        </Step>
      </ol>
      <p class="page-note">
        Only looking around? <code>npm run demo</code> fills an empty ledger with a month of made-up traffic.
      </p>
    </>
  );
}

interface Way {
  name: string;
  setup?: string;
  note: string;
  codeTitle: string;
  code?: string;
}

/** Every way to connect, with lines to copy that name this server. */
function waysOf(origin: string, isKeyNeeded: boolean): Way[] {
  const settings = [
    ...(origin === "http://127.0.0.1:4318" ? [] : [`export SPANLEDGER_ENDPOINT=${origin}`]),
    ...(isKeyNeeded ? ["export SPANLEDGER_API_KEY=<your key>"] : []),
  ];
  const setup = ["npm install @spanledger/sdk", ...settings].join("\n");
  return [
    ...SNIPPETS.map(({ name, code }) => ({
      name,
      setup,
      note: "TypeScript and JavaScript: the wrapper gives back the same client.",
      codeTitle: "Wrap your client",
      code,
    })),
    {
      name: "Other languages",
      setup: exporterLines(origin, isKeyNeeded),
      note: "Python, Java, Go, .NET and others: any OpenTelemetry instrumentation of LLM clients (OpenLLMetry, OpenInference, the GenAI conventions) sends to where these settings point.",
      codeTitle: "",
    },
    {
      name: "curl",
      setup: curlLines(origin),
      note: "One made-up call, to see what arrives. It stays in the ledger.",
      codeTitle: "",
    },
  ];
}

function Step({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <li class="step">
      <h2>{title}</h2>
      {children}
    </li>
  );
}

function CodeBlock({ code }: { code: string }) {
  return (
    <div class="code">
      <pre class="code-block" tabIndex={0}>
        {code}
      </pre>
      <CopyButton text={code} />
    </div>
  );
}
