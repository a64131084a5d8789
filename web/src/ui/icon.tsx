const PATHS = {
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6L6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  chevron: "M6 9l6 6 6-6",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  refresh: "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6",
  zoomOut: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4M8 11h6",
  info: "M12 11v5M12 8h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  expand: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  code: "M9 8l-4 4 4 4M15 8l4 4-4 4",
  table: "M4 5h16v14H4zM4 10h16M4 15h16M10 5v14",
  check: "M5 12l5 5 9-10",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  board: "M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  budget:
    "M12 3v18M16.5 7.5C15.5 6 14 5.5 12 5.5c-2.5 0-4.2 1.2-4.2 3.2 0 4.3 8.7 2.3 8.7 6.6 0 2-1.8 3.2-4.5 3.2-2.3 0-4-.8-4.8-2.4",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  filter: "M4 6h16M7 12h10M10 18h4",
  start: "M5 4l14 8-14 8z",
  book: "M5 4h10a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h10",
  question: "M9 9.5a3 3 0 1 1 4.2 2.7c-.8.4-1.2.9-1.2 1.8M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  tag: "M4 4h8l8 8-8 8-8-8zM8.5 8.5h.01",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  send: "M4 12l16-8-6 16-3-6z",
  key: "M14.5 14a5 5 0 1 0-4.5-4.5L4 15.5V20h4v-2.5h2.5V15z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  keyboard: "M3 7h18v10H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  plus: "M12 5v14M5 12h14",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  history: "M4 12a8 8 0 1 0 2.6-5.9M4 4.5V9h4.5M12 8v4.5l3 1.8",
  coins: "M15 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM9.5 9.2a5.5 5.5 0 1 0 5.3 5.3",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4",
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing of 16 px; it says nothing to assistive technology. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
