/** What the checks say of an outline: rows of the panel and hatched shapes on the map. */

const HATCH = { gap: "gap", overlap: "overlap", outside: "overlap" };

/** `1,284 平方米`, `4.21 公顷`. */
export function areaWords(area) {
  if (area >= 100000) return interpolate(gettext("%s 公顷"), [(area / 10000).toFixed(1)]);
  return interpolate(gettext("%s 平方米"), [Math.round(area).toLocaleString("en-US")]);
}

function row(tone, icon, words, figure, onClick) {
  const item = document.createElement("li");
  const body = onClick ? document.createElement("button") : item;
  const mark = document.createElement("span");
  mark.className = `chip chip-${tone}`;
  mark.textContent = icon;
  mark.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.textContent = words;
  body.append(mark, text);
  if (figure) {
    const size = document.createElement("b");
    size.textContent = figure;
    body.append(size);
  }
  if (onClick) {
    body.type = "button";
    body.addEventListener("click", onClick);
    item.append(body);
  }
  return item;
}

function rowsOf(check, parentName, go) {
  const of = (kind) => check.faults.filter((fault) => fault.kind === kind);
  const broken = [...of("shape"), ...of("invalid")];
  if (broken.length) return broken.map((fault) => row("late", "✕", fault.text, "", () => go(fault)));
  const rows = [row("ok", "✓", gettext("图形有效"))];
  const outside = of("outside");
  if (!outside.length) rows.push(row("ok", "✓", interpolate(gettext("在%s范围内"), [parentName])));
  for (const fault of outside) rows.push(row("late", "✕", fault.text, "", () => go(fault)));
  const overlaps = of("overlap");
  if (!overlaps.length) rows.push(row("ok", "✓", gettext("与相邻单元无重叠")));
  for (const fault of overlaps) rows.push(row("near", "!", fault.text, "", () => go(fault)));
  const gaps = of("gap");
  const total = gaps.reduce((sum, fault) => sum + fault.area, 0);
  if (gaps.length) rows.push(row("late", "✕", interpolate(ngettext("空白 %s 处", "空白 %s 处", gaps.length), [gaps.length]), areaWords(total), () => go(gaps[0])));
  else if (check.missing.length) {
    const count = check.missing.length;
    rows.push(row("plain", "–", interpolate(ngettext("%s 个同级单元尚无边界，暂不检查空白", "%s 个同级单元尚无边界，暂不检查空白", count), [count])));
  } else rows.push(row("ok", "✓", gettext("无空白")));
  return rows;
}

/** Show a check in `list`; `go(fault)` brings a fault into view. Without a check: nothing is drawn yet. */
export function showRows(list, check, parentName, go) {
  list.replaceChildren(...(check ? rowsOf(check, parentName, go) : [row("plain", "–", gettext("尚未绘制边界"))]));
}

/** Draw the faults' shapes into `group`, hatched: gaps red, overlaps and overhangs amber. */
export function drawFaults(group, check) {
  group.clearLayers();
  for (const fault of check?.faults ?? []) {
    if (fault.shape) {
      const style = { className: `fault-${fault.kind}`, fillColor: `url(#hatch-${HATCH[fault.kind]})`, fillOpacity: 1, weight: 1.5 };
      L.geoJSON(fault.shape, { style: () => style, pmIgnore: true, snapIgnore: true }).bindTooltip(fault.text, { sticky: true }).addTo(group);
    } else if (fault.lon || fault.lat) {
      const icon = L.divIcon({ className: "fault-mark", iconSize: [22, 22] });
      L.marker([fault.lat, fault.lon], { icon, title: fault.text, pmIgnore: true, snapIgnore: true, keyboard: false }).addTo(group);
    }
  }
}
