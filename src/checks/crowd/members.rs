//! Who is in the crowd's channel: counted, and read page by page.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::gathering::Crowd;
use crate::checks::prelude::*;

/// How many members a page has: what the web app asks for. Servers sort these by name, unlike the pages of `channels/…/members`,
/// which have no order in their query.
const PAGE: usize = 60;

/// The channel has as many members as it should.
pub(super) async fn counted(place: &Place, crowd: &Crowd) -> Result<(), StepError> {
    #[derive(Deserialize)]
    struct ChannelSize {
        member_count: usize,
    }
    let path = format!("/api/v4/channels/{}/stats", crowd.square);
    let reply = place.admin().get(&path).await.expecting("the size of a channel")?;
    let stats: ChannelSize = reply.json().expecting("the size of a channel")?;
    let right = stats.member_count == crowd.size();
    place.ensure(right, format!("{} members", crowd.size()), stats.member_count.to_string())
}

/// The pages of its members have each of them once.
pub(super) async fn paged(place: &Place, crowd: &Crowd, admin: &str) -> Result<(), StepError> {
    #[derive(Deserialize)]
    struct PageMember {
        id: String,
    }
    let mut listed = Vec::new();
    // One page more than there should be: who gives them without an end is not followed there.
    for page in 0..=crowd.size() / PAGE + 1 {
        let path = format!("/api/v4/users?in_channel={}&page={page}&per_page={PAGE}", crowd.square);
        let reply = place.admin().get(&path).await.expecting("a page of members")?;
        let list: Vec<PageMember> = reply.json().expecting("a page of members")?;
        let is_last = list.len() < PAGE;
        listed.extend(list.into_iter().map(|one| one.id));
        if is_last {
            break;
        }
    }
    let wanted = crowd.members.iter().map(String::as_str).chain([admin]);
    match wrong(&wanted.collect(), &listed) {
        None => Ok(()),
        Some(got) => Err(place.failed(format!("each of {} members once in their pages", crowd.size()), got)),
    }
}

/// What is wrong with a list, if anything is.
fn wrong(wanted: &BTreeSet<&str>, listed: &[String]) -> Option<String> {
    let got: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
    let told = [
        (wanted.difference(&got).count(), "missing"),
        (listed.len() - got.len(), "more than once"),
        (got.difference(wanted).count(), "who are no members"),
    ];
    let told = told.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}"));
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_listed_once_and_nobody_else() {
        let wanted = BTreeSet::from(["a", "b", "c"]);
        let judged =
            |listed: &[&str]| wrong(&wanted, &listed.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        assert_eq!(judged(&["c", "a", "b"]), None);
        assert_eq!(
            judged(&["a", "b", "b", "d"]).unwrap(),
            "1 missing, 1 more than once, 1 who are no members"
        );
        assert_eq!(judged(&[]).unwrap(), "3 missing");
    }
}
