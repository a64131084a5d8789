/** What a caller may do: send spans, read the ledger, change settings. */
export type AuthScope = "ingest" | "read" | "admin";

export const AUTH_SCOPES = ["ingest", "read", "admin"] as const satisfies readonly AuthScope[];

/** Who a request acts for. Every query takes its project from here, never from the client's own words. */
export interface AuthContext {
  /** Project id the request is confined to. */
  project: string;
  scopes: readonly string[];
  /** Id of the API key, or null for the operator (open mode, page login, admin password). */
  keyId: string | null;
}

/** True for the operator, who may see every project; false for every API key, admin keys included. Never throws. */
export function isOperator(auth: AuthContext): boolean {
  return auth.keyId === null && auth.scopes.includes("admin");
}
