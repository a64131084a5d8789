// Several versions of some libraries are installed here, under other names than an application would use. Maps the plain names of those
// that examples import to the newest.
import { register } from "node:module";

const ALIASES = { ai: "ai7", "@ai-sdk/openai": "aisdkopenai4" };
const hook = `
  const aliases = ${JSON.stringify(ALIASES)};
  const inExamples = /\\/examples\\//;
  export const resolve = (name, context, next) =>
    next(inExamples.test(context.parentURL ?? "") ? (aliases[name] ?? name) : name, context);
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
