import type { Board } from "./board.js";

const OUR_DATASOURCE = "spanledger-clickhouse";
const PLUGIN = "grafana-clickhouse-datasource";

/** What Grafana replaces by the datasource that is chosen while importing. */
const CHOSEN_DATASOURCE = "${DS_SPANLEDGER}";

/**
 * A board for Grafana's import dialog, which asks which ClickHouse datasource to use. Provisioned boards cannot be like this:
 * there `__inputs` is never resolved, so those name our datasource. Never throws.
 * @see https://github.com/grafana/grafana/issues/10786 (2026-11-22)
 */
export function importFlavor(board: Board): Record<string, unknown> {
  const text = JSON.stringify(board).replaceAll(
    JSON.stringify(OUR_DATASOURCE),
    JSON.stringify(CHOSEN_DATASOURCE),
  );
  const input = {
    name: "DS_SPANLEDGER",
    label: "Spanledger's ClickHouse",
    description: "A ClickHouse datasource that reads Spanledger's views.",
    type: "datasource",
    pluginId: PLUGIN,
    pluginName: "ClickHouse",
  };
  return { __inputs: [input], id: null, ...(JSON.parse(text) as Record<string, unknown>) };
}
