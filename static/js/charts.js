/**
 * Thin wrappers of ECharts in the product's colours; need vendor/echarts.min.js. Nothing here writes a style tag, so they pass the CSP.
 *
 *   trend(element, { labels, series: [{name, values, faint}], unit, digits, min, max })
 *   bars(element, { labels, values, unit, tones, onPick })
 */

const token = (name) => {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
};

const colours = () => ({
  ink: token("--g-ink"),
  quiet: token("--g-ink-2"),
  line: token("--g-line"),
  surface: token("--g-surface"),
  accent: token("--g-accent-ink"),
  faint: token("--g-ink-3"),
  ok: token("--g-ok-bar"),
  near: token("--g-near-bar"),
  late: token("--g-late-bar"),
  hold: token("--g-hold-bar"),
});

const FONT = () => getComputedStyle(document.body).fontFamily;

function frame(tone, { unit = "", digits = 1 } = {}) {
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    textStyle: { fontFamily: FONT(), color: tone.ink, fontSize: 12 },
    grid: { left: 8, right: 16, top: 32, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: tone.surface,
      borderColor: tone.line,
      textStyle: { color: tone.ink, fontSize: 12 },
      valueFormatter: (value) => (value === null || value === undefined ? "–" : `${Number(value).toFixed(digits)}${unit && ` ${unit}`}`),
    },
  };
}

const axis = (tone) => ({
  axisLine: { lineStyle: { color: tone.line } },
  axisTick: { show: false },
  axisLabel: { color: tone.quiet },
  splitLine: { lineStyle: { color: tone.line } },
});

function keep(element, options) {
  const chart = echarts.init(element, null, { renderer: "svg" });
  const draw = () => chart.setOption(options(colours()), true);
  draw();
  new ResizeObserver(() => chart.resize()).observe(element);
  document.addEventListener("gridgov:theme", draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(draw));
  return chart;
}

/** Lines over periods; the first series in the accent, those marked `faint` in grey. */
export function trend(element, { labels, series, unit = "", digits = 1, min, max }) {
  return keep(element, (tone) => ({
    ...frame(tone, { unit, digits }),
    legend: series.length > 1 ? { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 3, textStyle: { color: tone.quiet } } : undefined,
    color: [tone.accent, tone.faint, tone.ok, tone.near, tone.hold],
    xAxis: { type: "category", data: labels, boundaryGap: false, ...axis(tone) },
    yAxis: { type: "value", scale: true, min, max, ...axis(tone) },
    series: series.map((one) => ({
      type: "line",
      name: one.name,
      data: one.values,
      symbol: "circle",
      symbolSize: 5,
      lineStyle: { width: one.faint ? 1.5 : 2, type: one.faint ? "dashed" : "solid" },
      itemStyle: one.faint ? { color: tone.faint } : undefined,
    })),
  }));
}

/** Lying bars, one per label; `tones` names a meaning colour for each. */
export function bars(element, { labels, values, unit = "", digits = 0, tones = [], onPick }) {
  const chart = keep(element, (tone) => ({
    ...frame(tone, { unit, digits }),
    xAxis: { type: "value", ...axis(tone) },
    yAxis: { type: "category", data: labels, inverse: true, ...axis(tone), splitLine: { show: false } },
    series: [
      {
        type: "bar",
        data: values.map((value, index) => ({ value, itemStyle: { color: tone[tones[index]] ?? tone.accent, borderRadius: 2 } })),
        barMaxWidth: 16,
      },
    ],
  }));
  if (onPick) chart.on("click", (event) => onPick(event.dataIndex));
  return chart;
}
