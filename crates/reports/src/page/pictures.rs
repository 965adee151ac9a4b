//! What a browser saw: a picture of each page of each version, and of every page that was wrong.

use super::html::{Html, is_picture};
use super::part::PagePart;
use run_record::event::Picture;
use run_record::record::Record;

/// Pictures that are shown, those of pages that were wrong first; record.json and the folder of evidence have all.
const SHOWN: usize = 14;

/// The pictures, with what they show in words for those who do not see them.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let all = || record.pictures.iter().filter(|picture| is_picture(&picture.png));
    let wrong = all().filter(|picture| picture.wrong.is_some());
    let right = all().filter(|picture| picture.wrong.is_none());
    let mut html = Html::new(room);
    for picture in wrong.chain(right).take(SHOWN) {
        figure(picture, &mut html);
    }
    if !html.is_empty() {
        let mut gallery = Html::new(room);
        gallery.raw("<div class=\"pictures\">").add(html).raw("</div>");
        html = gallery;
    }
    PagePart::of("What a browser saw", "pictures", 8, html)
}

fn figure(picture: &Picture, html: &mut Html) {
    html.raw("<figure><img src=\"data:image/png;base64,").picture(&picture.png).raw("\" alt=\"");
    html.text(&picture.page).raw(" of ").text(&picture.version).raw(" on ").text(&picture.node);
    html.raw("\"><figcaption><b>").text(&picture.page).raw("</b> of ").text(&picture.version);
    html.raw(" on ").text(&picture.node).raw(" in ").text(&picture.stage.to_string());
    if let Some(wrong) = &picture.wrong {
        html.raw(": <span class=\"bad\">").text(wrong).raw("</span>");
    }
    html.raw("</figcaption></figure>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::page;
    use crate::runs::Runs;
    use run_record::event::{EventKind, Stage};
    use run_record::samples::record;

    fn seen(png: &str, wrong: Option<&str>) -> EventKind {
        EventKind::Pictured(Box::new(Picture {
            stage: Stage::Release,
            check: "look".into(),
            node: "node1".into(),
            version: "11.6.0".into(),
            page: "the login page".into(),
            wrong: wrong.map(str::to_owned),
            png: png.into(),
        }))
    }

    #[test]
    fn a_page_has_its_pictures_in_itself_and_its_policy_lets_nothing_else_in() {
        let none = page(&Runs::of(record([EventKind::RunFinished])));
        assert!(!none.contains("img-src") && !none.contains("What a browser saw"));
        let text = page(&Runs::of(record([
            seen("iVBORw0KGgoAAA==", None),
            seen("iVBORw0KGgoBBB==", Some("it is empty")),
        ])));
        assert!(text.contains("img-src data:;"), "{text}");
        let wrong = text
            .find("src=\"data:image/png;base64,iVBORw0KGgoBBB==\" alt=\"the login page of 11.6.0 on node1\"");
        let right = text.find("iVBORw0KGgoAAA==");
        assert!(wrong.is_some() && wrong < right, "what is wrong comes first: {text}");
        assert!(text.contains("in release: <span class=\"bad\">it is empty</span>"), "{text}");
    }

    #[test]
    fn what_is_no_picture_is_not_shown() {
        for odd in ["", "iVBORw0KGgo\" onload=\"x", "PHN2Zz4=", "iVBORw0KGgo<b>"] {
            assert!(part(&record([seen(odd, None)]), 80).is_none(), "{odd}");
        }
    }
}
