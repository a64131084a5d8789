import { useEffect, useState } from "preact/hooks";
import { post } from "../../api/client.js";
import type { Estimate } from "../../api/price-types.js";
import { exactUsd } from "../../format/units.js";
import { CheckField, Problem, SelectField, TextField } from "../../ui/field.js";
import { useAction } from "../../ui/use-loaded.js";
import { matchText, reasonText } from "../call-words.js";
import { CostLines } from "../cost-lines.js";
import { useRates } from "./use-rates.js";

const TIERS = [
  { value: "", text: "standard" },
  { value: "flex", text: "flex" },
  { value: "priority", text: "priority" },
];

interface Question {
  model: string;
  provider: string;
  input: string;
  cached: string;
  output: string;
  tier: string;
  at: string;
  isBatch: boolean;
}

function bodyOf(question: Question): Record<string, unknown> {
  const count = (text: string): number => Number(text.replaceAll(/[\s,_]/g, "") || "0");
  return {
    model: question.model.trim(),
    input: count(question.input),
    cached: count(question.cached),
    output: count(question.output),
    batch: question.isBatch,
    ...(question.provider.trim() === "" ? {} : { provider: question.provider.trim() }),
    ...(question.tier === "" ? {} : { serviceTier: question.tier }),
    ...(question.at === "" ? {} : { at: `${question.at}T12:00:00Z` }),
  };
}

/** What a call would cost: the engine that prices calls on arrival, asked with made-up usage. */
export function Calculator({ initialModel }: { initialModel: string }) {
  const [question, setQuestion] = useState<Question>({
    model: initialModel,
    provider: "",
    input: "10000",
    cached: "0",
    output: "1000",
    tier: "",
    at: "",
    isBatch: false,
  });
  const [answer, setAnswer] = useState<Estimate | null>(null);
  const action = useAction();
  const set = (part: Partial<Question>): void => setQuestion({ ...question, ...part });
  const ask = (asked: Question): void => {
    if (asked.model.trim() === "") return action.fail("Name a model.");
    void action.run(async () => setAnswer(await post<Estimate>("prices/estimate", bodyOf(asked))));
    return undefined;
  };
  useEffect(() => {
    if (initialModel !== "") ask(question);
  }, []);
  return (
    <div class="detail-grid">
      <section class="card detail-card">
        <h2>The call</h2>
        <form
          class="form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            ask(question);
          }}
        >
          <div class="form-row">
            <TextField label="Model" value={question.model} onValue={(model) => set({ model })} />
            <TextField
              label="Provider"
              placeholder="the model's maker"
              value={question.provider}
              onValue={(provider) => set({ provider })}
            />
          </div>
          <div class="form-row">
            <TextField
              label="Input tokens, uncached"
              inputMode="decimal"
              value={question.input}
              onValue={(input) => set({ input })}
            />
            <TextField
              label="From cache"
              inputMode="decimal"
              value={question.cached}
              onValue={(cached) => set({ cached })}
            />
            <TextField
              label="Output tokens"
              inputMode="decimal"
              value={question.output}
              onValue={(output) => set({ output })}
            />
          </div>
          <div class="form-row">
            <SelectField
              label="Tier"
              value={question.tier}
              options={TIERS}
              onValue={(tier) => set({ tier })}
            />
            <TextField
              label="On (today when empty)"
              type="date"
              value={question.at}
              onValue={(at) => set({ at })}
            />
          </div>
          <CheckField
            label="As a batch"
            isChecked={question.isBatch}
            onChecked={(isBatch) => set({ isBatch })}
          />
          <Problem text={action.problem} />
          <div class="dialog-actions">
            <button type="submit" class="button is-primary" disabled={action.isBusy}>
              Work it out
            </button>
          </div>
        </form>
      </section>
      <section class="card detail-card" aria-live="polite">
        <h2>What it costs</h2>
        {answer === null ? (
          <p class="is-faint">Name a model and how many tokens it takes.</p>
        ) : (
          <Answer
            answer={answer}
            onModel={(model) => {
              const next = { ...question, model };
              setQuestion(next);
              ask(next);
            }}
          />
        )}
      </section>
    </div>
  );
}

function Answer({ answer, onModel }: { answer: Estimate; onModel: (model: string) => void }) {
  const { cost, suggestion } = answer;
  const rates = useRates(answer.pricedModel);
  return (
    <>
      {cost.total !== null && <p class="answer-total">{exactUsd(cost.total)}</p>}
      {cost.reason !== null && <p class="notice">No full price: {reasonText(cost.reason)}.</p>}
      {suggestion !== null && (
        <p>
          Did you mean{" "}
          <button type="button" class="button is-small" onClick={() => onModel(suggestion)}>
            {suggestion}
          </button>
        </p>
      )}
      {cost.lines.length > 0 && <CostLines cost={cost} rates={rates} />}
      {answer.pricedModel !== null && (
        <p class="is-faint">
          Priced as {answer.pricedModel}
          {answer.matchRule !== null && `: ${matchText(answer.matchRule)}`}, on {answer.at.slice(0, 10)}.
        </p>
      )}
    </>
  );
}
