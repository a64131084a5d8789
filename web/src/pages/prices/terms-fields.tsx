import { SelectField, TextField } from "../../ui/field.js";
import { type RateDraft, RateFields, statedRates } from "./rate-fields.js";

export const KINDS = [
  { value: "rates", text: "Rates by class" },
  { value: "multiplier", text: "A factor on the list price" },
  { value: "volume_tiers", text: "Factors by monthly volume" },
  { value: "gpu_hour", text: "Own GPUs, by the hour" },
  { value: "free", text: "Free" },
  { value: "commitment", text: "Paid as a fixed sum" },
];

const METRICS = [
  { value: "spend", text: "List spend in USD" },
  { value: "tokens", text: "Tokens" },
];

/** What a price says, as typed; each kind reads its own fields. */
export interface TermsDraft {
  rates: RateDraft;
  currency: string;
  value: string;
  metric: string;
  tiers: string;
  hourlyCost: string;
  gpus: string;
  amount: string;
}

export const EMPTY_TERMS: TermsDraft = {
  rates: {},
  currency: "",
  value: "",
  metric: "spend",
  tiers: "",
  hourlyCost: "",
  gpus: "1",
  amount: "",
};

/** `0 = 1, 1000 = 0.9` as tiers; text that is no such list stays for the server to refuse in words. */
function tiersOf(text: string): { from: string; value: string }[] {
  const parts = text.split(",").map((part) => part.trim());
  return parts
    .filter((part) => part !== "")
    .map((part) => {
      const [from = "", value = ""] = part.split("=").map((side) => side.trim());
      return { from, value };
    });
}

/** The settings of `POST prices/overrides` that a kind takes. */
export function termsOf(kind: string, draft: TermsDraft): Record<string, unknown> {
  const currency = draft.currency.trim().toUpperCase();
  switch (kind) {
    case "rates":
      return { rates: statedRates(draft.rates), ...(currency === "" ? {} : { currency }) };
    case "multiplier":
      return { value: draft.value.trim() };
    case "volume_tiers":
      return { metric: draft.metric, tiers: tiersOf(draft.tiers) };
    case "gpu_hour":
      return { hourlyCost: draft.hourlyCost.trim(), gpus: Number(draft.gpus) };
    case "commitment":
      return draft.amount.trim() === "" ? {} : { amount: draft.amount.trim(), period: "month" };
    default:
      return {};
  }
}

/** What must be said before a price of this kind can be sent, or null. */
export function termsProblem(kind: string, draft: TermsDraft): string | null {
  if (kind === "rates" && Object.keys(statedRates(draft.rates)).length === 0)
    return "Give at least one price.";
  if (kind === "volume_tiers" && tiersOf(draft.tiers).length === 0) return "Give at least one tier.";
  if (kind === "gpu_hour" && !/^[1-9]\d{0,5}$/.test(draft.gpus.trim()))
    return "Say how many GPUs: a whole number.";
  return null;
}

interface Props {
  kind: string;
  draft: TermsDraft;
  onDraft: (part: Partial<TermsDraft>) => void;
}

/** The fields of one kind of price. */
export function TermsFields({ kind, draft, onDraft }: Props) {
  switch (kind) {
    case "rates":
      return (
        <>
          <RateFields draft={draft.rates} onDraft={(rates) => onDraft({ rates })} />
          <TextField
            label="Currency"
            placeholder="USD"
            hint="ISO 4217; converted by the dated currency table"
            value={draft.currency}
            onValue={(currency) => onDraft({ currency })}
          />
        </>
      );
    case "multiplier":
      return (
        <TextField
          label="Factor"
          placeholder="0.85"
          inputMode="decimal"
          value={draft.value}
          onValue={(value) => onDraft({ value })}
        />
      );
    case "volume_tiers":
      return (
        <>
          <SelectField
            label="A month's tier is reached by"
            value={draft.metric}
            options={METRICS}
            onValue={(metric) => onDraft({ metric })}
          />
          <TextField
            label="Tiers"
            placeholder="0 = 1, 1000 = 0.9"
            hint="<from> = <factor on the list price>, the first from 0"
            value={draft.tiers}
            onValue={(tiers) => onDraft({ tiers })}
          />
        </>
      );
    case "gpu_hour":
      return (
        <div class="form-row">
          <TextField
            label="USD per GPU and hour"
            inputMode="decimal"
            value={draft.hourlyCost}
            onValue={(hourlyCost) => onDraft({ hourlyCost })}
          />
          <TextField
            label="GPUs"
            inputMode="decimal"
            value={draft.gpus}
            onValue={(gpus) => onDraft({ gpus })}
          />
        </div>
      );
    case "commitment":
      return (
        <TextField
          label="USD a month"
          inputMode="decimal"
          value={draft.amount}
          onValue={(amount) => onDraft({ amount })}
        />
      );
    default:
      return null;
  }
}
