import { stableNumber } from "./providers/tokens.js";
import type { Piece } from "./planned-call.js";

const BYTES_PER_TOKEN = 4;
const POOL_BYTES = 1 << 20;

const SENTENCES = [
  "The shipment left the harbour on Tuesday and should arrive within four working days.",
  "Please check the invoice number against the order before a refund is issued.",
  "A request that fails with a conflict may be sent again after the lock is released.",
  "Revenue grew in the northern region while support cost per customer stayed flat.",
  "The function returns early when the list is empty, so the caller never sees a null.",
  "Members may cancel until midnight; after that the next period has begun.",
];

let pool = "";

/** The same ASCII text for the same piece, four bytes per token; different keys give different texts. Never throws. */
export function promptText(piece: Piece): string {
  pool ||= buildPool();
  const size = piece.tokens * BYTES_PER_TOKEN;
  const from = stableNumber(piece.key) % (POOL_BYTES / 2);
  const head = `[${piece.key}] `;
  return (head + pool.slice(from, from + size)).slice(0, size);
}

function buildPool(): string {
  let text = "";
  for (let line = 0; text.length < POOL_BYTES; line += 1) {
    text += `${SENTENCES[stableNumber(String(line)) % SENTENCES.length]} `;
  }
  return text;
}
