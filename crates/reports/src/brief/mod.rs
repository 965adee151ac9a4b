//! A run in a few lines, for a chat: the output `summary-text`, as Mattermost's incoming webhooks take it.
//!
//! Mattermost looks for `@all` and the like in the rendered text and, before that, for Slack's `<!channel>`; text of others gets
//! past neither, because `escape` takes `<` apart and puts a zero-width space behind `@`.
//! Source: mattermost/mattermost, server/channels/app (mention_parser_standard.go, slack.go), and the documentation of incoming
//! webhooks.

use super::escape::plain;
use super::runs::{RecordedRun, Runs};
use super::words::{headline, matrix_headline, numbers};
use run_record::verdict::{Verdict, Word};

/// Characters of the text: a reader of a channel has not asked for more.
pub const BRIEF_LIMIT: usize = 1_500;
/// Characters of each foreign text, tried one after the other until everything fits; a character may become six.
const ROOMS: [usize; 5] = [300, 150, 80, 40, 20];
/// Longer addresses are left out.
const LINK_LIMIT: usize = 250;
/// Upgrades of a matrix that are listed.
const UPGRADES: usize = 5;

/// What is told, before anybody knows where more can be read.
#[derive(Debug, Clone)]
pub struct Brief {
    mark: &'static str,
    headline: String,
    /// The verdict and its numbers, in our own words.
    verdict: String,
    /// The upgrades of a matrix.
    upgrades: Vec<(&'static str, String, &'static str)>,
    cause: Option<String>,
}

/// Of these runs.
#[must_use]
pub fn of(runs: &Runs) -> Brief {
    let verdict = runs.verdict();
    let (headline, numbers) = match runs.alone() {
        Some(RecordedRun { record, .. }) => {
            let clustering =
                record.clustering.as_ref().map(|clustering| format!(" · {}", clustering.label()));
            let numbers = format!(" · {}{}", numbers(verdict), clustering.unwrap_or_default());
            (headline(record, verdict), numbers)
        }
        None => (matrix_headline(runs.all()), String::new()),
    };
    let upgrade = |run: &RecordedRun| (mark(&run.verdict), run.name.clone(), run.verdict.word.for_people());
    let upgrades = if runs.alone().is_some() { Vec::new() } else { runs.all().iter().map(upgrade).collect() };
    Brief {
        mark: mark(verdict),
        headline,
        verdict: format!("**{}**{numbers} · exit code {}", verdict.word.for_people(), verdict.exit_code),
        upgrades,
        cause: verdict.reasons.first().cloned(),
    }
}

fn mark(verdict: &Verdict) -> &'static str {
    match verdict.word {
        Word::Passed if verdict.passed() => "✅",
        Word::Passed | Word::Failed => "❌",
        Word::NotMeasured | Word::Broken | Word::Interrupted | Word::GateBug => "⚠️",
    }
}

impl Brief {
    /// The text, with links to these pages, each with its name.
    #[must_use]
    pub fn text(&self, links: &[(&str, &str)]) -> String {
        let fits = |text: &String| text.chars().count() <= BRIEF_LIMIT;
        let all = ROOMS.iter().map(|room| self.with_room(*room, links)).find(fits);
        // The last room always fits; should it grow, a cut text is better than a refused one.
        all.unwrap_or_else(|| self.with_room(ROOMS[4], &[]).chars().take(BRIEF_LIMIT).collect())
    }

    fn with_room(&self, room: usize, links: &[(&str, &str)]) -> String {
        let mut headline = plain(&self.headline, room);
        if let Some(first) = headline.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let mut lines = vec![format!("{} **{headline}**", self.mark), self.verdict.clone()];
        for (mark, name, word) in self.upgrades.iter().take(UPGRADES) {
            lines.push(format!("- {mark} {}: {word}", plain(name, room.min(60))));
        }
        if self.upgrades.len() > UPGRADES {
            lines.push(format!("- and {} more", self.upgrades.len() - UPGRADES));
        }
        if let Some(cause) = &self.cause {
            // A list would take the line in.
            let apart = if self.upgrades.is_empty() { "" } else { "\n" };
            lines.push(format!("{apart}First cause: {}", plain(cause, room)));
        }
        let links: Vec<String> = links
            .iter()
            .filter(|(_, url)| is_link(url))
            .map(|(name, url)| format!("[{name}]({url})"))
            .collect();
        if !links.is_empty() {
            lines.push(links.join(" · "));
        }
        lines.join("\n")
    }
}

