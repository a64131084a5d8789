import { useState } from "preact/hooks";
import { post } from "../../api/client.js";
import { chosenProject } from "../../project.js";
import { Problem, TextField } from "../../ui/field.js";
import { DEFAULT_PROJECT, showProject } from "../../ui/project-switch.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";

interface Project {
  id: string;
  name: string;
  createdAt: string;
}

/** Projects of the operator, and a new one. What belongs to one is never seen in another. */
export function ProjectList() {
  const projects = useLoaded<{ data: Project[] }>("projects?limit=500&project=");
  const [name, setName] = useState("");
  const action = useAction();
  const shown = chosenProject() ?? DEFAULT_PROJECT;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (name.trim() === "") return action.fail("Give the project a name.");
    void action.run(async () => {
      await post("projects", { name: name.trim() });
      setName("");
      projects.reload();
    });
    return undefined;
  };
  return (
    <section class="page-part" aria-labelledby="projects-title">
      <h2 id="projects-title">Projects</h2>
      {projects.problem !== null && <p class="is-faint">{projects.problem}</p>}
      {projects.data !== null && (
        <ul class="card rows">
          {projects.data.data.map((project) => (
            <li key={project.id} class="rows-item">
              <span class="rows-text">{project.name}</span>
              <code>{project.id}</code>
              <span class="is-faint">since {project.createdAt.slice(0, 10)}</span>
              {project.id === shown ? (
                <span class="badge is-done">shown now</span>
              ) : (
                <button
                  type="button"
                  class="button is-small is-quiet"
                  aria-label={`Go to ${project.name}`}
                  onClick={() => showProject(project.id === DEFAULT_PROJECT ? null : project.id)}
                >
                  Go to
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <form class="inline-form" noValidate onSubmit={submit}>
        <TextField label="New project" value={name} onValue={setName} />
        <button type="submit" class="button" disabled={action.isBusy}>
          Create
        </button>
      </form>
      <Problem text={action.problem} />
    </section>
  );
}
