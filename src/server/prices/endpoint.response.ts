import type { EndpointMap } from "../storage/control/entities/endpoint-map.entity.js";

/** The public JSON of a mapping. Never throws. */
export function endpointResponse(row: EndpointMap): object {
  const common = {
    id: row.id,
    project: row.projectId,
    author: row.author,
    createdAt: row.createdAt.toISOString(),
  };
  const text = (name: string) => row.definition[name] ?? null;
  return row.deployment === null
    ? {
        ...common,
        endpoint: row.host,
        provider: text("pool") === null ? row.provider : null,
        pool: text("pool"),
      }
    : {
        ...common,
        deployment: row.deployment,
        provider: row.provider,
        model: row.model,
        sku: text("sku"),
        zone: text("zone"),
      };
}