/// Whether an address can stand in the brackets of a link as it is.
pub(crate) fn is_link(url: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=%+,@".contains(&byte);
    let web = url.starts_with("https://") || url.starts_with("http://");
    web && url.len() <= LINK_LIMIT && url.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use run_record::event::{Clustering, EventKind, Outcome, Stage};
    use run_record::record::Record;
    use run_record::samples::{failed, header, record, result};

    fn run(outcome: Outcome) -> Record {
        record([
            EventKind::RunStarted(header(&[(Stage::Release, &["posts"])])),
            EventKind::ClusterKnown { clustering: Clustering::Clustered },
            EventKind::CheckFinished(result(Stage::Release, "posts", outcome)),
            EventKind::RunFinished,
        ])
    }

    const RUN: (&str, &str) = ("the run", "https://github.com/acme/chat/actions/runs/1");

    #[test]
    fn verdict_pair_numbers_cause_and_links() {
        let red = run(failed("one post", "none"));
        let text = of(&Runs::of(red.clone())).text(&[RUN, ("reports", "s3://reports/ug-1/")]);
        insta::assert_snapshot!(text, @r"
        ❌ **Upgrade from 9.8.0 to 9.9.0 failed 1 check**
        **failed** · 1 check planned, 1 run: 1 failed · HA cluster · exit code 1
        First cause: release/posts failed: expected one post, got none from node1
        [the run](https://github.com/acme/chat/actions/runs/1)
        ");
        let green = run(Outcome::Passed);
        let text = of(&Runs::of(green.clone())).text(&[]);
        insta::assert_snapshot!(text, @r"
        ✅ **Upgrade from 9.8.0 to 9.9.0 held**
        **passed** · 1 check planned, 1 run: 1 passed · HA cluster · exit code 0
        ");
    }

    #[test]
    fn a_matrix_has_its_upgrades() {
        let mut runs: Vec<RecordedRun> = (0..10).map(|_| RecordedRun::of(run(Outcome::Passed))).collect();
        runs.insert(0, RecordedRun::missing("9.7.0 to 9.9.0"));
        let text = of(&Runs::matrix(runs)).text(&[RUN]);
        for part in [
            "⚠️ **10 of 11 upgrades held**\n**not measured** · exit code 4\n- ⚠️ 9.7.0 to 9.9.0: not measured\n- ✅ 9.8.0 to 9.9.0: passed",
            "- and 6 more\n\nFirst cause: 9.7.0 to 9.9.0: it left no record",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn nobody_is_called() {
        let loud = "<!channel> <@u1> @all @channel [x](https://y.example) #tag ~town-square";
        let red = run(failed(loud, loud));
        let text = of(&Runs::of(red.clone())).text(&[]);
        for part in ["@all", "@channel", "<", "](", "://", "#tag", "~town"] {
            assert!(!text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn only_what_can_be_a_link_is_one() {
        for url in ["https://x.example/a_b?c=1", "http://git.acme.com:8443/o/r/actions/runs/1"] {
            assert!(is_link(url), "{url}");
        }
        let long = format!("https://x.example/{}", "a".repeat(300));
        for url in ["", "s3://b/", "javascript:x", "https://x.example/a) @all (", "https://x/\n", &long] {
            assert!(!is_link(url), "{url}");
        }
    }

    proptest! {
        #[test]
        fn the_limit_always_holds(said in "[\\PC|*@`]{0,400}", times in 1..40_usize) {
            let said = said.repeat(times);
            let mut loud = run(failed(&said, &said));
            let about = loud.header.as_mut().unwrap();
            (about.stable.given, about.release.given) = (said.clone(), said.clone());
            let link = format!("https://x.example/{}", "a".repeat(200));
            let links = [("the run", link.as_str()), ("reports", link.as_str())];
            let text = of(&Runs::of(loud.clone())).text(&links);
            prop_assert!(text.chars().count() <= BRIEF_LIMIT);
            prop_assert!(text.contains("[the run](") && text.contains("exit code 1"));
            let runs = Runs::matrix((0..20).map(|_| RecordedRun::of(loud.clone())).collect());
            let text = of(&runs).text(&links);
            prop_assert!(text.chars().count() <= BRIEF_LIMIT && text.contains("[the run]("));
        }
    }
}
