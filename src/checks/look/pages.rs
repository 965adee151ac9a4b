//! The pages: where each is, and what tells that it is there.

use super::super::prelude::*;
use super::scenery::Scenery;

/// Something stands in the root of the web app.
const HAS_CONTENT: &str = "(() => { const root = document.getElementById('root') || document.body; \
    return !!root && root.childElementCount > 0 && root.innerText.trim() !== ''; })()";

/// Who opens the site for the first time is asked whether to take the desktop app. Who was asked before is not.
///
/// Source: webapp/channels/src/utils/constants.tsx (`StoragePrefixes.LANDING_PAGE_SEEN`).
pub(super) const BEFORE_ITS_SCRIPTS: &str =
    "try { localStorage.setItem('__landingPageSeen__', 'true'); } catch { }";

/// Products with a page of their own: the plugin, the page's name, its path.
const PRODUCTS: [(&str, &str, &str); 2] =
    [("focalboard", "Boards", "/boards"), ("playbooks", "Playbooks", "/playbooks")];

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ViewedPage {
    /// Its name within a sentence: "the login page".
    pub(super) name: &'static str,
    /// Below the site's own path.
    pub(super) path: String,
    /// An expression of JavaScript: whether it is there.
    pub(super) is_there: String,
    /// What is there then.
    pub(super) shows: &'static str,
}

impl ViewedPage {
    pub(super) fn login() -> Self {
        Self::with_content("the login page", "/login".into())
    }

    pub(super) fn channel(scenery: &Scenery) -> Self {
        let text = Value::from(scenery.post.as_str());
        Self {
            name: "a channel",
            path: format!("/{}/channels/{}", scenery.team, scenery.channel),
            is_there: format!("!!document.body && document.body.innerText.includes({text})"),
            shows: "the post that stable made",
        }
    }

    fn with_content(name: &'static str, path: String) -> Self {
        Self { name, path, is_there: HAS_CONTENT.to_owned(), shows: "a page with something on it" }
    }
}

/// The products that a member's web app loads from a node.
pub(super) async fn products(place: &Place) -> Result<Vec<ViewedPage>, StepError> {
    let listed = place.bob().get("/api/v4/plugins/webapp").await.and_then(|reply| reply.json::<Vec<Value>>());
    let listed = listed.expecting("the web apps of plugins")?;
    let has = |id: &str| listed.iter().any(|plugin| plugin["id"] == id);
    let there = PRODUCTS.iter().filter(|(id, ..)| has(id));
    Ok(there.map(|(_, name, path)| ViewedPage::with_content(name, (*path).to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_post_says_is_a_text_and_no_script() {
        let scenery =
            Scenery { team: "home".into(), channel: "town".into(), post: "it's \"so\"</script>".into() };
        let page = ViewedPage::channel(&scenery);
        assert_eq!(page.path, "/home/channels/town");
        assert!(page.is_there.contains(r#"includes("it's \"so\"</script>")"#), "{}", page.is_there);
    }
}
