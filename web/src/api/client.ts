import { chosenProject } from "../project.js";

/** A failed request as the API words it; `code` is stable. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

type Listener = () => void;
const unauthenticated = new Set<Listener>();

/** Calls back whenever the API answers 401; gives the way to stop. */
export function onUnauthenticated(listener: Listener): () => void {
  unauthenticated.add(listener);
  return () => unauthenticated.delete(listener);
}

interface ErrorBody {
  error?: { code?: string; message?: string; requestId?: string };
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  return new ApiError(
    response.status,
    body.error?.code ?? "internal",
    body.error?.message ?? `The server answered ${response.status}.`,
    body.error?.requestId ?? null,
  );
}

/** The path within the chosen project; one that names a project itself (`project=` is the server's default) stays as it is. */
function withProject(path: string): string {
  const project = chosenProject();
  if (project === null || path === "login" || path === "session" || /[?&]project=/.test(path)) return path;
  return `${path}${path.includes("?") ? "&" : "?"}project=${encodeURIComponent(project)}`;
}

/**
 * The JSON answer of one API request; null for an empty one.
 * @throws ApiError when the server refuses or cannot be reached (`unreachable`); a DOMException when aborted.
 */
export async function request<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: { body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const response = await fetch(`/api/v1/${withProject(path)}`, {
    method,
    headers: options.body === undefined ? {} : { "content-type": "application/json" },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    credentials: "same-origin",
  }).catch((error: unknown) => {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError(0, "unreachable", "The server cannot be reached.", null);
  });
  if (response.status === 401 && path !== "login") for (const listener of unauthenticated) listener();
  if (!response.ok) throw await errorOf(response);
  const text = await response.text();
  return (text === "" ? null : JSON.parse(text)) as T;
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>("GET", path, signal === undefined ? {} : { signal });

export const post = <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  request<T>("POST", path, signal === undefined ? { body } : { body, signal });
