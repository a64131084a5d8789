/** What channels carry when the price book in force is too old; fields are only ever added. Times are RFC 3339 UTC. */
export interface BookAlertPayload {
  id: string;
  type: "price_book.stale";
  project: string;
  book: {
    version: string;
    source: "bundled" | "refreshed";
    /** Day of release, YYYY-MM-DD. */
    released: string;
    ageDays: number;
  };
  /** What the last look for a newer book ended with, or null. */
  lastError: string | null;
  firedAt: string;
}
