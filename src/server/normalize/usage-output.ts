import type { ReasoningSemantics } from "./usage-family.js";
import { known, type Resolution } from "./usage-resolution.js";

/** Rules in order: arithmetic on the total, the emitter table, the convention (output contains reasoning). Null: nothing to decide. */
function decideReasoning(out: Resolution): { semantics: ReasoningSemantics; rule: string } | null {
  const { reasoning, output, total } = out.reported;
  const { inputTotal } = out.usage;
  if (reasoning === null || reasoning === 0 || output === null) return null;
  if (reasoning > output) return { semantics: "outside", rule: "reasoning_outside:exceeds_output" };
  if (total !== null && inputTotal !== null) {
    const rest = total - inputTotal;
    if (rest === output + reasoning) return { semantics: "outside", rule: "reasoning_outside:total" };
    if (rest === output) return { semantics: "inside", rule: "reasoning_inside:total" };
  }
  const listed = out.listed("reasoning");
  if (listed !== null) return { semantics: listed.semantics, rule: `reasoning_${listed.rule}` };
  return { semantics: "inside", rule: "reasoning_inside:convention" };
}

/** The sender states the text part of the output. */
function takeText(text: number, reasoning: number | null, modal: number, out: Resolution): void {
  const { usage, reported } = out;
  const sum = text + known(reasoning) + modal;
  usage.output = text;
  usage.outputTotal = reported.output ?? sum;
  if (reported.output !== null && sum !== reported.output) out.conflict = true;
}

function takeOutput(output: number, reasoning: number | null, modal: number, out: Resolution): void {
  const { usage } = out;
  const decision = decideReasoning(out);
  if (decision !== null) out.names.push(decision.rule);
  const outside = decision?.semantics === "outside";
  const text = output - modal - (outside ? 0 : known(reasoning));
  // A sender that counts reasoning apart and drops it: the text is known, the whole is not.
  const incomplete = reasoning === null && out.listed("reasoning")?.semantics === "outside";
  usage.outputTotal = incomplete ? null : output + (outside ? known(reasoning) : 0);
  usage.output = text < 0 ? null : text;
  if (text < 0) out.conflict = true;
}

/** Fills the output classes; input must be resolved before. Never throws. */
export function resolveOutput(out: Resolution): void {
  const { usage, reported, context } = out;
  usage.outputAudio = reported.outputAudio;
  usage.outputImage = reported.outputImage;
  const modal = known(reported.outputAudio) + known(reported.outputImage);
  const reasoning = reported.reasoning ?? out.absent("reasoning");
  usage.outputReasoning = reasoning;
  if (reported.textOutput !== null) {
    takeText(reported.textOutput, reasoning, modal, out);
  } else if (reported.output !== null) {
    takeOutput(reported.output, reasoning, modal, out);
  } else if (context.operation === "embeddings" || context.operation === "rerank") {
    usage.output = 0;
    usage.outputTotal = modal + known(reasoning);
  } else {
    usage.outputReasoning = reported.reasoning;
  }
}
