import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

type Component<Props> = (props: Props) => JSX.Element;

/** A component whose code is fetched when it is first drawn; until then the page shows that it is loading. */
export function lazy<Props extends object>(load: () => Promise<Component<Props>>): Component<Props> {
  let loaded: Component<Props> | null = null;
  return function Lazy(props: Props) {
    const [Loaded, setLoaded] = useState<Component<Props> | null>(() => loaded);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      if (Loaded !== null) return;
      load().then(
        (component) => {
          loaded = component;
          setLoaded(() => component);
        },
        () => setFailed(true),
      );
    }, []);
    if (hasFailed) return <p class="page-problem">This page could not be fetched. Reload to try again.</p>;
    if (Loaded === null) return <div class="page-loading" role="status" aria-label="Loading" />;
    return <Loaded {...props} />;
  };
}
