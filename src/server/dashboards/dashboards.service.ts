import { fileURLToPath } from "node:url";
import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { PanelSqlRunner } from "../query/panel-sql.js";
import { type Board, type BoardPanel, readBoards } from "./board.js";
import { expandMacros, type MacroContext } from "./expand-macros.js";
import { bucketMs, intervalTextMs } from "./grafana-interval.js";
import { type PanelRequest, readRange, readVariables } from "./panel-request.js";

/** The committed boards: beside `src` in the repository, beside `dist` in the package. */
const BOARDS_DIRECTORY = fileURLToPath(new URL("../../../dashboards/", import.meta.url));

const MAX_PANEL_ROWS = 20_000;
const MAX_SECONDS = 30;

export interface BoardSummary {
  uid: string;
  title: string;
  description: string;
}

/** A panel's answer: its columns and rows, and how it was asked, for "show SQL". Times are RFC 3339. */
export interface PanelResult {
  refId: string;
  /** 0 time series, 1 table. */
  format: 0 | 1;
  from: string;
  to: string;
  intervalMs: number;
  columns: { name: string; type: string }[];
  rows: unknown[][];
  sql: string;
}

export interface VariableValue {
  value: string;
  text: string;
}

/** The boards, and the answers to their panels' questions within one project. */
@Injectable()
export class DashboardsService implements OnModuleInit {
  private boards: readonly Board[] = [];

  constructor(
    @Inject(PanelSqlRunner) private readonly runner: Pick<PanelSqlRunner, "run">,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    this.boards = await readBoards(BOARDS_DIRECTORY);
  }

  list(): BoardSummary[] {
    return this.boards.map(({ uid, title, description }) => ({ uid, title, description }));
  }

  /** @throws AppError `not_found` */
  get(uid: string): Board {
    const board = this.boards.find((one) => one.uid === uid);
    if (board === undefined) throw new AppError("not_found", "There is no such dashboard.");
    return board;
  }

  /**
   * Rows of one panel for a range and a choice of variables, within `project`.
   * @throws AppError `not_found` for an unknown board or panel, `invalid_request` for a bad range or variable, and what the store throws.
   */
  async queryPanel(
    project: string,
    uid: string,
    panelId: number,
    request: PanelRequest,
    signal: AbortSignal,
  ): Promise<PanelResult> {
    const board = this.get(uid);
    const panel = board.panels.find((one) => one.id === panelId);
    const target = panel?.targets?.[0];
    if (panel === undefined || target === undefined)
      throw new AppError("not_found", "The dashboard has no such panel with a query.");
    const context = this.contextOf(board, request, panel);
    const sql = expandMacros(target.rawSql, context);
    const { columns, rows } = await this.run(project, sql, request, signal);
    return {
      refId: target.refId,
      format: target.format,
      from: new Date(context.fromMs).toISOString(),
      to: new Date(context.toMs).toISOString(),
      intervalMs: context.intervalMs,
      columns,
      rows,
      sql,
    };
  }

  /**
   * What a query variable offers in a range, within `project`: one column is the value, a second its text.
   * @throws AppError `not_found` for an unknown board or variable, `invalid_request` for a bad range, and what the store throws.
   */
  async queryVariable(
    project: string,
    uid: string,
    name: string,
    request: PanelRequest,
    signal: AbortSignal,
  ): Promise<VariableValue[]> {
    const board = this.get(uid);
    const variable = board.templating.list.find((one) => one.name === name);
    if (variable === undefined) throw new AppError("not_found", "The dashboard has no such variable.");
    if (variable.type === "custom") return variable.options.map(({ value }) => ({ value, text: value }));
    const sql = expandMacros(variable.query.rawSql, this.contextOf(board, request));
    const { rows } = await this.run(project, sql, request, signal);
    return rows.map(([value, text]) => ({ value: String(value), text: String(text ?? value) }));
  }

  private run(
    project: string,
    sql: string,
    { adhocFilters }: PanelRequest,
    signal: AbortSignal,
  ): ReturnType<PanelSqlRunner["run"]> {
    const limits = { maxRows: MAX_PANEL_ROWS, maxSeconds: MAX_SECONDS, signal };
    return this.runner.run(project, sql, { ...limits, filters: adhocFilters });
  }

  private contextOf(board: Board, request: PanelRequest, panel?: BoardPanel): MacroContext {
    const range = readRange(request, this.clock.nowMs());
    const leastMs = intervalTextMs(panel?.interval ?? "1ms") ?? 1;
    const points = panel?.maxDataPoints ?? request.maxDataPoints;
    return {
      ...range,
      intervalMs: request.intervalMs ?? bucketMs(range.toMs - range.fromMs, points, leastMs),
      variables: readVariables(board, request),
    };
  }
}
