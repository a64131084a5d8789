export const DEFAULT_ENDPOINT = "http://127.0.0.1:4318";

const REQUEST_TIMEOUT_MS = 60_000;

/** The server answered with an error, or did not answer. `code` is the API's, or `unreachable`. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number | null,
    readonly requestId: string | null = null,
  ) {
    super(message);
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** JSON over HTTP to a running server. Every method throws ApiError and nothing else. */
export class ApiClient {
  readonly endpoint: string;

  constructor(
    endpoint: string,
    /** API key or admin password; undefined in open mode. */
    readonly key: string | undefined,
  ) {
    this.endpoint = endpoint.replace(/\/+$/, "");
  }

  get(path: string, query: Query = {}): Promise<unknown> {
    return this.request("GET", path, query, undefined);
  }

  post(path: string, body: unknown): Promise<unknown> {
    return this.request("POST", path, {}, body);
  }

  put(path: string, body: unknown): Promise<unknown> {
    return this.request("PUT", path, {}, body);
  }

  delete(path: string): Promise<unknown> {
    return this.request("DELETE", path, {}, undefined);
  }

  /** The raw answer of any path, whatever its status. @throws ApiError `unreachable` */
  async raw(method: string, path: string, body?: string): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (this.key !== undefined) headers["authorization"] = `Bearer ${this.key}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    try {
      return await fetch(`${this.endpoint}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      throw unreachable(this.endpoint, error);
    }
  }

  private async request(method: string, path: string, query: Query, body: unknown): Promise<unknown> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) parameters.set(name, String(value));
    }
    const search = parameters.size > 0 ? `?${parameters.toString()}` : "";
    const response = await this.raw(
      method,
      `/api/v1/${path}${search}`,
      body === undefined ? undefined : JSON.stringify(body),
    );
    const text = await response.text();
    if (!response.ok) throw refusal(response, text);
    if (text === "") return null;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new ApiError(
        "invalid_answer",
        `${this.endpoint} did not answer JSON; is it Spanledger?`,
        response.status,
      );
    }
  }
}

function unreachable(endpoint: string, error: unknown): ApiError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason =
    cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
  return new ApiError(
    "unreachable",
    `no Spanledger server answers at ${endpoint} (${reason}); start one with \`spanledger start\`, or name it with --endpoint or SPANLEDGER_ENDPOINT`,
    null,
  );
}

function refusal(response: Response, text: string): ApiError {
  let error: { code?: unknown; message?: unknown; requestId?: unknown } = {};
  try {
    error = (JSON.parse(text) as { error?: typeof error }).error ?? {};
  } catch {
    // A proxy's page or an empty body: the status says enough.
  }
  const code = typeof error.code === "string" ? error.code : `http_${response.status}`;
  const message = typeof error.message === "string" ? error.message : `HTTP ${response.status}`;
  return new ApiError(
    code,
    message,
    response.status,
    typeof error.requestId === "string" ? error.requestId : null,
  );
}
