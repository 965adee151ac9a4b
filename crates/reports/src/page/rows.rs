//! Tables: each in a frame that scrolls on a narrow screen, and with a name for those who do not see it.

use super::html::Html;

/// A table with this name; `fill` writes what is in it.
pub(super) fn table(name: &'static str, html: &mut Html, fill: impl FnOnce(&mut Html)) {
    html.raw("<div class=\"wide-table\" role=\"group\" tabindex=\"0\" aria-label=\"").raw(name);
    html.raw("\"><table>");
    fill(html);
    html.raw("</table></div>");
}

/// The head of a table: columns of text.
pub(super) fn head(columns: &[&'static str], html: &mut Html) {
    html.raw("<thead><tr>");
    for column in columns {
        html.raw("<th scope=\"col\">").raw(column).raw("</th>");
    }
    html.raw("</tr></thead>");
}

/// A row: what it is about, and texts.
pub(super) fn row(about: &str, cells: &[&str], html: &mut Html) {
    html.raw("<tr><th scope=\"row\">").text(about).raw("</th>");
    for cell in cells {
        html.el("td", cell);
    }
    html.raw("</tr>");
}

/// The same with figures, which stand below each other at their right ends.
pub(super) fn numbers(about: &str, cells: &[&str], html: &mut Html) {
    html.raw("<tr><th scope=\"row\">").text(about).raw("</th>");
    for cell in cells {
        html.classed("td", "n", cell);
    }
    html.raw("</tr>");
}
