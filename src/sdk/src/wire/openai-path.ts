/** The Azure deployment of `/openai/deployments/{deployment}/...`, or null. Never throws. */
export function deploymentOf(path: string): string | null {
  const name = /\/deployments\/([^/]+)\//.exec(path)?.[1];
  if (name === undefined) return null;
  try {
    return decodeURIComponent(name);
  } catch {
    // A malformed escape: the raw text still names the deployment.
    return name;
  }
}
