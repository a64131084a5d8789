/** The same as `toString("latin1")` of a Buffer over the bytes, which need not be made for it. */
function latin1(bytes: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.byteLength);
}

/** A line longer than this is dropped; the record then stays without what it would have said. */
const MAX_LINE = 1_048_576;

/**
 * Cuts chunks of bytes into lines without copying more than an unfinished one. Bytes are read as Latin-1: the markers and the
 * numbers that matter are ASCII, and no character can be torn between chunks.
 */
export class LineSplitter {
  private rest = "";
  private dropping = false;

  /** `skims` tells of chunks that are whole events whether they can be passed over. */
  constructor(
    private readonly onLine: (line: string) => void,
    private readonly skims?: (events: string) => boolean,
  ) {}

  push(chunk: Uint8Array): void {
    const text = latin1(chunk);
    if (this.skims !== undefined && this.rest === "" && !this.dropping) {
      if (text.endsWith("\n\n") && this.skims(text)) return;
    }
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      this.line(text.slice(start, end));
      start = end + 1;
    }
    this.keep(start === 0 ? text : text.slice(start));
  }

  /** Hands out an unfinished last line. */
  end(): void {
    if (this.rest !== "") this.line("");
  }

  private line(text: string): void {
    const joined = this.rest === "" ? text : this.rest + text;
    const whole = joined.charCodeAt(joined.length - 1) === 13 ? joined.slice(0, -1) : joined;
    this.rest = "";
    if (this.dropping) this.dropping = false;
    else if (whole !== "") this.onLine(whole);
  }

  private keep(text: string): void {
    if (this.dropping || text === "") return;
    if (this.rest.length + text.length > MAX_LINE) {
      this.rest = "";
      this.dropping = true;
      return;
    }
    this.rest = this.rest === "" ? text : this.rest + text;
  }
}
