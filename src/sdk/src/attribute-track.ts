import { ProtoWriter } from "./proto-writer.js";
import type { AttributeSink, AttributeValue, SpanData } from "./span-data.js";

/** Field 9 of a Span. */
const SPAN_ATTRIBUTES = 9;

/** `KeyValue.key` of every attribute name, tag and length included: names recur with every span. */
const keys = new Map<string, Uint8Array>();
/** Tags are named by the application: names beyond this are written without being kept. */
const MAX_KEYS = 1000;

function keyBytes(name: string): Uint8Array {
  const seen = keys.get(name);
  if (seen !== undefined) return seen;
  const writer = new ProtoWriter(name.length * 3 + 16);
  writer.text(1, name);
  const made = new Uint8Array(writer.written());
  if (keys.size < MAX_KEYS) keys.set(name, made);
  return made;
}

/** One attribute of the last span of a track. */
interface Slot {
  name: string;
  key: Uint8Array;
  value: AttributeValue;
  /** Bytes that it takes. */
  size: number;
}

/** A changed attribute, before it takes the place of the old one. */
const scratch = new ProtoWriter(1024);

/**
 * The attributes of the spans of one kind as protobuf, each made of the one before: most attributes of a call say what they said of the
 * last such call, and only those that changed are written anew, in place.
 */
export class AttributeTrack implements AttributeSink {
  private readonly slots: Slot[] = [];
  private readonly bytes = new ProtoWriter(2048);
  private next = 0;
  private at = 0;

  /** The attributes of `span`, as the repeated field of a Span; valid until the next use. Throws what `describe` throws. */
  write(span: Pick<SpanData, "describe">): ProtoWriter {
    this.next = 0;
    this.at = 0;
    span.describe(this);
    this.drop();
    return this.bytes;
  }

  put(name: string, value: AttributeValue | null | undefined): void {
    if (value === undefined || value === null) return;
    let slot = this.slots[this.next];
    if (slot !== undefined && slot.name === name) {
      if (!same(slot.value, value)) this.change(slot, value);
    } else {
      this.drop();
      const key = keyBytes(name);
      slot = { name, key, value, size: 0 };
      writeAttribute(this.bytes, SPAN_ATTRIBUTES, key, value);
      slot.size = this.bytes.length - this.at;
      this.slots.push(slot);
    }
    this.next += 1;
    this.at += slot.size;
  }

  private change(slot: Slot, value: AttributeValue): void {
    scratch.cut(0);
    if (!this.changeTail(slot, value)) writeAttribute(scratch, SPAN_ATTRIBUTES, slot.key, value);
    this.bytes.replace(this.at, slot.size, scratch);
    slot.size = scratch.length;
    slot.value = value;
  }

  /** Writes a list that begins as the one before did, taking over what is written of that; false where nothing can be taken over. */
  private changeTail(slot: Slot, value: AttributeValue): boolean {
    const before = slot.value;
    if (typeof value !== "object" || typeof before !== "object") return false;
    const equal = equalItems(before, value);
    if (equal < WORTH_TAKING) return false;
    const from = this.bytes.inside(this.bytes.inside(this.bytes.inside(this.at) + slot.key.byteLength));
    const size = this.bytes.afterMessages(from, equal) - from;
    const start = scratch.open(SPAN_ATTRIBUTES);
    scratch.bytes(slot.key);
    const valueStart = scratch.open(2);
    const list = scratch.open(5);
    scratch.take(this.bytes, from, size);
    writeItems(scratch, value, equal);
    scratch.close(list);
    scratch.close(valueStart);
    scratch.close(start);
    return true;
  }

  /** Lets go of what the last span had from here on. */
  private drop(): void {
    if (this.next === this.slots.length) return;
    this.slots.length = this.next;
    this.bytes.cut(this.at);
  }
}

/** Items from which on taking them over costs less than writing them. */
const WORTH_TAKING = 4;

/** How many items two lists have in common at their beginning; 0 when some of them are unset. */
function equalItems(a: readonly unknown[], b: readonly unknown[]): number {
  let equal = 0;
  while (equal < a.length && equal < b.length && a[equal] === b[equal]) {
    if (a[equal] === null || a[equal] === undefined) return 0;
    equal += 1;
  }
  return equal;
}

function same(a: AttributeValue, b: AttributeValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** Writes a KeyValue as `field`; nothing for a value that is unset. */
export function putAttribute(
  writer: ProtoWriter,
  field: number,
  name: string,
  value: AttributeValue | null | undefined,
): void {
  if (value !== undefined && value !== null) writeAttribute(writer, field, keyBytes(name), value);
}

function writeAttribute(writer: ProtoWriter, field: number, key: Uint8Array, value: AttributeValue): void {
  const start = writer.open(field);
  writer.bytes(key);
  const valueStart = writer.open(2);
  writeValue(writer, value);
  writer.close(valueStart);
  writer.close(start);
}

function writeValue(writer: ProtoWriter, value: AttributeValue): void {
  if (typeof value === "string") writer.text(1, value);
  else if (typeof value === "boolean") writer.int(2, value ? 1 : 0);
  else if (typeof value === "number") {
    if (Number.isSafeInteger(value) && value >= 0) writer.int(3, value);
    else writer.double(4, value);
  } else {
    const list = writer.open(5);
    writeItems(writer, value, 0);
    writer.close(list);
  }
}

/** Writes the items of a list from the index `from` on. */
function writeItems(writer: ProtoWriter, list: Extract<AttributeValue, object>, from: number): void {
  for (let index = from; index < list.length; index += 1) {
    const item = list[index];
    if (item === null || item === undefined) continue;
    const start = writer.open(1);
    writeValue(writer, item);
    writer.close(start);
  }
}
