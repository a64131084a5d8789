import type { CostLine } from "../../../domain/call.js";
import type { Usage } from "../../../domain/usage.js";
import { money, whole } from "../row-values.js";
import type { Facts } from "./packed-facts.js";
import { type KnownRate, knownRate, wholeOf, writtenPico } from "./known-rates.js";
import {
  joined,
  MAX_KNOWN_TEXTS,
  MAX_PACKED,
  ParsedTexts,
  quoted,
  quotedList,
  split,
} from "./packed-text.js";

/**
 * Cost lines as they are stored: their rates, and which usage columns each quantity is, as one text that many calls share: the amount is
 * quantity times price of one unit. Or, when an amount is anything else, all of them as JSON.
 */
export interface PackedLines {
  rates: string;
  /** A member for `rest`, or nothing. */
  rest: string;
}

const NONE: PackedLines = { rates: "", rest: "" };

interface Source {
  name: string;
  read: (usage: Usage) => number | null;
}

/** What a quantity may be, by the names that the table's column `cost_lines.quantity` knows. */
const SOURCES: readonly Source[] = [
  { name: "input_uncached", read: (usage) => usage.inputUncached },
  { name: "cache_read", read: (usage) => usage.cacheRead },
  { name: "output", read: (usage) => usage.output },
  {
    name: "output+output_reasoning",
    read: ({ output, outputReasoning }) =>
      output === null || outputReasoning === null ? null : output + outputReasoning,
  },
  { name: "output_reasoning", read: (usage) => usage.outputReasoning },
  { name: "cache_write_5m", read: (usage) => usage.cacheWrite5m },
  { name: "cache_write_1h", read: (usage) => usage.cacheWrite1h },
  { name: "input_total", read: (usage) => usage.inputTotal },
  { name: "output_total", read: (usage) => usage.outputTotal },
];
const SOURCE_BY_NAME: ReadonlyMap<string, Source> = new Map(SOURCES.map((source) => [source.name, source]));
/** Quantities up to this one (calls of a tool, images) stand in the text themselves. */
const MAX_WRITTEN = 99;

/** The lines of a call with this usage. @throws AppError `invalid_request` naming a field whose value cannot be stored. */
export function packLines(lines: readonly CostLine[], usage: Usage): PackedLines {
  if (lines.length === 0) return NONE;
  const rates = lines.length > MAX_PACKED ? null : packedText(lines, usage);
  return rates === null ? { rates: "", rest: `"cost_lines":${asJson(lines)}` } : { rates, rest: "" };
}

/** Line by line, a branch for each rate with its source: so the text of known lines is found without being made. */
interface Branch {
  next: Map<number, Branch>;
  rate: KnownRate | null;
  source: number;
  text: string | null;
}

const branch = (rate: KnownRate | null, source: number): Branch => ({
  next: new Map(),
  rate,
  source,
  text: null,
});
let root = branch(null, 0);
let branchCount = 0;
/** More than there can be sources. */
const RATE_STEP = 1_000;

function packedText(lines: readonly CostLine[], usage: Usage): string | null {
  let at = root;
  const path: Branch[] = [];
  for (const line of lines) {
    const rate = knownRate(line);
    if (rate.unitPico === null) return null;
    const source = sourceOf(line, usage, rate);
    if (source === null) return null;
    at = follow(at, rate, source);
    path.push(at);
  }
  at.text ??= textOf(path);
  return at.text;
}

function follow(from: Branch, rate: KnownRate, source: number): Branch {
  const key = rate.index * RATE_STEP + source;
  const found = from.next.get(key);
  if (found !== undefined) return found;
  if (branchCount >= MAX_KNOWN_TEXTS) {
    root = branch(null, 0);
    branchCount = 0;
  }
  branchCount += 1;
  const added = branch(rate, source);
  from.next.set(key, added);
  return added;
}

/** Where the line's quantity is found, when that times the price of one unit is exactly its amount; else null. */
function sourceOf(line: CostLine, usage: Usage, rate: KnownRate): number | null {
  const quantity = wholeOf(line.quantity);
  if (quantity === null || writtenPico(line.amount) !== quantity * (rate.unitPico ?? Number.NaN)) return null;
  if (SOURCES[rate.lastSource]?.read(usage) === quantity) return rate.lastSource;
  for (let index = 0; index < SOURCES.length; index += 1) {
    if (SOURCES[index]?.read(usage) !== quantity) continue;
    rate.lastSource = index;
    return index;
  }
  return quantity <= MAX_WRITTEN ? SOURCES.length + quantity : null;
}

