import { Component, type ComponentChildren } from "preact";

interface Props {
  /** Drawn instead of children that failed. */
  fallback: ComponentChildren;
  children: ComponentChildren;
}

/** Keeps one broken panel from taking the page with it. */
export class ErrorBoundary extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static override getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ComponentChildren {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}
