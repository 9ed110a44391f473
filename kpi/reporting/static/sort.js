// Tables of class "sortable": a heading sorts by its column, once up, once down. Without a script they read as they are.
"use strict";
(() => {
  const number = (text) => Number(text.replace(/[^\d,.-]/g, "").replace(/[.,](?=\d{3}\b)/g, "").replace(",", "."));
  for (const table of document.querySelectorAll(".sortable table")) {
    const numbers = table.closest(".numbers");
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((head, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const numeric = numbers ? index > 0 : head.classList.contains("num");
        const key = (row) => (numeric ? number(row.cells[index].textContent) : row.cells[index].textContent.trim());
        const rows = [...body.rows].sort((a, b) => {
          const [x, y] = [key(a), key(b)];
          const order = numeric ? x - y : x.localeCompare(y, document.documentElement.lang, { numeric: true });
          return up ? order : -order;
        });
        body.append(...rows);
      });
    });
  }
})();
