declare module "virtual:price-book" {
  /** JSON text of `{ version, files }`, parsed at the first estimate. */
  const text: string;
  export default text;
}
