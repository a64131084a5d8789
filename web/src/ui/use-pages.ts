import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client.js";
import { problemText } from "./use-loaded.js";

interface Page<Row> {
  data: readonly Row[];
  nextCursor: string | null;
}

export interface Pages<Row, Extra> {
  /** The first answer as a whole; it stays while a newer one is awaited. */
  data: (Page<Row> & Extra) | null;
  /** Rows of every page that was asked for. */
  rows: readonly Row[];
  problem: string | null;
  hasMore: boolean;
  isLoading: boolean;
  more: () => void;
  reload: () => void;
}

interface State<Row, Extra> {
  first: (Page<Row> & Extra) | null;
  rows: readonly Row[];
  cursor: string | null;
  problem: string | null;
  isLoading: boolean;
}

/** The list at `GET /api/v1/<path>`, page by page; it starts anew when the path changes and on `reload`. */
export function usePages<Row, Extra = unknown>(path: string): Pages<Row, Extra> {
  const [state, setState] = useState<State<Row, Extra>>({
    first: null,
    rows: [],
    cursor: null,
    problem: null,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  const load = (cursor: string | null, signal?: AbortSignal): void => {
    setState((before) => ({ ...before, isLoading: true, problem: null }));
    const suffix =
      cursor === null ? "" : `${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`;
    get<Page<Row> & Extra>(path + suffix, signal).then(
      (page) =>
        setState((before) => ({
          first: cursor === null ? page : before.first,
          rows: cursor === null ? page.data : [...before.rows, ...page.data],
          cursor: page.nextCursor,
          problem: null,
          isLoading: false,
        })),
      (error: unknown) => {
        if (signal?.aborted === true) return;
        setState((before) => ({ ...before, problem: problemText(error), isLoading: false }));
      },
    );
  };
  useEffect(() => {
    const controller = new AbortController();
    load(null, controller.signal);
    return () => controller.abort();
  }, [path, round]);
  return {
    data: state.first,
    rows: state.rows,
    problem: state.problem,
    hasMore: state.cursor !== null,
    isLoading: state.isLoading,
    more: () => load(state.cursor),
    reload: () => setRound((before) => before + 1),
  };
}
