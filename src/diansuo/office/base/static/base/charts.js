// Draws every canvas that names its data, in colours the style sheet sets: stacked columns, or lines (type "line").
(function () {
  "use strict";

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function draw(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const lines = data.type === "line";
    new Chart(canvas, {
      type: lines ? "line" : "bar",
      data: {
        labels: data.labels,
        datasets: data.series.map((series, index) => ({
          label: series.name,
          data: series.values,
          backgroundColor: colour(`--series-${series.colour || index + 1}`),
          maxBarThickness: 36,
          ...(lines && {
            borderColor: colour(`--series-${series.colour || index + 1}`),
            borderWidth: index ? 2 : 3,
            pointRadius: 2,
          }),
        })),
      },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        scales: {
          x: { stacked: !lines && !data.side_by_side, grid: { display: false } },
          y: { stacked: !lines && !data.side_by_side, beginAtZero: true, title: { display: true, text: data.unit } },
        },
        plugins: {
          legend: { position: "bottom", labels: { boxWidth: 12 } },
          tooltip: { mode: "index", callbacks: { label: (item) => `${item.dataset.label} ${item.formattedValue} ${data.unit}` } },
        },
      },
    });
  }

  document.querySelectorAll("canvas[data-chart]").forEach(draw);
})();
