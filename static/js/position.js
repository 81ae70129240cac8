/** Fills the hidden position fields of a form, where the person lets the browser tell where it is. */

const PATIENCE = 15000;
const OLDEST = 60000;

function fill(root) {
  const fields = [...root.querySelectorAll("input[data-position]:not([data-asked])")];
  if (!fields.length || !navigator.geolocation) return;
  for (const field of fields) field.dataset.asked = "";
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      for (const field of fields) field.value = field.dataset.position === "lon" ? coords.longitude : coords.latitude;
    },
    () => {}, // the arrival counts without a position as well
    { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: OLDEST },
  );
}

fill(document);
document.body.addEventListener("htmx:load", (event) => fill(event.detail.elt));
