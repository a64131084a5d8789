import type { ComponentChildren } from "preact";
import type { Loaded } from "./use-loaded.js";

/** A page's part while its data is awaited, when it failed, and once it is there. */
export function Await<T>({
  of,
  children,
}: {
  of: Pick<Loaded<T>, "data" | "problem" | "reload">;
  children: (data: T) => ComponentChildren;
}) {
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

/** What a click could not do, told to assistive technology at once. */
export function ActionProblem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p class="page-problem" role="alert">
      {text}
    </p>
  );
}

/** Asks for the next page of a list, while there is one. */
export function ShowMore({
  of,
  text = "Show more",
}: {
  of: { hasMore: boolean; isLoading: boolean; more: () => void };
  text?: string;
}) {
  if (!of.hasMore) return null;
  return (
    <button type="button" class="button more" disabled={of.isLoading} onClick={of.more}>
      {of.isLoading ? "Loading…" : text}
    </button>
  );
}

/** A name and a number or words, large: what a page is about in one line. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <span class="fact-name">{name}</span>
      <span class="fact-value">{children}</span>
    </div>
  );
}
