import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client.js";
import { chosenProject, rememberProject } from "../project.js";

interface Project {
  id: string;
  name: string;
}

/** What the server shows when nothing is chosen. */
export const DEFAULT_PROJECT = "default";

/** Chooses among projects where there are several; everything shown belongs to the chosen one, so the page starts anew. */
export function ProjectSwitch() {
  const [projects, setProjects] = useState<readonly Project[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    get<{ data: Project[] }>("projects?limit=500&project=", controller.signal).then(
      ({ data }) => {
        setProjects(data.toSorted((a, b) => a.name.localeCompare(b.name)));
        const chosen = chosenProject();
        if (chosen !== null && !data.some((project) => project.id === chosen)) showProject(null);
      },
      () => {
        // Without the list there is nothing to choose; the board reports what is wrong.
      },
    );
    return () => controller.abort();
  }, []);
  if (projects.length < 2) return null;
  return (
    <label class="project-switch">
      <span class="nav-title">Project</span>
      <select
        class="button"
        value={chosenProject() ?? DEFAULT_PROJECT}
        onChange={(event) =>
          showProject(event.currentTarget.value === DEFAULT_PROJECT ? null : event.currentTarget.value)
        }
      >
        {projects.map((project) => (
          <option key={project.id} value={project.id}>
            {project.name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Goes to another project, from its start. Null: the server's default. */
export function showProject(project: string | null): void {
  rememberProject(project);
  window.location.assign("/");
}
