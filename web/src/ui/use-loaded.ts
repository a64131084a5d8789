import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client.js";

export interface Loaded<T> {
  /** The last answer; it stays while a newer one is awaited, and when that fails. */
  data: T | null;
  problem: string | null;
  isLoading: boolean;
  reload: () => void;
}

/** The words of a failure. */
export function problemText(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : "That did not work.";
}

/** The answer to `GET /api/v1/<path>`, asked for again when the path changes, on `reload`, and every `everyMs` while the page is seen. */
export function useLoaded<T>(path: string | null, everyMs: number | null = null): Loaded<T> {
  const [state, setState] = useState<{ data: T | null; problem: string | null; isLoading: boolean }>({
    data: null,
    problem: null,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  const reload = (): void => setRound((before) => before + 1);
  useEffect(() => {
    if (path === null) return undefined;
    const controller = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    get<T>(path, controller.signal).then(
      (data) => setState({ data, problem: null, isLoading: false }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setState((before) => ({ ...before, problem: problemText(error), isLoading: false }));
      },
    );
    const again = (): void => (document.hidden ? undefined : reload());
    const timer = everyMs === null ? undefined : setTimeout(again, everyMs);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [path, round, everyMs]);
  return { ...state, reload };
}

export interface Action {
  isBusy: boolean;
  problem: string | null;
  /** Runs one thing at a time; what goes wrong ends in `problem`. Resolves with whether it worked. */
  run: (action: () => Promise<unknown>) => Promise<boolean>;
  fail: (problem: string | null) => void;
}

/** Something that a click starts: busy while it runs, and what went wrong. */
export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (action: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      await action();
      return true;
    } catch (error) {
      setProblem(problemText(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, problem, run, fail: setProblem };
}
