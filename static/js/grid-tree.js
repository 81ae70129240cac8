/** The tree beside the tabs stands open where there is room for it. */
const wide = window.matchMedia("(min-width: 1200px)");
const tree = document.querySelector(".tree-fold");
if (tree && wide.matches) {
  tree.open = true;
  tree.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}
