// ---- Start ---------------------------------------------------------------------------------------

function cite(line) {
  const push = button("Copy", async () => {
    const text = line.querySelector("span").textContent.replace(/\s+/g, " ").trim();
    try {
      await navigator.clipboard.writeText(text);
      push.textContent = "Copied";
    } catch {
      // Where the clipboard is closed, the line is marked for the reader to copy.
      getSelection().selectAllChildren(line.querySelector("span"));
      push.textContent = "Marked: copy it";
    }
  });
  line.append(" ", push);
}

const KINDS = { spans: Spans, panels: Panels, parallel: Parallel, nations: Effects };

/** Of several views of one thing, let the reader choose the one that is shown. */
function improveViews(place) {
  const views = [...place.querySelectorAll("[data-view]")], names = place.dataset.views.split("|");
  const parts = views.map((view) => view.dataset.view.split("|"));
  const chosen = [...parts[0]];
  const show = () => views.forEach((view, n) => { view.hidden = parts[n].some((part, k) => part !== chosen[k]); });
  const fields = names.map((name, k) => {
    const words = [...new Set(parts.map((part) => part[k]))];
    return words.length < 2 ? null : choice(name, [["", words.map((word) => [word, word])]], (value) => { chosen[k] = value; show(); }).field;
  }).filter(Boolean);
  if (!fields.length) return;
  place.prepend(make("div", { class: "kit-controls" }, ...fields));
  show();
}

function start() {
  const block = document.getElementById("kit-data");
  const data = block ? JSON.parse(block.textContent) : null;
  const page = data?.name || slug(document.title) || "report";
  const main = document.querySelector("main");
  main.querySelectorAll("table").forEach((table) => improveTable(table, page));
  main.querySelectorAll("figure:not(.kit-static figure)").forEach((figure) => improveFigure(figure, page));
  document.querySelectorAll(".cite").forEach(cite);
  document.querySelectorAll("[data-views]").forEach(improveViews);
  if (data?.charts) {
    document.documentElement.classList.add("kit");
    for (const place of document.querySelectorAll("[data-chart]")) {
      const spec = data.charts[place.dataset.chart];
      new KINDS[spec.kind](place, spec, data);
    }
  }
  if (data?.metrics) {
    const [one, two] = ["curves", "nations"].map((name) => document.querySelector(`[data-kit="${name}"]`));
    document.documentElement.classList.add("kit");
    const curves = one && new Curves(one, data);
    const three = data.explain && document.querySelector('[data-kit="explain"]');
    if (three) new Explain(three, data);
    if (two && Object.keys(data.nations.values).length > 1) new Nations(two, data, curves);
  }
}

start();
