import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import type { Related, TraceKeys, TraceSize } from "../storage/analytics/trace-records.js";

/** What the ledger can be asked about traces. */
export interface TraceSource {
  sizes(keys: TraceKeys): Promise<TraceSize[]>;
  recordsOf(keys: TraceKeys): Promise<LedgerRow[]>;
  linksOf(keys: TraceKeys): Promise<SpanLink[]>;
  spansOf(keys: TraceKeys, spanIds: readonly string[]): Promise<Related>;
  childrenOf(keys: TraceKeys, spanIds: readonly string[], limit: number): Promise<string[]>;
}

/** How much of traces is read as a whole for one group; of what lies beyond only the surroundings of the group's spans are read. */
export interface TraceBounds {
  rowsPerTrace: number;
  linksPerTrace: number;
  rows: number;
  links: number;
  /** Spans read around and below those of the group. */
  around: number;
}

export const TRACE_BOUNDS: TraceBounds = {
  rowsPerTrace: 1000,
  linksPerTrace: 5000,
  rows: 20_000,
  links: 50_000,
  around: 5000,
};

/** Levels that are walked up and down from a span of a large trace. */
const MAX_LEVELS = 64;

/** A span whose surroundings matter. */
export interface SpanPlace {
  traceId: string;
  spanId: string;
  /** Null or empty for a root span. */
  parentSpanId: string | null;
}

/** What was found of the traces, and which were not read as a whole. */
export interface TraceContext extends Related {
  partial: string[];
}

/** Traces by what is read of them. */
interface Choice {
  rows: string[];
  links: string[];
  partial: string[];
}

/** Smallest first, until the bounds are reached. */
function choose(sizes: readonly TraceSize[], bounds: TraceBounds): Choice {
  const choice: Choice = { rows: [], links: [], partial: [] };
  let rows = 0;
  let links = 0;
  const sorted = [...sizes].sort(
    (a, b) => a.rows + a.links - b.rows - b.links || (a.traceId < b.traceId ? -1 : 1),
  );
  for (const size of sorted) {
    const fits =
      size.rows <= bounds.rowsPerTrace &&
      size.links <= bounds.linksPerTrace &&
      rows + size.rows <= bounds.rows &&
      links + size.links <= bounds.links;
    if (!fits) {
      choice.partial.push(size.traceId);
      continue;
    }
    rows += size.rows;
    links += size.links;
    if (size.rows > 0) choice.rows.push(size.traceId);
    if (size.links > 0) choice.links.push(size.traceId);
  }
  return choice;
}

/**
 * What is stored of traces that could bear on the given spans of them: everything, or, for traces beyond the bounds, the records and links
 * with the same ids, all above them, and up to `bounds.around` below them. Memory and time are bounded however large a trace grows.
 * @throws the source's errors
 */
export async function readTraces(
  source: TraceSource,
  keys: TraceKeys,
  places: readonly SpanPlace[],
  bounds: TraceBounds,
): Promise<TraceContext> {
  const found: TraceContext = { rows: [], links: [], partial: [] };
  if (keys.traceIds.length === 0) return found;
  const { rows, links, partial } = choose(await source.sizes(keys), bounds);
  if (rows.length > 0) found.rows.push(...(await source.recordsOf({ ...keys, traceIds: rows })));
  if (links.length > 0) found.links.push(...(await source.linksOf({ ...keys, traceIds: links })));
  if (partial.length === 0) return found;
  const large = new Set(partial);
  const inside = places.filter(({ traceId }) => large.has(traceId));
  const around = await readAround(source, { ...keys, traceIds: partial }, inside, bounds.around);
  found.rows.push(...around.rows);
  found.links.push(...around.links);
  found.partial = partial;
  return found;
}

/** The spans themselves, everything above them, and up to `limit` of those below. */
async function readAround(
  source: TraceSource,
  keys: TraceKeys,
  places: readonly SpanPlace[],
  limit: number,
): Promise<Related> {
  const found: Related = { rows: [], links: [] };
  const seen = new Set<string>();
  const below = await idsBelow(source, keys, places, limit);
  let frontier = new Set([...below, ...places.map(({ spanId }) => spanId), ...parentsOf(places)]);
  for (let level = 0; level < MAX_LEVELS && frontier.size > 0; level++) {
    for (const id of frontier) seen.add(id);
    const part = await source.spansOf(keys, [...frontier]);
    found.rows.push(...part.rows);
    found.links.push(...part.links);
    const parents = parentsOf([...part.rows.map(({ call }) => call), ...part.links]);
    frontier = new Set([...parents].filter((id) => !seen.has(id)));
  }
  return found;
}

function parentsOf(spans: readonly { parentSpanId: string | null }[]): Set<string> {
  const parents = new Set<string>();
  for (const { parentSpanId } of spans)
    if (parentSpanId !== null && parentSpanId !== "") parents.add(parentSpanId);
  return parents;
}

async function idsBelow(
  source: TraceSource,
  keys: TraceKeys,
  places: readonly SpanPlace[],
  limit: number,
): Promise<Set<string>> {
  const below = new Set<string>();
  let frontier = [...new Set(places.map(({ spanId }) => spanId))];
  for (let level = 0; level < MAX_LEVELS && frontier.length > 0 && below.size < limit; level++) {
    const children = await source.childrenOf(keys, frontier, limit - below.size);
    frontier = children.filter((id) => !below.has(id));
    for (const id of frontier) below.add(id);
  }
  return below;
}