function textOf(path: readonly Branch[]): string {
  const rates = path.flatMap(({ rate }) => rate ?? []);
  const sources = path.map(({ source }) => SOURCES[source]?.name ?? String(source - SOURCES.length));
  const every = (read: (rate: KnownRate) => string): string => quoted(joined(rates.map(read)));
  const factors = rates.every((rate) => rate.factors === "[]")
    ? ""
    : `,"factors":${every((rate) => rate.factors)}`;
  return (
    `{"class":${every((rate) => rate.class)},"quantity":${quoted(joined(sources))},` +
    `"unit_price":${every((rate) => rate.unitPrice)},"per":${every((rate) => String(rate.per))},` +
    `"unit":${every((rate) => rate.unit)},"rate_id":${every((rate) => rate.rateId)}${factors}}`
  );
}

function asJson(lines: readonly CostLine[]): string {
  const texts = (read: (line: CostLine) => string): string => quotedList(lines.map(read));
  return (
    `{"class":${texts((line) => line.class)},"quantity":${texts((line) => line.quantity)},` +
    `"unit_price":${texts((line) => line.unitPrice)},` +
    `"per":${JSON.stringify(lines.map((line) => whole(line.per, "cost.lines.per")))},` +
    `"factors":${texts((line) => JSON.stringify(line.factors))},` +
    `"amount":${texts((line) => money(line.amount, "cost.lines.amount"))},` +
    `"rate_id":${texts((line) => line.rateId)}}`
  );
}

interface ParsedLine {
  class: string;
  source: string;
  unitPrice: string;
  per: number;
  /** Price of one unit in 1e-12 USD. */
  unitPico: bigint;
  factors: string;
  rateId: string;
}

const parsed = new ParsedTexts((text): ParsedLine[] => {
  const members = JSON.parse(text) as Record<string, string>;
  const every = (name: string): string[] => split(members[name] ?? "");
  const sources = every("quantity");
  const prices = every("unit_price");
  const pers = every("per");
  const units = every("unit");
  const ids = every("rate_id");
  const factors = members["factors"] === undefined ? [] : every("factors");
  return every("class").map((name, index) => ({
    class: name,
    source: sources[index] ?? "",
    unitPrice: prices[index] ?? "",
    per: Number(pers[index]),
    unitPico: picoOf(units[index] ?? ""),
    factors: factors[index] ?? "[]",
    rateId: ids[index] ?? "",
  }));
});

function picoOf(text: string): bigint {
  const [digits = "", fraction = ""] = text.split(".");
  return BigInt(digits + fraction.padEnd(12, "0"));
}

/** The reverse of `packLines`; `rest` is the JSON of the column, or null. */
export function unpackLines(rates: string, usage: Usage, rest: Facts | null): CostLine[] {
  if (rates === "") return fromJson(rest?.["cost_lines"]);
  return parsed.of(rates).map((line) => {
    const quantity = SOURCE_BY_NAME.get(line.source)?.read(usage) ?? Number(line.source);
    return {
      class: line.class,
      quantity: String(quantity),
      unitPrice: line.unitPrice,
      per: line.per,
      factors: JSON.parse(line.factors) as CostLine["factors"],
      amount: decimalOfPico(BigInt(quantity) * line.unitPico),
      rateId: line.rateId,
    };
  });
}

/** As the engine prints a Decimal(38, 12): no trailing zeros. */
function decimalOfPico(pico: bigint): string {
  const digits = pico.toString().padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, "");
}

interface LineColumns {
  class: string[];
  quantity: string[];
  unit_price: string[];
  per: unknown[];
  factors: string[];
  amount: string[];
  rate_id: string[];
}

function fromJson(value: unknown): CostLine[] {
  if (value === undefined) return [];
  const columns = value as LineColumns;
  return columns.class.map((name, index) => ({
    class: name,
    quantity: columns.quantity[index] ?? "",
    unitPrice: columns.unit_price[index] ?? "",
    per: Number(columns.per[index]),
    factors: JSON.parse(columns.factors[index] ?? "[]") as CostLine["factors"],
    amount: columns.amount[index] ?? "",
    rateId: columns.rate_id[index] ?? "",
  }));
}
