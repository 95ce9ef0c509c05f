// The list of rules: filters for its columns. The choices are part of the address, so that a filtered list can be shared.

const COLUMNS = ["Rule", "Severity", "Group", "Default", "Fix", "Description"];
const CHOICES = { Severity: 1, Group: 2, Default: 3, Fix: 4 };

const text = (cell) => cell.textContent.trim();

function listOfRules() {
  return [...document.querySelectorAll(".md-typeset table")].find(
    (table) => [...table.querySelectorAll("thead th")].map(text).join() === COLUMNS.join(),
  );
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function filters(table) {
  const rows = [...table.tBodies[0].rows];
  const asked = new URLSearchParams(location.search);
  const search = make("input", { type: "search", name: "search", placeholder: "Name or description", value: asked.get("search") ?? "" });
  const selects = Object.entries(CHOICES).map(([label, column]) => {
    const values = [...new Set(rows.map((row) => text(row.cells[column])))].sort();
    const select = make("select", { name: label.toLowerCase() }, new Option("all", ""));
    for (const value of values) select.add(new Option(value === "-" ? "none" : value, value));
    select.value = asked.get(select.name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
    return { label, column, select };
  });
  const count = make("output", {});
  const bar = make(
    "form",
    { className: "rule-filters" },
    make("label", {}, "Search", search),
    ...selects.map(({ label, select }) => make("label", {}, label, select)),
    count,
  );

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const content = row.textContent.toLowerCase();
      const matches =
        words.every((word) => content.includes(word)) &&
        selects.every(({ column, select }) => select.value === "" || text(row.cells[column]) === select.value);
      row.hidden = !matches;
      shown += matches;
    }
    count.textContent = `${shown} of ${rows.length} rules`;
  }

  function remember() {
    const chosen = new URLSearchParams();
    for (const { name, value } of [search, ...selects.map(({ select }) => select)]) if (value) chosen.set(name, value);
    history.replaceState(null, "", chosen.size ? `?${chosen}` : location.pathname);
    apply();
  }

  bar.addEventListener("input", remember);
  bar.addEventListener("submit", (event) => event.preventDefault());
  apply();
  return bar;
}

const table = listOfRules();
if (table) {
  table.dataset.list = "rules";
  (table.closest(".md-typeset__scrollwrap") ?? table).before(filters(table));
}
