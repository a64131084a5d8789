import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client.js";
import type { CallPage, LedgerCall } from "../api/types.js";
import { CopyButton } from "../ui/copy-button.js";
import { Icon } from "../ui/icon.js";
import { PageHead } from "../ui/page-head.js";
import { costText, modelOf, tokensText } from "./call-words.js";

const POLL_MS = 1_500;

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
import "../styles/pages.css";

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
  const snippet = SNIPPETS.find((one) => one.name === chosen) ?? SNIPPETS[0];
  const origin = window.location.origin;
  const exporter = `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`;
  const endpoint = origin === "http://127.0.0.1:4318" ? null : `export SPANLEDGER_ENDPOINT=${origin}`;
  return (
    <>
      <PageHead
        title="Connect an app"
        description="One line around your client. Prompts and answers never leave your application."
      />
      <ol class="steps">
        <Step title="Install the wrapper">
          <CodeBlock
            code={
              endpoint === null ? "npm install @spanledger/sdk" : `npm install @spanledger/sdk\n${endpoint}`
            }
          />
        </Step>
        <Step title="Wrap your client">
          <div class="tabs" role="group" aria-label="Client">
            {SNIPPETS.map((one) => (
              <button
                key={one.name}
                type="button"
                aria-pressed={one.name === snippet.name}
                onClick={() => setChosen(one.name)}
              >
                {one.name}
              </button>
            ))}
          </div>
          <CodeBlock code={snippet.code} />
          <p class="step-note">
            Already sending OpenTelemetry? Point the exporter here: <code>{exporter}</code>
          </p>
        </Step>
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
