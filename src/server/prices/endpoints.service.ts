import { Inject, Injectable } from "@nestjs/common";
import { type EntityManager, IsNull } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import { type AuthContext, isOperator } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import type { DeploymentMapping } from "../pricing/operator-pricing.js";
import { isGateway, isNameless, providerName } from "../pricing/provider-names.js";
import { suggestModel } from "../pricing/suggest-model.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { EndpointMap } from "../storage/control/entities/endpoint-map.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import type { EndpointRequest } from "./endpoint-request.schema.js";
import { ModelNames } from "./model-names.js";
import { listedModel, splitMatch } from "./operator-models.js";
import { OperatorPrices } from "./operator-prices.js";
import { authorOf, writeAudit } from "./price-audit.service.js";

const MAX_MAPS = 5000;
const MAX_CHAIN = 20;
const SINCE_EVER = new Date(0);

/** What opaque hosts and deployments really are. Append-only: a change is a new row and a revocation of the old one. */
@Injectable()
export class EndpointsService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(ModelNames) private readonly names: ModelNames,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The project's own and those for all projects that are in force. */
  list(project: string, page: PageRequest): Promise<Page<EndpointMap>> {
    return this.database.run((manager) => {
      const query = manager
        .getRepository(EndpointMap)
        .createQueryBuilder("map")
        .where("(map.projectId = :project OR map.projectId IS NULL) AND map.revokedAt IS NULL", { project });
      return newestFirst(query, "createdAt", page);
    });
  }

  /**
   * Says what answers at an endpoint or what a deployment stands for, in place of what was said before.
   * @throws AppError `invalid_request` (unknown provider or model, a loop), `forbidden` (all projects), `conflict` (too many).
   */
  async put(auth: AuthContext, request: EndpointRequest): Promise<EndpointMap> {
    const row = await this.prepare(auth, request);
    await this.database.transaction((manager) => this.write(manager, row));
    await this.prices.reload();
    return row;
  }

  /** The row that a request stands for, checked. @throws AppError `invalid_request`, `forbidden` */
  async prepare(auth: AuthContext, request: EndpointRequest): Promise<EndpointMap> {
    if (request.allProjects && !isOperator(auth))
      throw new AppError("forbidden", "A key can map endpoints for its own project only.");
    return this.#rowOf(auth, request);
  }

  /** Stores a prepared mapping in place of the one before, with its audit entry. @throws AppError `conflict` */
  async write(manager: EntityManager, row: EndpointMap): Promise<void> {
    const maps = manager.getRepository(EndpointMap);
    if ((await maps.countBy({ revokedAt: IsNull() })) >= MAX_MAPS)
      throw new AppError("conflict", `There are at most ${MAX_MAPS} mappings.`);
    await maps.update(
      {
        projectId: row.projectId ?? IsNull(),
        host: row.host ?? IsNull(),
        deployment: row.deployment ?? IsNull(),
        ...(row.deployment === null ? {} : { provider: row.provider }),
        revokedAt: IsNull(),
      },
      { revokedAt: row.createdAt, effectiveTo: row.createdAt },
    );
    await maps.save(row, { reload: false });
    const { host, deployment, provider, model, definition } = row;
    const details = { host, deployment, provider, model, ...definition };
    const entry = { project: row.projectId, action: "endpoint.map", subject: row.id, details };
    await writeAudit(manager, row.author, entry, row.createdAt.getTime());
  }

  /**
   * Takes a mapping back, by its id or its host or deployment name. Calls that it priced keep their price.
   * @throws AppError `not_found`; `forbidden` for one of all projects without being the operator.
   */
  async remove(auth: AuthContext, name: string): Promise<void> {
    const maps = this.database.repository(EndpointMap);
    const found = await this.database.run(() =>
      maps
        .createQueryBuilder("map")
        .where("map.revokedAt IS NULL AND (map.id = :name OR map.host = :lower OR map.deployment = :name)", {
          name,
          lower: name.toLowerCase(),
        })
        .andWhere("(map.projectId = :project OR map.projectId IS NULL)", { project: auth.project })
        .getMany(),
    );
    const own = found.filter(({ projectId }) => projectId !== null);
    const chosen = own.length > 0 ? own : found;
    if (chosen.length === 0) throw new AppError("not_found", "There is no such mapping.");
    if (own.length === 0 && !isOperator(auth))
      throw new AppError("forbidden", "A key can remove mappings of its own project only.");
    const now = new Date(this.clock.nowMs());
    await this.database.transaction(async (manager) => {
      for (const { id, projectId, host, deployment, provider } of chosen) {
        await manager.getRepository(EndpointMap).update({ id }, { revokedAt: now, effectiveTo: now });
        const details = { host, deployment, provider };
        const entry = { project: projectId, action: "endpoint.remove", subject: id, details };
        await writeAudit(manager, authorOf(auth), entry, now.getTime());
      }
    });
    await this.prices.reload();
  }

  async #rowOf(auth: AuthContext, request: EndpointRequest): Promise<EndpointMap> {
    const provider =
      request.provider === undefined
        ? "self_hosted"
        : await this.names.knownProvider(auth.project, request.provider);
    const model = request.model ?? null;
    if (request.deployment !== undefined && model !== null) {
      refuseLoop(
        this.prices.contextOf(auth.project).operator.deployments,
        provider,
        request.deployment,
        model,
      );
      if (isGateway(provider) || isNameless(provider)) {
        const { provider: vendor, model: listed } = splitMatch(model);
        this.#requireModel(auth.project, providerName(vendor), listed);
      } else this.#requireModel(auth.project, provider, model);
    }
    const settings = { pool: request.pool, sku: request.sku, zone: request.zone };
    return {
      id: `map_${randomText(16)}`,
      projectId: request.allProjects ? null : auth.project,
      host: request.endpoint?.toLowerCase() ?? null,
      deployment: request.deployment ?? null,
      provider,
      model,
      definition: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
      effectiveFrom: SINCE_EVER,
      effectiveTo: null,
      author: authorOf(auth),
      createdAt: new Date(this.clock.nowMs()),
      revokedAt: null,
    };
  }

  #requireModel(project: string, provider: string, model: string): void {
    if (listedModel(this.prices.contextOf(project).book, provider, model) !== null) return;
    const suggestion = suggestModel(this.prices.book, [provider], [model]);
    throw new AppError(
      "invalid_request",
      `${provider} lists no model "${model}"${suggestion === null ? "" : `; did you mean ${suggestion}?`} State a price for it first.`,
      { provider, model, suggestion },
    );
  }
}

/** Where deployments have names of their own, one may be named like a model that another one serves. */
const OWN_NAMES: ReadonlySet<string> = new Set(["azure.ai.openai", "aws.bedrock"]);

/** An alias must not lead back to itself, and must name a model, not another alias. */
function refuseLoop(
  known: readonly DeploymentMapping[],
  provider: string,
  deployment: string,
  model: string,
): void {
  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const next = (name: string): string | null => {
    const found = known.find((map) => map.provider === provider && isSame(map.name, name))?.model ?? null;
    return found === null || isSame(found, name) ? null : found;
  };
  if (isSame(deployment, model)) return;
  const chain = [deployment];
  for (let at: string | null = model; at !== null && chain.length < MAX_CHAIN; at = next(at)) {
    chain.push(at);
    if (isSame(at, deployment)) {
      const message = `model: the alias leads back to itself (${chain.join(" -> ")})`;
      throw new AppError("invalid_request", message, { chain });
    }
  }
  const target = next(model);
  if (target === null || OWN_NAMES.has(provider)) return;
  const message = `model: "${model}" is itself an alias (of ${target}): name ${target}`;
  throw new AppError("invalid_request", message, { chain });
}
