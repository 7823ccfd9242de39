// Makes the app available offline, and offers newer versions.

/** A message at the bottom of the page, with one action. */
function offer(text, action, act) {
  const note = document.createElement("div");
  note.className = "toasts toasts--app";
  note.setAttribute("role", "status");
  const toast = note.appendChild(document.createElement("div"));
  toast.className = "toast";
  toast.appendChild(document.createElement("span")).textContent = text;
  const button = toast.appendChild(document.createElement("button"));
  button.type = "button";
  button.className = "button";
  button.textContent = action;
  button.addEventListener("click", act);
  const later = toast.appendChild(document.createElement("button"));
  later.type = "button";
  later.className = "button button--quiet";
  later.textContent = "Later";
  later.addEventListener("click", () => note.remove());
  document.body.append(note);
}

function newer(worker) {
  if (document.querySelector(".toasts--app")) return;
  offer("A new version of Claimgate is ready.", "Reload", () => {
    // As always, the page asks before unsaved work is lost.
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    worker.postMessage("take over");
  });
}

export async function keepOffline() {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  try {
    const registration = await navigator.serviceWorker.register("sw.js");
    const look = (worker) => {
      const tell = () => worker.state === "installed" && navigator.serviceWorker.controller && newer(worker);
      worker.addEventListener("statechange", tell);
      tell();
    };
    if (registration.waiting) look(registration.waiting);
    registration.addEventListener("updatefound", () => registration.installing && look(registration.installing));
  } catch (error) {
    // Private windows and full disks: the app works, but not offline.
    console.info(`Claimgate is not kept for offline use: ${error instanceof Error ? error.message : error}`);
  }
}
