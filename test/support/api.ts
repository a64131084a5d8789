/** The parts of the public Call record that tests read. */
export interface ApiCall {
  id: string;
  traceId: string;
  spanId: string;
  otherSpanIds: string[];
  startTime: string;
  durationMs: number;
  timeToFirstChunkMs: number | null;
  operation: string;
  provider: string;
  requestModel: string | null;
  responseModel: string | null;
  pricedModel: string | null;
  responseId: string | null;
  requestId: string | null;
  streaming: boolean;
  outcome: string;
  httpStatus: number | null;
  errorType: string | null;
  finishReasons: string[];
  attempts: {
    index: number;
    httpStatus: number | null;
    errorType: string | null;
    retryAfterMs: number | null;
  }[];
  attemptCount: number;
  retryCount: number;
  rateLimits: { kind: string; limit: number | null; remaining: number | null; resetAt: string | null }[];
  usage: Record<string, number | null>;
  usageSource: string;
  usageQuality: string;
  billable: boolean;
  cost: {
    status: string;
    reason: string | null;
    total: string | null;
    lines: { class: string; quantity: string; unitPrice: string; amount: string; rateId: string }[];
    priceBook: string | null;
  };
  attribution: {
    service: string | null;
    user: string | null;
    team: string | null;
    feature: string | null;
    tags: Record<string, string>;
  };
}

/** Body of a JSON request; throws with status and body when the answer is not 2xx. */
export async function requestJson<T>(
  url: string,
  init: Omit<RequestInit, "headers"> & { json?: unknown; headers?: Record<string, string> } = {},
): Promise<T> {
  const { json, ...rest } = init;
  const response = await fetch(url, {
    ...rest,
    ...(json === undefined
      ? {}
      : { body: JSON.stringify(json), headers: { "content-type": "application/json", ...rest.headers } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method ?? "GET"} ${url}: ${response.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** All calls of a server, newest first, following cursors. */
export async function allCalls(baseUrl: string, query = ""): Promise<ApiCall[]> {
  const calls: ApiCall[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: ApiCall[]; nextCursor: string | null } = await requestJson(
      `${baseUrl}/api/v1/calls?limit=500${query}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    calls.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return calls;
}
