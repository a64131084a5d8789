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
  const [question, setQuestion] = useState<Question>({ ...EMPTY, model: initialModel });
  const [answer, setAnswer] = useState<Estimate | null>(null);
  const action = useAction();
  const ask = (asked: Question): void => {
    if (asked.model.trim() === "") return action.fail("Name a model.");
    void action.run(async () => setAnswer(await post<Estimate>("prices/estimate", bodyOf(asked))));
    return undefined;
  };
  useEffect(() => {
    if (initialModel !== "") ask(question);
  }, []);
  const suggested = (model: string): void => {
    const next = { ...question, model };
    setQuestion(next);
    ask(next);
  };
  return (
    <div class="detail-grid">
      <section class="card detail-card">
        <h2>The call</h2>
        <QuestionForm
          question={question}
          problem={action.problem}
          isBusy={action.isBusy}
          onSet={(part) => setQuestion({ ...question, ...part })}
          onAsk={() => ask(question)}
        />
      </section>
      <section class="card detail-card" aria-live="polite">
        <h2>What it costs</h2>
        {answer === null ? (
          <p class="is-faint">Name a model and how many tokens it takes.</p>
        ) : (
          <Answer answer={answer} onModel={suggested} />
        )}
      </section>
    </div>
  );
}

const EMPTY: Question = {
  model: "",
  provider: "",
  input: "10000",
  cached: "0",
  output: "1000",
  tier: "",
  at: "",
  isBatch: false,
};

interface FormProps {
  question: Question;
  problem: string | null;
  isBusy: boolean;
  onSet: (part: Partial<Question>) => void;
  onAsk: () => void;
}

function QuestionForm({ question, problem, isBusy, onSet, onAsk }: FormProps) {
  const field = (label: string, name: "provider" | "model", placeholder = "") => (
    <TextField
      label={label}
      placeholder={placeholder}
      value={question[name]}
      onValue={(value) => onSet({ [name]: value })}
    />
  );
  const count = (label: string, name: "input" | "cached" | "output") => (
    <TextField
      label={label}
      inputMode="decimal"
      value={question[name]}
      onValue={(value) => onSet({ [name]: value })}
    />
  );
  const submit = (event: Event): void => {
    event.preventDefault();
    onAsk();
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <div class="form-row">
        {field("Model", "model")}
        {field("Provider", "provider", "the model's maker")}
      </div>
      <div class="form-row">
        {count("Input tokens, uncached", "input")}
        {count("From cache", "cached")}
        {count("Output tokens", "output")}
      </div>
      <div class="form-row">
        <SelectField label="Tier" value={question.tier} options={TIERS} onValue={(tier) => onSet({ tier })} />
        <TextField
          label="On (today when empty)"
          type="date"
          value={question.at}
          onValue={(at) => onSet({ at })}
        />
      </div>
      <CheckField
        label="As a batch"
        isChecked={question.isBatch}
        onChecked={(isBatch) => onSet({ isBatch })}
      />
      <Problem text={problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={isBusy}>
          Work it out
        </button>
      </div>
    </form>
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
