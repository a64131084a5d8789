import type { ComponentChildren } from "preact";
import type { Loaded } from "./use-loaded.js";

/** A page's part while its data is awaited, when it failed, and once it is there. */
export function Await<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  return (
    <>
      {of.problem !== null && (
        <div class="page-problem" role="alert">
          {of.problem}{" "}
          <button type="button" class="button is-small" onClick={of.reload}>
            Try again
          </button>
        </div>
      )}
      {of.data === null
        ? of.problem === null && <div class="page-loading" role="status" aria-label="Loading" />
        : children(of.data)}
    </>
  );
}

/** What is said where nothing is, and what can be done about it. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty-card">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
