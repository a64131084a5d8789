/** For receivers: which attributes are worth decoding. */
export { isReadAttribute } from "../normalize/read-attributes.js";
