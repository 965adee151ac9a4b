// What the page does besides being there: the switch for light and dark, zoom, hovering, and moving from mark to mark by keys.
// Nothing is fetched and nothing is made of strings: texts come from the drawing's own titles and from the data below the page.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Light and dark: the reader's setting until the button is used; remembered where the browser lets a file remember.
  const theme = document.getElementById("theme");
  const asks_dark = matchMedia("(prefers-color-scheme: dark)");
  const remembered = () => { try { return localStorage.getItem("upgrade-gate-theme"); } catch { return null; } };
  const is_dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : asks_dark.matches);
  const tell_theme = () => {
    theme.textContent = is_dark() ? "light" : "dark";
    theme.setAttribute("aria-label", `show it ${theme.textContent}`);
  };
  const known = remembered();
  if (known === "light" || known === "dark") root.dataset.theme = known;
  theme.removeAttribute("aria-pressed");
  theme.addEventListener("click", () => {
    root.dataset.theme = is_dark() ? "light" : "dark";
    try { localStorage.setItem("upgrade-gate-theme", root.dataset.theme); } catch { /* a sandboxed artifact */ }
    tell_theme();
  });
  asks_dark.addEventListener("change", tell_theme);
  tell_theme();

  // On paper nothing can be unfolded; a link to a run unfolds it.
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((one) => {
    one.open = true;
    one.dataset.printed = "";
  }));
  addEventListener("afterprint", () => document.querySelectorAll("details[data-printed]").forEach((one) => {
    one.open = false;
    delete one.dataset.printed;
  }));
  const unfold = () => {
    const target = document.getElementById(location.hash.slice(1));
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();

  const moments = JSON.parse(document.getElementById("moments").textContent);
  const clock = (ms, tenths = true) => {
    const minutes = Math.floor(ms / 60000), seconds = (ms % 60000) / 1000;
    return `${minutes}:${tenths ? seconds.toFixed(ms < 1000 ? 3 : 1).padStart(4, "0") : String(Math.floor(seconds)).padStart(2, "0")}`;
  };
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5];

  document.querySelectorAll(".timeline").forEach((figure) => {
    const span = Number(figure.dataset.span), seen = moments[Number(figure.dataset.run)];
    const lanes = figure.querySelector(".lanes"), cursor = figure.querySelector(".cursor");
    const readout = figure.querySelector(".readout"), hint = readout.textContent;
    const inner = [...figure.querySelectorAll(".strip > .z")];
    const strip = figure.querySelector(".lane.stages .strip");
    let from = 0, width = span;

    // The inner drawings are as much wider than the outer ones as the whole run is longer than what is shown.
    const show = (start, length) => {
      width = Math.min(span, Math.max(length, Math.min(20, span)));
      from = Math.min(Math.max(start, 0), span - width);
      for (const one of inner) {
        one.setAttribute("x", `${(-100 * from) / width}%`);
        one.setAttribute("width", `${(100 * span) / width}%`);
      }
      for (const one of stretches) {
        one.classList.remove("short");
        one.classList.toggle("narrow", one.getBoundingClientRect().width < 52);
      }
      ticks();
    };
    const stretches = figure.querySelectorAll(".stretch");
    const ticks = () => {
      const axis = figure.querySelector(".axis .z"), first = axis.querySelector(".tick");
      if (!first) return;
      const most = strip.getBoundingClientRect().width / 75;
      const step = steps.find((one) => width / one <= most) || span;
      const all = [];
      for (let at = Math.ceil(from / step) * step; at <= from + width && all.length < 40; at += step) {
        const tick = first.cloneNode(true);
        tick.setAttribute("x", `${(100 * at) / span}%`);
        tick.querySelector("text").textContent = step >= 1000 ? clock(at, false) : (at / 1000).toFixed(step < 100 ? 3 : 1) + " s";
        all.push(tick);
      }
      axis.replaceChildren(...all);
    };
    const zoom = (factor, around = from + width / 2) => {
      const length = width * factor;
      show(around - (around - from) * (Math.min(span, length) / width), length);
    };

    figure.querySelector(".tools").addEventListener("click", ({ target }) => {
      const { zoom: by, from: start, to } = target.dataset;
      if (by === "in") zoom(0.5);
      if (by === "out") zoom(2);
      if (by === "all") show(0, span);
      if (start) {
        const length = Math.max(Number(to) - Number(start), 40);
        show(Number(start) - length * 0.15, length * 1.3);
      }
    });

    // What was at a moment: second by second where it was watched.
    const told = (at) => {
      const lines = [clock(at)];
      if (seen) for (const { name, step, good, failed, worst } of seen.paths) {
        const point = Math.floor((at - seen.watch) / step);
        if (point < 0 || !(good[point] + failed[point] > 0)) continue;
        lines.push(`${name}: ${good[point]} answered${failed[point] ? `, ${failed[point]} failed` : ""}, slowest ${worst[point]} ms`);
      }
      return lines;
    };
    const place = (x) => {
      cursor.hidden = false;
      cursor.style.left = `${x - lanes.getBoundingClientRect().left}px`;
    };
    const title = (mark) => (mark && mark.closest("rect")?.querySelector("title")?.textContent) || "";
    const tell = (at, mark) => {
      const [when, ...paths] = told(at);
      readout.textContent = [title(mark) ? `${when} · ${title(mark)}` : when, paths.join(" · ")].filter(Boolean).join("\n");
    };
    const at_x = (x) => {
      const box = strip.getBoundingClientRect();
      return from + ((x - box.left) / box.width) * width;
    };

    // Pointing tells, dragging moves, the wheel with Ctrl (or a pinch) zooms.
    let grabbed = null;
    lanes.addEventListener("pointermove", (event) => {
      const at = at_x(event.clientX), box = strip.getBoundingClientRect();
      if (grabbed) return show(grabbed.from - ((event.clientX - grabbed.x) / box.width) * width, width);
      if (event.clientX < box.left) return leave();
      place(event.clientX);
      tell(Math.min(Math.max(at, 0), span), event.target);
    });
    const leave = () => {
      cursor.hidden = true;
      if (!figure.contains(document.activeElement)) readout.textContent = hint;
    };
    lanes.addEventListener("pointerleave", leave);
    lanes.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0 || width >= span) return;
      grabbed = { x: event.clientX, from };
      lanes.setPointerCapture(event.pointerId);
    });
    lanes.addEventListener("pointerup", () => { grabbed = null; });
    lanes.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, at_x(event.clientX));
    }, { passive: false });

    // One stop per lane for the tab key; arrows go from mark to mark, + and - zoom, 0 shows all.
    figure.querySelectorAll(".strip").forEach((lane) => {
      const marks = [...lane.querySelectorAll("rect[role=img]")];
      const begins = (mark) => mark.getBoundingClientRect().left;
      marks.sort((a, b) => begins(a) - begins(b));
      marks.forEach((mark, index) => mark.setAttribute("tabindex", index ? "-1" : "0"));
      lane.addEventListener("focusin", ({ target }) => {
        let box = target.getBoundingClientRect();
        const frame = strip.getBoundingClientRect();
        if (box.right < frame.left || box.left > frame.right) {
          show(at_x((box.left + box.right) / 2) - width / 2, width);
          box = target.getBoundingClientRect();
        }
        place(Math.max(box.left, frame.left));
        tell(at_x(Math.max(box.left, frame.left)), target);
      });
      lane.addEventListener("keydown", (event) => {
        const here = marks.indexOf(document.activeElement);
        const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: marks.length - 1 }[event.key];
        const middle = here >= 0 ? at_x(begins(marks[here])) : from + width / 2;
        if (marks[next]) {
          marks[here]?.setAttribute("tabindex", "-1");
          marks[next].setAttribute("tabindex", "0");
          marks[next].focus();
        } else if (event.key === "+") zoom(0.5, middle);
        else if (event.key === "-") zoom(2, middle);
        else if (event.key === "0") show(0, span);
        else return;
        event.preventDefault();
      });
    });
    addEventListener("resize", ticks);
    ticks();
  });
})();
