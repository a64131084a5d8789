/** Customers of the demo company, with how much each uses it. Names are invented. */
export const CUSTOMERS: readonly (readonly [string, number])[] = [
  ["northwind-traders", 26],
  ["blue-harbor-bank", 18],
  ["meadow-clinic", 12],
  ["ferrous-logistics", 10],
  ["lumen-energy", 9],
  ["cobalt-insurance", 8],
  ["atlas-travel", 7],
  ["pine-and-oak", 5],
  ["quiet-sea-games", 3],
  ["trial-account", 2],
];

/** People inside the company. */
export const ENGINEERS = [
  "amara",
  "bjorn",
  "chen",
  "divya",
  "elif",
  "farid",
  "greta",
  "hugo",
  "ines",
  "jonas",
] as const;

/** An end user of a customer: stable ids, not names. */
export function endUser(customer: string, number: number): string {
  return `${customer.split("-")[0] ?? customer}-u${String(number).padStart(3, "0")}`;
}

/** Models of the demo, in one place; each is in the bundled price book, except the last. */
export const MODELS = {
  router: "gpt-5.4-nano",
  autocomplete: "gpt-5.4-mini",
  agent: "gpt-5.4",
  review: "gpt-5.5",
  /** What the provider says it served for `review`. */
  reviewServed: "gpt-5.5-2026-04-23",
  embeddings: "text-embedding-3-small",
  support: "claude-sonnet-5",
  supportLite: "claude-haiku-4-5",
  summary: "claude-sonnet-4-6",
  report: "claude-opus-5-5",
  /** On purpose in no price book: shows up as unpriced. */
  unlisted: "acme-inhouse-7b",
} as const;
