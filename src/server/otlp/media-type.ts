import { type Encoding, MEDIA_TYPES } from "./otlp-response.js";

/** Encoding named by a Content-Type header, parameters such as charset aside; null when it is neither of the two. */
export function encodingOf(contentType: string | undefined): Encoding | null {
  const mediaType = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType === MEDIA_TYPES.protobuf || mediaType === "application/protobuf") return "protobuf";
  return mediaType === MEDIA_TYPES.json ? "json" : null;
}
