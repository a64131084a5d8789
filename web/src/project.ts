const KEY = "spanledger.project";

/** The project that the operator looks at; null for the server's default, and for a key, which has only its own. */
export function chosenProject(): string | null {
  return window.localStorage.getItem(KEY);
}

export function rememberProject(id: string | null): void {
  if (id === null) window.localStorage.removeItem(KEY);
  else window.localStorage.setItem(KEY, id);
}
