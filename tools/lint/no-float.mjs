/** Ways in which a number on the path of money becomes a float: each has an exact counterpart in src/server/domain/money.ts. */
const MESSAGES = {
  literal:
    "A fraction written as a number is a float: write decimal text and read it with parseMoney or parseFactor.",
  parse: "This makes a float of a text: read decimals with parseMoney, whole numbers with Number.parseInt.",
  format: "This rounds a float: write money with formatMoney.",
  plus: "A plus sign makes a float of a text: read decimals with parseMoney, whole numbers with Number.parseInt.",
};

const ROUNDERS = new Set(["toFixed", "toPrecision", "toExponential"]);
const COMPARISONS = new Set(["===", "!==", "==", "!=", "<", ">", "<=", ">="]);

const isFraction = (node) =>
  typeof node.value === "number" && (!Number.isInteger(node.value) || /^(?!0x).*[.e]/i.test(node.raw ?? ""));

const holdsBigInt = (node) =>
  node.type === "BinaryExpression"
    ? holdsBigInt(node.left) || holdsBigInt(node.right)
    : node.type === "Literal" && typeof node.value === "bigint";

/** A count of a truth or of a bigint is a whole number. */
const isWhole = (node) =>
  node !== undefined &&
  ((node.type === "BinaryExpression" && (COMPARISONS.has(node.operator) || holdsBigInt(node))) ||
    holdsBigInt(node));

const calleeName = ({ callee }) => {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression" || callee.computed || callee.object.type !== "Identifier") return "";
  return `${callee.object.name}.${callee.property.name}`;
};

const noFloat = {
  create(context) {
    const report = (node, kind) => context.report({ node, message: MESSAGES[kind] });
    return {
      Literal(node) {
        if (isFraction(node)) report(node, "literal");
      },
      UnaryExpression(node) {
        if (node.operator === "+") report(node, "plus");
      },
      CallExpression(node) {
        const name = calleeName(node);
        if (name === "parseFloat" || name === "Number.parseFloat") report(node, "parse");
        if (name === "Number" && !isWhole(node.arguments[0])) report(node, "parse");
        const { callee } = node;
        if (callee.type === "MemberExpression" && !callee.computed && ROUNDERS.has(callee.property.name))
          report(node, "format");
      },
    };
  },
};

export default { meta: { name: "money" }, rules: { "no-float": noFloat } };
