import type { MetricPoint } from "../../domain/metric.js";
import type { Attributes } from "../../domain/span.js";
import { asCount, asScalarText, asText } from "../attributes.js";
import { emptyReading, noReportedUsage, type ReportedUsage } from "../reading.js";
import type { CliCall } from "./cli-call.js";

type TokenField =
  | "input"
  | "uncached"
  | "output"
  | "total"
  | "cacheRead"
  | "cacheWrite"
  | "reasoning"
  | "inputTool";

interface MetricTable {
  dialect: string;
  provider: string | null;
  clientFlavor: string;
  /** Attribute that says which tokens a point counts. */
  typeAttribute: string;
  types: Readonly<Record<string, TokenField>>;
}

/** Token metrics of the coding tools: what their types mean. Measured 2026-11-22 (Claude Code 2.1, Gemini CLI 0.61, Codex 0.169); Qwen Code read in source. */
const METRICS: Readonly<Record<string, MetricTable>> = {
  "claude_code.token.usage": {
    dialect: "claude_code_metrics",
    provider: "anthropic",
    clientFlavor: "claude_code",
    typeAttribute: "type",
    types: { input: "uncached", output: "output", cacheRead: "cacheRead", cacheCreation: "cacheWrite" },
  },
  "gemini_cli.token.usage": {
    dialect: "gemini_cli_metrics",
    provider: "gcp.gemini",
    clientFlavor: "gemini_cli",
    typeAttribute: "type",
    types: { input: "input", output: "output", cache: "cacheRead", thought: "reasoning", tool: "inputTool" },
  },
  "qwen-code.token.usage": {
    dialect: "qwen_code_metrics",
    provider: null,
    clientFlavor: "qwen_code",
    typeAttribute: "type",
    types: { input: "input", output: "output", cache: "cacheRead", thought: "reasoning", tool: "inputTool" },
  },
  "codex.turn.token_usage": {
    dialect: "codex_cli_metrics",
    provider: null,
    clientFlavor: "codex_cli",
    typeAttribute: "token_type",
    types: {
      input: "input",
      output: "output",
      cached_input: "cacheRead",
      cache_write_input: "cacheWrite",
      reasoning_output: "reasoning",
      total: "total",
    },
  },
};

/** One group of points that together say what was used: the same stream but for the token type, the same interval. */
export interface MetricUsage {
  point: MetricPoint;
  call: CliCall;
}

function streamKey(point: MetricPoint, table: MetricTable): string {
  const pairs = [...point.attributes]
    .filter(([name]) => name !== table.typeAttribute)
    .map(([name, value]) => [name, asScalarText(value)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const resource = ["service.name", "service.instance.id", "host.name", "process.pid"].map((name) =>
    asScalarText(point.resource.attributes.get(name)),
  );
  return JSON.stringify([point.name, resource, pairs]);
}

function modelOf(attributes: Attributes): string | null {
  return asText(attributes.get("model"));
}

interface Group {
  point: MetricPoint;
  table: MetricTable;
  stream: string;
  usage: ReportedUsage;
}

function addPoint(groups: Map<string, Group>, point: MetricPoint): void {
  const table = METRICS[point.name];
  const value = point.value === null ? null : asCount(point.value);
  if (table === undefined || value === null || point.temporality === "unspecified") return;
  // A counter that does not say since when it counts would be counted whole with every point.
  if (point.temporality === "cumulative" && point.startTimeUnixNano === 0n) return;
  const field = table.types[asText(point.attributes.get(table.typeAttribute)) ?? ""];
  if (field === undefined) return;
  const stream = streamKey(point, table);
  const key = `${stream}${point.startTimeUnixNano}/${point.timeUnixNano}`;
  const group = groups.get(key) ?? { point, table, stream, usage: noReportedUsage() };
  group.usage[field] = (group.usage[field] ?? 0) + value;
  groups.set(key, group);
}

/**
 * What token metrics of coding tools say was used: one record for each stream and interval. A delta interval is a record of its own; a
 * cumulative stream is one record from its start, which grows with every point (a restart of the tool begins a new one). Never throws.
 */
export function readCliMetrics(points: readonly MetricPoint[]): MetricUsage[] {
  const groups = new Map<string, Group>();
  for (const point of points) addPoint(groups, point);
  return [...groups.values()].map((group) => ({ point: group.point, call: callOf(group) }));
}

function callOf({ point, table, stream, usage }: Group): CliCall {
  const cumulative = point.temporality === "cumulative";
  const start = point.startTimeUnixNano > 0n ? point.startTimeUnixNano : point.timeUnixNano;
  return {
    dialect: table.dialect,
    start,
    end: point.timeUnixNano,
    group: [stream],
    identity: [start.toString(), cumulative ? null : point.timeUnixNano.toString()],
    reading: {
      ...emptyReading(),
      role: "call",
      operation: "chat",
      provider: table.provider,
      clientFlavor: table.clientFlavor,
      requestModel: modelOf(point.attributes),
      outcome: "ok",
      usage,
    },
  };
}
