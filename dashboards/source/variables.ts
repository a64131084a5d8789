import { DATASOURCE } from "./panel.js";
import { DIMENSIONS, type Dimension, FILTERS } from "./calls-view.js";
import type { CustomVariable, QueryVariable, Variable } from "./schema.js";

const LABELS: Record<(typeof FILTERS)[number], string> = {
  project: "Project",
  environment: "Environment",
  provider: "Provider",
  model: "Model",
  feature: "Feature",
  user: "User",
  customer: "Customer",
};

/** The values of one dimension in the chosen range, most expensive first; at most 500, so that a picker stays usable. */
function dimensionVariable(name: Dimension & keyof typeof LABELS): QueryVariable {
  const sql = `SELECT ${DIMENSIONS[name]} AS value
FROM call_stats
WHERE $__timeFilter_ms(start_time)
GROUP BY value
ORDER BY sum(cost) DESC, sum(calls) DESC, value
LIMIT 500`;
  return {
    type: "query",
    name,
    label: LABELS[name],
    description: `Narrows the board to one or more values of ${LABELS[name].toLowerCase()}.`,
    datasource: DATASOURCE,
    query: { editorType: "sql", refId: name, rawSql: sql },
    definition: sql,
    refresh: 2,
    sort: 0,
    includeAll: true,
    multi: true,
    hide: 0,
    current: { text: ["All"], value: ["$__all"] },
    options: [],
  };
}

/** A choice among fixed values; the first is the default. */
export function choice(
  name: string,
  label: string,
  description: string,
  values: readonly [string, ...string[]],
): CustomVariable {
  return {
    type: "custom",
    name,
    label,
    description,
    query: values.join(","),
    includeAll: false,
    multi: false,
    hide: 0,
    current: { text: values[0], value: values[0] },
    options: values.map((value, index) => ({ text: value, value, selected: index === 0 })),
  };
}

/** The variables that every board has. */
export const COMMON_VARIABLES: Variable[] = FILTERS.map(dimensionVariable);
