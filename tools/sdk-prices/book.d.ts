declare module "virtual:price-book" {
  /** JSON text of `{ version, files }`, as Brotli in base64, unpacked at the first estimate. */
  const text: string;
  export default text;
}
