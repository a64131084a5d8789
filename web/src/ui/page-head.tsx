import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** Title, one line of explanation, and the page's controls. */
export function PageHead({
  title,
  description,
  children,
}: {
  title: string;
  description: string;
  children?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · Spanledger`;
  }, [title]);
  return (
    <header class="page-head">
      <div class="page-words">
        <h1>{title}</h1>
        <p>{description}</p>
      </div>
      <div class="page-controls">{children}</div>
    </header>
  );
}
