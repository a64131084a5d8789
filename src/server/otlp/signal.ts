/** The three signals of OTLP, by their path segment. */
export type Signal = "traces" | "logs" | "metrics";

export const SIGNALS = ["traces", "logs", "metrics"] as const satisfies readonly Signal[];
