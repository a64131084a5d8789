import type { Theme } from "../theme.js";

/** Eight hues that stay apart for color-blind readers, then grey for "other"; one set per theme. */
const SERIES: Record<Theme, readonly string[]> = {
  light: ["#3d6fd6", "#e1903c", "#36a07a", "#8a68d0", "#cf5b7b", "#3ba4bd", "#b59c34", "#7a8698"],
  dark: ["#6c95ee", "#e8a55f", "#58bd95", "#a98be4", "#e07f9b", "#5cc0d6", "#cdb657", "#98a4b5"],
};

const NAMED: Record<Theme, Readonly<Record<string, string>>> = {
  light: {
    green: "#36a07a",
    yellow: "#d9b13b",
    orange: "#c96a1b",
    "semi-dark-orange": "#e1903c",
    red: "#c93c3c",
    blue: "#3d6fd6",
    purple: "#8a68d0",
    text: "#8b8780",
  },
  dark: {
    green: "#58bd95",
    yellow: "#dcbc5a",
    orange: "#f0a052",
    "semi-dark-orange": "#e8a55f",
    red: "#ee7272",
    blue: "#6c95ee",
    purple: "#a98be4",
    text: "#8f8a82",
  },
};

const REST: Record<Theme, string> = { light: "#b4b2ad", dark: "#5f5d59" };

/** Color of a Grafana color name or hex text. */
export function namedColor(name: string, theme: Theme): string {
  return NAMED[theme][name] ?? name;
}

/** Color of the nth series; a series that stands for the rest is grey. */
export function seriesColor(index: number, name: string, theme: Theme): string {
  if (name === "other" || name === "(none)" || name === "(unknown)") return REST[theme];
  const colors = SERIES[theme];
  return colors[index % colors.length] ?? REST[theme];
}
