import { Inject, Injectable } from "@nestjs/common";
import { AppError } from "../domain/errors.js";
import { readModelId } from "../pricing/model-grammar.js";
import { MAKERS } from "../pricing/estimate.js";
import { namesGeo } from "../pricing/model-match.js";
import { isGateway, isSelfHosted, providerName } from "../pricing/provider-names.js";
import { suggestModel } from "../pricing/suggest-model.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { listedModel, splitMatch } from "./operator-models.js";
import { OperatorPrices } from "./operator-prices.js";

/** What the names in a request mean: providers, models, pools. */
@Injectable()
export class ModelNames {
  constructor(
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
  ) {}

  /**
   * The match of an override in the engine's words: provider by its contract name, a listed alias by its model.
   * @throws AppError `invalid_request` for an unknown provider, an opaque name, or a multiple of a price that is not listed.
   */
  async overrideMatch(project: string, text: string, kind: string): Promise<string> {
    const trimmed = text.trim();
    if (!/^[^/\s]+\/\S.*$/.test(trimmed))
      throw new AppError(
        "invalid_request",
        "match: must be <provider>/<model>, <provider>/* or <pool>/<model>",
      );
    const { provider, model } = splitMatch(trimmed);
    if (this.#isPool(project, provider)) return trimmed;
    const name = await this.knownProvider(project, provider);
    if (model === "*" || isSelfHosted(name)) return `${name}/${model}`;
    const listed = listedModel(this.prices.book, name, model);
    if (listed === null) {
      this.#requireNameable(name, model, kind);
      return `${name}/${model}`;
    }
    const geo = /^([a-z0-9-]+):/i.exec(model)?.[1];
    return geo !== undefined && namesGeo(listed, geo)
      ? `${name}/${geo}:${listed.model}`
      : `${name}/${listed.model}`;
  }

  /**
   * The contract's name of a provider: one of the book, a kind of self-hosted server, or one that calls of the project name.
   * @throws AppError `invalid_request` for another.
   */
  async knownProvider(project: string, spelled: string): Promise<string> {
    const name = providerName(spelled);
    const known = this.prices.book.providers.has(name) || isSelfHosted(name) || isGateway(name);
    if (known || name === "ollama_cloud") return name;
    const seen = await this.store.select("SELECT 1 FROM calls WHERE provider = {provider:String} LIMIT 1", {
      params: { provider: name },
      onlyProject: project,
    });
    if (seen.length > 0) return name;
    throw new AppError(
      "invalid_request",
      `Unknown provider "${spelled}": it is not in the price book, no pool of the endpoint map, and no call names it.`,
      { provider: spelled, providers: [...this.prices.book.providers.keys()] },
    );
  }

  /**
   * The provider that a model named without one is priced at: `<provider>/<model>` names it, else the first maker that lists it.
   * @throws AppError `invalid_request` when nobody or several resellers list it.
   */
  providerOf(project: string, model: string): { provider: string; model: string } {
    const { book } = this.prices.contextOf(project);
    const { provider, model: rest } = splitMatch(model);
    const prefix = model.includes("/") ? providerName(provider) : "";
    if (book.providers.has(prefix) || isSelfHosted(prefix)) return { provider: prefix, model: rest };
    const holders = [...book.providers.keys()].filter((name) => listedModel(book, name, model) !== null);
    const found =
      MAKERS.find((name) => holders.includes(name)) ?? (holders.length === 1 ? holders[0] : undefined);
    if (found !== undefined) return { provider: found, model };
    const suggestion = suggestModel(this.prices.book, MAKERS, [model]);
    throw new AppError(
      "invalid_request",
      holders.length === 0
        ? `No provider lists "${model}"${suggestion === null ? "" : `; did you mean ${suggestion}?`} Name the provider to price it there.`
        : `Several providers list "${model}": name one.`,
      { model, providers: holders, suggestion },
    );
  }

  #isPool(project: string, name: string): boolean {
    const { endpoints } = this.prices.contextOf(project).operator;
    return endpoints.some(({ pool }) => pool?.toLowerCase() === name.toLowerCase());
  }

  #requireNameable(provider: string, model: string, kind: string): void {
    if (readModelId(provider, model).opaque !== null) {
      throw new AppError(
        "invalid_request",
        `"${model}" is a name that the account chose and says nothing about the model: map it with PUT /api/v1/prices/endpoints.`,
        { model },
      );
    }
    if (kind !== "multiplier" && kind !== "volume_tiers") return;
    const suggestion = suggestModel(this.prices.book, [provider], [model]);
    throw new AppError(
      "invalid_request",
      `${provider}/${model} has no list price that could be multiplied${suggestion === null ? "" : `; did you mean ${suggestion}?`}`,
      { match: `${provider}/${model}`, suggestion },
    );
  }
}
