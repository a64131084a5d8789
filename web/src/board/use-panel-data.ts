import { useEffect, useState } from "preact/hooks";
import { ApiError, post } from "../api/client.js";
import type { PanelResult } from "../api/types.js";
import type { AdhocFilter } from "./board-url.js";

export interface Range {
  fromMs: number;
  toMs: number;
}

export interface PanelData {
  /** The last answer; it stays while a newer one is awaited. */
  result: PanelResult | null;
  error: ApiError | null;
  isLoading: boolean;
}

interface Question {
  uid: string;
  panelId: number;
  range: Range;
  variables: Readonly<Record<string, readonly string[]>>;
  filters: readonly AdhocFilter[];
  maxDataPoints: number;
  /** False until the panel has come near the window: nothing is asked for panels nobody has seen. */
  isWanted: boolean;
  /** Changes to ask again. */
  attempt: number;
}

/** A panel's data for a range and variables; a newer question cancels the one before. */
export function usePanelData(question: Question): PanelData {
  const { uid, panelId, range, variables, filters, maxDataPoints, isWanted, attempt } = question;
  const [data, setData] = useState<PanelData>({ result: null, error: null, isLoading: true });
  const chosen = JSON.stringify([variables, filters]);
  useEffect(() => {
    if (!isWanted) return undefined;
    const controller = new AbortController();
    setData((before) => ({ ...before, isLoading: true }));
    const body = {
      from: new Date(range.fromMs).toISOString(),
      to: new Date(range.toMs).toISOString(),
      maxDataPoints,
      variables,
      ...(filters.length === 0 ? {} : { adhocFilters: filters }),
    };
    post<PanelResult>(`dashboards/${uid}/panels/${panelId}/query`, body, controller.signal).then(
      (result) => setData({ result, error: null, isLoading: false }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const known =
          error instanceof ApiError ? error : new ApiError(0, "internal", "The answer cannot be read.", null);
        setData((before) => ({ ...before, error: known, isLoading: false }));
      },
    );
    return () => controller.abort();
  }, [uid, panelId, range.fromMs, range.toMs, chosen, maxDataPoints, isWanted, attempt]);
  return data;
}
