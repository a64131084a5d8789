import { useRef, useState } from "preact/hooks";
import type { Panel } from "../../../dashboards/source/schema.js";
import type { PanelResult } from "../api/types.js";
import { CopyButton } from "../ui/copy-button.js";
import { Dialog } from "../ui/dialog.js";
import { Icon, type IconName } from "../ui/icon.js";
import { Popover } from "../ui/popover.js";
import { toCsv } from "./csv.js";
import { downloadBlob, downloadText } from "./download.js";

interface Props {
  panel: Panel;
  result: PanelResult | null;
  isFullScreen: boolean;
  isTable: boolean;
  onTable: (isTable: boolean) => void;
  onFullScreen: () => void;
}

const fileName = (panel: Panel, ending: string): string =>
  `spanledger-${panel.title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.${ending}`;

/** The panel's picture, without its menu. The code is fetched with the first one. */
async function savePng(panel: Panel, card: HTMLElement | null): Promise<void> {
  if (card === null) return;
  const { elementPng } = await import("./png.js");
  downloadBlob(fileName(panel, "png"), await elementPng(card, ".panel-menu, .hint"));
}

/** What can be done with one panel. */
export function PanelMenu({ panel, result, isFullScreen, isTable, onTable, onFullScreen }: Props) {
  const [isSqlShown, setSqlShown] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const picture = (): void => {
    savePng(panel, root.current?.closest<HTMLElement>(".panel") ?? null).then(
      () => setProblem(null),
      (error: unknown) => setProblem(error instanceof Error ? error.message : "No picture could be made."),
    );
  };
  return (
    <div class="panel-menu" ref={root}>
      <Popover
        label={<Icon name="more" />}
        ariaLabel={`Options of ${panel.title}`}
        buttonClass="icon-button"
        align="right"
      >
        {(close) => {
          const item = (icon: IconName, text: string, action: () => void, isOff = false) => (
            <button
              type="button"
              class="menu-item"
              disabled={isOff}
              onClick={() => {
                close();
                action();
              }}
            >
              <Icon name={icon} /> {text}
            </button>
          );
          return (
            <div class="menu">
              {item("expand", isFullScreen ? "Back to the board" : "Full screen", onFullScreen)}
              {panel.type !== "table" &&
                panel.type !== "text" &&
                item("table", isTable ? "Show as chart" : "Show as table", () => onTable(!isTable))}
              {item(
                "download",
                "Download CSV",
                () => result !== null && downloadText(fileName(panel, "csv"), toCsv(result), "text/csv"),
                result === null,
              )}
              {item("image", "Download PNG", picture, result === null)}
              {item("code", "Show SQL", () => setSqlShown(true), result === null)}
            </div>
          );
        }}
      </Popover>
      {problem !== null && (
        <Dialog title="No picture" onClose={() => setProblem(null)}>
          <p>{problem}</p>
        </Dialog>
      )}
      {isSqlShown && result !== null && (
        <Dialog title={`SQL of “${panel.title}”`} onClose={() => setSqlShown(false)}>
          <pre class="code-block" tabIndex={0}>
            {result.sql}
          </pre>
          <div class="dialog-actions">
            <CopyButton text={result.sql} />
          </div>
        </Dialog>
      )}
    </div>
  );
}
