import type { ComponentChildren } from "preact";

const INLINE = /\*\*(.+?)\*\*|`(.+?)`|\[(.+?)\]\((\/[^)\s]*|https:\/\/[^)\s]+)\)/g;

/** Emphasis, code and links of one line of Markdown; anything else is plain text. */
function inline(line: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const match of line.matchAll(INLINE)) {
    parts.push(line.slice(at, match.index));
    const [whole, strong, code, label, url] = match;
    if (strong !== undefined) parts.push(<strong>{strong}</strong>);
    else if (code !== undefined) parts.push(<code>{code}</code>);
    else parts.push(<a href={url ?? "/"}>{label}</a>);
    at = match.index + whole.length;
  }
  parts.push(line.slice(at));
  return parts;
}

/** Paragraphs and lists of a board's text panel. */
export function TextPanel({ content }: { content: string }) {
  return (
    <div class="prose">
      {content.split(/\n{2,}/).map((block) => {
        const items = block.split("\n").filter((line) => line.startsWith("- "));
        if (items.length === 0) return <p key={block}>{inline(block)}</p>;
        return (
          <ul key={block}>
            {items.map((item) => (
              <li key={item}>{inline(item.slice(2))}</li>
            ))}
          </ul>
        );
      })}
    </div>
  );
}
