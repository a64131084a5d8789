import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { AppError } from "../domain/errors.js";
import type { Board } from "./board.js";
import {
  type BoardSummary,
  DashboardsService,
  type PanelResult,
  type VariableValue,
} from "./dashboards.service.js";
import { importFlavor } from "./import-flavor.js";
import { readPanelRequest } from "./panel-request.js";

/** The part of Fastify's reply that tells when the viewer has left. */
interface Reply {
  raw: { once(event: "close", listener: () => void): unknown; writableFinished: boolean };
}

/** Boards and their panels' data. SQL comes from the committed boards alone: a request names a panel, never a query. */
@Controller("api/v1/dashboards")
@RequireScope("read")
export class DashboardsController {
  constructor(@Inject(DashboardsService) private readonly dashboards: DashboardsService) {}

  @Get()
  list(): { data: BoardSummary[] } {
    return { data: this.dashboards.list() };
  }

  @Get(":uid")
  get(@Param("uid") uid: string): Board {
    return this.dashboards.get(uid);
  }

  /** The board for Grafana's import dialog, which asks for the datasource. */
  @Get(":uid/grafana-import")
  forImport(@Param("uid") uid: string): Record<string, unknown> {
    return importFlavor(this.dashboards.get(uid));
  }

  @Post(":uid/panels/:id/query")
  @HttpCode(200)
  queryPanel(
    @Auth() auth: AuthContext,
    @Param("uid") uid: string,
    @Param("id") id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<PanelResult> {
    if (!/^\d{1,9}$/.test(id)) throw new AppError("not_found", "The dashboard has no such panel.");
    return this.dashboards.queryPanel(auth.project, uid, Number(id), readPanelRequest(body), leaving(reply));
  }

  @Post(":uid/variables/:name/query")
  @HttpCode(200)
  async queryVariable(
    @Auth() auth: AuthContext,
    @Param("uid") uid: string,
    @Param("name") name: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<{ data: VariableValue[] }> {
    const request = readPanelRequest(body);
    return { data: await this.dashboards.queryVariable(auth.project, uid, name, request, leaving(reply)) };
  }
}

/** Aborts when the connection closes before the answer is written: nobody waits for the query any more. */
function leaving(reply: Reply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
