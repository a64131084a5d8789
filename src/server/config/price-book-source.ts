/** Whom a book must be signed by: the publisher that the configuration names, the key of this one entry, or nobody. */
export type BookTrust = { kind: "publisher" } | { kind: "key"; publicKey: string } | { kind: "unsigned" };

/** One entry of `SPANLEDGER_PRICE_BOOK_URLS`. */
export interface BookSource {
  /** Without the fragment. */
  url: string;
  trust: BookTrust;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** A raw Ed25519 public key: 32 bytes in base64. */
export const RAW_KEY = /^[A-Za-z0-9+/]{43}=$/;

/** The source that an entry names, or what is wrong with it. Never throws. */
export function parseBookSource(entry: string): BookSource | { problem: string } {
  if (!URL.canParse(entry)) return { problem: `"${entry}" is no URL` };
  const url = new URL(entry);
  if (!["https:", "http:", "file:"].includes(url.protocol))
    return { problem: `"${entry}" must be an https, http or file URL` };
  if (url.username !== "" || url.password !== "")
    return { problem: "a price book URL must not hold a user name or password" };
  const fragment = decodeURIComponent(url.hash.slice(1));
  url.hash = "";
  const source = (trust: BookTrust): BookSource => ({ url: url.href, trust });
  if (fragment === "") return source({ kind: "publisher" });
  if (fragment.startsWith("key=")) {
    const publicKey = fragment.slice(4);
    if (!RAW_KEY.test(publicKey))
      return { problem: `the key of "${url.href}" must be 32 bytes in base64 (44 characters)` };
    return source({ kind: "key", publicKey });
  }
  if (fragment !== "unsigned")
    return { problem: `"#${fragment}" of "${url.href}" must be "#unsigned" or "#key=<base64>"` };
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname))
    return { problem: `"${url.href}": an unsigned book must come over https or from a file` };
  return source({ kind: "unsigned" });
}
