//! How often each member of the crowd is mentioned. Bots are, like everybody else: a server takes all active members of a channel
//! (`GetAllProfilesInChannel`), and whether they want to be called is on for an account that never said (asked of a real 11.6).

use std::collections::HashMap;

use futures_util::future::try_join;
use serde::Deserialize;

use super::gathering::Crowd;
use crate::checks::prelude::*;

/// How many members a failure names.
const NAMED: usize = 3;

/// How often they were mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mentions {
    /// Each member in the crowd's channel.
    square: Vec<u64>,
    /// Each of the samples in the other one.
    aside: Vec<u64>,
}

impl Mentions {
    /// What a node tells.
    pub(super) async fn told_by(place: &Place, crowd: &Crowd) -> Result<Self, StepError> {
        let both =
            try_join(of(place, &crowd.square, &crowd.members), of(place, &crowd.aside, &crowd.samples));
        let (square, aside) = both.await?;
        Ok(Self { square, aside })
    }

    /// Once each of them was called once more in the crowd's channel.
    pub(super) fn once_more(self) -> Self {
        Self { square: self.square.into_iter().map(|n| n + 1).collect(), ..self }
    }

    /// Those of alice in the crowd's channel.
    pub(super) fn of_alice(&self) -> u64 {
        self.square.first().copied().unwrap_or_default()
    }

    /// What another telling has otherwise, if anything.
    fn difference(&self, got: &Self, name: impl Fn(usize) -> String) -> Option<String> {
        let pairs = |wanted: &[u64], got: &[u64]| -> Vec<(usize, u64, u64)> {
            let both = wanted.iter().zip(got).enumerate();
            both.filter(|(_, (wanted, got))| wanted != got)
                .map(|(n, (wanted, got))| (n, *wanted, *got))
                .collect()
        };
        let (here, aside) = (pairs(&self.square, &got.square), pairs(&self.aside, &got.aside));
        let some = here.iter().take(NAMED);
        let some = some.map(|(n, wanted, got)| format!("{} {got} times instead of {wanted}", name(*n)));
        let named = some.collect::<Vec<_>>().join(", ");
        let told = [
            (!here.is_empty()).then(|| format!("{} of {} otherwise: {named}", here.len(), self.square.len())),
            (!aside.is_empty())
                .then(|| format!("{} of {} otherwise in another channel", aside.len(), self.aside.len())),
        ];
        let told: Vec<String> = told.into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// Each of them is mentioned as often as wanted.
pub(super) async fn as_wanted(place: &Place, crowd: &Crowd, wanted: &Mentions) -> Result<(), StepError> {
    let got = Mentions::told_by(place, crowd).await?;
    match wanted.difference(&got, |n| crowd.name(n)) {
        None => Ok(()),
        Some(got) => {
            let expected =
                format!("each of {} members mentioned once more, there alone", crowd.members.len());
            Err(place.failed(expected, got))
        }
    }
}

/// How often each of these is mentioned in a channel, in their order.
async fn of(place: &Place, channel: &str, users: &[String]) -> Result<Vec<u64>, StepError> {
    #[derive(Deserialize)]
    struct Mentioned {
        user_id: String,
        mention_count: u64,
    }
    let path = format!("/api/v4/channels/{channel}/members/ids");
    let reply = place.admin().post(&path, &json!(users)).await.expecting("members of the channel")?;
    let told: Vec<Mentioned> = reply.json().expecting("members of the channel")?;
    let counts: HashMap<&str, u64> =
        told.iter().map(|one| (one.user_id.as_str(), one.mention_count)).collect();
    let found: Vec<u64> = users.iter().filter_map(|user| counts.get(user.as_str()).copied()).collect();
    let got = format!("{} of them", found.len());
    place.ensure(found.len() == users.len(), format!("all {} members of the channel", users.len()), got)?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_says_how_many_and_names_some() {
        let before = Mentions { square: vec![1, 1, 2, 2, 1], aside: vec![1, 1] };
        let wanted = before.clone().once_more();
        assert_eq!((wanted.of_alice(), &wanted.aside), (2, &vec![1, 1]));
        let told = |got: &Mentions| wanted.difference(got, |n| format!("user {n}"));
        assert_eq!(told(&wanted), None);
        let few = "5 of 5 otherwise: user 0 1 times instead of 2, user 1 1 times instead of 2, user 2 2 times instead of 3";
        assert_eq!(told(&before).unwrap(), few);
        let strays = Mentions { aside: vec![1, 2], ..wanted.clone() };
        assert_eq!(told(&strays).unwrap(), "1 of 2 otherwise in another channel");
    }
}
