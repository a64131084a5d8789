import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/controls.css";
import "./styles/board.css";
import "./styles/panels.css";
import { App } from "./app.js";
import { startTheme } from "./theme.js";

startTheme();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
