// Elements. Text only ever becomes text, so that no title can bring elements along.

const SVG = "http://www.w3.org/2000/svg";

export function make(name, attributes = {}, ...inside) {
  return dress(document.createElement(name), attributes, inside);
}

export function draw(name, attributes = {}, ...inside) {
  return dress(document.createElementNS(SVG, name), attributes, inside);
}

function dress(element, attributes, inside) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") element.style.cssText = value;  // as an attribute the page's policy forbids it
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside.filter((each) => each !== null && each !== undefined));
  return element;
}

export const button = (text, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, text);

let count = 0;
export const fresh = (word) => `${word}-${(count += 1)}`;

/** A labelled choice; options are [value, text] or [heading, [[value, text], …]]. */
export function choice(label, options, value, onchange) {
  const select = make("select", { id: fresh("choice"), onchange: () => onchange(select.value) });
  for (const [key, entries] of options) {
    if (Array.isArray(entries)) {
      const group = make("optgroup", { label: key });
      for (const [inner, text] of entries) group.append(make("option", { value: inner }, text));
      select.append(group);
    } else {
      select.append(make("option", { value: key }, entries));
    }
  }
  select.value = value;
  const field = make("div", { class: "field" }, make("label", { for: select.id }, label), select);
  return { select, field };
}
