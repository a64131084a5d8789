import type { DataLink } from "./schema.js";

/** A link to another board that keeps the time range and the variables; `set` overrides single variables. */
export function boardLink(title: string, uid: string, set: Record<string, string> = {}): DataLink {
  const own = Object.entries(set).map(([name, value]) => `var-${name}=${value}`);
  const inherited = Object.keys(set).length === 0 ? ["${__all_variables}"] : [];
  return {
    title,
    url: `/d/${uid}?${["${__url_time_range}", ...inherited, ...own].join("&")}`,
    targetBlank: false,
  };
}
