import { useEffect, useState } from "preact/hooks";

export type ThemeChoice = "system" | "light" | "dark";
export type Theme = "light" | "dark";

const KEY = "spanledger.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
/** Paper is light, whatever the screen is. */
const paper = window.matchMedia("print");
const listeners = new Set<() => void>();

function stored(): ThemeChoice {
  const text = window.localStorage.getItem(KEY);
  return text === "light" || text === "dark" ? text : "system";
}

export function themeChoice(): ThemeChoice {
  return stored();
}

/** The theme in force: the choice, else what the system prefers. */
export function currentTheme(): Theme {
  if (paper.matches) return "light";
  const choice = stored();
  if (choice !== "system") return choice;
  return dark.matches ? "dark" : "light";
}

function apply(): void {
  document.documentElement.dataset["theme"] = currentTheme();
  for (const listener of listeners) listener();
}

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") window.localStorage.removeItem(KEY);
  else window.localStorage.setItem(KEY, choice);
  apply();
}

/** Sets the theme before the first paint and follows the system. */
export function startTheme(): void {
  apply();
  dark.addEventListener("change", apply);
  paper.addEventListener("change", apply);
}

/** The theme in force; charts draw again when it changes. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => {
    const listener = (): void => setTheme(currentTheme());
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return theme;
}
