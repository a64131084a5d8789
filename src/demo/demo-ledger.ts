/** JSON over the API of a running server, as the command line's client offers it. */
export interface DemoApi {
  get(path: string, query?: Readonly<Record<string, string | number | undefined>>): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
}

const BUDGET_NAME = "Demo: LLM spend of the month";

/** What the demo asks of the ledger it fills. Every method throws what the API throws. */
export class DemoLedger {
  constructor(private readonly api: DemoApi) {}

  /** Whether calls of an earlier demo are there: they carry the tag `demo`. */
  async hasDemoCalls(): Promise<boolean> {
    const page = (await this.api.get("calls", { limit: 1, "tag:demo": "true" })) as { data: unknown[] };
    return page.data.length > 0;
  }

  /** Decimal USD since `fromMs`, or null when the ledger does not say. */
  async spentSince(fromMs: number): Promise<string | null> {
    const summary = (await this.api.get("summary", { from: new Date(fromMs).toISOString() })) as {
      cost?: string | null;
    };
    return summary.cost ?? null;
  }

  /**
   * A budget over the current month, unless the demo made one before: its limit is what is spent so far and a seventh, so that the
   * 50 % and 80 % thresholds are crossed and the forecast is breached.
   */
  async ensureBudget(nowMs: number): Promise<void> {
    const budgets = (await this.api.get("budgets")) as { data: { name: string }[] };
    if (budgets.data.some((budget) => budget.name === BUDGET_NAME)) return;
    const now = new Date(nowMs);
    const spent = await this.spentSince(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
    const dollars = BigInt(/^\d+/.exec(spent ?? "0")?.[0] ?? "0");
    await this.api.post("budgets", {
      name: BUDGET_NAME,
      limit: `${(dollars * 8n) / 7n + 1n}.00`,
      unit: "usd",
      period: "month",
      timezone: "UTC",
      scope: {},
      thresholds: [
        { kind: "actual", percent: 50 },
        { kind: "actual", percent: 80 },
        { kind: "forecast", percent: 100 },
      ],
      channels: [],
    });
  }
}
