const SCALE = 2;
const SVG_NS = "http://www.w3.org/2000/svg";

/** Writes the styles in force into the copy, element by element, because an image knows no style sheets. */
function copyStyles(from: Element, to: HTMLElement | SVGElement): void {
  const styles = getComputedStyle(from);
  for (const name of styles) to.style.setProperty(name, styles.getPropertyValue(name));
  const [sources, copies] = [from.children, to.children];
  for (let index = 0; index < sources.length; index += 1) {
    const [source, copy] = [sources[index], copies[index]];
    if (source !== undefined && (copy instanceof HTMLElement || copy instanceof SVGElement))
      copyStyles(source, copy);
  }
}

/** Canvases lose their content when they are copied: each becomes an image of itself. */
function copyCanvases(from: Element, to: Element): void {
  const sources = from.querySelectorAll("canvas");
  to.querySelectorAll("canvas").forEach((canvas, index) => {
    const image = document.createElement("img");
    image.src = sources[index]?.toDataURL() ?? "";
    image.style.cssText = canvas.style.cssText;
    canvas.replaceWith(image);
  });
}

function drawn(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () =>
      reject(new Error("This browser cannot draw the panel as an image.")),
    );
    image.src = url;
  });
}

/**
 * An element as it looks now, as PNG at twice its size; parts that match `without` are left out.
 * @throws Error in words for the reader when the browser cannot do it.
 */
export async function elementPng(element: HTMLElement, without: string): Promise<Blob> {
  const { width, height } = element.getBoundingClientRect();
  const copy = element.cloneNode(true) as HTMLElement;
  copyStyles(element, copy);
  copyCanvases(element, copy);
  for (const part of copy.querySelectorAll(without)) part.remove();
  copy.style.setProperty("margin", "0");
  const svg = document.createElementNS(SVG_NS, "svg");
  svg.setAttribute("width", String(width * SCALE));
  svg.setAttribute("height", String(height * SCALE));
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const holder = document.createElementNS(SVG_NS, "foreignObject");
  holder.setAttribute("width", "100%");
  holder.setAttribute("height", "100%");
  holder.append(copy);
  svg.append(holder);
  const text = new XMLSerializer().serializeToString(svg);
  const image = await drawn(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * SCALE);
  canvas.height = Math.round(height * SCALE);
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) =>
      blob === null ? reject(new Error("This browser cannot write the image.")) : resolve(blob),
    );
  });
}
