/**
 * A readable id for a project name: lower-case letters, digits and single dashes, at most 40 characters, `project` when
 * nothing is left of the name. Accents are dropped. Never throws.
 */
export function projectIdFor(name: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  return plain === "" ? "project" : plain;
}
