import { AppError } from "../domain/errors.js";

/** A number with so many digits may lie beyond 2^53; anything in front of it that can precede a JSON value. */
const LONG_NUMBER = /[:,[]\s*-?\d{16}/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SAFE_DIGITS = 15;

/**
 * The value of a JSON text. Integers of 16 digits and more, which a JS number may not hold, come back as decimal strings:
 * OTLP readers take both. A byte order mark is ignored.
 * @throws AppError `invalid_request` when the text is not JSON; the message never quotes it.
 */
export function parseJson(body: Buffer): unknown {
  const text = new TextDecoder("utf-8").decode(body);
  const exact = LONG_NUMBER.test(text) ? quoteLongIntegers(text) : text;
  try {
    return JSON.parse(exact) as unknown;
  } catch {
    // The parser's own message quotes the body, which may be content.
    throw new AppError("invalid_request", "The body is not valid JSON.");
  }
}

/** The same JSON with every integer of 16 digits and more outside of strings put in quotes. */
function quoteLongIntegers(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = afterString(text, at + 1);
      continue;
    }
    if (!isNumberStart(code)) {
      at += 1;
      continue;
    }
    const end = afterNumber(text, at);
    if (isLongInteger(text, at, end)) {
      parts.push(text.slice(copied, at), '"', text.slice(at, end), '"');
      copied = end;
    }
    at = end;
  }
  parts.push(text.slice(copied));
  return parts.join("");
}

/** Index after the closing quote of the string whose first character is at `start`; the text's length when it is not closed. */
function afterString(text: string, start: number): number {
  let from = start;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH && quote - 1 - backslashes >= start) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isNumberStart(code: number): boolean {
  return code === 0x2d || isDigit(code);
}

/** Index after the run of characters that a number may consist of. */
function afterNumber(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Digits, ".", "e", "E", "+", "-".
    if (!isNumberStart(code) && code !== 0x2e && code !== 0x65 && code !== 0x45 && code !== 0x2b) break;
  }
  return at;
}

function isLongInteger(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start) === 0x2d ? start + 1 : start;
  if (end - first <= SAFE_DIGITS || text.charCodeAt(first) === 0x30) return false;
  for (let at = first; at < end; at += 1) if (!isDigit(text.charCodeAt(at))) return false;
  return true;
}
