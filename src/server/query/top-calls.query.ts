import { Injectable } from "@nestjs/common";
import { PanelSqlRunner } from "./panel-sql.js";
import { filterConditions, type Conditions, type DimensionFilter } from "./dimensions.js";

/** A number of a call that lists are sorted by, and the measure that tells its greatest value in rows that are added up. */
const COLUMNS = {
  cost: { column: "cost", highest: "highest_cost", least: "toDecimal128({top_least:String}, 12)" },
  // A little less, in case that the text of a binary number is read as one that is a little more.
  duration: {
    column: "duration_ms",
    highest: "highest_duration",
    least: "toFloat64({top_least:String}) * 0.999999999",
  },
  input: { column: "input_total", highest: "highest_input", least: "toInt64({top_least:String})" },
  output: { column: "output_total", highest: "highest_output", least: "toInt64({top_least:String})" },
  attempts: { column: "attempt_count", highest: "highest_attempts", least: "toUInt32({top_least:String})" },
} as const;

export type TopColumn = keyof typeof COLUMNS;

/** Whether a list sorted by this asks for the calls with most of a number. */
export function isTopColumn(sort: string): sort is TopColumn {
  return Object.hasOwn(COLUMNS, sort);
}

interface TopQuestion {
  column: TopColumn;
  /** Calls of the list. */
  limit: number;
  /** Start of the calls: `fromNano` inclusive, `toNano` exclusive; null is open. */
  fromNano: bigint | null;
  toNano: bigint | null;
  filters: readonly DimensionFilter[];
}

/** Last second that SQL's DateTime holds. */
const LAST_NANO = 4_294_967_295_000_000_000n;
const MAX_SECONDS = 30;

/** Tells where the calls with most of a number can be, so that a list of them reads a few hours of the ledger. */
@Injectable()
export class TopCallsQuery {
  constructor(private readonly panels: PanelSqlRunner) {}

  /**
   * Conditions that all calls of the list meet: they have at least as much as the greatest calls of that many different hours and models,
   * and start in an hour whose greatest call has. No conditions when there are fewer of those than the list is long.
   * @throws AppError as `PanelSqlRunner.run`.
   */
  async bounds(project: string, question: TopQuestion, signal?: AbortSignal): Promise<Conditions> {
    const { column, highest, least } = COLUMNS[question.column];
    const { conditions, params } = filterConditions(question.filters);
    const where = [
      `start_time >= fromUnixTimestamp64Nano(${question.fromNano ?? 0n})`,
      `start_time < fromUnixTimestamp64Nano(${question.toNano ?? LAST_NANO})`,
      ...conditions,
    ];
    const sql = `SELECT toStartOfInterval(toDateTime(start_time), INTERVAL 3600 second) AS hour, toString(max(${highest})) AS most
FROM call_stats
WHERE ${where.join("\n  AND ")}
GROUP BY hour, provider, model
HAVING max(${highest}) IS NOT NULL
ORDER BY max(${highest}) DESC
LIMIT ${question.limit} WITH TIES`;
    const { rows } = await this.panels.run(project, sql, {
      params,
      maxRows: 1_000_000,
      maxSeconds: MAX_SECONDS,
      ...(signal === undefined ? {} : { signal }),
    });
    const last = rows.at(-1)?.[1];
    if (rows.length < question.limit || typeof last !== "string") return { conditions: [], params: {} };
    return {
      conditions: [
        `${column} >= ${least}`,
        "toStartOfHour(start_time) IN {top_hours:Array(DateTime('UTC'))}",
      ],
      params: { top_least: last, top_hours: [...new Set(rows.map(([hour]) => String(hour)))] },
    };
  }
}
