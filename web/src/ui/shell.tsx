import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { BoardSummary } from "../api/types.js";
import { followLink, navigate } from "../location.js";
import { chooseTheme, type ThemeChoice, themeChoice } from "../theme.js";
import { Icon, type IconName } from "./icon.js";
import { onShortcut } from "../shortcuts.js";
import { lazy } from "./lazy.js";
import { ProjectSwitch } from "./project-switch.js";

const ShortcutHelp = lazy(async () => (await import("./shortcut-help.js")).ShortcutHelp);

/** Where `g` and a second key lead to. */
const PLACES: Readonly<Record<string, string>> = {
  o: "/",
  c: "/calls",
  b: "/budgets",
  p: "/prices",
  u: "/unpriced",
};
const SECOND_KEY_MS = 1_500;

/** `?` opens the help, `g` and a letter go to a page. */
function useShellKeys(openHelp: () => void): void {
  const pressedAt = useRef(0);
  useEffect(() => {
    const goes = Object.entries(PLACES).map(([key, place]) => [
      key,
      () => {
        if (performance.now() - pressedAt.current < SECOND_KEY_MS) navigate(place);
        pressedAt.current = -SECOND_KEY_MS;
      },
    ]);
    pressedAt.current = -SECOND_KEY_MS;
    return onShortcut({
      "?": openHelp,
      g: () => {
        pressedAt.current = performance.now();
      },
      ...Object.fromEntries(goes),
    });
  }, []);
}

interface Props {
  boards: readonly BoardSummary[];
  path: string;
  children: ComponentChildren;
}

/** The frame of every page: navigation at the side, or in a drawer on small screens. */
export function Shell({ boards, path, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  useShellKeys(() => setHelpOpen(true));
  return (
    <div class={isOpen ? "shell is-open" : "shell"} onClick={followLink}>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <div class="topbar">
        <button
          type="button"
          class="icon-button"
          aria-label={isOpen ? "Close navigation" : "Open navigation"}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? "close" : "menu"} size={20} />
        </button>
        <Brand />
      </div>
      <nav class="sidebar" aria-label="Main">
        <Brand />
        <ProjectSwitch />
        <div class="nav-group">
          <p class="nav-title" id="nav-boards">
            Boards
          </p>
          <ul aria-labelledby="nav-boards">
            {boards.map((board) => (
              <NavItem key={board.uid} href={`/d/${board.uid}`} text={board.title} icon="board" path={path} />
            ))}
          </ul>
        </div>
        {NAV.map(({ title, items }) => (
          <div class="nav-group" key={title}>
            <p class="nav-title" id={`nav-${title.toLowerCase()}`}>
              {title}
            </p>
            <ul aria-labelledby={`nav-${title.toLowerCase()}`}>
              {items.map((item) => (
                <NavItem key={item.href} {...item} path={path} />
              ))}
            </ul>
          </div>
        ))}
        <div class="nav-foot">
          <ThemeSwitch />
          <button
            type="button"
            class="icon-button"
            aria-label="Keyboard shortcuts"
            title="Keyboard shortcuts (?)"
            onClick={() => setHelpOpen(true)}
          >
            <Icon name="keyboard" />
          </button>
          <a class="nav-small" href="/api/docs">
            API
          </a>
        </div>
      </nav>
      <div class="scrim" onClick={() => setOpen(false)} />
      <main id="main" class="main" tabIndex={-1}>
        {children}
      </main>
      {isHelpOpen && <ShortcutHelp onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

const NAV: readonly { title: string; items: readonly Omit<NavProps, "path">[] }[] = [
  {
    title: "Ledger",
    items: [
      { href: "/calls", text: "Calls", icon: "list" },
      { href: "/quality", text: "Data quality", icon: "check" },
      { href: "/periods", text: "Closed periods", icon: "lock" },
      { href: "/changes", text: "Change log", icon: "history" },
    ],
  },
  {
    title: "Prices",
    items: [
      { href: "/prices", text: "Price book", icon: "book" },
      { href: "/unpriced", text: "Without a price", icon: "question" },
      { href: "/prices/overrides", text: "Own prices", icon: "tag" },
      { href: "/prices/endpoints", text: "Endpoints", icon: "plug" },
      { href: "/prices/currencies", text: "Currencies", icon: "coins" },
      { href: "/reprice", text: "Re-pricing", icon: "refresh" },
    ],
  },
  {
    title: "Warnings",
    items: [
      { href: "/budgets", text: "Budgets", icon: "budget" },
      { href: "/alerts", text: "Alerts", icon: "bell" },
      { href: "/channels", text: "Channels", icon: "send" },
    ],
  },
  {
    title: "Setup",
    items: [
      { href: "/keys", text: "Projects and keys", icon: "key" },
      { href: "/start", text: "Connect an app", icon: "start" },
    ],
  },
];

function Brand() {
  return (
    <a class="brand" href="/">
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
        <rect width="32" height="32" rx="7" class="brand-tile" />
        <rect x="7" y="7" width="4" height="18" rx="1.5" class="brand-bar" />
        <rect x="14" y="8" width="12" height="3.6" rx="1.8" class="brand-bar" />
        <rect x="14" y="14.2" width="8" height="3.6" rx="1.8" class="brand-light" />
        <rect x="14" y="20.4" width="10" height="3.6" rx="1.8" class="brand-bar" />
      </svg>
      Spanledger
    </a>
  );
}

interface NavProps {
  href: string;
  text: string;
  icon: IconName;
  path: string;
}

/** Boards keep the time range and filters of the board one comes from. */
function NavItem({ href, text, icon, path }: NavProps) {
  const isCurrent = path === href || (href === "/calls" && path.startsWith("/calls/"));
  const keeps = href.startsWith("/d/") && path.startsWith("/d/") && !isCurrent;
  const query = new URLSearchParams(keeps ? window.location.search : "");
  query.delete("viewPanel");
  query.delete("kiosk");
  const suffix = query.size > 0 ? `?${query.toString()}` : "";
  return (
    <li>
      <a class="nav-item" href={href + suffix} aria-current={isCurrent ? "page" : undefined}>
        <Icon name={icon} /> {text}
      </a>
    </li>
  );
}

const THEMES: readonly { choice: ThemeChoice; icon: IconName; text: string }[] = [
  { choice: "system", icon: "system", text: "Theme of the system" },
  { choice: "light", icon: "sun", text: "Light theme" },
  { choice: "dark", icon: "moon", text: "Dark theme" },
];

function ThemeSwitch() {
  const [chosen, setChosen] = useState(themeChoice);
  return (
    <div class="theme-switch" role="group" aria-label="Theme">
      {THEMES.map(({ choice, icon, text }) => (
        <button
          key={choice}
          type="button"
          aria-pressed={chosen === choice}
          aria-label={text}
          title={text}
          onClick={() => {
            chooseTheme(choice);
            setChosen(choice);
          }}
        >
          <Icon name={icon} />
        </button>
      ))}
    </div>
  );
}
