// Shows what needs scripts, and says in the page what the browser refused.
(() => {
  document.querySelectorAll("[data-scripts]").forEach((each) => { each.hidden = false; });
  document.querySelectorAll("[data-no-scripts]").forEach((each) => { each.hidden = true; });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const told = document.getElementById("passkey_error");
    told.hidden = false;
    told.focus();
  });
})();
